"""How many bytes a page weighs on the line: ``python bench/weights.py``.

The questionnaire of the fullest open assessments (one of each kind of office), every section
and every object in both languages; the result of an office; the national page; and all files
that a questionnaire page loads. From the real server, plain and with gzip.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from bench.served import demo, tables, tasks
from bench.served.server import COMMAND, served
from bench.served.tasks import Person
from bench.served.visitor import Visitor
from maturity.web import LOCALES

NATIONAL_VIEWER = "pemantau@kpu.example"
KINDS = ("province", "regency", "city")
PLAIN_LIMIT, PACKED_LIMIT, FILES_LIMIT = 40_000, 15_000, 60_000


@dataclass(frozen=True, slots=True, order=True)
class Weight:
    """Bytes of one answer of the server, plain and with gzip."""

    plain: int
    packed: int
    path: str


def section() -> str:
    """The tables as Markdown."""
    data = demo.copy_of_country()
    url = f"sqlite:///{data / 'maturity.sqlite3'}"
    with served(data) as port:
        chosen = [demo.operators(url, 1, kind=kind)[0] for kind in KINDS]
        people = tasks.at_work(port, chosen)
        viewer = Visitor(port).sign_in(NATIONAL_VIEWER)
        pages = questionnaire(people) + overviews(viewer, demo.submitted(url, 1)[0])
        first = people[0]
        page = first.largest_section()
        files = loaded(first.visitor, page)
    return tables.section(
        "Page weights",
        f"python bench/weights.py  # {COMMAND}",
        f"Limits of a questionnaire page: {kilo(PLAIN_LIMIT)} kB, {kilo(PACKED_LIMIT)} kB with "
        f"gzip; of its styles and scripts together {kilo(FILES_LIMIT)} kB with gzip.",
        tables.table(("page", "plain kB", "gzip kB", "limit"), pages),
        tables.table(("file of a questionnaire page", "plain kB", "gzip kB", "limit"), files),
    )


def questionnaire(people: list[Person]) -> list[list[object]]:
    """The heaviest page of each sort, over kinds of offices and languages."""
    found: dict[str, list[Weight]] = {"section": [], "object": [], "task list": []}
    for person in people:
        sections, things = person.sections(), person.things()
        for language in LOCALES:
            person.visitor.speak(language)
            found["section"] += [weight(person.visitor, one) for one in sections]
            found["object"] += [weight(person.visitor, one) for one in things]
            found["task list"].append(weight(person.visitor, person.tasks))
    return [page_row(f"largest {name}", weights) for name, weights in found.items()]


def page_row(name: str, weights: list[Weight]) -> list[object]:
    """The heaviest, plain and packed, against the limits."""
    plain, packed = max(one.plain for one in weights), max(one.packed for one in weights)
    kept = plain <= PLAIN_LIMIT and packed <= PACKED_LIMIT
    return [name, kilo(plain), kilo(packed), "kept" if kept else "EXCEEDED"]


def overviews(viewer: Visitor, assessment: int) -> list[list[object]]:
    """Pages without a limit."""
    result = weight(viewer, f"/assessments/{assessment}/result")
    national = weight(viewer, f"/rounds/{demo.ROUND}")
    named = (("result of an office", result), ("national page, 553 offices", national))
    return [[name, kilo(one.plain), kilo(one.packed), "–"] for name, one in named]


def loaded(visitor: Visitor, page: str) -> list[list[object]]:
    """All files that a page names; styles and scripts count together."""
    text = visitor.get(page).text
    paths = [part.split('"')[0] for part in text.replace('src="', 'href="').split('href="')[1:]]
    files = [weight(visitor, one) for one in dict.fromkeys(paths) if one.startswith("/static/")]
    counted = [one for one in files if one.path.split("?")[0].endswith((".css", ".js"))]
    others = [one for one in files if one not in counted]
    rows: list[list[object]] = [file_row(one) for one in counted]
    plain, packed = sum(one.plain for one in counted), sum(one.packed for one in counted)
    said = "kept" if packed <= FILES_LIMIT else "EXCEEDED"
    rows.append(["styles and scripts together", kilo(plain), kilo(packed), said])
    return rows + [file_row(one) for one in others]


def file_row(one: Weight) -> list[object]:
    """A line of the table of files."""
    name = one.path.split("?")[0].removeprefix("/static/")
    return [name, kilo(one.plain), kilo(one.packed), "–"]


def weight(visitor: Visitor, path: str) -> Weight:
    """Ask for a page twice: as it is, and packed."""
    return Weight(visitor.get(path, packed=False).sent, visitor.get(path).sent, path)


def kilo(number: int) -> str:
    """Bytes in kB of a thousand."""
    return f"{number / 1000:.1f}"


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
