"""Pages of offices."""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("offices", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)
