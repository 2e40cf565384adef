"""Commands of `flask --app wsgi`, in groups named after what they look after."""

from flask import Flask


def register(app: Flask) -> None:
    """Attach every command group."""
