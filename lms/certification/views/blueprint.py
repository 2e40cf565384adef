"""The blueprint of 認定, with the words of its enums for every template."""

from typing import Any

from flask import Blueprint

from lms.certification import labels

bp = Blueprint("certification", __name__, template_folder="../templates")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room's enums, for templates."""
    return {"certification_words": labels}
