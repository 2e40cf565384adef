"""Doors of 認定."""

from flask import Blueprint

bp = Blueprint("certification", __name__, template_folder="templates")
