"""Pure decisions of 受験, one file for each subject."""
