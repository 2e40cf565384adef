"""Doors of 採点."""

from flask import Blueprint

bp = Blueprint("grading", __name__, template_folder="templates")
