"""The blueprint all office pages hang on, and its left rail."""

from flask import Blueprint, current_app
from flask_login import current_user

from lms.office.views.places import cohort_places
from lms.web.access import audiences_of

bp = Blueprint("office", __name__, url_prefix="/office", template_folder="../templates")

RAIL = (
    ("cohorts", "期", "office.home"),
    ("register", "認定台帳", "office.register"),
    ("posting", "発送", "office.all_posting"),
    ("editions", "教材の版", "office.editions"),
    ("handouts", "配布資料", "office.handouts"),
    ("sheets", "ロールプレイシート", "scenarios.index"),
    ("review", "問題の査読", "office.review"),
    ("rubrics", "採点基準", "office.rubrics"),
    ("exchange", "問題の入出力", "office.exchange"),
    ("appeals", "異議申立て", "office.appeals"),
    ("complaints", "ご意見・苦情", "office.complaints"),
    ("audit", "操作記録", "office.audit"),
    ("mail", "メール", "office.mail"),
    ("staff", "職員", "office.staff"),
)


@bp.context_processor
def office_places() -> dict[str, object]:
    """The pages of a cohort, for the row of links above each of them."""
    return {"cohort_places": cohort_places}


@bp.app_context_processor
def office_rail() -> dict[str, object]:
    """The places of the desk that are open to this visitor."""
    if not current_user or not current_user.is_authenticated:
        return {}
    roles = current_user.roles
    return {"office_rail": [place for place in RAIL if roles & audiences_of(current_app, place[2])]}
