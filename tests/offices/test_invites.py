"""Invitations: who may give which role, and links that work once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select

from maturity.app import create_app
from maturity.errors import MaturityError
from maturity.offices import invites, people
from maturity.offices.models import Invite, Membership, Person, Role
from maturity.offices.people import Newcomer
from maturity.offices.permissions import Actor, Grant
from tests.builders import BANTEN, LEBAK, START, TANGERANG, add_offices
from tests.offices.signing import PASSWORD, both_databases, make_user, sign_in
from tests.strict_client import StrictClient

EMAIL = "budi@kpu.example"
BOSS = "pj@tangerang.example"
ADMIN = "admin@kpu.example"


@pytest.fixture
def boss(database):
    with database.write() as session:
        person = make_user(session, email=BOSS, role=Role.RESPONSIBLE, name="Ratna")
        return Actor(person.id, (Grant(Role.RESPONSIBLE, TANGERANG),))


@pytest.fixture
def admin(database):
    with database.write() as session:
        person = make_user(session, email=ADMIN, role=Role.ADMINISTRATOR, office="0")
        return Actor(person.id, (Grant(Role.ADMINISTRATOR, "0"),))


def token_for(database, *, email=EMAIL, office=TANGERANG, role="operator", by=None, at=START):
    who = Newcomer(email, "Budi Santoso", office, role)
    with database.write() as session:
        add_offices(session, [TANGERANG, LEBAK])
        return people.invite(session, who, at=at, by=by).token


def accept(client, token, password=PASSWORD, **changes):
    client.get(f"/invite/{token}")
    return client.submit({"password": password, "again": password, **changes})


# --- the link --------------------------------------------------------------------------


@both_databases
def test_a_guest_sets_a_password_and_is_signed_in(client, database):
    token = token_for(database)
    page = client.get(f"/invite/{token}").text
    assert EMAIL in page
    assert "KPU Kota Tangerang" in page
    response = client.submit({"password": PASSWORD, "again": PASSWORD, "name": "Budi S."})
    assert (response.status_code, response.location) == (303, "/")
    assert "Budi S." in client.get("/account").text


@both_databases
def test_a_link_works_once(app, client, database):
    token = token_for(database)
    accept(client, token)
    late = app.test_client().get(f"/invite/{token}")
    assert late.status_code == 410
    assert "Tautan ini sudah dipakai" in late.text
    assert "Masuk dengan surel" in late.text


def test_a_link_ends_after_seven_days(client, database, clock):
    token = token_for(database)
    clock.advance(days=6, hours=23)
    assert client.get(f"/invite/{token}").status_code == 200
    clock.advance(hours=1)
    response = client.get(f"/invite/{token}")
    assert response.status_code == 410
    assert "mintalah tautan baru" in response.text.lower()
    assert client.post(f"/invite/{token}", data={"csrf_token": client.csrf()}).status_code == 410


def test_a_cut_link_is_told_apart(client, database):
    response = client.get(f"/invite/{token_for(database)[:-3]}")
    assert response.status_code == 404
    assert "terpotong" in response.text


def test_only_the_hash_is_kept(database):
    token = token_for(database)
    with database.read() as session:
        stored = session.scalars(select(Invite)).one()
        assert token not in stored.token_hash
        assert len(token) == 43


@both_databases
def test_of_two_who_use_a_link_at_once_one_wins(settings, clock, database):
    token = token_for(database)
    apps = [create_app(settings, now=clock) for _ in range(2)]
    ready = Barrier(2)

    def use(app):
        client = StrictClient(app)
        client.strict = False
        client.get(f"/invite/{token}")
        ready.wait(timeout=30)
        name = {"name": f"Nama {id(app)}"}
        return client.submit({"password": PASSWORD, "again": PASSWORD, **name}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(use, apps))
    for app in apps:
        app.extensions["maturity"].database.dispose()
    assert statuses == [303, 410]


def test_a_new_link_ends_the_old_one(client, database, admin):
    old = token_for(database)
    with database.write() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        new = people.renew(session, person, at=START, by=admin)
    assert client.get(f"/invite/{old}").status_code == 410
    assert client.get(f"/invite/{new}").status_code == 200


def test_links_of_deactivated_people_are_dead(client, database, admin):
    token = token_for(database)
    with database.write() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        people.deactivate(session, person, by=admin)
    assert client.get(f"/invite/{token}").status_code == 410


def test_a_weak_password_is_refused_with_a_reason(client, database):
    token = token_for(database)
    response = accept(client, token, "budi.santoso.2026")
    assert response.status_code == 422
    assert "mudah ditebak" in response.text
    assert "budi.santoso.2026" not in response.text
    assert accept(client, token).status_code == 303, "the link is still good"


def test_both_passwords_must_be_the_same(client, database):
    response = accept(client, token_for(database), again="kuda hijau baca komik")
    assert "Kedua kata sandi tidak sama." in response.text


def test_accepting_ends_whose_session_it_was(client, database, boss):
    sign_in(client, BOSS)
    accept(client, token_for(database))
    assert EMAIL in client.get("/account").text


# --- the address of the link -----------------------------------------------------------


def test_links_lead_to_the_set_address_whatever_the_request_claims(settings, clock, database, boss):
    app = create_app(replace(settings, base_url="https://maturitas.example.go.id"), now=clock)
    client = StrictClient(app)
    client.strict = False
    sign_in(client, BOSS)
    client.get(f"/offices/{TANGERANG}/people")
    values = {"name": "Budi", "email": EMAIL, "role": "operator"}
    headers = {"X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    client.set_cookie("maturity", client.get_cookie("maturity").value, domain="evil.example")
    action = f"/offices/{TANGERANG}/people"
    assert client.submit(values, action=action, headers=headers).status_code == 303
    page = client.get(action, headers=headers).text
    app.extensions["maturity"].database.dispose()
    assert 'value="https://maturitas.example.go.id/invite/' in page


def test_without_a_set_address_no_foreign_one_is_believed():
    assert invites.public_address("", "http://localhost:8000/") == "http://localhost:8000"
    for claimed in ("https://evil.example/", "http://localhost.evil.example/", ""):
        with pytest.raises(MaturityError, match="MATURITY_BASE_URL"):
            invites.public_address("", claimed)


# --- the page of an office -------------------------------------------------------------


def invite_through_page(client, *, office=TANGERANG, **changes):
    client.get(f"/offices/{office}/people")
    values = {"name": "Budi Santoso", "email": EMAIL, "role": "operator", **changes}
    return client.submit(values, action=f"/offices/{office}/people")


@both_databases
def test_a_responsible_person_invites_and_sees_the_link_once(client, boss):
    sign_in(client, BOSS)
    assert invite_through_page(client).status_code == 303
    page = client.get(f"/offices/{TANGERANG}/people").text
    assert 'value="http://localhost/invite/' in page
    assert "tautan berlaku sampai 28 November 2026" in page
    assert "/invite/" not in client.get(f"/offices/{TANGERANG}/people").text


def test_faults_of_an_invitation_stand_beside_their_fields(client, boss):
    sign_in(client, BOSS)
    response = invite_through_page(client, email="budi at kpu", name="=B")
    assert response.status_code == 400
    assert "Alamat surel tidak dapat dibaca" in response.text
    assert 'value="budi at kpu"' in response.text


@pytest.mark.parametrize("role", ["administrator", "viewer", "verifier", "king"])
def test_a_responsible_person_gives_no_higher_role(client, database, boss, role):
    sign_in(client, BOSS)
    assert invite_through_page(client, role=role).status_code in (400, 403)
    with database.read() as session:
        assert session.scalars(select(Person).where(Person.email == EMAIL)).all() == []


def test_another_offices_code_in_the_address_opens_nothing(client, database, boss):
    with database.write() as session:
        foreign = make_user(session, email="asing@lebak.example", office=LEBAK).id
    sign_in(client, BOSS)
    client.get("/account")
    data = {"csrf_token": client.csrf(), "name": "X Y", "email": EMAIL, "role": "operator"}
    assert client.get(f"/offices/{LEBAK}/people").status_code == 403
    assert client.post(f"/offices/{LEBAK}/people", data=data).status_code == 403
    for action in ("link", "remove"):
        ours = f"/offices/{TANGERANG}/people/{foreign}/{action}"
        theirs = f"/offices/{LEBAK}/people/{foreign}/{action}"
        assert client.post(ours, data=data).status_code == 404
        assert client.post(theirs, data=data).status_code == 403


@both_databases
def test_unknown_offices_are_not_found(client, admin):
    sign_in(client, ADMIN)
    for code in ("99.99", "36.71%0a", "../36", "999999999999999", "%00"):
        client.strict = "%00" not in code  # the page repeats its own address
        assert client.get(f"/offices/{code}/people").status_code == 404, code


def test_a_removed_colleague_is_out_at_once(app, client, database, boss):
    with database.write() as session:
        other = make_user(session, email=EMAIL).id
    elsewhere = app.test_client()
    sign_in(elsewhere, EMAIL)
    assert elsewhere.get("/account").status_code == 200
    sign_in(client, BOSS)
    client.get(f"/offices/{TANGERANG}/people")
    client.submit({}, action=f"/offices/{TANGERANG}/people/{other}/remove")
    assert elsewhere.get("/account").status_code == 303
    assert sign_in(elsewhere, EMAIL).status_code == 422


@both_databases
def test_whoever_has_another_office_keeps_the_account(client, database, boss):
    with database.write() as session:
        other = make_user(session, email=EMAIL)
        add_offices(session, [LEBAK])
        role = Membership(office_code=LEBAK, role="operator", created_at=START)
        other.memberships.append(role)
        number = other.id
    sign_in(client, BOSS)
    client.get(f"/offices/{TANGERANG}/people")
    client.submit({}, action=f"/offices/{TANGERANG}/people/{number}/remove")
    with database.read() as session:
        person = session.get(Person, number)
        assert person.active
        assert [m.office_code for m in person.memberships] == [LEBAK]


# --- links are keys: who may hold one --------------------------------------------------


def test_inviting_somebody_who_has_an_account_adds_the_role_without_a_link(
    client, database, boss, admin
):
    sign_in(client, BOSS)
    assert invite_through_page(client, email=ADMIN).status_code == 303
    page = client.get(f"/offices/{TANGERANG}/people").text
    assert "ditambahkan ke akun yang ada" in page
    assert "/invite/" not in page
    with database.read() as session:
        person = session.get(Person, admin.person_id)
        assert {m.role for m in person.memberships} == {"administrator", "operator"}


def test_a_colleagues_higher_account_cannot_be_taken_over(client, database, boss, admin):
    """Renewing the link of an administrator whom one invited would be a key to everything."""
    sign_in(client, BOSS)
    invite_through_page(client, email=ADMIN)
    action = f"/offices/{TANGERANG}/people/{admin.person_id}/link"
    assert action not in client.get(f"/offices/{TANGERANG}/people").text
    response = client.post(action, data={"csrf_token": client.csrf()})
    assert response.status_code == 403


@both_databases
def test_a_link_made_before_a_higher_role_was_given_is_dead(client, database, boss, admin):
    early = token_for(database, by=boss)
    later = token_for(database, office="0", role="administrator", by=admin)
    assert client.get(f"/invite/{early}").status_code == 410
    assert client.get(f"/invite/{later}").status_code == 200
    with database.write() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        with pytest.raises(MaturityError):
            people.renew(session, person, at=START, by=boss)


def test_responsible_persons_reset_operators_but_not_each_other(database, boss):
    with database.write() as session:
        operator = make_user(session, email="op@t.example")
        equal = make_user(session, email="pj2@t.example", role=Role.RESPONSIBLE)
        assert people.may_renew(boss, operator)
        assert not people.may_renew(boss, equal)
        equal.password_hash = None
        assert people.may_renew(boss, equal), "an account that nobody has used yet"


@both_databases
def test_nobody_removes_themselves_or_the_last_administrator(database, boss, admin):
    with database.write() as session:
        me = session.get(Person, admin.person_id)
        with pytest.raises(MaturityError, match="yourself"):
            people.deactivate(session, me, by=admin)
        other = make_user(session, email="a2@kpu.example", role=Role.ADMINISTRATOR, office="0")
        second = Actor(other.id, admin.grants)
        people.deactivate(session, me, by=second)
        me.active = False
        outsider = Actor(None, admin.grants)
        with pytest.raises(MaturityError, match="last administrator"):
            people.deactivate(session, other, by=outsider)


def test_national_roles_belong_to_the_national_office(database, admin):
    for office, role in ((TANGERANG, "verifier"), (BANTEN, "viewer"), (BANTEN, "administrator")):
        with pytest.raises(MaturityError, match="does not exist at"):
            token_for(database, office=office, role=role, by=admin)
    assert token_for(database, office=BANTEN, role="verifier", by=admin)


# --- administrators --------------------------------------------------------------------


@both_databases
def test_administrators_find_people_and_open_them(client, database, admin):
    with database.write() as session:
        for number in range(30):
            make_user(session, email=f"o{number}@kpu.example", name=f"Orang {number:02}")
    sign_in(client, ADMIN)
    page = client.get("/people").text
    assert "31 orang ditemukan" in page
    assert "?page=2" in page
    found = client.get("/people?q=tangerang+o17").text
    assert "1 orang ditemukan" in found
    number = found.split('href="/people/')[1].split('"')[0]
    assert "Orang 17" in client.get(f"/people/{number}").text
    client.submit({}, action=f"/people/{number}/deactivate")
    assert "Aktifkan kembali" in client.get(f"/people/{number}").text
    client.submit({}, action=f"/people/{number}/activate")
    client.get(f"/people/{number}")
    client.submit({}, action=f"/people/{number}/link")
    assert "/invite/" in client.get(f"/people/{number}").text


@both_databases
def test_odd_searches_are_answered(client, admin):
    sign_in(client, ADMIN)
    for query in ("q=%00", "q=%25", "q=" + "a" * 5000, "q=_", "page=0", "page=9999999999",
                  "page=-1", "page=x"):  # fmt: skip
        assert client.get(f"/people?{query}").status_code == 200, query


def test_an_administrator_invites_by_the_offices_name(client, database, admin):
    sign_in(client, ADMIN)
    with database.write() as session:
        add_offices(session, [LEBAK])
    values = {"name": "Budi", "email": EMAIL, "role": "operator", "office": "kpu kabupaten lebak"}
    client.get("/people")
    values["csrf_token"] = client.csrf()
    assert client.post("/people", data=values).status_code == 303
    assert "/invite/" in client.get("/people").text
    response = client.post("/people", data={**values, "office": "Lebak Raya"})
    assert response.status_code == 400
    assert "Tidak ada kantor “Lebak Raya”" in response.text


# --- the own account -------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(app, client, boss):
    elsewhere = app.test_client()
    sign_in(elsewhere, BOSS)
    sign_in(client, BOSS)
    client.get("/account")
    new = "gajah ungu menanam padi"
    response = client.submit(
        {"current": PASSWORD, "password": new, "again": new}, action="/account/password"
    )
    assert response.status_code == 303
    assert "Kata sandi sudah diganti" in client.get("/account").text
    assert elsewhere.get("/account").status_code == 303
    assert sign_in(elsewhere, BOSS).status_code == 422
    assert sign_in(elsewhere, BOSS, new).status_code == 303


def test_the_present_password_is_asked_and_guessing_is_slowed(client, boss):
    sign_in(client, BOSS)
    new = "gajah ungu menanam padi"
    statuses = []
    for _ in range(6):
        client.get("/account")
        values = {"current": "salah", "password": new, "again": new}
        statuses.append(client.submit(values, action="/account/password").status_code)
    assert statuses == [422] * 5 + [429]


def test_name_and_language_are_changed(client, boss):
    sign_in(client, BOSS)
    client.get("/account")
    values = {"name": "  Ratna   Dewi ", "locale": "en"}
    assert client.submit(values, action="/account").status_code == 303
    page = client.get("/account").text
    assert "Ratna Dewi" in page
    assert '<html lang="en">' in page
    client.get("/account")
    assert client.submit({"name": " ", "locale": "xx"}, action="/account").status_code == 422
