"""Collects the message ids (Indonesian) and keeps the English catalogue: make translations.

Without arguments: adds new message ids to the catalogue (empty), drops unused ones, and
compiles it. With ``--check``: writes nothing, exits 1 when something is missing or stale.
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "maturity/translations/en/LC_MESSAGES/messages.po"
METHODS = [
    ("maturity/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/mail/**.txt", "jinja2"),
]
OPTIONS = {"templates/**.html": {"trimmed": "true"}, "templates/mail/**.txt": {"trimmed": "true"}}
FIELD = re.compile(r"%(?:\(\w+\)[sd]|%)")


def collected() -> set[str]:
    """All message ids in code and templates."""
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(ROOT), METHODS, OPTIONS, keywords)
    return {str(message) for _, _, message, _, _ in found if message}


def catalogue() -> Catalog:
    """The English catalogue as it is."""
    with PLACE.open("rb") as file:
        return read_po(file, locale="en")


def problems(wanted: set[str], have: Catalog) -> list[str]:
    """What is missing, stale, or has other fields than its original."""
    said = {str(m.id): str(m.string) for m in have if m.id}
    found = [f"not translated: {one!r}" for one in sorted(wanted) if not said.get(one)]
    found += [f"no longer used: {one!r}" for one in sorted(said.keys() - wanted)]
    for original, english in sorted(said.items()):
        if english and sorted(FIELD.findall(original)) != sorted(FIELD.findall(english)):
            found.append(f"other fields: {original!r} / {english!r}")
    compiled = PLACE.with_suffix(".mo")
    if not compiled.is_file():
        return [*found, "not compiled"]
    with compiled.open("rb") as file:
        packed = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    return found if packed == {k: v for k, v in said.items() if v} else [*found, "stale .mo"]


def renew(wanted: set[str], have: Catalog) -> None:
    """Write the catalogue with just the wanted ids, and its compiled form."""
    said = {str(m.id): str(m.string) for m in have if m.id}
    new = Catalog(locale="en", project="maturity", header_comment="# English. CC BY 4.0")
    for one in sorted(wanted):
        new.add(one, said.get(one, ""))
    text = BytesIO()
    write_po(text, new, width=100, omit_header=True, sort_output=True)
    PLACE.write_bytes(b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
                      b'"Language: en\\n"\n\n' + text.getvalue())  # fmt: skip
    packed = BytesIO()
    write_mo(packed, catalogue())
    PLACE.with_suffix(".mo").write_bytes(packed.getvalue())


def main() -> int:
    """Renew or check; list what is left to translate."""
    if "--check" not in sys.argv:
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        renew(collected(), catalogue() if PLACE.is_file() else Catalog(locale="en"))
    found = problems(collected(), catalogue())
    print("\n".join(found) or "The English catalogue is complete.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
