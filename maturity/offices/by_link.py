"""People who come by a link: no account, no role, one section for some days.

What links exist is known by the part that makes them: it hands a ``Door`` to the application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, g
from flask import session as cookie
from flask.typing import ResponseReturnValue

from maturity.offices.parked import Parked
from maturity.offices.permissions import Delegation
from maturity.web import now

_KEY = "section_link"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a link, by the name the office gave."""

    name: str
    delegation: Delegation


@dataclass(frozen=True, slots=True)
class Door:
    """``find`` gives the guest of a link's key, None once it has ended; ``ended`` is the answer
    to whoever comes with such a key all the same, with the form that was sent."""

    find: Callable[[str], Guest | None]
    ended: Callable[[str, Parked | None], ResponseReturnValue]


def set_door(app: Flask, door: Door) -> None:
    """Let people in by links, and give pages the ``guest`` of the request."""
    app.extensions["maturity_link_door"] = door
    app.context_processor(lambda: {"guest": guest()})


def guest() -> Guest | None:
    """Who came by a link in this session; looked up with each request, so that an ended link
    ends at once."""
    if "guest" not in g:
        key = key_of_session()
        g.guest = _door().find(key) if key is not None and _is_fresh() else None
    found: Guest | None = g.guest
    return found


def key_of_session() -> str | None:
    """The key of the link with which this session began, whatever it is worth now."""
    key = None if "_user_id" in cookie else cookie.get(_KEY)
    return key if isinstance(key, str) else None


def begin(key: str) -> None:
    """Start a session for whoever holds a link, with nothing of what the browser held before."""
    language = cookie.get("locale")
    cookie.clear()
    g.pop("csrf_token", None)  # it belonged to the session before
    g.pop("guest", None)
    cookie.permanent = True
    cookie["seen"] = now().timestamp()
    cookie[_KEY] = key
    if language:
        cookie["locale"] = language


def end() -> None:
    """End the session; the link stays what it is."""
    language = cookie.get("locale")
    cookie.clear()
    g.pop("csrf_token", None)
    g.pop("guest", None)
    if language:
        cookie["locale"] = language


def ended(kept: Parked | None) -> ResponseReturnValue:
    """The answer to whoever comes with a link that has ended."""
    return _door().ended(key_of_session() or "", kept)


def _door() -> Door:
    door: Door = current_app.extensions["maturity_link_door"]
    return door


def _is_fresh() -> bool:
    age = now().timestamp() - cookie.get("seen", 0)
    return age <= current_app.permanent_session_lifetime.total_seconds()
