"""期: cohorts, course days, participants, attendance."""
