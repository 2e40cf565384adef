"""Reading, checking and rendering the lesson files of content/."""
