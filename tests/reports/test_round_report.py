"""A round and a province on paper: its sentences, its numbers, and what a reader needs of it."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from werkzeug.test import TestResponse

from maturity.cli import main
from maturity.db import Database
from maturity.jobs.models import Job
from maturity.offices.models import Office, Role
from maturity.round_reports import drawn
from maturity.round_reports.build import round_report
from maturity.round_reports.facts import RoundReport
from maturity.round_reports.findings import findings
from maturity.round_reports.paper import round_paper, round_paper_html
from maturity.survey.models import Assessment, Round, Stage, StoredScorecard
from maturity.web import format_number
from maturity.worker.kinds import HANDLERS
from maturity.worker.loop import Worker
from tests.builders import make_round
from tests.clock import START
from tests.dashboards.country import card_of, hold_round
from tests.offices.signing import make_user, sign_in
from tests.reports.archive import faults_of
from tests.reports.test_pdf import elements, words
from tests.served import served
from tests.strict_client import StrictClient, page_text
from tests.survey.filling import token
from tests.worker.here import without_processes

ALL, BANTEN = "/rounds/2026/report.pdf", "/rounds/2026/provinces/36/report.pdf"
CODES = ("11", "11.01", "11.02", "11.03", "11.04", "11.05", "11.06", "12", "12.01", "36",
         "36.01", "36.02", "36.03", "36.04", "36.71", "36.72", "36.73", "36.74")  # fmt: skip


@dataclass(frozen=True)
class World:
    """An application with a few rounds, and a national viewer."""

    app: Flask
    database: Database
    client: StrictClient
    data: Path
    paper: bytes


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    data = tmp_path_factory.mktemp("rounds")
    shutil.copy(sqlite_template, data / "maturity.sqlite3")
    with served(data) as (app, database):
        with database.write() as session:
            hold_round(session, "2025", CODES, days=-400, seed=5, states=("submitted",))
            made = hold_round(session, "2026", CODES, seed=29,
                              states=("published", "settled", "reply-open"))  # fmt: skip
            made.demo = True
            hold_round(session, "none", CODES, days=-900, states=("in-progress", "not-started"))
            hold_round(session, "one", ("36", "36.01"), days=-950, states=("submitted",))
            _without_levels(session)
            make_user(session, email="a@contoh.example", role=Role.VIEWER, office="0")
            make_user(session, email="b@contoh.example", role=Role.VERIFIER, office="36")
        client = app.test_client()
        assert isinstance(client, StrictClient)
        sign_in(client, "a@contoh.example")
        yield World(app, database, client, data, draw(app, client, ALL + "?stage=self"))


def draw(app: Flask, client: StrictClient, address: str) -> bytes:
    """A report as people get it: ordered by the button, drawn by a worker, opened."""
    assert post(client, address).status_code == 303
    with without_processes():
        assert Worker(app, HANDLERS).drain() == 1
    reply = client.get(address)
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    return reply.data


def post(client: StrictClient, address: str) -> TestResponse:
    return client.post(address, data={"csrf_token": token(client)})


def _without_levels(session: Session) -> None:
    """Seven countries asked by an instrument that lays no levels over the whole."""
    made = make_round(session, slug="countries", instrument="ndi-oedi")
    for at in range(7):
        session.add(Office(code=f"C{at}", kind="country", name_id=f"Negara {at}",
                           name_en=f"Land {at}", short_name=f"Negara {at}",
                           timezone="Asia/Jakarta"))  # fmt: skip
        work = Assessment(round=made, office_code=f"C{at}", state="submitted", submitted_at=START)
        session.add(work)
        session.flush()
        row = card_of(work.id, 1.0 + at / 4, fingerprint=made.fingerprint, dice=_Even())
        row |= {"level": None, "gated_level": None, "dimensions": "{}"}
        session.add(StoredScorecard(**row))


class _Even:
    """Dice that always fall the same way."""

    def uniform(self, low: float, high: float) -> float:
        return (low + high) / 2

    def choice(self, options: Sequence[int]) -> int:
        return options[0]


def told(
    world: World, slug: str, language: str = "id", *, stage: Stage = Stage.SELF,
    province: str | None = None,
) -> RoundReport:  # fmt: skip
    with world.app.test_request_context(), world.database.read() as session:
        round_ = session.scalars(select(Round).where(Round.slug == slug)).one()
        return round_report(session, round_, language=language, stage=stage, province=province)


def sentences(report: RoundReport) -> dict[str, str]:
    return {one.id: one.words for one in findings(report)}


def cards(world: World, slug: str, stage: Stage = Stage.SELF) -> dict[str, StoredScorecard]:
    """Office -> its frozen result, read as rows."""
    with world.database.read() as session:
        query = (
            select(Assessment.office_code, StoredScorecard)
            .join(StoredScorecard, StoredScorecard.assessment_id == Assessment.id)
            .join(Round, Round.id == Assessment.round_id)
            .where(Round.slug == slug, StoredScorecard.stage == stage)
            .options(undefer(StoredScorecard.variables))
        )
        found = {row.office_code: row.StoredScorecard for row in session.execute(query)}
        session.expunge_all()
        return found


def comma(value: float, digits: int = 2) -> str:
    return format_number(value, digits, "id")


# --- numbers --------------------------------------------------------------------------


def test_sentences_say_what_the_rows_say(world: World):
    said, rows = sentences(told(world, "2026")), cards(world, "2026")
    indexes = [card.index_value for card in rows.values()]
    low, middle, high = statistics.quantiles(indexes, n=4, method="inclusive")
    assert comma(middle) in said["spread"]
    assert f"antara {comma(low)} dan {comma(high)}" in said["spread"]
    levels = Counter(card.level for card in rows.values())
    most = max(levels.values())
    assert f"{most} dari {len(rows)} kantor ({comma(most * 100 / len(rows), 1)}%)" in said["levels"]
    for level in (level for level, count in levels.items() if count == most):
        assert f"Level {level}" in said["levels"]
    held = sum(card.gated_level < card.level for card in rows.values())
    assert f"Pada {held} dari {len(rows)} kantor" in said["gated"]
    assert said["coverage"] == f"Semua kantor sudah mengajukan penilaian: {len(rows)} kantor."


def test_the_weakest_variables_are_those_most_often_at_a_low_level(world: World):
    report = told(world, "2026")
    found: dict[str, list[float]] = {}
    low: Counter[str] = Counter()
    for card in cards(world, "2026").values():
        for variable, (level, percent, _why) in json.loads(card.variables).items():
            if percent is not None:
                found.setdefault(variable, []).append(percent)
                low[variable] += level <= 2 if level else percent < 50
    for one in report.variables:
        known = found[one.variable.id]
        assert (one.count, one.low) == (len(known), low[one.variable.id])
        assert one.median == pytest.approx(statistics.median(known))
    worst = max(low[name] / len(known) for name, known in found.items())
    first = re.search(r"\((\d+) dari (\d+)\)", sentences(report)["variables"])
    assert first is not None
    assert int(first[1]) / int(first[2]) == pytest.approx(worst)


def test_the_gap_is_between_results_of_the_same_offices(world: World):
    own, verified = cards(world, "2026"), cards(world, "2026", Stage.VERIFIED)
    steps = [verified[code].index_value - own[code].index_value for code in verified]
    words = sentences(told(world, "2026"))["gap"]
    assert words.startswith(f"Pada {len(steps)} kantor yang sudah diverifikasi")
    assert "−" + comma(-statistics.median(steps)) in words
    assert f"lebih rendah pada {sum(s < 0 for s in steps)}" in words


def test_change_is_told_of_offices_that_compare(world: World):
    now, before = cards(world, "2026"), cards(world, "2025")
    steps = [now[code].level - before[code].level for code in now]
    words = sentences(told(world, "2026"))["change"]
    up, down = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    assert f"level naik pada {up}, tetap pada {len(steps) - up - down}, dan turun pada {down}" in (
        words
    )


def test_provinces_are_compared_with_the_size_of_their_groups(world: World):
    rows = cards(world, "2026")
    medians = {
        place: statistics.median(
            card.index_value for code, card in rows.items() if code.startswith(f"{region}.")
        )
        for region, place in (("11", "Aceh"), ("36", "Banten"))
    }
    sizes = {"Aceh": 6, "Banten": 8}
    words = sentences(told(world, "2026"))["provinces"]
    low, high = sorted(medians, key=medians.__getitem__)
    assert f"{comma(medians[low])} ({low}, {sizes[low]} kantor)" in words
    assert f"{comma(medians[high])} ({high}, {sizes[high]} kantor)" in words
    assert "Sumatera Utara" not in words  # one office there: below the threshold


def test_a_stage_counts_its_own_results_only(world: World):
    report = told(world, "2026", stage=Stage.SETTLED)
    settled = cards(world, "2026", Stage.SETTLED)
    assert 0 < report.scored == len(settled) < len(report.rows)
    assert f"“Penetapan” sudah ada pada {len(settled)} kantor" in sentences(report)["stage"]


# --- edges ----------------------------------------------------------------------------


def test_where_nobody_has_handed_in_only_that_is_said(world: World):
    report = told(world, "none")
    said = sentences(report)
    assert set(said) == {"coverage"}
    assert said["coverage"].startswith("Belum ada kantor yang mengajukan penilaian, dari 19 kantor")
    with world.app.test_request_context():
        html = round_paper_html(report)
    assert "<svg" not in html


def test_a_single_office_is_no_group(world: World):
    said = sentences(told(world, "one", province="36"))
    assert set(said) == {"coverage", "own", "few"}
    assert "kurang dari batas 5 kantor" in said["few"]
    assert "indeks" in said["own"]


def test_groups_below_the_threshold_have_no_number_in_any_table(world: World):
    report = told(world, "2026")
    with world.app.test_request_context():
        html = round_paper_html(report)
    small = {one.kind: one.total for one in report.view.levels if one.total < 5}
    assert small == {"national": 1, "province": 3, "city": 4}
    assert "Kabupaten (11)" in html
    assert not re.search(r"(Provinsi|Kota|KPU RI) \(\d", html)
    strict = replace(report, threshold=40)
    assert set(sentences(strict)) == {"coverage", "few"}


def test_without_verification_no_gap_is_told(world: World):
    assert "gap" in sentences(told(world, "2026"))
    assert "gap" not in sentences(told(world, "2025"))


def test_a_round_without_levels_and_provinces_is_told_in_percent(world: World):
    report = told(world, "countries", "en")
    said = sentences(report)
    assert not {"levels", "gated", "provinces", "own"} & set(said)
    assert said["spread"] == (
        "The median score is 37.5%; half of the offices lie between 18.8% and 56.3%."
    )
    with world.app.test_request_context():
        html = round_paper_html(report)
    assert "Report of all offices" in html
    assert "Gated level" not in html
    assert "Provin" not in html


def test_both_languages_say_the_same_numbers(world: World):
    both = [sentences(told(world, "2026", language)) for language in ("id", "en")]
    assert list(both[0]) == list(both[1])
    for name, said in both[0].items():
        assert _numbers(said) == _numbers(both[1][name].replace(".", ",")), name


def _numbers(words: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:,\d+)?", words))


# --- the paper ------------------------------------------------------------------------


def test_it_is_tagged_titled_and_speaks_its_language(world: World):
    with pikepdf.open(BytesIO(world.paper)) as document:
        root = document.Root
        assert root.Lang == "id"
        assert bool(root.MarkInfo.Marked)
        assert str(document.docinfo["/Title"]) == "Laporan nasional – Pengukuran 2026"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        tags = elements(root.StructTreeRoot, [])
        kinds = {str(tag.S) for tag in tags}
        assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"} <= kinds
        figures = [tag for tag in tags if str(tag.S) == "/Figure"]
        assert len(figures) == 4
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures)
        marked = all("DATA CONTOH / DEMO" in _text(world.paper, at)
                     for at in range(len(document.pages)))  # fmt: skip
        assert marked


def _text(body: bytes, at: int) -> str:
    return PdfReader(BytesIO(body)).pages[at].extract_text()


def test_a_validator_finds_no_error(world: World, tmp_path: Path):
    path = tmp_path / "nasional.pdf"
    path.write_bytes(world.paper)
    assert faults_of(world.paper) == []
    with world.app.test_request_context():
        assert faults_of(round_paper(told(world, "2026", "en", province="36")).body) == []
    command = [sys.executable, "-m", "pdfua", "check", "--min-severity", "error", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_office_stands_in_it_with_its_index(world: World):
    text = words(world.paper)
    for code, card in cards(world, "2026").items():
        assert re.search(rf"{re.escape(code)} K[PI][UP] .{{1,60}}{comma(card.index_value)}", text)


def test_the_command_writes_the_bytes_of_the_page(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MATURITY_DATA", str(world.data))
    monkeypatch.delenv("MATURITY_DATABASE_URL", raising=False)
    out = tmp_path / "nasional.pdf"
    asked = ["report", "--round", "2026", "--out", str(out)]
    assert main([*asked, "--national", "--stage", "self"]) == 0
    assert out.read_bytes() == world.paper
    out.unlink()
    for wrong in (["--province", "36.71"], ["--national", "--format", "docx"],
                  ["--all", "--stage", "self"]):  # fmt: skip
        assert main([*asked, *wrong]) == 1
    assert main(["report", "--round", "2099", "--out", str(out), "--national"]) == 1
    assert not out.exists()


def test_who_may_fetch_which(world: World):
    stranger = world.app.test_client()
    assert stranger.get(ALL).status_code == 303
    verifier = world.app.test_client()
    assert isinstance(verifier, StrictClient)
    sign_in(verifier, "b@contoh.example")
    assert verifier.get(ALL).status_code == 403
    assert verifier.get("/rounds/2026/provinces/11/report.pdf").status_code == 403
    assert post(verifier, ALL).status_code == 403
    assert post(verifier, "/rounds/2026/provinces/11/report.pdf").status_code == 403
    assert "Laporan Provinsi Banten" in words(draw(world.app, verifier, BANTEN))
    page = page_text(verifier.get("/rounds/2026/provinces/36"))
    assert f'href="{BANTEN}"' in page


def test_pages_lead_to_it(world: World):
    page = page_text(world.client.get("/rounds/2026"))
    assert f'href="{ALL}"' in page
    assert world.client.get("/rounds/none-such/report.pdf").status_code == 404
    assert world.client.get("/rounds/2026/provinces/36.71/report.pdf").status_code == 404


# --- drawn outside the request --------------------------------------------------------


def jobs(world: World) -> list[Job]:
    with world.database.read() as session:
        found = list(session.scalars(select(Job).where(Job.kind == drawn.KIND).order_by(Job.id)))
        session.expunge_all()
        return found


def work(world: World) -> int:
    with without_processes():
        return Worker(world.app, HANDLERS).drain()


def test_what_is_not_drawn_yet_is_drawn_by_a_job_and_then_opened_at_the_same_address(world: World):
    address = "/rounds/2026/provinces/11/report.pdf"
    reply = world.client.get(address)
    assert (reply.status_code, reply.headers.get("Refresh")) == (202, None)
    assert "Susun laporan" in page_text(reply)
    before = len(jobs(world))
    first, second = post(world.client, address), post(world.client, address)
    assert first.location == second.location
    assert len(jobs(world)) == before + 1, "the same request twice is one job"
    waiting = world.client.get(first.location)
    assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "5")
    assert "menunggu giliran" in page_text(waiting)
    calm = world.client.get(address)
    assert "Refresh" not in calm.headers, "who does not want it is not moved"
    assert work(world) == 1
    opened = world.client.get(first.location)
    assert opened.mimetype == "application/pdf"
    assert "Laporan Provinsi Aceh" in words(opened.data)
    again = world.client.get(address, headers={"If-None-Match": opened.headers["ETag"]})
    assert again.status_code == 304


def test_a_changed_report_is_drawn_anew_and_the_old_file_goes(world: World):
    address = "/rounds/2025/report.pdf"
    first = draw(world.app, world.client, address)
    folder = world.data / drawn.FOLDER
    (old,) = folder.glob("2025~*")
    (folder / f".{old.name}.0a1b.part").write_bytes(b"%PDF half")  # of a killed worker
    others = {one.name for one in folder.iterdir() if "2025~" not in one.name}
    with world.database.write() as session:
        session.scalars(select(Round).where(Round.slug == "2025")).one().demo = True
    reply = world.client.get(address)
    assert reply.status_code == 202
    assert "telah berubah" in page_text(reply)
    assert draw(world.app, world.client, address) != first
    assert not old.exists()
    left = {one.name for one in folder.iterdir()}
    assert len(left - others) == 1
    assert others <= left, "of each report its own newest"


def test_a_job_draws_nothing_that_is_there(world: World):
    assert world.client.get(ALL + "?stage=self").data == world.paper
    assert post(world.client, ALL + "?stage=self").status_code == 303
    assert work(world) == 1
    done = next(job for job in jobs(world) if "2026~all~self~id" in (job.key or ""))
    assert (done.state, done.outcome["drawn"]) == ("done", 0)
    assert world.client.get(ALL + "?stage=self").data == world.paper


def test_a_round_that_is_gone_is_said(world: World):
    with world.database.write() as session:
        drawn.order(session, drawn.Wish("gone", Stage.SELF, "id"), now=datetime.now(UTC))
    assert work(world) == 1
    gone = next(job for job in jobs(world) if "gone" in (job.key or ""))
    assert (gone.state, gone.error_id) == ("failed", "Tidak ada periode gone.")
