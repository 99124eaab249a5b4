"""Who is asking, and whether they may: every view states its permission, every request meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn, TypeVar, cast

from flask import (
    Flask,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select

from maturity.errors import MaturityError
from maturity.offices import by_link, parked
from maturity.offices.forms import SignInForm
from maturity.offices.models import Interest, Membership, Office, Person, Role
from maturity.offices.permissions import (
    JUDGES,
    JUDGING,
    NOBODY,
    Action,
    Actor,
    Grant,
    Thing,
    may,
)
from maturity.offices.registry import OfficeKind
from maturity.web import came_from, now, reading, wants_json

RENEW_AFTER = timedelta(minutes=5)
"""A session is stamped anew at most this often: not with every request."""

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Permission:
    """What a view asks of the person; ``thing`` makes the thing of the route's values."""

    action: Action | None = None
    thing: Callable[..., Thing] | None = None
    public: bool = False


PUBLIC = Permission(public=True)
SIGNED_IN = Permission()


@dataclass(frozen=True, eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The person of this request, read anew with each request."""

    person_id: int
    session_key: str
    name: str
    email: str
    actor: Actor

    def get_id(self) -> str:
        """What the session keeps; of no use once the person's key has changed."""
        return f"{self.person_id}:{self.session_key}"


# --- what views state ------------------------------------------------------------------


def permit(action: Action, thing: Callable[..., Thing] | None = None) -> Callable[[View], View]:
    """The view is for people who may do this, with the thing made of the route's values."""
    return _stating(Permission(action, thing))


def public(view: View) -> View:
    """The view is for everybody."""
    return _stating(PUBLIC)(view)


def signed_in(view: View) -> View:
    """The view is for everybody who has signed in, whatever the roles."""
    return _stating(SIGNED_IN)(view)


def _stating(permission: Permission) -> Callable[[View], View]:
    def state(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return state


def permission_of(view: Callable[..., object]) -> Permission | None:
    """What a view states; None where it was forgotten."""
    return cast("Permission | None", getattr(view, "permission", None))


# --- asking inside a view --------------------------------------------------------------


def current_actor() -> Actor:
    """The person of this request as permissions see it."""
    if current_user.is_authenticated:
        actor: Actor = current_user.actor
        return actor
    guest = by_link.guest()
    return NOBODY if guest is None else Actor(delegation=guest.delegation)


def current_person_id() -> int:
    """The id of the person of this request; sends away those who have not signed in."""
    return current_actor().person_id or _send_away()


class PartialError(MaturityError):
    """Somebody who judges others came to an office of their own."""

    def __init__(self) -> None:
        super().__init__(
            "Anda bekerja di kantor ini atau menyatakan kepentingan atas kantor ini (atau provinsi "
            "di atasnya), sehingga tidak dapat memverifikasi atau memutuskan hasilnya. Mintalah "
            "administrator menugaskan orang lain.",
            "You work for this office or have declared an interest in it (or in the province above "
            "it), so you cannot verify it or decide about its result. Ask an administrator to "
            "assign somebody else.",
            status=403,
        )


def require(action: Action, thing: Thing | None = None) -> None:
    """End the request with 403 (or at the sign-in page, or at that of an ended
    link) unless the person may.

    PartialError where only the person's own interest stands against it.
    """
    actor = current_actor()
    if may(actor, action, thing):
        return
    if action in JUDGING and thing is not None and actor.is_judge and actor.is_partial(thing):
        raise PartialError
    _send_away()


def thing_of(office: Office) -> Thing:
    """An office as permissions see it."""
    return Thing(office.code, office.province_code)


def office_or_404(code: str) -> Office:
    """The office with this code, in the request's reading session."""
    return (reading().get(Office, code) if code.isprintable() else None) or abort(404)


def province_or_404(code: str) -> str:
    """The code of a province, if it is one."""
    return code if office_or_404(code).kind == OfficeKind.PROVINCE else abort(404)


def office_thing(code: str, **_others: object) -> Thing:
    """For ``permit``: the office whose ``<code>`` stands in the route."""
    return thing_of(office_or_404(code))


# --- every request ---------------------------------------------------------------------


def init_app(app: Flask) -> None:
    """Load the person of each request and hold each request to its view's permission."""
    login = LoginManager(app)
    login.session_protection = None  # addresses change on mobile lines
    login.user_loader(_load)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # _renew does it, never on static files
    for endpoint, view in app.view_functions.items():
        if endpoint == "static" or endpoint.startswith("web."):
            _stating(PUBLIC)(view)
    # Before the check of form tokens: an ended session is told to sign in, not "bad form".
    app.before_request_funcs.setdefault(None, []).insert(0, _check)


def _load(identity: str) -> SignedIn | None:
    number, _, key = identity.partition(":")
    age = now().timestamp() - session.get("seen", 0)
    if not number.isdigit() or age > current_app.permanent_session_lifetime.total_seconds():
        return None
    wanted = (
        select(Person.id, Person.name, Person.email, Membership.role, Membership.office_code)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .where(Person.id == int(number), Person.active, Person.session_key == key)
        .order_by(Membership.id)
    )
    rows = reading().execute(wanted).all()
    if not rows:
        return None
    grants = tuple(Grant(Role(row.role), row.office_code) for row in rows if row.role)
    first = rows[0]
    actor = Actor(first.id, grants, _interests(first.id, grants))
    return SignedIn(first.id, key, first.name, first.email, actor)


def _interests(person_id: int, grants: tuple[Grant, ...]) -> frozenset[str]:
    """Offices a judging person is close to; nobody else's are looked up."""
    if not any(grant.role in JUDGES for grant in grants):
        return frozenset()
    declared = select(Interest.office_code).where(
        Interest.person_id == person_id, Interest.ended_at.is_(None)
    )
    return frozenset(reading().scalars(declared))


def _check() -> None:
    if request.endpoint is None:
        return
    permission = permission_of(current_app.view_functions[request.endpoint])
    if permission is None:
        raise RuntimeError(f"the view {request.endpoint} states no permission")
    if request.endpoint != "static":
        _renew()
    if permission.public:
        return
    actor = current_actor()
    if actor == NOBODY or (permission.action is None and actor.person_id is None):
        _send_away()
    if permission.action is not None:
        thing = permission.thing(**(request.view_args or {})) if permission.thing else None
        require(permission.action, thing)


def _renew() -> None:
    if not ("_user_id" in session and current_user.is_authenticated) and by_link.guest() is None:
        return
    present = now().timestamp()
    if present - session["seen"] > RENEW_AFTER.total_seconds():
        session["seen"] = present


def _send_away() -> NoReturn:
    """Refuse those who are known; the others learn how to become so."""
    if current_actor() != NOBODY:
        abort(403)
    if by_link.key_of_session() is not None:
        abort(current_app.make_response(by_link.ended(parked.arriving())))
    _send_to_sign_in()


def _send_to_sign_in() -> NoReturn:
    address = url_for("offices.sign_in", next=_way_back())
    if wants_json():
        words = gettext("Sesi Anda sudah berakhir. Masuk kembali untuk melanjutkan.")
        response = current_app.make_response(({"error": words, "sign_in": address}, 401))
    else:
        response = current_app.make_response(_parked_page() or redirect(address, 303))
    abort(response)


def _parked_page() -> str | None:
    """The sign-in page that carries the form that was sent; None where there is none."""
    kept = parked.arriving()
    if kept is None:
        return None
    form = SignInForm(formdata=None)
    return render_template(
        "offices/sign_in.html", form=form, target=_way_back(), fault="", parked=kept
    )


def _way_back() -> str:
    """The page to return to: this one, or for what was sent the page with the form."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    before = came_from()
    path = before.path if before.netloc == request.host else url_for("web.home")
    return f"{path}?{before.query}" if before.query and before.netloc == request.host else path
