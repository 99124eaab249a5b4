"""A link opens one section to somebody without an account, and nothing else."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from maturity.db import Database
from maturity.offices.guard import permission_of
from maturity.offices.models import Person
from maturity.offices.permissions import Action, Actor, Delegation, Thing, may
from maturity.survey import sections
from maturity.survey.log_models import LogEntry
from maturity.survey.models import AnswerEvent, Evidence, Round
from maturity.survey.section_models import SectionLink
from tests.builders import BANTEN, make_assessment, make_link
from tests.clock import Clock
from tests.offices.signing import both_databases, make_user, sign_in
from tests.strict_client import StrictClient
from tests.survey.filling import (
    OPERATOR,
    RESPONSIBLE,
    answers_of,
    client_of,
    office_at_work,
    put,
    token,
)

JSON = {"Accept": "application/json"}


@pytest.fixture
def database_kind() -> str:
    """SQLite, unless a test asks for both."""
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, new_database) -> str:  # type: ignore[no-untyped-def]
    return new_database(database_kind)


def make(client: StrictClient, assessment: int, **values: str) -> str:
    """Make a link through the page; its path."""
    address = f"/assessments/{assessment}/links"
    client.get(f"/assessments/{assessment}/sections?share=SD1")
    reply = client.submit({"name": "Rina Dewi", **values}, action=address)
    assert reply.status_code == 303, reply.text
    page = client.get(reply.location).text
    return re.search(r'value="http://localhost(/d/[\w-]{43})"', page)[1]  # type: ignore[index]


def opened(app: Flask, path: str) -> StrictClient:
    """A browser in which a link was opened and begun."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.get(path)
    reply = client.submit({}, action=path)
    assert (reply.status_code, reply.location) == (303, "/d")
    return client


@pytest.fixture
def assessment(app: Flask, database: Database) -> int:
    """An open assessment of an office with two people."""
    return office_at_work(database)


@pytest.fixture
def path(app: Flask, assessment: int) -> str:
    """A link to the section SD1."""
    return make(client_of(app), assessment)


@pytest.fixture
def guest(app: Flask, path: str) -> StrictClient:
    """Somebody who came by it."""
    return opened(app, path)


# --- making, using, revoking -------------------------------------------------------------


@both_databases
def test_a_guest_answers_the_section_and_the_office_sees_who(
    app: Flask, database: Database, assessment: int, guest: StrictClient
) -> None:
    page = guest.get("/d").text
    assert "Strategi, kepemimpinan, dan kelembagaan" in page
    assert "Rina Dewi (tautan)" in page
    address = f"/assessments/{assessment}/sections/SD1"
    guest.get(address)
    saved = guest.submit({"value:V01": "l2", "note:V01": "SK 12", "url:V01": "https://a.example/x"},
                         action=address)  # fmt: skip
    assert saved.location == f"{address}/check"
    assert "SK 12" in guest.get(saved.location).text
    assert put(guest, assessment, "V02", "l1").status_code == 200
    with database.read() as session:
        link = session.scalars(select(SectionLink)).one()
        events = session.scalars(select(AnswerEvent).order_by(AnswerEvent.id)).all()
        assert [(e.key, e.way, e.by_id, e.delegation_id) for e in events] == [
            ("V01", "link", None, link.id),
            ("V02", "link", None, link.id),
        ]
        assert session.scalars(select(Evidence)).one().added_delegation_id == link.id
    told = put(client_of(app), assessment, "V01", "l3")
    assert "Rina Dewi (tautan)" in told.json["html"]
    shared = client_of(app, RESPONSIBLE).get(f"/assessments/{assessment}/sections").text
    assert "2 isian tersimpan" in shared
    assert "Siti Rahma" in shared


def test_the_token_is_shown_once_and_only_its_hash_is_kept(
    app: Flask, database: Database, assessment: int
) -> None:
    client = client_of(app)
    path = make(client, assessment, email="rina@contoh.example", days="3")
    assert path not in client.get(f"/assessments/{assessment}/sections").text
    with database.read() as session:
        link = session.scalars(select(SectionLink)).one()
        kept = [str(value) for value in vars(link).values()]
        assert link.expires_at - link.created_at == timedelta(days=3)
        shared = LogEntry.kind == "section-shared"
        data = session.scalars(select(LogEntry.data).where(shared)).one()
    assert not any(path[3:] in value for value in kept)
    assert '"section":"SD1"' in data
    assert "Rina" not in data


