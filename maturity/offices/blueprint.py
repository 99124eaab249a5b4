"""The blueprint that all pages of offices share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("offices", __name__)
