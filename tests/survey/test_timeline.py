"""The page of everything that happened, through the pages that make it happen."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from maturity.db import Database
from maturity.survey import assessments
from maturity.survey.answers import Author
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment
from maturity.survey.stage_models import Comment, Extension, Judgement, Thread
from tests.clock import START, Clock
from tests.survey.filling import client_of, office_at_work, put


def _page(client, assessment: int, **query: str):
    return client.get(f"/assessments/{assessment}/timeline", query_string=query)


def _texts(page: str) -> list[str]:
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip()
            for one in re.findall(r'<li class="timeline-.*?</li>', page, re.S)]  # fmt: skip


def _happen(database: Database, assessment: int, clock: Clock) -> None:
    """What others than the office do, at later moments."""
    with database.write() as session:
        made = session.get_one(Assessment, assessment)
        at = [START + timedelta(hours=n) for n in range(1, 5)]
        author = Author(None, at[0])
        assessments.change_state(session, made, AssessmentState.SUBMITTED, author=author)
        made.state = AssessmentState.REPLY
        key = {"assessment_id": assessment, "key": "V01"}
        verified = {"stage": "verified", "verdict": "changed", "state": "answered", "value": "l1"}
        words = {"words": "SK tidak memuatnya.", "private_words": "RAHASIA"}
        session.add_all([
            Judgement(**key, **verified, **words, on_version=1, way="web", at=at[1]),
            Thread(**key, kind="question", opened_at=at[2],
                   comments=[Comment(side="verifier", words="Halaman berapa?", at=at[2])]),
            Extension(assessment_id=assessment, stage="reply", until=at[3], words="Banjir.",
                      at=at[3]),
        ])  # fmt: skip


def test_everything_stands_in_one_order_newest_first(
    app: Flask, database: Database, clock: Clock
) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "l2", note="Lihat SK 12.")
    clock.advance(minutes=1)
    put(client, assessment, "V01", "l3", seen=1)
    _happen(database, assessment, clock)
    found = _texts(_page(client, assessment).text)
    order = ["Masa sanggah diperpanjang", "Pertanyaan (verifikator)", "Verifikasi: diubah",
             "Diajukan", "Jawaban disimpan", "Jawaban disimpan"]  # fmt: skip
    assert [next(word for word in order if word in one) for one in found] == order
    assert "Level 2" in found[4], "what it was before"
    assert "Level 3" in found[4]
    assert "Siti Rahma" in found[4]
    assert "RAHASIA" not in _page(client, assessment).text


def test_one_kind_and_one_question(app: Flask, database: Database, clock: Clock) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    put(client, assessment, "V01", "l2")
    put(client, assessment, "V02", "l2")
    _happen(database, assessment, clock)
    assert len(_texts(_page(client, assessment, kind="answer").text)) == 2
    assert len(_texts(_page(client, assessment, item="V01").text)) == 3
    assert _texts(_page(client, assessment, item="V0").text) == []
    assert len(_texts(_page(client, assessment, section="SD1", kind="answer").text)) == 2
    assert "Tidak ada yang cocok" in _page(client, assessment, section="SD2").text
    assert (
        len(_texts(_page(client, assessment, section="x", kind="nonsense", before="gestern").text))
        == 6
    )


def test_older_pages_lose_nothing(app: Flask, database: Database, clock: Clock) -> None:
    assessment = office_at_work(database)
    client = client_of(app)
    for version in range(70):
        put(client, assessment, "V01", f"l{1 + version % 4}", seen=version)
        clock.advance(seconds=1)
    first = _page(client, assessment).text
    older = re.search(r'href="([^"]*before=[^"]*)" rel="next"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).text
    assert len(_texts(first)) + len(_texts(second)) == 70
    assert "Kembali ke yang terbaru" in second
    assert "Kembali ke yang terbaru" not in first
