"""Verbs of 受験: open a window, start, save, hand in, close what time has ended."""
