"""メール: the outbox, its templates and its delivery."""
