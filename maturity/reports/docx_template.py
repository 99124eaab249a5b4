"""A DOCX file as a template: placeholders in Word's own text, filled in by Jinja.

The tags are those people know from the common Word template engines: ``{{ name }}`` for a value,
``{%p for … %}`` in a paragraph and ``{%tr for … %}`` in a table row of its own for what repeats or
is left out. The paragraph or row that holds such a tag goes away with it. Values are plain data.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Emu
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from maturity.errors import MaturityError

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_BLOCK = re.compile(r"\{%(p|tr)\s+(.*?)\s*%\}", re.DOTALL)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PICTURE = re.compile("\ue0ff(.+?)\ue0ff")
_BREAK = Markup('</w:t><w:br/><w:t xml:space="preserve">')
_QUOTES = str.maketrans("‘’“”\u00a0", "''\"\" ")  # what Word makes of typed quotes
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its alternative text; sizes in millimetres."""

    body: bytes
    title: str
    words: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of itself."""

    title: str
    author: str
    subject: str
    language: str
    at: datetime


def fill(
    template: bytes, values: Mapping[str, Any], *, pictures: Mapping[str, Picture], about: About
) -> bytes:
    """The document; same input, same bytes. MaturityError says what is wrong with the template.

    ``picture(name)`` in a template stands for a picture.
    """
    try:
        document = Document(io.BytesIO(template))
        for element in _places(document):
            _replace(element, {**values, "picture": _mark})
    except (TemplateError, etree.XMLSyntaxError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise MaturityError(
            f"Templat DOCX tidak dapat diisi: {error}",
            f"The DOCX template cannot be filled in: {error}",
        ) from error
    _insert(document, pictures)
    _say(document, about)
    packed = io.BytesIO()
    document.save(packed)
    return _timeless(packed.getvalue())


def _places(document: DocxDocument) -> Iterator[Any]:
    yield document.element.body
    for section in document.sections:
        for one in (section.header, section.footer, section.first_page_header,
                    section.first_page_footer):  # fmt: skip
            if not one.is_linked_to_previous:
                yield one._element


# --- filling in -----------------------------------------------------------------------


def _replace(element: Any, values: Mapping[str, Any]) -> None:
    for paragraph in element.iter(qn("w:p")):
        _join_tags(list(paragraph.iter(qn("w:t"))))
    for paragraph in list(element.iter(qn("w:p"))):
        _lift_blocks(paragraph)
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    text = _TAG.sub(_as_typed, re.sub("</?block>", "", text))
    filled = parse_xml(_environment().from_string(text).render(values))
    for cell in filled.iter(qn("w:tc")):
        if cell.find(qn("w:p")) is None:
            cell.append(parse_xml(f'<w:p xmlns:w="{filled.nsmap["w"]}"/>'))
    element[:] = list(filled)


def _join_tags(texts: list[Any]) -> None:
    """Word divides a tag among runs as it likes: the run where it begins gets all of it."""
    starts, whole = [0], ""
    for one in texts:
        whole += one.text or ""
        starts.append(len(whole))
    for tag in reversed(list(_TAG.finditer(whole))):
        first = max(n for n in range(len(texts)) if starts[n] <= tag.start())
        last = max(n for n in range(len(texts)) if starts[n] < tag.end())
        texts[first].set(qn("xml:space"), "preserve")
        if first == last:
            continue
        texts[last].text = texts[last].text[tag.end() - starts[last] :]
        texts[first].text = texts[first].text[: tag.start() - starts[first]] + tag.group()
        for between in texts[first + 1 : last]:
            between.text = ""


def _lift_blocks(paragraph: Any) -> None:
    """Put the tags of a paragraph, or of the row around it, in its place."""
    text = "".join(one.text or "" for one in paragraph.iter(qn("w:t")))
    found = list(_BLOCK.finditer(text))
    if not found:
        return
    place = paragraph
    if found[0][1] == "tr":
        place = next(paragraph.iterancestors(qn("w:tr")), paragraph)
    block = etree.Element("block")
    block.text = "".join(f"{{% {one[2]} %}}" for one in found)
    place.getparent().replace(place, block)


def _as_typed(tag: re.Match[str]) -> str:
    return unescape(tag.group()).translate(_QUOTES)


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, finalize=_plain, undefined=StrictUndefined)


def _plain(value: object) -> object:
    """Text that XML can hold, with its lines; nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    lines = _NOT_XML.sub("", value).splitlines()
    return _BREAK.join(escape(line) for line in lines)


# --- pictures, properties, bytes ------------------------------------------------------


def _mark(name: str) -> str:
    return f"\ue0ff{name}\ue0ff"


def _insert(document: DocxDocument, pictures: Mapping[str, Picture]) -> None:
    for text in list(document.element.body.iter(qn("w:t"))):
        found = _PICTURE.search(text.text or "")
        if found is None:
            continue
        run = text.getparent()
        text.text = _PICTURE.sub("", text.text)
        picture = pictures.get(found[1])
        if picture is not None:
            paragraph = Paragraph(run.getparent(), document)
            _add(Run(run, paragraph), picture)


def _add(run: Run, picture: Picture) -> None:
    millimetre = 36_000
    size = Emu(int(picture.width * millimetre)), Emu(int(picture.height * millimetre))
    shape = run.add_picture(io.BytesIO(picture.body), width=size[0], height=size[1])
    about = shape._inline.docPr
    about.set("title", picture.title)
    about.set("descr", picture.words)


def _say(document: DocxDocument, about: About) -> None:
    facts = document.core_properties
    facts.title, facts.author, facts.subject = about.title[:255], about.author, about.subject[:255]
    facts.language, facts.last_modified_by = about.language, about.author
    facts.created = facts.modified = about.at.replace(tzinfo=None, microsecond=0)
    facts.revision = 1


def _timeless(packed: bytes) -> bytes:
    """The same file without the moment at which it was written."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.infolist():
            about = zipfile.ZipInfo(one.filename, _LONG_AGO)
            new.writestr(about, old.read(one), zipfile.ZIP_DEFLATED)
    return made.getvalue()
