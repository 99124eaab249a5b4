"""The guides show what there is: their pictures exist, their pages are pages, their words stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from maturity.resources import folder
from tests.conftest import ROOT

PLACE = ROOT / "docs" / "panduan"
GUIDES = sorted(PLACE.glob("*.md"))
PICTURES = sorted(path.name for path in (PLACE / "gambar").iterdir())
PICTURE = re.compile(r"!\[([^\]]+)\]\(gambar/([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#]+)")
ADDRESS = re.compile(r"`(/[^`\s]*)`")
QUOTED = re.compile(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)")
EXAMPLES = {"nomor": "7", "periode": "2026", "kantor": "36.71"}
LARGEST, ALL_TOGETHER = 80_000, 2_500_000


def _text(guide: Path) -> str:
    return guide.read_text(encoding="utf-8")


def test_there_is_a_guide_for_everybody() -> None:
    linked = set(LINK.findall(_text(PLACE / "README.md")))
    assert {path.name for path in GUIDES} - {"README.md"} == linked
    assert len(linked) == 5


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_links_lead_somewhere(guide: Path) -> None:
    assert [to for to in LINK.findall(_text(guide)) if not (PLACE / to).is_file()] == []


def test_every_picture_is_there_and_used_once_with_words() -> None:
    found = [match for guide in GUIDES for match in PICTURE.findall(_text(guide))]
    assert sorted(name for _, name in found) == PICTURES
    assert [name for words, name in found if len(words) < 20] == []


def test_pictures_are_small() -> None:
    sizes = {name: (PLACE / "gambar" / name).stat().st_size for name in PICTURES}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) <= ALL_TOGETHER
    for name in PICTURES:
        with Image.open(PLACE / "gambar" / name) as picture:
            assert picture.mode == "P", name


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_address_is_a_page(guide: Path, app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    named = ADDRESS.findall(_text(guide))
    assert named
    for address in named:
        example = re.sub(r"<(\w+)>", lambda match: EXAMPLES[match[1]], address)
        assert routes.test(example, method="GET"), address


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_quoted_words_stand_in_the_application(guide: Path) -> None:
    code = [*folder("templates").rglob("*.html"), *(ROOT / "maturity").rglob("*.py")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in code)
    quoted = {" ".join(words.split()) for words in QUOTED.findall(_text(guide))}
    assert [words for words in sorted(quoted) if words not in said] == []
