"""What belongs to an edition, what an upload may hold, and how two editions differ; pure."""
