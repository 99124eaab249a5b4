"""What archives (PDF/A-2a, ISO 19005-2) and screen readers (PDF/UA-1) need, checked on the file.

veraPDF, the validator of the archives, is Java and comes in none of the registries that the tests
may use; so its rules that can concern our documents are looked at here, one by one. The rules of
PDF/UA-1 are looked at by ``pdfua``, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree as ET

import pikepdf

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFAID, PDFUAID = "{http://www.aiim.org/pdfa/ns/id/}", "{http://www.aiim.org/pdfua/ns/id/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
PREDEFINED = ("http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/pdf/1.3/",
              "http://ns.adobe.com/xap/1.0/", "http://www.aiim.org/pdfa/ns/id/",
              "http://www.aiim.org/pdfa/ns/extension/")  # fmt: skip
ACTIONS = {"/URI", "/GoTo"}
BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"}
FORBIDDEN = ("/JS", "/AA", "/EF", "/EmbeddedFiles", "/Alternates", "/OPI", "/PS", "/Ref", "/XFA",
             "/TR", "/HTP", "/RichMedia", "/OCProperties", "/OpenAction",
             "/NeedsRendering")  # fmt: skip
KNOWN_TAGS = {"/Document", "/Part", "/Sect", "/Div", "/P", "/H", "/H1", "/H2", "/H3", "/H4", "/L",
              "/LI", "/Lbl", "/LBody", "/Table", "/TR", "/TH", "/TD", "/THead", "/TBody",
              "/TFoot", "/Caption", "/Figure", "/Span", "/Link", "/Form", "/Note", "/BlockQuote",
              "/NonStruct", "/Annot", "/Code", "/Quote", "/Reference", "/Art"}  # fmt: skip
PAINTS = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh", "EI"}
PRINT, UNSEEN = 4, 1 | 2 | 32


def faults_of(body: bytes) -> list[str]:
    """What stands against the file; nothing when it may be kept and read to people."""
    found = [] if body[:9] == b"%PDF-1.7\n" else ["another version than 1.7"]
    comment = body.splitlines()[1]
    if comment[:1] != b"%" or any(byte < 128 for byte in comment[1:5]):
        found.append("no comment of binary bytes after the first line")
    with pikepdf.open(BytesIO(body)) as document:
        if document.is_encrypted:
            found.append("encrypted")
        if "/ID" not in document.trailer:
            found.append("no file identifier")
        for check in (_catalog, _intent, _metadata, _objects, _fonts, _annotations, _tree):
            found.extend(check(document))
        found.extend(_content(document))
    return found


# --- PDF/A ----------------------------------------------------------------------------


def _catalog(document: pikepdf.Pdf) -> Iterator[str]:
    root = document.Root
    if not str(root.get("/Lang", "")).strip():
        yield "no language"
    if not bool(root.get("/MarkInfo", {}).get("/Marked", False)):
        yield "not marked as tagged"
    if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
        yield "the title is not shown"
    if not str(document.docinfo.get("/Title", "")).strip():
        yield "no title"


def _intent(document: pikepdf.Pdf) -> Iterator[str]:
    """Colours of the device mean what the profile says."""
    intents = list(document.Root.get("/OutputIntents", []))
    if [str(one.get("/S")) for one in intents] != ["/GTS_PDFA1"]:
        yield "not one output intent of PDF/A"
        return
    if not str(intents[0].get("/OutputConditionIdentifier", "")):
        yield "an output intent without a name"
    profile = intents[0].get("/DestOutputProfile")
    data = b"" if profile is None else profile.read_bytes()
    if data[36:40] != b"acsp" or data[16:20] != b"RGB " or int(profile.get("/N", 0)) != 3:
        yield "the output intent has no RGB profile"


def _metadata(document: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in document.Root:
        yield "no XMP metadata"
        return
    text = document.Root.Metadata.read_bytes()
    parts = ET.fromstring(text).findall(f"{RDF}RDF")
    if len(parts) != 1:
        yield f"{len(parts)} blocks of metadata instead of one"
    said: dict[str, str] = {}
    for one in (each for part in parts for each in part):
        said |= {name: value for name, value in one.attrib.items() if not name.startswith(RDF)}
        said |= {child.tag: " ".join("".join(child.itertext()).split()) for child in one}
    wanted = {f"{PDFAID}part": "2", f"{PDFAID}conformance": "A", f"{PDFUAID}part": "1"}
    yield from (f"{name} is not {value}" for name, value in wanted.items()
                if said.get(name) != value)  # fmt: skip
    described = {one.text for one in ET.fromstring(text).iter(f"{SCHEMA}namespaceURI")}
    spaces = {name[1:].partition("}")[0] for name in said}
    yield from (f"nobody explains {one}" for one in spaces - set(PREDEFINED) - described)
    if said.get("{http://purl.org/dc/elements/1.1/}title") != str(document.docinfo.get("/Title")):
        yield "two titles"


def _objects(document: pikepdf.Pdf) -> Iterator[str]:
    """No script, no file inside, nothing from outside, no filter or colour that is not allowed."""
    for one in (each for top in document.objects for each in _nested(top)):
        yield from (f"{key} in an object" for key in FORBIDDEN if key in one)
        if str(one.get("/Type", "")) == "/ExtGState":
            blend = one.get("/BM", pikepdf.Name.Normal)
            if str(blend) not in BLENDS:
                yield f"blend mode {blend}"
        if bool(one.get("/Interpolate", False)):
            yield "an interpolated picture"
        if str(one.get("/Subtype", "")) == "/PS":
            yield "PostScript"
        if isinstance(one, pikepdf.Stream) and ("/F" in one or "LZW" in str(one.get("/Filter"))):
            yield "a stream from outside, or of a forbidden filter"


def _nested(one: object) -> Iterator[pikepdf.Object]:
    """A dictionary with all that stand in it without numbers of their own."""
    if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        yield one
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
        return
    values = list(one) if isinstance(one, pikepdf.Array) else [value for _, value in one.items()]
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _nested(value)


def _fonts(document: pikepdf.Pdf) -> Iterator[str]:
    for font in document.objects:
        if not isinstance(font, pikepdf.Dictionary) or str(font.get("/Type", "")) != "/Font":
            continue
        if "/DescendantFonts" not in font and str(font.get("/Subtype")).startswith("/CIDFont"):
            continue
        inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        name, about = str(font.get("/BaseFont")), inner.get("/FontDescriptor", {})
        if not any(key in about for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"{name} is not embedded"
        if "/ToUnicode" not in font:
            yield f"{name} has no way back to letters"
        if str(inner.get("/Subtype")) == "/CIDFontType2" and "/CIDToGIDMap" not in inner:
            yield f"{name} has no map of glyphs"


def _annotations(document: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(document.pages, start=1):
        if str(page.get("/Tabs")) != "/S":
            yield f"page {number}: tabs do not follow the structure"
        for one in page.get("/Annots", []):
            flags, action = int(one.get("/F", 0)), one.get("/A")
            if not flags & PRINT or flags & UNSEEN:
                yield f"page {number}: an annotation that is not printed"
            if "/StructParent" not in one:
                yield f"page {number}: an annotation outside the structure"
            if not str(one.get("/Contents", "")).strip():
                yield f"page {number}: an annotation without words"
            if action is not None and str(action.get("/S")) not in ACTIONS:
                yield f"page {number}: action {action.get('/S')}"


# --- tags and reading order -----------------------------------------------------------


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """All structure elements below a node, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def _tree(document: pikepdf.Pdf) -> Iterator[str]:
    if "/StructTreeRoot" not in document.Root:
        yield "no tags"
        return
    root = document.Root.StructTreeRoot
    found = list(elements(root))
    roles = {str(key) for key in root.get("/RoleMap", {})}
    kinds = [str(one.S) for one in found]
    yield from (f"unknown tag {kind}" for kind in set(kinds) - KNOWN_TAGS - roles)
    heads = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    if heads[:1] != [1] or any(later > before + 1 for before, later in pairwise(heads)):
        yield f"headings skip a level: {heads}"
    for one, kind in zip(found, kinds, strict=True):
        if kind == "/Figure" and not str(one.get("/Alt", "")).strip():
            yield "a picture without words"
        if kind == "/TH" and "/Scope" not in str(one.get("/A", "")):
            yield "a head of a table that does not say for what"


