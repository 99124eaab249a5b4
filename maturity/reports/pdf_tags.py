"""What the PDF library leaves undone of a document's tags, done before the file is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ASIDE = ("/Artifact", "<</Type /Pagination>>")
"""What marks begin with, in place of a tag and its number."""


def finish(_document: Any, pdf: Any) -> None:
    """Called by the library with its own objects."""
    _scope_heads(pdf)
    _set_margins_aside(pdf)


def _scope_heads(pdf: Any) -> None:
    """Say of what each head of a table is the head.

    The library names heads instead, by names that come again on each page of a long table and
    that it lists nowhere, as PDF wants.
    """
    rows = [one for one in pdf.objects if isinstance(one, dict) and one.get("S") == "/TR"]
    for row in rows:
        cells = [_at(pdf, one) for one in row["K"]]
        scope = "/Row" if any(cell["S"] == "/TD" for cell in cells) else "/Column"
        for cell in cells:
            cell.pop("ID", None)
            cell["A"].pop("Headers", None)
            if cell["S"] == "/TH":
                cell["A"]["Scope"] = scope


def _set_margins_aside(pdf: Any) -> None:
    """What stands in the margins of each page is no text to be read but repeated decoration.

    The library tags it by elements that no reader comes to (ISO 14289-1, 7.8 wants artifacts).
    """
    root = _at(pdf, pdf.catalog["StructTreeRoot"])
    read = set(_read(pdf, root))
    numbers = _at(pdf, root["ParentTree"])["Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    pages = [_at(pdf, one) for one in pdf.page_references]
    for page in pages:
        mine = owners[page["StructParents"]]
        aside = {at for at, owner in enumerate(mine) if owner not in read}
        for at in aside:
            mine[at] = "null"
        stream = _at(pdf, page["Contents"]).stream
        for place, part in enumerate(stream):
            if isinstance(part, dict) and part.get("MCID") in aside:
                stream[place - 1 : place + 1] = ASIDE


def _read(pdf: Any, node: Any) -> Iterator[Any]:
    """The elements that a reader comes to."""
    for kid in node["K"]:
        if isinstance(kid, bytes):
            yield kid
            element = _at(pdf, kid)
            if "K" in element:
                yield from _read(pdf, element)


def _at(pdf: Any, reference: bytes) -> Any:
    """The object that a reference like ``b"12 0 R"`` names."""
    return pdf.objects[int(reference.split()[0])]
