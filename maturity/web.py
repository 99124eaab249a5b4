"""What every page shares: sessions, language, security headers, files, words for numbers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale, get_translations, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import CSRFProtect
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from maturity.config import Settings
from maturity.db import Database
from maturity.errors import MaturityError
from maturity.resources import folder

LOCALES = ("id", "en")
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
MAX_BODY = 2_000_000
MIN_COMPRESS = 600
csrf = CSRFProtect()
bp = Blueprint("web", __name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What a running application has at hand; the clock is passed in by tests."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def services() -> Services:
    """The services of the current application."""
    return cast(Services, current_app.extensions["maturity"])


def now() -> datetime:
    """The present moment, UTC, by the application's clock."""
    return services().now()


def reading() -> Session:
    """The request's session for reading; closed when the request ends."""
    if "reading" not in g:
        g.reading_context = services().database.read()
        g.reading = g.reading_context.__enter__()
    return cast(Session, g.reading)


def writing() -> AbstractContextManager[Session]:
    """A session for writing, committed at the end of the ``with``. Ends the reading one,
    so that what is read afterwards is what was written."""
    _end_reading(None)
    return services().database.write()


def _end_reading(error: BaseException | None) -> None:
    context = g.pop("reading_context", None)
    g.pop("reading", None)
    if context is not None:
        context.__exit__(None, None, None)


