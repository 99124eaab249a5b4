"""What was found of a link, in words. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from maturity.survey.instrument import Text
from maturity.survey.link_guard import Fault
from maturity.survey.link_models import ArchivedLink

NOT_CHECKED = Text("Tautan tidak diperiksa.", "The link is not checked.")
NOT_YET = Text("Belum diperiksa.", "Not checked yet.")
_FAULTS = {
    Fault.ADDRESS: Text("alamat ini tidak diperiksa", "this kind of address is not checked"),
    Fault.NAME: Text("nama situsnya tidak ditemukan", "there is no site of that name"),
    Fault.INSIDE: Text("mengarah ke jaringan yang tidak publik", "leads into a private network"),
    Fault.CONNECTION: Text("situsnya tidak dapat dihubungi", "the site cannot be reached"),
    Fault.TLS: Text("sertifikat situsnya tidak sah", "the site's certificate is not valid"),
    Fault.TIMEOUT: Text("situsnya terlalu lama menjawab", "the site took too long to answer"),
    Fault.REDIRECTS: Text("terlalu banyak pengalihan", "too many redirects"),
    Fault.ANSWER: Text("jawaban situsnya tidak dapat dipahami", "the answer makes no sense"),
}
_GONE, _BARRED = (404, 410), (401, 403)


def found_words(check: ArchivedLink) -> Text:
    """What one check found: "dapat dibuka", "tidak ditemukan (404)" and the like."""
    if check.error:
        known = {str(fault): words for fault, words in _FAULTS.items()}
        why = known.get(check.error, Text(check.error, check.error))
        return Text(f"tidak dapat dibuka: {why.id}", f"could not be opened: {why.en}")
    status = check.status or 0
    if 200 <= status < 300:
        return _opened(check)
    if status in _GONE:
        return Text(f"tidak ditemukan ({status})", f"not found ({status})")
    if status in _BARRED:
        return Text(f"tidak terbuka untuk umum ({status})", f"not open to the public ({status})")
    return Text(f"tidak dapat dibuka ({status})", f"could not be opened ({status})")


def _opened(check: ArchivedLink) -> Text:
    """A site that leads elsewhere often has lost the page: say where it led."""
    if _place(check.final_url) == _place(check.url):
        return Text("dapat dibuka", "opens")
    return Text(
        f"dapat dibuka, tetapi dialihkan ke {check.final_url}",
        f"opens, but leads to {check.final_url}",
    )


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return host, parts.path.rstrip("/"), parts.query
