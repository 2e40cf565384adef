"""Reading and checking the scenario files of content/."""
