"""What the clients of a load do: read from the real pages by people who have signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bench.served.demo import Operator
from bench.served.visitor import Form, Reply, Visitor


@dataclass(frozen=True, slots=True)
class Person:
    """An operator at work: a signed-in visitor and the assessment."""

    visitor: Visitor
    assessment: int

    @property
    def tasks(self) -> str:
        """The address of the task list."""
        return f"/assessments/{self.assessment}"

    def sections(self) -> list[str]:
        """Addresses of all section pages."""
        return links(self.visitor.get(self.tasks), rf"{self.tasks}/sections/[\w.-]+")

    def things(self) -> list[str]:
        """Addresses of the pages of single objects."""
        pages = [self.visitor.get(one) for one in self.sections()]
        inside = rf"{self.tasks}/sections/[\w.-]+/[\w.-]+/[\w.-]+"
        return [link for page in pages for link in links(page, inside)]

    def largest_section(self) -> str:
        """The address of the section with most bytes."""
        return max(self.sections(), key=lambda one: len(self.visitor.get(one).body))

    def first_thing(self) -> str:
        """The address of the first object's page."""
        return self.things()[0]


def at_work(port: int, operators: list[Operator]) -> list[Person]:
    """Sign everybody in."""
    return [Person(Visitor(port).sign_in(one.email), one.assessment) for one in operators]


def links(page: Reply, pattern: str) -> list[str]:
    """Addresses on a page that match as a whole, each once."""
    return list(dict.fromkeys(re.findall(rf'href="({pattern})"', page.text)))


def reading(person: Person, path: str) -> dict[str, Any]:
    """To read a page again and again."""
    return {"kind": "get", "cookie": person.visitor.cookie, "path": path}


def saving_form(person: Person, path: str) -> dict[str, Any]:
    """To send the page's form with one answer changed each time."""
    form = Form.of(person.visitor.get(path).text, mark="seen:")
    key, change = changing(form)
    ours = {f"value:{key}", f"seen:{key}"}
    fields = [[name, value] for name, value in form.fields if name not in ours]
    return {"kind": "form", "cookie": person.visitor.cookie, "path": path,
            "fields": fields, "key": key, **change}  # fmt: skip


def saving_answer(person: Person) -> dict[str, Any]:
    """To save one answer again and again as the script of the page does."""
    form = Form.of(person.visitor.get(person.largest_section()).text, mark="seen:")
    key, change = changing(form)
    token = person.visitor.token()
    return {"kind": "put", "cookie": person.visitor.cookie, "token": token, "key": key,
            "path": f"{person.tasks}/answers/{key}", **change}  # fmt: skip


def changing(form: Form) -> tuple[str, dict[str, Any]]:
    """The first choice of a form, two values to change between, and the version seen."""
    name = next(one for one in form.choices if one.startswith("value:"))
    key, present = name.removeprefix("value:"), dict(form.fields)
    seen = int(present[f"seen:{key}"])
    two = form.choices[name][:2]
    if two[seen % 2] == present.get(name):
        two.reverse()
    return key, {"values": two, "seen": seen}
