"""Reading content/manual.yaml, strictly."""
