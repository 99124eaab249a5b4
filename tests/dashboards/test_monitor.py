"""The monitor counts, forecasts and names those who need a call, for those who may know."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from maturity.dashboards.monitor import Watched, course
from maturity.dashboards.monitor_calls import Reason, calls
from maturity.db import Database
from maturity.offices.models import Role
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Round, Stage
from maturity.survey.stage_models import Judgement, Verdict
from tests.builders import make_person
from tests.clock import START, Clock
from tests.dashboards.country import SMALL, by_id, hold_round, rows_of, words
from tests.dashboards.test_national import counted, stored
from tests.strict_client import StrictClient, page_text

PAGE, BANTEN = "/rounds/2026/monitor", "/rounds/2026/provinces/36/monitor"
DAY = timedelta(days=1)
STATES = ("submitted", "in-progress", "not-started", "submitted", "in-progress")
KINDS = {"national": "KPU RI", "province": "Provinsi", "regency": "Kabupaten", "city": "Kota"}


def dated(database: Database, slug: str = "2026") -> None:
    """Give the offices of a round the days on which they began and submitted."""
    with database.write() as session:
        query = select(Assessment).join(Round).where(Round.slug == slug)
        for n, one in enumerate(session.scalars(query.order_by(Assessment.office_code))):
            opens = one.round.opens_at
            if one.state != AssessmentState.NOT_STARTED:
                one.started_at = opens + (1 + n % 9) * DAY
                one.updated_at = one.started_at + DAY / 2
            if one.state == AssessmentState.SUBMITTED:
                one.submitted_at = one.started_at + (2 + n % 5) * DAY


@pytest.fixture
def campaign(database: Database) -> None:
    with database.write() as session:
        hold_round(session, "2026", seed=3, states=STATES)
    dated(database)


def code_in(cell: str) -> str:
    """The code of the office that a cell names."""
    found = re.search(r"(?:\d\d\.)?\d\d|\b0\b", cell)
    return found[0] if found else ""


def table(client: StrictClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff"))))


def change(database: Database, office: str, **values: object) -> int:
    with database.write() as session:
        one = session.scalar(select(Assessment).where(Assessment.office_code == office))
        for name, value in values.items():
            setattr(one, name, value)
        return one.id


@pytest.mark.usefixtures("campaign")
def test_offices_are_counted_by_kind_and_province(viewer: StrictClient, database: Database):
    html = page_text(viewer.get(PAGE))
    found = stored(database, "2026")
    for name, key, group in (
        ("tabel-jenis", "kind", KINDS),
        ("tabel-provinsi", "province_code", {"11": "Aceh", "12": "Sumatera Utara",
                                             "36": "Banten"}),
    ):  # fmt: skip
        counts = Counter((getattr(office, key), work.state) for office, work, _card in found)
        shown = {row[0]: row[2:7] for row in rows_of(html, name)}
        for code, title in group.items():
            three = [counts[code, s] for s in ("not-started", "in-progress", "submitted")]
            expected = [sum(three), three[0], three[1], 0, three[2]]
            assert shown[title] == [str(n) for n in expected]
    assert rows_of(html, "tabel-jenis")[-1][2] == str(len(found))


@pytest.mark.usefixtures("campaign")
def test_an_office_is_late_by_its_own_deadline(
    as_role: Callable[..., StrictClient], database: Database, clock: Clock
):
    extended = START + 25 * DAY
    change(database, "36.71", state="in-progress", due_at=extended)
    change(database, "36.72", state="not-started")
    clock.advance(days=20, hours=1)
    late = {row["code"] for row in table(as_role(Role.VIEWER), f"{PAGE}/offices.csv?state=late")}
    assert "36.72" in late
    assert "36.71" not in late
    clock.advance(days=5)
    viewer = as_role(Role.RESEARCHER)
    late = {row["code"] for row in table(viewer, f"{PAGE}/offices.csv?state=late")}
    assert {"36.71", "36.72"} <= late
    html = page_text(viewer.get(f"{PAGE}?state=late"))
    assert "Batas waktu semua kantor sudah lewat" in html
    rows = rows_of(html, "tabel-hubungi")
    assert {code_in(row[0]) for row in rows} == late
    assert code_in(rows[-1][0]) == "36.71"  # late for the shortest time
    assert re.match(r"Batas waktu sudah lewat 1 hari; \d+ dari \d+ terjawab", rows[-1][1])


@pytest.mark.usefixtures("campaign")
def test_a_dispute_is_open_until_it_is_decided(viewer: StrictClient, database: Database):
    number = change(database, "36.71", state="reply-open")

    def judge(stage: Stage, verdict: Verdict) -> None:
        with database.write() as session:
            session.add(
                Judgement(assessment_id=number, key="V01", stage=stage, verdict=verdict,
                          state="answered", value="2", on_version=1, way="web", at=START)
            )  # fmt: skip

    judge(Stage.VERIFIED, Verdict.CHANGED)
    assert table(viewer, f"{PAGE}/kinds.csv")[0]["disputed"] == "0"
    judge(Stage.REPLIED, Verdict.DISAGREE)
    assert table(viewer, f"{PAGE}/kinds.csv")[0]["disputed"] == "1"
    (row,) = table(viewer, f"{PAGE}/offices.csv?state=disputed")
    assert (row["code"], row["open_disputes"]) == ("36.71", "1")
    judge(Stage.SETTLED, Verdict.UPHELD)
    assert table(viewer, f"{PAGE}/kinds.csv")[0]["disputed"] == "0"


@pytest.mark.usefixtures("campaign")
def test_filters_live_in_the_address_and_reach_every_file(viewer: StrictClient):
    asked = "kind=regency&province=36"
    rows = table(viewer, f"{PAGE}/offices.csv?{asked}")
    assert [row["code"] for row in rows] == ["36.01", "36.02", "36.03", "36.04"]
    html = page_text(viewer.get(f"{PAGE}?{asked}&state=nonsense&page=x"))
    assert [row[0] for row in rows_of(html, "tabel-provinsi")] == ["Banten"]
    links = {a.get("href") for a in by_id(html, "isi").iter("a")}
    for name in ("kinds", "provinces", "course", "offices"):
        assert f"{PAGE}/{name}.csv?{asked}" in links
    (kinds, _regency) = table(viewer, f"{PAGE}/kinds.csv?{asked}")
    assert kinds["total"] == "4"
    assert all(row["offices"] == "4" for row in table(viewer, f"{PAGE}/course.csv?{asked}"))


@pytest.mark.usefixtures("campaign")
def test_the_course_ends_at_what_is_counted_now(viewer: StrictClient, database: Database):
    days = table(viewer, f"{PAGE}/course.csv")
    found = [work for _office, work, _card in stored(database, "2026")]
    last = days[-1]
    assert len(days) == 21
    assert int(last["started"]) == sum(work.state != "not-started" for work in found)
    assert int(last["submitted"]) == sum(work.state == "submitted" for work in found)
    for earlier, later in pairwise(days):
        assert int(earlier["started"]) <= int(later["started"])
        assert int(earlier["submitted"]) <= int(later["submitted"])
    html = page_text(viewer.get(PAGE))
    assert [row[2] for row in rows_of(html, "tabel-perjalanan")] == [
        day["started"] for day in reversed(days)
    ]


@pytest.mark.usefixtures("campaign")
def test_the_forecast_is_said_in_words_and_in_the_file(viewer: StrictClient):
    (row,) = table(viewer, f"{PAGE}/forecast.csv")
    low, middle, high = (int(row[name]) for name in ("low", "forecast", "high"))
    assert int(row["submitted"]) <= low <= middle <= high <= int(row["offices"])
    html = page_text(viewer.get(PAGE))
    assert f"diperkirakan {middle} kantor ({low}–{high}, 90%) sudah mengajukan" in html
    assert "Belum ada periode sebelumnya sebagai pola" in html
    viewer.post("/language", data={"lang": "en", "csrf_token": viewer.csrf()})
    english = page_text(viewer.get(PAGE))
    assert f"{middle} offices ({low}–{high}, 90%)" in english


@pytest.mark.usefixtures("campaign")
def test_an_earlier_round_that_is_over_gives_the_pattern(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2025", seed=8, days=-400, states=STATES)
    dated(database, "2025")
    html = page_text(viewer.get(PAGE))
    assert "Irama Pengukuran 2025 dipakai sebagai pola" in html
    assert table(viewer, f"{PAGE}/forecast.csv")[0]["earlier_round"] == "true"


def test_too_little_is_said_plainly(
    as_role: Callable[..., StrictClient], database: Database, clock: Clock
):
    viewer = as_role(Role.VIEWER)
    with database.write() as session:
        hold_round(session, "2026", ("36.71",), days=1, states=("not-started",))
    html = page_text(viewer.get(PAGE))
    assert "Periode ini dibuka pada" in html
    assert "Tidak ada kantor yang terlambat" in html
    clock.advance(days=3)
    viewer = as_role(Role.RESEARCHER)
    html = page_text(viewer.get(PAGE))
    assert "Belum cukup data" in html
    assert table(viewer, f"{PAGE}/forecast.csv") == []
    assert "Tidak ada kantor yang cocok" in page_text(viewer.get(f"{PAGE}?kind=city&province=11"))


@pytest.mark.usefixtures("campaign")
def test_only_those_who_manage_people_see_names(
    as_role: Callable[..., StrictClient], database: Database
):
    change(database, "36", state="not-started", answered=0)
    with database.write() as session:
        make_person(session, office="36.72", role=Role.RESPONSIBLE, name="Wulan Sari",
                    email="wulan@contoh.example")  # fmt: skip
        gone = make_person(session, office="36.72", role=Role.OPERATOR, name="Sudah Pergi")
        gone.active = False
    change(database, "36.72", state="not-started", answered=0)
    seen = {}
    for role, office, path in (
        (Role.ADMINISTRATOR, "0", PAGE),
        (Role.VIEWER, "0", PAGE),
        (Role.VERIFIER, "36", BANTEN),
        (Role.RESPONSIBLE, "36", BANTEN),
    ):
        client = as_role(role, office)
        html = page_text(client.get(path))
        body = client.get(f"{path}/calls.csv").text
        assert "36.72" in {code_in(row[0]) for row in rows_of(html, "tabel-hubungi")}
        assert ("Wulan Sari" in html) == ("Wulan Sari" in body)
        assert "Sudah Pergi" not in html + body
        seen[role] = ("Wulan Sari" in html, "responsible-36@contoh.example" in html)
    assert seen == {
        Role.ADMINISTRATOR: (True, False),
        Role.VIEWER: (False, False),
        Role.VERIFIER: (False, False),
        Role.RESPONSIBLE: (False, True),  # the own office's people only
    }


@pytest.mark.usefixtures("campaign")
def test_a_province_sees_its_own_offices_only(as_role: Callable[..., StrictClient]):
    client = as_role(Role.VERIFIER, "36")
    codes = [row["code"] for row in table(client, f"{BANTEN}/offices.csv?province=11")]
    assert codes == [code for code in SMALL if code.startswith("36")]
    html = page_text(client.get(BANTEN))
    links = [a.get("href") for a in by_id(html, "isi").iter("a")]
    assert PAGE not in links
    assert 'name="province"' not in html
    client.strict = False
    assert client.get(f"{BANTEN}/provinces.csv").status_code == 404
    assert client.get("/rounds/2026/provinces/36.71/monitor").status_code == 404
    assert client.get("/rounds/1999/provinces/36/monitor").status_code == 404
    assert BANTEN in words_of_links(client.get("/rounds/2026/provinces/36").text)


def words_of_links(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/rounds/{}/monitor", "/rounds/{}/monitor/calls.csv"])
def test_as_many_queries_for_ten_offices_as_for_all(
    as_role: Callable[..., StrictClient], database: Database, path: str
):
    with database.write() as session:
        hold_round(session, "few-before", SMALL[:9], days=-500)
        hold_round(session, "few", SMALL[:9], days=-450)
        hold_round(session, "all-before", None, days=-400)
        hold_round(session, "all", None)
    client, sent = as_role(Role.ADMINISTRATOR), {}
    for slug in ("few", "all"):
        client.get(path.format(slug))
        with counted(client.application) as statements:
            assert client.get(path.format(slug)).status_code == 200
        sent[slug] = statements
    assert len(sent["few"]) == len(sent["all"]) <= 9


# --- the rules of the list ------------------------------------------------------------


def office(code: str, *, asked: int = 100, **values: object) -> Watched:
    """An office that is open for ten more days; half of its time is gone."""
    standing = {
        "name": code, "kind": "regency", "province": "36", "zone": "Asia/Jakarta",
        "state": AssessmentState.IN_PROGRESS, "answered": 50, "asked": asked,
        "due": START + 10 * DAY, "extended": False, "started_at": START - 5 * DAY,
        "updated_at": START - DAY, "submitted_at": None,
    }  # fmt: skip
    return Watched(code, **{**standing, **values})


def test_calls_are_sorted_by_risk():
    none = {"state": AssessmentState.NOT_STARTED, "answered": 0}
    rows = [
        office("on time"),
        office("slow", answered=20),
        office("slower", answered=10, updated_at=START - 9 * DAY),
        office("silent", **none),
        office("nearly", answered=99, due=START + 2 * DAY),
        office("just late", due=START - DAY / 2),
        office("long late", due=START - 4 * DAY),
        office("sent", state=AssessmentState.SUBMITTED, due=START - 4 * DAY),
        office("extended", **none, due=START + 50 * DAY),
        office("no questions", asked=0, answered=0),
    ]
    found = calls(rows, START - 10 * DAY, START)
    assert [(one.office.code, one.reason) for one in found] == [
        ("long late", Reason.LATE),
        ("just late", Reason.LATE),
        ("no questions", Reason.BEHIND),
        ("silent", Reason.NOT_STARTED),
        ("slower", Reason.BEHIND),
        ("slow", Reason.BEHIND),
        ("nearly", Reason.NEAR),
    ]
    assert {one.office.code for one in found if one.idle} == {"slower"}
    assert calls(rows, START + DAY, START) == []


def test_a_day_of_the_course_ends_at_midnight_in_jakarta():
    opens = START - 2 * DAY  # 14.00 WIB
    midnight = START.replace(hour=17) - 2 * DAY
    rows = [office("a", started_at=midnight), office("b", started_at=midnight + DAY / 86400),
            office("c", state=AssessmentState.SUBMITTED, started_at=opens,
                   submitted_at=START)]  # fmt: skip
    days = course(rows, opens, START)
    assert [(one.number, one.started, one.submitted) for one in days] == [
        (1, 2, 0), (2, 3, 0), (3, 3, 1),
    ]  # fmt: skip
    assert course(rows, START + DAY, START) == ()


def test_a_page_is_named_in_words_for_the_reader(viewer: StrictClient, database: Database):
    with database.write() as session:
        hold_round(session, "2026", seed=3, states=STATES)
    html = page_text(viewer.get(PAGE))
    assert words(by_id(html, "hubungi-judul")).endswith("kantor perlu dihubungi")
    assert PAGE in words_of_links(page_text(viewer.get("/rounds/2026")))