def init_app(app: Flask, settings: Settings, *, now: Callable[[], datetime] | None = None) -> None:
    """Give an application everything that its pages share."""
    clock = now or (lambda: datetime.now(UTC))
    app.extensions["maturity"] = Services(settings, Database(settings.database), clock)
    Babel(app, locale_selector=locale, default_translation_directories=_translations())
    app.jinja_env.install_gettext_callables(_say, _say_many, newstyle=True)  # type: ignore[attr-defined]
    csrf.init_app(app)
    app.teardown_appcontext(_end_reading)
    app.after_request(_finish)
    app.register_error_handler(MaturityError, _maturity_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    for fault in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(fault, _unavailable)
    app.context_processor(_page_context)
    app.jinja_env.filters.update(number=number, moment=moment, day=day, in_locale=in_locale)
    app.jinja_env.globals.update(asset=asset, here=here)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule("/static/<path:filename>", "static", static_file)
    app.register_blueprint(bp)


def _translations() -> str:
    return str(Path(__file__).parent / "translations")


# --- language -------------------------------------------------------------------------


def locale() -> str:
    """The reader's language: chosen before, else Indonesian."""
    chosen = session.get("locale")
    return chosen if chosen in LOCALES else "id"


def _say(words: str) -> str:
    """A template's text in the page's language; the catalogue is looked up once a request."""
    return _catalogue().ugettext(words)


def _say_many(one: str, many: str, number: int) -> str:
    return _catalogue().ungettext(one, many, number)


def _catalogue() -> Any:
    language = str(get_locale() or "id")
    found = g.get("catalogue")
    if found is None or found[0] != language:
        found = g.catalogue = (language, get_translations())
    return found[1]


def in_locale(words: Any) -> str:
    """The instrument's words in the reader's language."""
    return "" if words is None else str(words.in_(locale()))


@bp.post("/language")
def set_language() -> ResponseReturnValue:
    """Switch the language and return to the page."""
    chosen = request.form.get("lang", "")
    if chosen not in LOCALES:
        abort(400)
    session["locale"] = chosen
    return redirect(safe_next(request.form.get("next")))


def safe_next(target: str | None) -> str:
    """A path of our own to go back to; the start page for anything else.

    Browsers skip control characters, so that ``/<tab>/host`` is another host: none is let through.
    """
    plain = target is not None and target.isprintable() and "\\" not in target
    if target is None or not plain or not target.startswith("/") or target.startswith("//"):
        return url_for("web.home")
    return target


def came_from() -> SplitResult:
    """The page that a request says it comes from; empty parts for none, or for nonsense."""
    try:
        return urlsplit(request.referrer or "")
    except ValueError:
        return urlsplit("")


def here() -> str:
    """The own address, for coming back to: without what cannot stand in a page."""
    return "".join(c for c in request.full_path if c.isprintable()).rstrip("?")


# --- words for numbers and moments ----------------------------------------------------


def round_half_up(value: float, digits: int) -> Decimal:
    """Round once, half up, after float noise is gone (9 decimals)."""
    exact = Decimal(repr(round(value, 9)))
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def format_number(value: float | None, digits: int, language: str) -> str:
    """A number as people of that language write it; a dash for unknown."""
    if value is None:
        return "–"
    plain = f"{round_half_up(value, digits):,f}"
    return plain if language == "en" else plain.translate(str.maketrans(",.", ".,"))


def number(value: float | None, digits: int = 2) -> str:
    """Template filter: a number in the reader's language."""
    return format_number(value, digits, locale())


MONTHS_ID = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_day(value: date, language: str) -> str:
    """``21 November 2026`` in both languages."""
    months = MONTHS_EN if language == "en" else MONTHS_ID
    return f"{value.day} {months[value.month - 1]} {value.year}"


def format_moment(value: datetime, zone: str, language: str) -> str:
    """``21 November 2026, 14.02 WIB``: in the office's own zone, always named."""
    there = value.astimezone(ZoneInfo(zone))
    clock = f"{there:%H:%M}" if language == "en" else f"{there:%H.%M}"
    return f"{format_day(there, language)}, {clock} {ZONES.get(zone, zone)}"


def moment(value: datetime | None, zone: str = "Asia/Jakarta") -> str:
    """Template filter: a moment in an office's zone."""
    return "–" if value is None else format_moment(value, zone, locale())


def day(value: date | datetime | None) -> str:
    """Template filter: a day."""
    return "–" if value is None else format_day(value, locale())


# --- files ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of ours with its fingerprint, plain and compressed."""

    body: bytes
    packed: bytes | None
    kind: str
    fingerprint: str


@lru_cache(maxsize=256)
def _static(name: str) -> StaticFile | None:
    root = folder("static")
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
    except (OSError, ValueError):  # a name that no file can have
        return None
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "font/woff2" if path.suffix == ".woff2" else kind
    text_like = kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml"))
    packed = gzip.compress(body, 9, mtime=0) if text_like else None
    return StaticFile(body, packed, kind, hashlib.sha256(body).hexdigest()[:12])


def asset(name: str) -> str:
    """The address of one of our files, with its fingerprint."""
    file = _static(name)
    if file is None:
        raise LookupError(f"there is no static file {name!r}")
    return url_for("static", filename=name, v=file.fingerprint)


def static_file(filename: str) -> ResponseReturnValue:
    """One of our files; for a year when asked for by its fingerprint."""
    file = _static(filename)
    if file is None:
        abort(404)
    packed = file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(file.packed if packed else file.body, mimetype=file.kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if file.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    known = request.args.get("v") == file.fingerprint
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000 if known else 3600
    if known:
        response.cache_control.immutable = True
    response.set_etag(file.fingerprint + ("-gz" if packed else ""))
    return response.make_conditional(request)


# --- every response -------------------------------------------------------------------


def _nonce() -> str:
    """The request's nonce, also where an answer is made before any view is asked."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _page_context() -> dict[str, Any]:
    return {
        "locale": locale(),
        "csp_nonce": _nonce(),
        "demo": is_demo(),
        "format_moment": moment,
    }


def is_demo() -> bool:
    """Whether this installation holds made-up data only."""
    return bool(current_app.config.get("MATURITY_DEMO", False))


def _finish(response: Response) -> Response:
    headers = response.headers
    nonce = _nonce()
    headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if services().settings.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        return _compressed(response)
    return response


def _compressed(response: Response) -> Response:
    kinds = ("text/", "application/json", "image/svg+xml")
    wants = "gzip" in request.headers.get("Accept-Encoding", "")
    if not wants or response.direct_passthrough or response.is_streamed:
        return response
    if "Content-Encoding" in response.headers or not (response.mimetype or "").startswith(kinds):
        return response
    body = response.get_data()
    if len(body) >= MIN_COMPRESS:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


# --- errors ---------------------------------------------------------------------------


def wants_json() -> bool:
    """Whether the caller is a script of ours and not a person looking at a page."""
    return request.accept_mimetypes.best == "application/json" or request.is_json


def error_page(
    status: int, *, title: str, message: str, what_next: list[str], reference: str = ""
) -> ResponseReturnValue:
    """An error as a page, or as JSON for scripts."""
    if wants_json():
        return {"error": message, "reference": reference}, status
    body = render_template(
        "error.html", title=title, message=message, what_next=what_next, reference=reference
    )
    return body, status


def _maturity_error(error: MaturityError) -> ResponseReturnValue:
    message = error.message_en if locale() == "en" else error.message_id
    return error_page(
        error.status,
        title=gettext("Permintaan tidak dapat dijalankan"),
        message=message,
        what_next=[gettext("Kembali ke halaman sebelumnya; isian Anda yang tersimpan tetap ada.")],
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    title, message, what_next = _WORDS.get(status, _REFUSED)
    said = [str(line) for line in what_next]
    return error_page(status, title=str(title), message=str(message), what_next=said)


_HOME = _("Mulai lagi dari halaman awal.")
_WORDS = {
    400: (
        _("Permintaan tidak lengkap atau formulir sudah kedaluwarsa"),
        _("Isian yang sudah tersimpan tetap aman, tetapi permintaan ini tidak diterima."),
        [_("Muat ulang halaman sebelumnya, lalu kirim kembali.")],
    ),
    401: (
        _("Anda perlu masuk"),
        _("Halaman ini hanya untuk pengguna yang sudah masuk."),
        [_("Masuk, lalu buka kembali halaman ini.")],
    ),
    403: (
        _("Anda tidak berhak membuka halaman ini"),
        _("Halaman ini milik kantor lain atau memerlukan peran lain."),
        [_("Periksa alamat halaman."), _("Hubungi administrator bila ini keliru.")],
    ),
    404: (
        _("Halaman tidak ditemukan"),
        _("Alamat yang Anda buka tidak ada di aplikasi ini."),
        [_("Periksa alamat halaman."), _HOME],
    ),
    413: (
        _("Kiriman terlalu besar"),
        _("Kiriman Anda melebihi batas ukuran. Isian yang sudah tersimpan tetap aman."),
        [_("Persingkat teks atau pilih berkas yang lebih kecil, lalu kirim kembali.")],
    ),
    429: (
        _("Terlalu banyak percobaan"),
        _("Demi keamanan, percobaan dari alamat ini dibatasi sementara."),
        [_("Tunggu sebentar, lalu coba lagi.")],
    ),
}
_REFUSED = (
    _("Permintaan tidak dapat dijalankan"),
    _("Aplikasi tidak dapat menjalankan permintaan ini."),
    [_HOME],
)


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    current_app.logger.exception("unexpected error %s", reference)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return error_page(
        500,
        title=gettext("Terjadi kesalahan di server"),
        message=gettext("Kesalahan sudah dicatat. Jawaban yang tersimpan tetap aman."),
        what_next=[gettext("Coba lagi beberapa saat lagi.")],
        reference=reference,
    )


def _unavailable(_error: Exception) -> ResponseReturnValue:
    """The database is gone, full or locked: said without asking it who is signed in."""
    reference = secrets.token_hex(4)
    current_app.logger.exception("database unavailable %s", reference)
    message = gettext("Basis data sedang tidak dapat dihubungi. Yang sudah tersimpan tetap aman.")
    if wants_json():
        return {"error": message, "reference": reference}, 503
    again = gettext("Tunggu satu menit, lalu muat ulang halaman ini.")
    if request.method == "POST":
        again = gettext(
            "Kiriman terakhir belum tersimpan. Tunggu satu menit, tekan tombol kembali di peramban "
            "(isian Anda biasanya masih ada di sana), lalu kirim lagi."
        )
    page = current_app.jinja_env.get_template("unavailable.html")
    title = gettext("Basis data tidak dapat dihubungi")
    body = page.render(language=locale(), title=title, message=message, what_next=[again],
                       reference=reference)  # fmt: skip
    return body, 503, {"Retry-After": "60"}


# --- pages of no feature --------------------------------------------------------------


@bp.get("/")
def home() -> ResponseReturnValue:
    """The start page: where a person's work is."""
    return redirect(url_for("survey.start"))


@bp.get("/about")
def about() -> str:
    """Method and sources."""
    return render_template("web/about.html")


@bp.get("/accessibility")
def accessibility() -> str:
    """What was done for accessibility, and where to report a barrier."""
    return render_template("web/accessibility.html")


@bp.get("/gaya")
def style_guide() -> str:
    """Every component in each of its states."""
    return render_template("style_guide.html")


@bp.get("/health")
def health() -> ResponseReturnValue:
    """Whether the application and its database answer."""
    reading().execute(text("SELECT 1"))
    return {"status": "ok"}


@contextmanager
def page_of(app: Flask) -> Iterator[None]:
    """A context in which templates can be rendered outside a request."""
    with app.test_request_context():
        yield