def test_looking_at_a_link_changes_nothing(app: Flask, database: Database, path: str) -> None:
    client = app.test_client()
    page = client.get(path).text
    for said in ("KPU Kota Tangerang", "Strategi, kepemimpinan", "Rina Dewi", "Siti Rahma",
                 "28 November 2026, 14.00 WIB", "Jangan menulis data pribadi"):  # fmt: skip
        assert said in page
    client.head(path)
    with database.read() as session:
        assert session.scalars(select(SectionLink)).one().opened_at is None
    assert client.get("/assessments/1/sections/SD1").status_code == 303


def test_both_languages(app: Flask, path: str) -> None:
    client = app.test_client()
    client.get(path)
    client.post("/language", data={"lang": "en", "csrf_token": client.csrf()})
    assert "asks Rina Dewi for help with one section" in client.get(path).text
    client.submit({}, action=path)
    assert "The section for you" in client.get("/d").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Tulis nama orang yang akan mengisi."),
        ({"name": "x" * 121}, "Tulis nama lengkap, 2 sampai 120 karakter."),
        ({"email": "rina"}, "Alamat surel tidak dapat dibaca."),
        ({"days": "365"}, "Pilih masa berlaku."),
        ({"section": ""}, "Pilih bagian yang dibagikan."),
    ],
)
def test_a_faulty_form_is_explained_and_kept(
    app: Flask, database: Database, assessment: int, wrong: dict[str, str], said: str
) -> None:
    client, address = client_of(app), f"/assessments/{assessment}/links"
    client.get(f"/assessments/{assessment}/sections?share=SD1")
    reply = client.submit({"name": "Rina Dewi", "email": "r@a.example", **wrong}, action=address)
    assert reply.status_code in (400, 422)
    assert said in unescape(reply.text)
    assert "Galat" in reply.text
    with database.read() as session:
        assert session.scalars(select(SectionLink)).all() == []


def test_a_revoked_link_ends_at_once(
    app: Flask, database: Database, assessment: int, guest: StrictClient, path: str
) -> None:
    colleague = client_of(app, RESPONSIBLE)
    page = colleague.get(f"/assessments/{assessment}/sections").text
    action = re.search(r'action="(/assessments/\d+/links/\d+/revoke)"', page)[1]  # type: ignore[index]
    colleague.submit({}, action=action)
    for address in (f"/assessments/{assessment}/sections/SD1", "/d", path):
        gone = guest.get(address)
        assert gone.status_code == 410
        assert "Tautan ini sudah dicabut" in gone.text
        assert "Mintalah tautan baru kepada Siti Rahma di KPU Kota Tangerang" in gone.text
    assert put(guest, assessment, "V01", "l2").status_code == 410
    assert answers_of(database, assessment) == {}
    assert "Tautan yang sudah berakhir" in colleague.get(f"/assessments/{assessment}/sections").text
    with database.read() as session:
        kinds = session.scalars(select(LogEntry.kind).order_by(LogEntry.seq)).all()
    assert kinds[-2:] == ["section-shared", "section-link-revoked"]
    again = colleague.post(action, data={"csrf_token": token(colleague)})
    assert "berakhir sebelumnya" in colleague.get(again.location).text


def test_what_arrives_too_late_is_refused_and_shown(
    database: Database, assessment: int, guest: StrictClient, clock: Clock
) -> None:
    address = f"/assessments/{assessment}/sections/SD1"
    guest.get(address)
    clock.advance(days=6, hours=23)
    with guest.session_transaction() as cookie:  # in use all the while
        cookie["seen"] = clock().timestamp()
    assert guest.get(address).status_code == 200
    clock.advance(hours=2)
    typed = {"value:V01": "l2", "note:V01": "Rapat <b>pleno</b> 3 Maret"}
    here = {"Referer": f"http://localhost{address}"}
    late = guest.submit(typed, action=address, headers=here)
    assert late.status_code == 410
    words = unescape(late.text)
    assert "Isian terakhir Anda belum tersimpan" in words
    assert "Rapat <b>pleno</b> 3 Maret" in words
    assert "Level 2:" in words
    assert "&lt;b&gt;" in late.text
    by_script = put(guest, assessment, "V01", "l2")
    assert by_script.status_code == 410
    assert "belum tersimpan" in by_script.json["error"]
    assert answers_of(database, assessment) == {}


