"""The main menu: what this person can go to, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from maturity.offices.guard import current_actor
from maturity.offices.models import Role
from maturity.offices.permissions import Action, Actor, may


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; ``values`` gives the route's values, or None to hide the line.

    The pages below it are those of its blueprint or, with ``part``, those with it in the path.
    """

    endpoint: str
    label: Callable[[], str]
    values: Callable[[Actor], dict[str, str] | None]
    part: str = ""


def add_entry(app: Flask, entry: Entry) -> None:
    """Let another package put a line at the menu's end."""
    app.extensions["maturity_menu"].append(entry)


def init_app(app: Flask) -> None:
    """Give every page its menu."""
    app.extensions["maturity_menu"] = [
        Entry("survey.start", lambda: gettext("Penilaian saya"), _filling_in),
        Entry("dashboards.rounds", lambda: gettext("Nasional"), _if_may(Action.SEE_ROUND)),
        Entry("offices.people", lambda: gettext("Tim kantor"), _own_team),
        Entry("offices.administration", lambda: gettext("Pengguna"), _if_may(Action.ADMINISTER)),
    ]
    app.context_processor(lambda: {"nav_items": _items()})


def _items() -> list[dict[str, Any]]:
    actor = current_actor()
    if actor.person_id is None:
        return []
    own = Entry("offices.account", lambda: gettext("Akun saya"), _anybody)
    entries = [*cast(list[Entry], current_app.extensions["maturity_menu"]), own]
    known = [entry for entry in entries if entry.endpoint in current_app.view_functions]
    shown = [(entry, entry.values(actor)) for entry in known]
    below = request.endpoint not in {entry.endpoint for entry in known}
    return [
        {
            "label": entry.label(),
            "href": url_for(entry.endpoint, **cast(dict[str, Any], values)),
            "current": _is_current(entry, values, below=below),
        }
        for entry, values in shown
        if values is not None
    ]


def _is_current(entry: Entry, values: dict[str, str], *, below: bool) -> bool:
    """Pages below an entry count too, but the pages of offices are entries of their own."""
    if request.endpoint == entry.endpoint:
        return values == (request.view_args or {}) or not values
    if entry.part:
        return below and entry.part in request.path
    blueprint = entry.endpoint.partition(".")[0]
    return below and blueprint != "offices" and request.blueprint == blueprint


def _anybody(actor: Actor) -> dict[str, str] | None:
    return {}


def _filling_in(actor: Actor) -> dict[str, str] | None:
    return {} if actor.offices else None


def _if_may(action: Action) -> Callable[[Actor], dict[str, str] | None]:
    return lambda actor: {} if may(actor, action) else None


def _own_team(actor: Actor) -> dict[str, str] | None:
    own = [grant.office for grant in actor.grants if grant.role == Role.RESPONSIBLE]
    return {"code": own[0]} if own else None
