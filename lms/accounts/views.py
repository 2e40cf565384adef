"""Doors of 利用者."""

from flask import Blueprint

bp = Blueprint("accounts", __name__, template_folder="templates")