def test_an_idle_session_ends_but_the_link_opens_again(
    guest: StrictClient, assessment: int, path: str, clock: Clock
) -> None:
    clock.advance(hours=13)
    address = f"/assessments/{assessment}/sections/SD1"
    ended = guest.get(address)
    assert ended.status_code == 410
    assert "Sesi Anda sudah berakhir" in ended.text
    assert put(guest, assessment, "V01", "l2").status_code == 401
    guest.get(path)
    guest.submit({}, action=path)
    assert guest.get(address).status_code == 200


def test_after_the_round_the_section_is_only_read(
    database: Database, guest: StrictClient, assessment: int, clock: Clock
) -> None:
    put(guest, assessment, "V01", "l2")
    with database.write() as session:
        session.scalars(select(Round)).one().closes_at = clock() - timedelta(minutes=1)
    late = put(guest, assessment, "V01", "l3", seen=1)
    assert late.status_code == 409
    assert "Batas pengisian sudah lewat" in late.json["error"]
    reply = guest.get(f"/assessments/{assessment}/sections/SD1", follow_redirects=True)
    assert reply.request.path == f"/assessments/{assessment}/sections/SD1/check"
    assert "Pengisian sudah ditutup" in guest.get("/d").text
    assert answers_of(database, assessment)["V01"].value == "l2"


def test_a_link_ends_with_the_work_of_whoever_made_it(
    database: Database, guest: StrictClient, assessment: int
) -> None:
    with database.write() as session:
        session.scalars(select(Person).where(Person.email == OPERATOR)).one().active = False
    assert put(guest, assessment, "V01", "l2").status_code == 410


def test_finishing_ends_the_session_not_the_link(guest: StrictClient, path: str) -> None:
    guest.get("/d")
    assert "Terima kasih" in guest.submit({}, action="/d/end").text
    assert guest.get("/d").location == "/start"
    guest.get(path)
    assert guest.submit({}, action=path).status_code == 303


def test_who_is_signed_in_keeps_the_own_account(
    app: Flask, database: Database, assessment: int, path: str
) -> None:
    colleague = client_of(app)
    assert "dengan akun Anda, bagian ini sudah dapat diisi" in colleague.get(path).text
    started = colleague.post(path, data={"csrf_token": colleague.csrf()})
    assert (started.status_code, started.location) == (303, path)
    assert colleague.get(f"/assessments/{assessment}").status_code == 200
    put(colleague, assessment, "V01", "l2")
    with database.write() as session:
        event = session.scalars(select(AnswerEvent)).one()
        assert (event.way, event.delegation_id) == ("web", None)
        make_user(session, email="lain@contoh.example", office=BANTEN)
    stranger = client_of(app, "lain@contoh.example")
    assert "keluarlah dahulu" in stranger.get(path).text
    stranger.post(path, data={"csrf_token": stranger.csrf()})
    assert stranger.get(f"/assessments/{assessment}/sections/SD1").status_code == 403


def test_signing_in_ends_the_session_of_a_link(
    app: Flask, guest: StrictClient, assessment: int
) -> None:
    assert sign_in(guest, OPERATOR).status_code == 303
    page = guest.get("/account").text
    assert "(tautan)" not in page
    with guest.session_transaction() as cookie:
        assert "section_link" not in cookie


# --- nothing else ------------------------------------------------------------------------


@given(
    action=st.sampled_from(Action),
    assessment=st.sampled_from([None, 1, 2]),
    sections=st.frozensets(st.sampled_from(["SD1", "SD2", "G-INV"])),
)
def test_the_rule_opens_two_actions_on_things_of_one_section(
    action: Action, assessment: int | None, sections: frozenset[str]
) -> None:
    actor = Actor(delegation=Delegation(7, 1, "SD1"))
    thing = Thing("36.71", "36", assessment, sections)
    wanted = action in ("see_assessment", "answer") and assessment == 1 and "SD1" in sections
    assert may(actor, action, thing) is wanted
    assert not may(actor, action)


