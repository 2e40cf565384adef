"""The floor under every table: base class, types, sessions and commands."""
