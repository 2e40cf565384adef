"""Every SELECT of 受験, one file per thing that is asked for."""
