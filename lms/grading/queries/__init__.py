"""Every SELECT of 採点, one file for each reader: graders, office, participant, recomputing."""
