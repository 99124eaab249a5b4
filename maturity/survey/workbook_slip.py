"""The slip in a workbook's hidden sheet: whose it is, what was seen, and what signs both. Pure."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maturity.errors import MaturityError

FORMAT, VERSION = "maturity-workbook", "1"
_SEEN = "seen:"
_FIELDS = ("assessment", "office", "round", "fingerprint", "shape", "language", "made_at")


class WorkbookError(MaturityError):
    """A file that cannot be taken as a whole; nothing was changed."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(indonesian, english, field="file", status=422)


@dataclass(frozen=True, slots=True)
class Slip:
    """What a workbook says of itself; ``versions`` are those its answers had, by item."""

    assessment: str
    office: str
    round: str
    fingerprint: str
    shape: str
    language: str
    made_at: str
    versions: Mapping[str, int] = field(default_factory=dict)

    def rows(self, secret: str) -> list[tuple[str, str]]:
        """The rows of the hidden sheet, the signature last."""
        body = [("format", FORMAT), ("version", VERSION)]
        body += [(name, str(getattr(self, name))) for name in _FIELDS]
        body += [(_SEEN + key, str(version)) for key, version in sorted(self.versions.items())]
        return [*body, ("signature", _signature(body, secret))]

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str]], secret: str) -> Slip:
        """The slip of these rows; WorkbookError where it is none of ours or was altered."""
        said = dict(rows)
        if said.get("format") != FORMAT:
            raise not_ours()
        if said.get("version") != VERSION:
            raise outdated()
        body = [row for row in rows if row[0] != "signature"]
        signed, wanted = said.get("signature", ""), _signature(body, secret)
        good = hmac.compare_digest(signed.encode(), wanted.encode())
        if not good or len(said) != len(rows):
            raise altered()
        seen = {k.removeprefix(_SEEN): int(v) for k, v in body if k.startswith(_SEEN)}
        return cls(**{name: said[name] for name in _FIELDS}, versions=seen)


def _signature(body: Sequence[tuple[str, str]], secret: str) -> str:
    key = hmac.digest(secret.encode(), b"maturity offline workbook", "sha256")
    plain = json.dumps([list(row) for row in body], ensure_ascii=True)
    return hmac.digest(key, plain.encode(), "sha256").hex()


def not_ours() -> WorkbookError:
    """The file is no workbook that was downloaded here."""
    return WorkbookError(
        "Berkas ini bukan lembar kerja XLSX yang diunduh dari aplikasi ini.",
        "This file is not an XLSX workbook that was downloaded from this application.",
    )


def outdated() -> WorkbookError:
    """The file was made for other questions than those asked now."""
    return WorkbookError(
        "Lembar kerja ini dibuat untuk versi kuesioner yang lain. Unduh lembar kerja baru, "
        "salin jawaban Anda ke dalamnya, lalu unggah kembali.",
        "This workbook was made for another version of the questionnaire. Download a new one, "
        "copy your answers into it, then upload that.",
    )


def altered() -> WorkbookError:
    """The hidden sheet is not as it was made."""
    return WorkbookError(
        "Tanda pengenal di dalam lembar kerja ini telah diubah, sehingga tidak dapat dipercaya. "
        "Unduh lembar kerja baru, salin jawaban Anda ke dalamnya, lalu unggah kembali.",
        "The identification inside this workbook has been altered, so it cannot be trusted. "
        "Download a new one, copy your answers into it, then upload that.",
    )
