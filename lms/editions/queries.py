"""Every SELECT of 教材の版, and the folder the published content is read from."""

from pathlib import Path

from flask import current_app

from lms.config import Settings


def content_folder() -> Path:
    """The folder that holds the published lessons, facts, questions, scenarios and handouts."""
    settings: Settings = current_app.extensions["settings"]
    return settings.content
