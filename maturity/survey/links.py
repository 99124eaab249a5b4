"""Links that an office hands in: public web addresses only. Pure: nothing is looked up."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from maturity.survey.instrument import Text

MAX_LINK = 2_000


class UnreadableError(ValueError):
    """A raw answer that cannot be taken; ``text`` says why, in both languages."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.text = Text(indonesian, english)


def clean(raw: str) -> str:
    """Without control characters other than line breaks and tabs, and without outer space."""
    kept = (c for c in raw if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    return "".join(kept).replace("\r", "").strip()


_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+")
_NUMERIC = r"(0x[0-9a-f]*|[0-9]+)"
_INSIDE = (".local", ".internal", ".intranet", ".lan", ".localhost", ".localdomain", ".home",
           ".home.arpa")  # fmt: skip


def link(raw: str) -> str:
    """A public http(s) address; "https://" is added where it is missing."""
    raw = clean(raw).replace(" ", "%20")
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", raw) or re.match(r"[\w.-]+:\d+(/|$)", raw):
        raw = f"https://{raw}"
    try:
        parts = urlsplit(raw)
        host = unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".")
    except ValueError:
        parts, host = urlsplit("about:"), ""
    web = parts.scheme.lower() in ("http", "https") and _HOST.fullmatch(host)
    if len(raw) > MAX_LINK or not web:
        raise UnreadableError(
            "Tautan harus berupa alamat web yang diawali https://.",
            "A link must be a web address that begins with https://.",
        )
    if parts.username or parts.password or _internal(host):
        raise UnreadableError(
            "Tautan ini tidak dapat dibuka dari luar kantor; gunakan alamat publik.",
            "This link cannot be opened from outside; use a public address.",
        )
    return raw


def _internal(host: str) -> bool:
    host = host.rstrip(".").casefold()
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    if re.fullmatch(rf"{_NUMERIC}(\.{_NUMERIC})*", host):  # other spellings of an IP address
        return True
    return "." not in host or host.endswith(_INSIDE)
