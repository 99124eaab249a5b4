"""The application factory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from maturity import web
from maturity.config import Settings
from maturity.dashboards import views as dashboards
from maturity.offices import views as offices
from maturity.operations import views as operations
from maturity.reports import views as reports
from maturity.resources import folder
from maturity.round_reports import views as round_reports
from maturity.survey import views as survey


def create_app(
    settings: Settings | None = None, *, now: Callable[[], datetime] | None = None
) -> Flask:
    """The web application for these settings (default: from the environment)."""
    settings = settings or Settings.from_environment()
    app = Flask("maturity", static_folder=None, template_folder=str(folder("templates")))
    app.config.update(
        SECRET_KEY=settings.secret(),
        MAX_CONTENT_LENGTH=web.MAX_BODY,
        MAX_FORM_MEMORY_SIZE=web.MAX_BODY,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_NAME="maturity",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        **settings.extra,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    web.init_app(app, settings, now=now)
    for feature in (offices, survey, dashboards, reports, round_reports, operations):
        feature.init_app(app)
    return app
