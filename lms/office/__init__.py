"""事務局: the office's desk."""