def _content(document: pikepdf.Pdf) -> Iterator[str]:
    """Whatever is painted is tagged, or said to be mere decoration; each piece is read once."""
    read: Counter[tuple[int, int]] = Counter()
    order: list[int] = []
    pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
    if "/StructTreeRoot" in document.Root:
        for page, mcid in _marked(document.Root.StructTreeRoot, None, pages):
            read[page, mcid] += 1
            order.append(page)
    for number, page in enumerate(document.pages):
        loose, there = _painted(page)
        if loose:
            yield f"page {number + 1}: {loose} pieces without a tag"
        mine = {mcid for at, mcid in read if at == number}
        if set(there) != mine:
            yield f"page {number + 1}: tags and content differ: {sorted(set(there) ^ mine)[:5]}"
    if any(times > 1 for times in read.values()):
        yield "content that is read twice"
    if not order:
        yield "nothing is read"


def _marked(
    node: pikepdf.Object, page: int | None, pages: dict[tuple[int, int], int]
) -> Iterator[tuple[int, int]]:
    if "/Pg" in node:
        page = pages[node.Pg.objgen]
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            assert page is not None
            yield page, kid
        elif str(kid.get("/Type", "")) == "/MCR":
            yield pages[kid.Pg.objgen] if "/Pg" in kid else page or 0, int(kid.MCID)
        elif "/S" in kid:
            yield from _marked(kid, page, pages)


def _painted(page: pikepdf.Page) -> tuple[int, list[int]]:
    """How much is painted outside of all marks, and the numbers of the marks."""
    depth: list[bool] = []
    loose, numbers = 0, []
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            about = operands[1] if len(operands) > 1 else {}
            tagged = isinstance(about, pikepdf.Dictionary) and "/MCID" in about
            if tagged:
                numbers.append(int(about.MCID))
            depth.append(tagged or str(operands[0]) == "/Artifact")
        elif name == "EMC":
            depth.pop()
        elif name in PAINTS and not any(depth):
            loose += 1
    return loose, numbers
