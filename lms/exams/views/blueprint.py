"""The blueprint of 受験; its doors to an attempt stay open while new terms await consent, so that nobody is kept from saving."""

from flask import Blueprint

bp = Blueprint("exams", __name__, template_folder="../templates")