@pytest.mark.parametrize("said", ["x", "a" * 43, "..", "%00"])
def test_a_token_that_never_was_opens_nothing(app: Flask, assessment: int, said: str) -> None:
    client = app.test_client()
    assert client.get(f"/d/{said}").status_code == 404
    client.get("/about")
    client.post(f"/d/{said}", data={"csrf_token": client.csrf()})
    assert client.get("/d").location == "/start"


def test_a_guest_reaches_only_the_own_section(
    app: Flask, database: Database, guest: StrictClient, assessment: int
) -> None:
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        other = make_assessment(session, round_=round_, office=BANTEN).id
    own = f"/assessments/{assessment}"
    closed = [
        own, f"{own}/check", f"{own}/submit", f"{own}/workbook", f"{own}/workbook.xlsx",
        f"{own}/result", f"{own}/report.pdf", f"{own}/sections", f"{own}/sections/SD2",
        f"{own}/sections/SD2/check", f"{own}/sections/SD1/gap", f"{own}/sections/G-INV/INV/pdpb",
        f"/assessments/{other}/sections/SD1", "/account", "/people", "/offices/36.71/people",
    ]  # fmt: skip
    for address in closed:
        assert guest.get(address).status_code == 403, address
    form = {"csrf_token": token(guest), "confirm": "yes", "value:V05": "l4", "seen:V05": "0"}
    for address in (f"{own}/submit", f"{own}/sections/SD2", f"{own}/links", f"{own}/sections",
                    f"{own}/links/1/revoke", f"{own}/workbook/apply"):  # fmt: skip
        assert guest.post(address, data=form).status_code == 403, address
    for key in ("V05", "INV/pdpb/timely", "V01x", "x"):
        assert put(guest, assessment, key, "l4").status_code == 403, key
        reply = guest.put(f"{own}/evidence/{key}", json={"url": "https://a.example"},
                          headers={"X-CSRFToken": token(guest), **JSON})  # fmt: skip
        assert reply.status_code == 403, key
    assert put(guest, other, "V01", "l4").status_code == 403
    assert answers_of(database, assessment) == {}


def test_items_of_another_section_in_the_own_form_are_not_saved(
    database: Database, guest: StrictClient, assessment: int
) -> None:
    address = f"/assessments/{assessment}/sections/SD1"
    guest.get(address)
    smuggled = {"value:V05": "l4", "seen:V05": "0", "url:V05": "https://a.example"}
    guest.submit({"value:V01": "l2", **smuggled}, action=address)
    assert set(answers_of(database, assessment)) == {"V01"}
    with database.read() as session:
        assert session.scalars(select(Evidence)).all() == []


def test_evidence_of_other_sections_is_neither_seen_nor_touched(
    app: Flask, database: Database, guest: StrictClient, assessment: int
) -> None:
    office, elsewhere = client_of(app), f"/assessments/{assessment}/sections/SD2"
    office.get(elsewhere)
    file = (io.BytesIO(b"nama;nilai\nsatu;1\n"), "rahasia kantor.csv")
    sent = {"url:V05": "https://a.example/rahasia", "file:V05": file, "do": "stay"}
    assert office.submit(sent, action=elsewhere).status_code == 303
    page = office.get(elsewhere).text
    sha256 = re.search(r"/files/([0-9a-f]{64})", page)[1]  # type: ignore[index]
    address = f"/assessments/{assessment}/sections/SD1"
    assert "rahasia kantor" in office.get(address).text  # offered to be used again
    assert "rahasia" not in guest.get(address).text
    assert guest.get(f"/assessments/{assessment}/files/{sha256}").status_code == 403
    tries = {"use:V01": sha256, "drop:V01": "1", "file-drop:V01": "1", "do": "stay"}
    guest.submit(tries, action=address)
    reply = guest.put(
        f"/assessments/{assessment}/evidence/V01",
        json={"url": "https://b.example", "replaces": 1},
        headers={"X-CSRFToken": token(guest), **JSON},
    )
    assert reply.status_code == 200
    assert office.get(elsewhere).text.count("rahasia") == page.count("rahasia")
    assert "rahasia kantor" not in guest.get(address).text


