"""Pages of offices."""

from __future__ import annotations

from flask import Blueprint, Flask

from maturity.offices import guard, navigation

bp = Blueprint("offices", __name__)


def init_app(app: Flask) -> None:
    """Add these pages, the check of permissions and the menu to an application."""
    app.register_blueprint(bp)
    guard.init_app(app)
    navigation.init_app(app)
