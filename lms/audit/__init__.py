"""操作記録: who did what to what, append-only."""
