"""受験: windows, attempts, answers, hand-in."""
