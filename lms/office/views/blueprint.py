"""The blueprint all office pages hang on, and its left rail."""

from flask import Blueprint
from flask_login import current_user

from lms.web.access import Role

bp = Blueprint("office", __name__, url_prefix="/office", template_folder="../templates")

RAIL = (
    ("cohorts", "期", "office.home", Role.OFFICE),
    ("register", "認定台帳", "office.register", Role.OFFICE),
    ("audit", "操作記録", "office.audit", Role.OFFICE),
    ("mail", "メール", "office.mail", Role.OFFICE),
    ("staff", "職員", "office.staff", Role.ADMIN),
)


@bp.app_context_processor
def office_rail() -> dict[str, object]:
    """The places of the desk that are open to this visitor."""
    if not current_user or not current_user.is_authenticated:
        return {}
    return {"office_rail": [(key, text, door) for key, text, door, role in RAIL if role in current_user.roles]}
