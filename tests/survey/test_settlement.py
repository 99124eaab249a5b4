"""Deciding, settling, reopening and publishing through the pages, and who must not."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from maturity.db import Database
from maturity.reports.build import report_of
from maturity.reports.figures import charts
from maturity.reports.paper import paper_html
from maturity.survey import log, settling
from maturity.survey.answers import Author
from maturity.survey.assessments import Work
from maturity.survey.chain import verify
from maturity.survey.models import Assessment, Decision, Stage
from maturity.survey.rulings import Ruling
from maturity.survey.stage_models import Comment, Judgement, Thread, Verdict
from tests.builders import LEBAK
from tests.clock import START, Clock
from tests.strict_client import StrictClient
from tests.survey.filling import client_of, token
from tests.survey.in_reply import (
    ADMINISTRATOR,
    OPERATOR,
    OTHER,
    SETTLER,
    VERIFIER,
    InReply,
    in_reply,
)

OVER = {"days": 3, "minutes": 1}


@pytest.fixture(autouse=True)
def three_answers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])


@pytest.fixture
def world(database: Database) -> InReply:
    """V01 is disputed, V02 is agreed to."""
    found = in_reply(database)
    say(found, "V01", Ruling(Verdict.DISAGREE, words="Lihat halaman 4."))
    say(found, "V02", Ruling(Verdict.AGREE))
    return found


def say(world: InReply, key: str, ruling: Ruling) -> None:
    with world.database.write() as session:
        opened = world.opened(session)
        item = opened.work.instrument.item(key)
        author = Author(world.office.person_id, START + timedelta(hours=1))
        settling.reply(session, opened, item, ruling, author=author)


def done(world: InReply) -> None:
    """The office has nothing to add."""
    with world.database.write() as session:
        settling.finish_reply(session, world.opened(session), author=world.office)


def address(world: InReply, more: str = "") -> str:
    return f"/assessments/{world.assessment}/settlement{more}"


def post(client: StrictClient, path: str, **data: object):
    return client.post(path, data={**data, "csrf_token": token(client)})


def decided(world: InReply) -> list[tuple[str, str, str]]:
    with world.database.read() as session:
        rows = select(Judgement).where(Judgement.stage == Stage.SETTLED).order_by(Judgement.id)
        return [(row.key, row.verdict, row.value) for row in session.scalars(rows)]


# --- deciding -------------------------------------------------------------------------


def test_the_settling_team_sees_all_of_a_dispute_and_decides(app: Flask, world: InReply) -> None:
    client = client_of(app, SETTLER)
    page = client.get(address(world)).text
    for words in ("SK tidak memuat kewajiban ini.", "Cek lagi 2027.", "Lihat halaman 4."):
        assert words in page
    assert 'name="verdict:V01"' in page
    assert 'name="verdict:V02"' not in page
    assert "bila ditetapkan sekarang" in page
    said = {"verdict:V01": "changed", "value:V01": "l2", "words:V01": "Sebagian benar."}
    assert client.submit(said, action=address(world)).status_code == 303
    assert decided(world) == [("V01", "changed", "l2")]
    assert "Sebagian benar." in client.get(address(world)).text


def test_a_decision_without_a_reason_or_an_answer_is_not_saved(app: Flask, world: InReply) -> None:
    client = client_of(app, SETTLER)
    client.get(address(world))
    answer = client.submit({"verdict:V01": "upheld"}, action=address(world))
    assert (answer.status_code, decided(world)) == (422, [])
    assert "Tulis alasan keputusan ini" in answer.text
    answer = client.submit({"verdict:V01": "changed", "words:V01": "Lain."}, action=address(world))
    assert (answer.status_code, decided(world)) == (422, [])
    assert "Pilih jawaban yang benar." in answer.text
    assert "Lain.</textarea>" in answer.text


def test_two_settlers_at_once_hear_of_each_other(app: Flask, world: InReply) -> None:
    first, second = client_of(app, SETTLER), client_of(app, SETTLER)
    first.get(address(world))
    second.get(address(world))
    said = {"verdict:V01": "upheld", "words:V01": "SK tidak cukup."}
    assert first.submit(said, action=address(world)).status_code == 303
    answer = second.submit(
        {"verdict:V01": "confirmed", "words:V01": "SK cukup."}, action=address(world)
    )
    assert answer.status_code == 422
    assert "Orang lain sudah memutuskan jawaban ini" in answer.text
    assert decided(world) == [("V01", "upheld", "l1")]


def test_the_assigned_verifier_decides_but_never_settles(
    app: Flask, world: InReply, clock: Clock
) -> None:
    clock.advance(**OVER)
    client = client_of(app, VERIFIER)
    client.get(address(world))
    said = {"verdict:V01": "confirmed", "words:V01": "Halaman 4 memuatnya."}
    assert client.submit(said, action=address(world)).status_code == 303
    assert decided(world) == [("V01", "confirmed", "l3")]
    assert "tidak menetapkan hasilnya sendiri" in client.get(address(world)).text
    assert post(client, address(world, "/settle"), with_open="yes").status_code == 403
    assert world.state == "reply-open"


@pytest.mark.parametrize("email", [OPERATOR, OTHER])
def test_offices_neither_see_nor_decide(app: Flask, world: InReply, email: str) -> None:
    client = client_of(app, email)
    for path in ("", "/settle", "/reopen"):
        assert client.get(address(world, path)).status_code == 403
        assert post(client, address(world, path), words="x").status_code == 403
    assert client.get("/settlement").status_code == 403
    assert post(client, "/settlement/undisputed", id=world.assessment).status_code == 403
    assert decided(world) == []


# --- settling -------------------------------------------------------------------------


def test_nothing_is_settled_while_the_office_may_reply(app: Flask, world: InReply) -> None:
    client = client_of(app, SETTLER)
    assert "masih dapat menanggapi" in client.get(address(world, "/settle")).text
    answer = post(client, address(world, "/settle"), with_open="yes")
    assert answer.status_code == 409
    assert "Masa sanggah kantor ini belum berakhir." in answer.text
    assert world.state == "reply-open"


def test_open_disputes_and_threads_need_a_second_word(app: Flask, world: InReply) -> None:
    done(world)
    with world.database.write() as session:
        thread = Thread(assessment_id=world.assessment, key="V02", kind="question",
                        opened_at=START)  # fmt: skip
        thread.comments.append(Comment(side="verifier", words="SK mana?", at=START))
        session.add(thread)
    client = client_of(app, SETTLER)
    page = client.get(address(world, "/settle")).text
    assert "1 sanggahan belum diputuskan" in page
    assert "1 percakapan belum selesai" in page
    assert "SK mana?" in client.get(address(world)).text
    client.get(address(world, "/settle"))
    assert client.submit({}, action=address(world, "/settle")).status_code == 422
    client.get(address(world, "/settle"))
    settle = client.submit({"with_open": "yes"}, action=address(world, "/settle"))
    assert (settle.status_code, world.state) == (303, "settled")
    again = post(client, address(world, "/settle"), with_open="yes")
    assert again.status_code == 303, "the same act sent twice is answered as the first time"


def test_a_settled_result_is_reopened_with_a_reason(app: Flask, world: InReply) -> None:
    done(world)
    client = client_of(app, SETTLER)
    assert post(client, address(world, "/settle"), with_open="yes").status_code == 303
    answer = post(client, address(world, "/reopen"), words=" ")
    assert (answer.status_code, world.state) == (422, "settled")
    assert "Tulis alasannya" in answer.text
    answer = post(client, address(world, "/reopen"), words="Bukti baru.")
    assert (answer.status_code, world.state) == (303, "under-verification")
    assert "Belum dapat ditetapkan" in client.get(address(world)).text


# --- many -----------------------------------------------------------------------------


def test_the_list_counts_and_filters(app: Flask, world: InReply, database: Database) -> None:
    plain = in_reply(database, office=LEBAK, plain=True, people=False)
    client = client_of(app, SETTLER)
    page = client.get("/settlement").text
    assert "2 penilaian" in page
    assert "(1 belum diputuskan)" in page
    for query, wanted in (
        ("phase=open", world), ("phase=over", plain), ("disputes=open", world),
        ("disputes=none", plain), ("q=kab+lebak", plain), ("kind=regency", plain),
    ):  # fmt: skip
        page = client.get(f"/settlement?{query}").text
        assert "1 penilaian" in page
        assert address(wanted) in page
    assert "Tidak ada penilaian yang cocok" in client.get("/settlement?phase=settled").text
    assert client.get("/settlement?page=9999999999&province=%00&round=x").status_code == 200


def test_what_nobody_disputes_is_settled_after_a_look(
    app: Flask, world: InReply, database: Database
) -> None:
    plain = in_reply(database, office=LEBAK, plain=True, people=False)
    done(world)
    client = client_of(app, SETTLER)
    page = client.get("/settlement/undisputed").text
    assert "1 dari 1 kantor" in page
    assert plain.state == "reply-open", "looking settles nothing"
    answer = post(client, "/settlement/undisputed", id=[plain.assessment, world.assessment, 999])
    assert "1 dari 3 kantor ditetapkan." in answer.text
    assert (plain.state, world.state) == ("settled", "reply-open")
    assert post(client, "/settlement/undisputed").status_code == 422


def test_the_verifier_gets_no_list(app: Flask, world: InReply) -> None:
    assert client_of(app, VERIFIER).get("/settlement").status_code == 403


# --- publication ----------------------------------------------------------------------


@pytest.fixture
def published(app: Flask, world: InReply) -> InReply:
    """Settled with the dispute decided, and published by the administrator."""
    done(world)
    settler = client_of(app, SETTLER)
    settler.get(address(world))
    said = {"verdict:V01": "changed", "value:V01": "l2", "words:V01": "Sebagian benar."}
    settler.submit(said, action=address(world))
    assert post(settler, address(world, "/settle")).status_code == 303
    assert app.test_client().get("/results/2026/36.71").status_code == 404, "not published yet"
    admin = client_of(app, ADMINISTRATOR)
    admin.get("/settlement/publication/2026")
    assert admin.submit({}, action="/settlement/publication/2026").status_code == 422
    assert world.state == "settled"
    sent = admin.submit({"confirm": "yes"}, action="/settlement/publication/2026")
    assert sent.status_code == 303
    return world


def test_a_published_result_is_for_everybody_and_names_nobody(
    client: StrictClient, published: InReply
) -> None:
    assert published.state == "published"
    page = client.get("/results/2026/36.71").text
    assert "Sanggahan dan keputusannya" in page
    for words in ("Lihat halaman 4.", "Sebagian benar.", "Interval sanggahan", "Penetapan"):
        assert words in page
    for hidden in ("Cek lagi 2027.", "Arif Hidayat", "Lukman Hakim", "Siti Rahma"):
        assert hidden not in page
    data = json.loads(client.get("/results/2026/36.71.json").text)
    indexes = {one["stage"]: one["index"] for one in data["stages"]}
    assert indexes["verified"] < indexes["settled"] < indexes["contested"] < indexes["self"]
    assert data["contested_interval"] == [indexes["verified"], indexes["contested"]]
    assert data["index"] == indexes["settled"]
    assert [one["id"] for one in data["disputes"]] == ["V01"]
    rows = list(csv.DictReader(io.StringIO(client.get("/results/2026/36.71.csv").text[1:])))
    assert {row["stage"] for row in rows if row["part"] == "score"} == set(indexes)
    for path in ("/results/2026/36", "/results/2025/36.71", "/results/x/y.json"):
        assert client.get(path).status_code == 404


def test_a_reopened_result_is_public_no_more(
    app: Flask, client: StrictClient, published: InReply
) -> None:
    settler = client_of(app, SETTLER)
    post(settler, address(published, "/reopen"), words="Bukti baru.")
    assert client.get("/results/2026/36.71").status_code == 404
    result = settler.get(f"/assessments/{published.assessment}/result").text
    assert "Interval sanggahan" not in result, "what was settled before counts no more"


def test_every_step_is_on_record(published: InReply) -> None:
    with published.database.read() as session:
        lines = list(log.lines(session))
        after = session.scalars(select(Decision.after).order_by(Decision.id)).all()
    assert verify(lines).fault is None
    assert after[-3:] == ["reply-open", "settled", "published"]
    kept = [json.loads(line)["data"].get("after") for line in lines]
    assert [one for one in kept if one][-2:] == ["settled", "published"]


@pytest.mark.parametrize("email", [OPERATOR, VERIFIER])
def test_only_settlers_and_administrators_publish(app: Flask, world: InReply, email: str) -> None:
    client = client_of(app, email)
    assert client.get("/settlement/publication/2026").status_code == 403
    assert post(client, "/settlement/publication/2026", confirm="yes").status_code == 403


# --- the result -----------------------------------------------------------------------


def test_the_result_says_which_stage_it_explains(app: Flask, published: InReply) -> None:
    client = client_of(app, OPERATOR)
    base = f"/assessments/{published.assessment}/result"
    page = client.get(base).text
    assert "<h1>Hasil KPU Kota Tangerang: penetapan</h1>" in page
    assert 'id="g-stages"' in page
    own = client.get(f"{base}?stage=self").text
    assert "<h1>Hasil KPU Kota Tangerang: nilai mandiri</h1>" in own
    levels = {}
    for stage in ("self", "verified", "contested", "settled"):
        node = client.get(f"{base}/nodes/V01?stage={stage}").text
        assert "Jawaban dan keputusan" in node
        card = json.loads(client.get(f"{base}.json?stage={stage}").text)["units"][0]
        levels[stage] = next(one["level"] for one in card["nodes"] if one["id"] == "V01")
    assert levels == {"self": 3, "verified": 1, "contested": 3, "settled": 2}
    for wrong in ("replied", "x"):
        assert client.get(f"{base}?stage={wrong}").status_code == 404


def test_the_paper_shows_all_stages_and_each_decision(app: Flask, published: InReply) -> None:
    with app.test_request_context(), published.database.read() as session:
        report = report_of(session, session.get_one(Assessment, published.assessment))
        html = paper_html(report, "id")
        own = paper_html(report_of(session, session.get_one(Assessment, published.assessment),
                                   Stage.SELF), "id")  # fmt: skip
    for words in ("Tahap: Penetapan", "Interval sanggahan", "Catatan verifikator", "Tautan mati.",
                  "Sebagian benar.", "Lihat halaman 4."):  # fmt: skip
        assert words in html
    assert "Cek lagi 2027." not in html
    assert report.contested is not None
    chart = next(one for one in charts(report, "en") if one.id == "stages")
    assert chart.drawing.count("<circle") == 2, "self-assessed: the whole, one dimension answered"
    assert [row[0] for row in chart.table.rows][-1] == "Settled"
    assert "Tahap: Nilai mandiri" in own


def test_before_settling_the_settled_stage_is_not_there(app: Flask, world: InReply) -> None:
    client = client_of(app, OPERATOR)
    base = f"/assessments/{world.assessment}/result"
    assert "nilai verifikasi</h1>" in client.get(base).text
    assert client.get(f"{base}?stage=settled").status_code == 404
    with world.database.read() as session:
        assert session.get_one(Assessment, world.assessment).state == "reply-open"
