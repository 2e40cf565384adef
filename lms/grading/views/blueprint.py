"""The blueprint of 採点."""

from flask import Blueprint

bp = Blueprint("grading", __name__, url_prefix="/grading", template_folder="../templates")
