"""Doors of 教材."""

from flask import Blueprint

bp = Blueprint("lessons", __name__, template_folder="templates")
