"""Signing in and out, through the form."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from maturity.offices import passwords, throttle
from maturity.offices.models import Person, Role, SignInFailure
from tests.offices.signing import PASSWORD, both_databases, make_user, sign_in

EMAIL = "siti@kpu.example"
WRONG = "bukan kata sandinya"


@pytest.fixture
def person(database):
    with database.write() as session:
        return make_user(session, email=EMAIL, role=Role.RESPONSIBLE).id


def is_signed_in(client):
    return client.get("/account").status_code == 200


def fail(client, times, *, email=EMAIL, address="127.0.0.1"):
    client.get("/sign-in")
    statuses = []
    for _ in range(times):
        response = client.submit(
            {"email": email, "password": WRONG},
            action="/sign-in",
            environ_base={"REMOTE_ADDR": address},
        )
        statuses.append(response.status_code)
    return statuses


# --- in and out ------------------------------------------------------------------------


@both_databases
def test_the_right_password_signs_in_and_leads_on(client, person):
    response = sign_in(client, f"  {EMAIL.upper()} ")
    assert (response.status_code, response.location) == (303, "/")
    page = client.get("/account").text
    assert "Siti Rahma" in page
    assert "KPU Kota Tangerang" in page


def test_a_wrong_password_keeps_the_email_and_says_what_to_do(client, person):
    response = sign_in(client, EMAIL, WRONG)
    assert response.status_code == 422
    assert "<title>Galat: Masuk" in response.text
    assert f'value="{EMAIL}"' in response.text
    assert "mintalah tautan baru" in response.text
    assert WRONG not in response.text
    assert not is_signed_in(client)


def test_empty_fields_are_named(client):
    response = sign_in(client, " ", "")
    assert response.status_code == 422
    assert "Tulis alamat surel Anda." in response.text
    assert "Tulis kata sandi Anda." in response.text


@both_databases
def test_control_characters_are_no_stack_trace(client, person):
    assert sign_in(client, "si\0ti@kpu.example\x1b", "\0").status_code == 422


def test_pages_lead_to_sign_in_and_back(client, person):
    response = client.get("/account?x=1")
    assert (response.status_code, response.location) == (303, "/sign-in?next=/account?x%3D1")
    client.get(response.location)
    response = client.submit({"email": EMAIL, "password": PASSWORD}, action="/sign-in")
    assert response.location == "/account?x=1"


def test_scripts_are_told_in_json(client):
    response = client.get("/account", headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert response.json["sign_in"].startswith("/sign-in?next=")


def test_signing_out_ends_every_session_of_the_person(app, client, person):
    elsewhere = app.test_client()
    sign_in(client, EMAIL)
    sign_in(elsewhere, EMAIL)
    client.get("/account")
    assert client.submit({}, action="/sign-out").location == "/sign-in"
    assert "Anda sudah keluar" in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_signing_in_speaks_the_persons_language(client, database, person):
    with database.write() as session:
        session.get(Person, person).locale = "en"
    sign_in(client, EMAIL)
    assert '<html lang="en">' in client.get("/account").text


@both_databases
def test_a_language_chosen_while_signed_in_is_kept(client, database, person):
    sign_in(client, EMAIL)
    client.get("/account")
    client.submit({}, action="/language")
    with database.read() as session:
        assert session.get(Person, person).locale == "en"


@both_databases
def test_an_old_hash_is_made_anew_at_sign_in(client, database, person):
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with database.write() as session:
        session.get(Person, person).password_hash = weak
    assert sign_in(client, EMAIL).status_code == 303
    with database.read() as session:
        stored = session.get(Person, person).password_hash
    assert stored != weak
    assert not passwords.is_outdated(stored)


# --- sessions --------------------------------------------------------------------------


def test_a_planted_session_is_not_taken_over(app, client, person):
    """Fixation: nothing an attacker put into the browser survives the sign-in."""
    client.get("/sign-in")
    planted_token = client.csrf()
    with client.session_transaction() as cookie:
        cookie["planted"] = "by the attacker"
        before = dict(cookie)
    client.submit({"email": EMAIL, "password": PASSWORD}, action="/sign-in")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before["csrf_token"]
    response = client.post("/account", data={"csrf_token": planted_token, "name": "X Y"})
    assert response.status_code == 400


def test_the_cookie_is_for_http_only_and_lax(client, person):
    header = sign_in(client, EMAIL).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_a_session_ends_after_twelve_quiet_hours_and_lives_on_when_used(client, clock, person):
    sign_in(client, EMAIL)
    for _ in range(3):
        clock.advance(hours=11)
        assert is_signed_in(client)
    clock.advance(hours=12, minutes=1)
    assert not is_signed_in(client)


def test_static_files_never_carry_a_cookie(client, clock, person):
    sign_in(client, EMAIL)
    clock.advance(hours=6)
    response = client.get("/static/css/site.css")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_the_session_of_a_deactivated_person_ends_at_once(client, database, person):
    sign_in(client, EMAIL)
    assert is_signed_in(client)
    with database.write() as session:
        session.get(Person, person).active = False
    response = client.get("/account")
    assert response.status_code == 303
    assert response.location.startswith("/sign-in")


@both_databases
def test_the_session_of_a_deleted_person_ends_at_once(client, database, person):
    sign_in(client, EMAIL)
    with database.write() as session:
        session.delete(session.get(Person, person))
    assert not is_signed_in(client)


def test_a_forged_cookie_is_nobody(client, person):
    client.set_cookie("maturity", "eyJfdXNlcl9pZCI6IjE6eCJ9.aaaa.bbbb")
    assert not is_signed_in(client)


# --- attacks ---------------------------------------------------------------------------


FOREIGN = (
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "javascript:alert(1)",
        "/\x0b/evil.example", " //evil.example", "evil.example", "/\x00/evil.example", "",
)  # fmt: skip


def test_next_leads_to_own_paths_only(client, person):
    client.get("/sign-in")
    values = {"email": EMAIL, "password": PASSWORD, "next": FOREIGN[4]}
    response = client.submit(values, action="/sign-in")
    assert (response.status_code, response.location) == (303, "/")
    for target in FOREIGN:
        response = client.get("/sign-in", query_string={"next": target})
        assert (response.status_code, response.location) == (302, "/"), repr(target)


def test_without_a_token_nobody_is_signed_in(client, person):
    data = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 400
    assert not is_signed_in(client)


def test_without_a_token_nobody_is_signed_out(client, person):
    sign_in(client, EMAIL)
    assert client.post("/sign-out").status_code == 400
    assert is_signed_in(client)


@pytest.mark.parametrize("known", ["active", "no password", "inactive", "unknown"])
def test_every_kind_of_account_takes_the_same_way(client, database, person, monkeypatch, known):
    """One hash is checked and the words are the same, whether or not there is an account."""
    with database.write() as session:
        found = session.get(Person, person)
        found.active = known != "inactive"
        found.password_hash = None if known == "no password" else found.password_hash
    checked = []
    verify = PasswordHasher.verify

    def counted(self, stored, password):
        checked.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    email = "nobody@kpu.example" if known == "unknown" else EMAIL
    response = sign_in(client, email, WRONG)
    assert response.status_code == 422
    assert len(checked) == 1
    if known != "active":  # the stand-in takes as much work as a real person's hash
        assert not PasswordHasher().check_needs_rehash(checked[0])
    assert "Surel atau kata sandi tidak cocok" in response.text


def test_inactive_people_cannot_sign_in(client, database, person):
    with database.write() as session:
        session.get(Person, person).active = False
    assert sign_in(client, EMAIL).status_code == 422


# --- the growing wait ------------------------------------------------------------------


def test_guessing_at_an_account_gets_slower_but_never_locks_it(client, clock, person):
    assert fail(client, 6) == [422] * 5 + [429]
    assert sign_in(client, EMAIL).status_code == 429, "also the right password waits"
    clock.advance(seconds=31)
    assert fail(client, 2) == [422, 429]
    clock.advance(seconds=31)
    assert fail(client, 1) == [429], "the second wait is twice as long"
    clock.advance(seconds=30)
    for _ in range(4):
        fail(client, 1)
        clock.advance(minutes=15, seconds=1)
    assert sign_in(client, EMAIL).status_code == 303


def test_the_wait_is_said_in_plain_words(client, clock, person):
    fail(client, 5)
    clock.advance(seconds=10)
    response = sign_in(client, EMAIL)
    assert "Tunggu 20 detik, lalu coba lagi." in response.text
    assert response.headers["Retry-After"] == "20"


@both_databases
def test_a_success_starts_the_count_anew(client, person):
    fail(client, 4)
    sign_in(client, EMAIL)
    client.get("/account")
    client.submit({}, action="/sign-out")
    assert fail(client, 5) == [422] * 5


def tries(database, at, *sources):
    """What each try is told: None for "go on", else the wait."""
    waits = []
    for email, address in sources:
        with database.write() as session:
            waits.append(throttle.claim(session, throttle.Source.of(email, address), at))
    return waits


def test_who_guesses_does_not_keep_the_owner_out(client, clock, person):
    """Not even by guessing again at each end of the wait, for a whole day."""
    fail(client, 5, address="203.0.113.9")
    for _ in range(95):
        clock.advance(minutes=15, seconds=1)
        assert fail(client, 1, address="203.0.113.9") == [422]
    assert fail(client, 1, address="203.0.113.9") == [429]
    here = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    assert sign_in(client, EMAIL, **here).status_code == 303


@both_databases
def test_many_addresses_cannot_try_one_account(database, clock):
    many = [(EMAIL, f"198.51.{n // 250}.{n % 250}") for n in range(throttle.FREE_OF_ACCOUNT)]
    assert tries(database, clock(), *many) == [None] * throttle.FREE_OF_ACCOUNT
    late = tries(database, clock(), (EMAIL, "203.0.113.9"), ("lain@kpu.example", "203.0.113.9"))
    assert late == [throttle.FIRST, None]


@both_databases
def test_one_address_cannot_try_many_accounts(database, clock):
    here, there = "198.51.100.7", "198.51.100.8"
    many = [(f"orang{number}@kpu.example", here) for number in range(throttle.FREE_OF_ADDRESS)]
    assert tries(database, clock(), *many) == [None] * throttle.FREE_OF_ADDRESS
    late = tries(database, clock(), ("lain@kpu.example", here), ("lain@kpu.example", there))
    assert late == [throttle.FIRST, None], "other addresses are not held up"


def test_addresses_of_one_ipv6_line_count_as_one(database, clock):
    many = [(f"o{n}@kpu.example", f"2001:db8::{n:x}") for n in range(throttle.FREE_OF_ADDRESS)]
    tries(database, clock(), *many)
    late = tries(database, clock(), ("x@kpu.example", "2001:db8::ffff"),
                 ("y@kpu.example", "2001:db8:0:1::1"))  # fmt: skip
    assert late == [throttle.FIRST, None]


def test_a_success_does_not_clear_the_address(database, clock):
    """Whoever owns one account must not guess at others for free with it."""
    here = "198.51.100.7"
    many = [(f"o{number}@kpu.example", here) for number in range(throttle.FREE_OF_ADDRESS - 1)]
    tries(database, clock(), *many, (EMAIL, here))
    with database.write() as session:
        throttle.forgive(session, throttle.Source.of(EMAIL, here))
    assert tries(database, clock(), ("a@kpu.example", here), ("b@kpu.example", here)) == [
        None, throttle.FIRST,
    ]  # fmt: skip


@both_databases
def test_counts_name_nobody_and_are_forgotten_after_a_day(client, database, clock, person):
    fail(client, 3, address="198.51.100.7")
    with database.read() as session:
        keys = session.scalars(select(SignInFailure.key)).all()
    assert len(keys) == 3
    assert not any(EMAIL in key or "198.51" in key for key in keys)
    clock.advance(days=1, minutes=1)
    fail(client, 1, email="lain@kpu.example", address="203.0.113.9")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == 3


def test_waits_double_and_then_stay_level():
    waits = [throttle.wait_after(surplus) for surplus in range(40)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[5:] == [throttle.MOST] * 35
    assert not re.search("day", str(throttle.MOST))
