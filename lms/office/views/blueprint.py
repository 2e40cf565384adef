"""The blueprint all office pages hang on."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office", template_folder="../templates")
