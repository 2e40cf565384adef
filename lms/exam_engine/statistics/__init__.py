"""Statistics of an exam and its graders, honest for ten to thirty people; floats live here and never become points."""
