"""The blueprint of マイページ."""

from flask import Blueprint

bp = Blueprint("mypage", __name__, template_folder="../templates")
