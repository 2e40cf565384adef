"""Decisions of the manual: its plan, how answers come together in it, and its links."""
