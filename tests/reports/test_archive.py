"""Papers may be kept for good and are read aloud in order; the check finds what it is for."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from maturity.reports.pdf import render
from tests.reports.archive import elements, faults_of

PAGE = """<!doctype html><html lang="id"><head><title>Laporan</title>
<link rel="stylesheet" href="css/tokens.css"><link rel="stylesheet" href="css/report.css"></head>
<body data-pages="Halaman" data-of="dari"><h1><span class="office-string">Kantor</span></h1>
<p>Lihat <a href="https://kpu.go.id">KPU</a>.</p>
<figure><svg viewBox="0 0 9 9" width="9" height="9"><title>Sebuah kotak</title>
<rect width="9" height="9" fill="#123" fill-opacity=".5"/></svg></figure>
<table><thead><tr><th scope="col">Satu</th><th scope="col">Dua</th></tr></thead><tbody>
<tr><th scope="row">a</th><td>b</td></tr></tbody></table></body></html>"""
Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def paper() -> bytes:
    return render(PAGE)


def test_a_paper_has_no_fault(paper: bytes) -> None:
    assert faults_of(paper) == []


def _without(*keys: str) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        for key in keys:
            del document.Root[key]

    return change


def _said(old: bytes, new: bytes) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        text = document.Root.Metadata.read_bytes()
        assert old in text
        document.Root.Metadata = document.make_stream(text.replace(old, new))

    return change


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _font(document: pikepdf.Pdf) -> None:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and "/ToUnicode" in one:
            del one["/ToUnicode"]
            del one.DescendantFonts[0].FontDescriptor["/FontFile2"]


def _tag(kind: str, key: str) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        for one in elements(document.Root.StructTreeRoot):
            if str(one.S) == kind:
                del one[key]

    return change


def _untagged(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    page.contents_add(document.make_stream(b"0 0 9 9 re f"))


def _loose(document: pikepdf.Pdf) -> None:
    """A heading that nobody comes to."""
    root = document.Root.StructTreeRoot.K[0]
    root.K = pikepdf.Array(list(root.K)[1:])


def _hidden(document: pikepdf.Pdf) -> None:
    document.pages[0].Annots[0].F = 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_without("/OutputIntents"), "output intent"),
        (_without("/Lang"), "no language"),
        (_without("/MarkInfo"), "not marked"),
        (_without("/StructTreeRoot"), "no tags"),
        (_without("/Metadata"), "no XMP"),
        (_said(b'pdfaid:part="2"', b'pdfaid:part="1"'), "part is not 2"),
        (_said(b'pdfuaid:part="1"', b'pdfuaid:part="9"'), "part is not 1"),
        (_said(b"<pdfaSchema:namespaceURI>http", b"<pdfaSchema:namespaceURI>x"), "nobody explains"),
        (_said(b">Laporan<", b">Lain<"), "two titles"),
        (_script, "/JS"),
        (_font, "not embedded"),
        (_font, "no way back to letters"),
        (_tag("/Figure", "/Alt"), "picture without words"),
        (_tag("/TH", "/A"), "head of a table"),
        (_untagged, "without a tag"),
        (_loose, "tags and content differ"),
        (_hidden, "not printed"),
    ],
)
def test_each_fault_is_found(paper: bytes, change: Change, fault: str) -> None:
    made = BytesIO()
    with pikepdf.open(BytesIO(paper)) as document:
        change(document)
        document.save(made)
    assert any(fault in one for one in faults_of(made.getvalue())), faults_of(made.getvalue())


def test_heads_of_rows_and_columns_are_told_apart_and_margins_are_no_text(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as document:
        found = list(elements(document.Root.StructTreeRoot))
        scopes = [str(one.A.Scope) for one in found if str(one.S) == "/TH"]
        content = document.pages[0].Contents.read_bytes()
    assert scopes == ["/Column", "/Column", "/Row"]
    assert content.count(b"/Pagination") >= 2
