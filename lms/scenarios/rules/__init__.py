"""Pure decisions of the practice scenarios: what one is, how it is played, debriefed and checked."""
