"""規約: revisions, consent, and the wall before everything else."""
