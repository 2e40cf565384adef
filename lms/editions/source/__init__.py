"""Editions as archives and as folders: bytes in, files out, and back."""
