"""Reading content/handouts: Markdown with a front matter, strictly."""
