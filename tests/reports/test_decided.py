"""What was decided about an answer is told once: the answer again only where it changed."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import escape

from maturity.db import Database
from maturity.reports.build import report_of
from maturity.reports.docx_values import Words
from maturity.reports.paper import paper_html
from maturity.reports.report import Indicator, Report
from maturity.survey.assessments import Work
from maturity.survey.models import Assessment, Stage
from tests.survey.in_reply import in_reply


@pytest.fixture
def database_url(new_database):
    """What a report says does not depend on the database."""
    return new_database("sqlite")


@pytest.fixture
def report(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Three answers: one was confirmed, the others verified as something else."""
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    made = in_reply(database)
    with app.test_request_context(), database.read() as session:
        return report_of(session, session.get_one(Assessment, made.assessment))


def verified(report: Report) -> dict[str, Indicator]:
    return {one.id: one for one in report.indicators if one.decisions}


def test_an_answer_that_was_confirmed_is_the_same(report: Report) -> None:
    found = {name: one.decisions[0] for name, one in verified(report).items()}
    assert all(one.stage is Stage.VERIFIED for one in found.values())
    assert {one.verdict.en: one.same for one in found.values()}["Confirmed"] is True
    changed = [one for one in found.values() if one.verdict.en != "Confirmed"]
    assert changed
    assert not any(one.same for one in changed)


@pytest.mark.parametrize("language", ["id", "en"])
def test_paper_and_text_repeat_no_confirmed_answer(
    app: Flask, report: Report, language: str
) -> None:
    with app.test_request_context():
        html = paper_html(report, language)
    sections = Words(report, language).values()["sections"]
    told = {one["id"]: one for section in sections for one in section["variables"]}
    for name, one in verified(report).items():
        decision = one.decisions[0]
        answer = escape(decision.answer.in_(language))
        assert (told[name]["decisions"][0]["answer"] == "") is decision.same
        assert (f"{decision.verdict.in_(language)}: {answer}" in html) is not decision.same
