"""Why an assessment is worth a closer look, as the verifiers' queue says it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from maturity.offices.models import Role
from maturity.survey.lifecycle import AssessmentState as S
from maturity.survey.models import AnswerEvent, Assessment, Stage, StoredScorecard
from tests.builders import make_assessment, make_round
from tests.clock import START
from tests.offices.signing import make_user
from tests.survey.filling import client_of

REGENCIES = ["36.01", "36.02", "36.03", "36.04", "32.01", "32.02", "32.03", "32.04", "32.05"]
USUAL = [2.0, 2.1, 1.9, 2.0, 2.2, 1.8, 2.1, 1.9]
STANDING_OUT = "36.01"
EMAIL = "kampus@contoh.example"


def frozen(session, assessment: Assessment, *, index: float, level: int, stage=Stage.SELF) -> None:
    """A result, as far as pages of many offices read it."""
    session.add(StoredScorecard(
        assessment_id=assessment.id, stage=stage, fingerprint="f", digest="d", level=level,
        index_value=index, dimensions="{}", payload=b"", created_at=START,
    ))  # fmt: skip


@pytest.fixture
def client(app, database):
    """A verifier's browser, in a round in which one office of nine stands out in every way."""
    with database.write() as session:
        make_user(session, email=EMAIL, role=Role.EXTERNAL, office="0")
        round_ = make_round(session)
        kinds = ("national", "province", "regency", "city")
        round_.verifiers = json.dumps({kind: ["external"] for kind in kinds})
        old = make_round(session, slug="2024", opens_at=round_.opens_at - timedelta(days=700),
                         closes_at=round_.opens_at - timedelta(days=600))  # fmt: skip
        for code, index in zip(REGENCIES, [3.9, *USUAL], strict=True):
            made = make_assessment(session, round_=round_, office=code, state=S.SUBMITTED)
            frozen(session, made, index=index, level=4 if code == STANDING_OUT else 2)
            before = make_assessment(session, round_=old, office=code, state=S.SETTLED)
            frozen(session, before, index=3.0, level=3)
            frozen(session, before, index=2.0, level=2, stage=Stage.SETTLED)
            if code == STANDING_OUT:
                made.sent_at = START - timedelta(minutes=5)
                for version in (1, 2):
                    session.add(AnswerEvent(
                        assessment_id=made.id, key="V01", version=version, state="answered",
                        value="l1", reason="", note="", way="link", at=START,
                    ))  # fmt: skip
    return client_of(app, EMAIL)


def rows(page: str) -> list[str]:
    """The text of each line of the queue."""
    return [" ".join(one.split()) for one in page.split('class="card queue-row"')[1:]]


def test_what_stands_out_comes_first_with_all_its_reasons(client):
    first, *others = rows(client.get("/verification").text)
    assert len(others) == 8
    assert "Indeks 3,90, jauh di atas median kantor sejenis (2,00)" in first
    assert "Level 4, pada periode lalu Level 2" in first
    assert "Dikirim sebelum batas, tetapi diterima sesudahnya" in first
    assert "1 jawaban diisi lewat tautan" in first
    assert all("Tidak ada tanda yang perlu dicermati" in one for one in others)


def test_few_offices_of_a_kind_are_not_held_to_each_other(client, database):
    with database.write() as session:
        for made in session.query(Assessment).filter(Assessment.office_code.like("32.%")):
            made.state = S.IN_PROGRESS
            session.query(StoredScorecard).filter_by(assessment_id=made.id).delete()
    first, *_ = rows(client.get("/verification").text)
    assert "jauh di atas" not in first
    assert "Level 4, pada periode lalu Level 2" in first


def test_the_queue_can_be_narrowed_to_a_province(client):
    page = client.get("/verification?province=32").text
    assert len(rows(page)) == 5
    assert "KPU Provinsi Jawa Barat" in page
