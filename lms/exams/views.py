"""Doors of 受験."""

from flask import Blueprint

bp = Blueprint("exams", __name__, template_folder="templates")