def test_the_own_files_open(guest: StrictClient, assessment: int) -> None:
    address = f"/assessments/{assessment}/sections/SD1"
    guest.get(address)
    file = (io.BytesIO(b"nama;nilai\nsatu;1\n"), "rekap.csv")
    guest.submit({"file:V01": file, "do": "stay"}, action=address)
    found = re.search(r'href="([^"]+/files/[0-9a-f]{64})"', guest.get(address).text)
    assert guest.get(found[1]).status_code == 200  # type: ignore[index]


def test_the_objects_of_a_matrix_belong_to_its_section(
    app: Flask, database: Database, assessment: int
) -> None:
    guest = opened(app, make(client_of(app), assessment, section="G-INV"))
    page = guest.get(f"/assessments/{assessment}/sections/G-INV").text
    thing = re.search(rf'href="(/assessments/{assessment}/sections/G-INV/INV/[^"]+)"', page)[1]  # type: ignore[index]
    shown = guest.get(thing).text
    key = re.search(r'name="value:(INV/[^"]+)"', shown)[1]  # type: ignore[index]
    guest.submit({f"value:{key}": "yes"}, action=thing)
    assert answers_of(database, assessment)[key].state == "answered"
    assert put(guest, assessment, "V01", "l2").status_code == 403


def test_a_link_of_another_office_opens_nothing_here(
    app: Flask, database: Database, assessment: int
) -> None:
    with database.write() as session:
        round_ = session.scalars(select(Round)).one()
        other = make_assessment(session, round_=round_, office=BANTEN).id
        link = make_link(session, assessment=other, section="SD1").token_hash
    guest = app.test_client()
    with guest.session_transaction() as cookie:
        cookie.update({"section_link": link, "seen": app.extensions["maturity"].now().timestamp()})
    assert guest.get(f"/assessments/{other}/sections/SD1").status_code == 200
    assert guest.get(f"/assessments/{assessment}/sections/SD1").status_code == 403
    revoke = f"/assessments/{assessment}/links/1/revoke"
    office = client_of(app)
    assert office.post(revoke, data={"csrf_token": token(office)}).status_code == 404


def test_every_route_with_another_sections_values_is_closed(
    app: Flask, database: Database, guest: StrictClient, assessment: int
) -> None:
    """Whatever the route: with a foreign section, key or file a guest gets nowhere."""
    app.config["WTF_CSRF_ENABLED"] = False
    guest.strict = False
    foreign = {
        "assessment_id": assessment, "section": "SD2", "key": "V05", "question": "INV",
        "thing": "pdpb", "sha256": "0" * 64, "code": "36.71", "slug": "2026", "person_id": 1,
        "link_id": 1, "node_id": "x", "chart_id": "x", "table": "offices",
    }  # fmt: skip
    adapter, walked = app.url_map.bind("localhost"), 0
    for rule in app.url_map.iter_rules():
        if not rule.arguments & set(foreign) or rule.arguments - set(foreign):
            continue
        if permission_of(app.view_functions[rule.endpoint]).public:
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            values = {name: foreign[name] for name in rule.arguments}
            address = adapter.build(rule.endpoint, values, method=method)
            assert guest.open(address, method=method).status_code == 403, f"{method} {address}"
            walked += 1
    assert walked > 25
    with database.read() as session:
        assert session.scalars(select(AnswerEvent)).all() == []
        assert session.scalars(select(SectionLink)).one().revoked_at is None


def test_no_more_links_a_day_than_somebody_needs(
    app: Flask, database: Database, assessment: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "MAX_A_DAY", 2)
    client, address = client_of(app), f"/assessments/{assessment}/links"
    for number in (1, 2):
        make(client, assessment)
        client.submit({}, action=f"{address}/{number}/revoke")
    client.get(f"/assessments/{assessment}/sections?share=SD1")
    refused = client.submit({"name": "Rina Dewi"}, action=address)
    assert refused.status_code == 429
    assert "Sudah 2 tautan dibuat dalam 24 jam terakhir" in refused.text
    assert 'value="Rina Dewi"' in refused.text
    clock.advance(days=1, minutes=1)
    make(client_of(app), assessment)
