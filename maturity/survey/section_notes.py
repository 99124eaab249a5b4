"""The division of work as the record keeps it: numbers, never names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maturity.survey.answers import Author
from maturity.survey.log import Kind, Note
from maturity.survey.models import Assessment
from maturity.survey.section_models import SectionLink


def given(
    assessment: Assessment,
    before: Mapping[str, int],
    changed: Mapping[str, int | None],
    *,
    author: Author,
) -> Iterator[Note]:
    """Who gets which section, and who had it before."""
    for section, who in changed.items():
        yield Note(
            kind=Kind.SECTION_ASSIGNED,
            at=author.now,
            assessment_id=assessment.id,
            by_id=author.person_id,
            data={"section": section, "before": before.get(section), "after": who,
                  "way": author.way},
        )  # fmt: skip


def link_note(kind: Kind, row: SectionLink, author: Author, **more: str) -> Note:
    """A link as the record keeps it: its number and section, never whom it is for."""
    return Note(
        kind=kind,
        at=author.now,
        assessment_id=row.assessment_id,
        by_id=author.person_id,
        data={"link": row.id, "section": row.section, "way": author.way, **more},
    )
