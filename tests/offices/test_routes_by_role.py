"""Every route of the application, walked by every role, against a table that people can read."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from maturity.offices.guard import permission_of
from maturity.offices.models import Role
from tests.builders import (
    BANTEN,
    START,
    TANGERANG,
    make_assessment,
    make_link,
    make_person,
    make_round,
)

TABLE = Path(__file__).with_name("routes_by_role.txt")
BANDUNG, NATIONAL = "32.73", "0"
OFFICES = {"p": BANTEN, "b": TANGERANG, "f": BANDUNG, "n": NATIONAL}
PEOPLE = {
    "nobody": None,
    "operator": (Role.OPERATOR, BANTEN),
    "responsible": (Role.RESPONSIBLE, BANTEN),
    "verifier": (Role.VERIFIER, BANTEN),
    "national-verifier": (Role.VERIFIER, NATIONAL),
    "external": (Role.EXTERNAL, NATIONAL),
    "settler": (Role.SETTLER, NATIONAL),
    "researcher": (Role.RESEARCHER, NATIONAL),
    "viewer": (Role.VIEWER, NATIONAL),
    "administrator": (Role.ADMINISTRATOR, NATIONAL),
    "delegate": None,  # came by a link to one section of KPU Provinsi Banten
}
SECTION, ITEM = "SD1", "V01"
PLAIN_VALUES = {
    "sha256": "0" * 64, "check_id": 999_999,
    "slug": "2026", "person_id": 999_999, "job_id": 999_999, "link_id": 999_999,
    "token": "x", "filename": "css/site.css", "chart_id": "x", "table": "offices",
    "section": SECTION, "question": "x", "thing": "x", "key": ITEM, "node_id": "x",
    "receipt": "x", "thread_id": 999_999, "interest_id": 999_999,
    "office_code": "36", "variable": ITEM, "stage": "self",
}  # fmt: skip
"""What the route's other values are; the things need not exist: permission comes first."""
ENDING = ("offices.sign_out", "survey.end_by_link")
OF_AN_OFFICE = ("code", "assessment_id")


def table():
    """Route -> who -> the offices it is open for, as the file says."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines()]
    lines = [words for words in lines if words and words[0] != "#"]
    (_, _, *names), *rows = lines
    assert names == list(PEOPLE)
    return {
        f"{method} {rule}": dict(zip(names, cells, strict=True)) for method, rule, *cells in rows
    }


def routes_of(app):
    """(route, method, rule) of every route, signing out last: it ends the walk's sessions."""
    rules = sorted(app.url_map.iter_rules(), key=lambda r: (r.endpoint in ENDING, r.rule))
    for rule in rules:
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule.replace(', ', ',')}", method, rule


@pytest.fixture
def database_url(new_database):
    """Who may open what is decided by the same code on both databases: thousands of requests on
    one of them tell it."""
    return new_database("sqlite")


@pytest.fixture
def world(app, database):
    """A session cookie's content for each role, and the assessment of each office."""
    cookies, assessments = {}, {}
    with database.write() as session:
        round_ = make_round(session)
        for office in OFFICES.values():
            assessments[office] = make_assessment(session, round_=round_, office=office).id
        for name, held in PEOPLE.items():
            if held:
                person = make_person(session, role=held[0], office=held[1])
                cookies[name] = {"_user_id": f"{person.id}:{person.session_key}"}
        link = make_link(session, assessment=assessments[BANTEN], section=SECTION)
        cookies["delegate"] = {"section_link": link.token_hash}
    app.config["WTF_CSRF_ENABLED"] = False
    return cookies, assessments


def client_of(app, session):
    client = FlaskClient(app)
    if session:
        with client.session_transaction() as cookie:
            cookie.update({**session, "seen": START.timestamp()})
    return client


def is_open(client, method, path):
    response = client.open(path, method=method)
    sent_away = response.status_code == 303 and response.location.startswith("/sign-in?next=")
    assert response.status_code < 500, f"{method} {path}"
    return response.status_code not in (401, 403) and not sent_away


def cell_of(client, app, *, method, rule, assessments):
    """For which offices a route is open: letters, ``all`` or ``-``."""
    unknown = rule.arguments - set(PLAIN_VALUES) - set(OF_AN_OFFICE)
    assert not unknown, f"say in PLAIN_VALUES what {sorted(unknown)} of {rule.rule} may be"
    plain = {name: value for name, value in PLAIN_VALUES.items() if name in rule.arguments}
    adapter = app.url_map.bind("localhost")
    if not rule.arguments & set(OF_AN_OFFICE):
        path = adapter.build(rule.endpoint, plain, method=method)
        return "all" if is_open(client, method, path) else "-"
    letters = ""
    for letter, office in OFFICES.items():
        values = {"code": office, "assessment_id": assessments[office], **plain}
        values = {name: values[name] for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method=method)
        letters += letter if is_open(client, method, path) else ""
    return "all" if letters == "".join(OFFICES) else letters or "-"


def line_of(route, cells):
    return f"{route:<83} " + " ".join(f"{cells[name]:<{len(name)}}" for name in PEOPLE).rstrip()


def test_every_route_is_open_to_whom_the_table_says(app, world, monkeypatch):
    drawn = SimpleNamespace(body=b"%PDF", name="report.pdf")  # drawing each would take a minute
    for name in ("paper", "docx_paper"):
        monkeypatch.setattr(f"maturity.reports.pdf_views.{name}", lambda *_: drawn)
    # Thousands of refusals are looked at for their status alone.
    monkeypatch.setattr("maturity.web.error_page", lambda status, **_words: (str(status), status))
    cookies, assessments = world
    clients = {name: client_of(app, cookies.get(name)) for name in PEOPLE}
    wanted, found = table(), {}
    for route, method, rule in routes_of(app):
        found[route] = {
            name: cell_of(client, app, method=method, rule=rule, assessments=assessments)
            for name, client in clients.items()
        }
    wrong = [line_of(route, cells) for route, cells in found.items() if wanted.get(route) != cells]
    gone = sorted(set(wanted) - set(found))
    advice = f"Look at each line: is that what should be? Then put it into {TABLE.name}:"
    assert not wrong, "\n".join(["", advice, *wrong])
    assert not gone, f"routes of {TABLE.name} that are no longer there"


def test_every_view_states_its_permission(app):
    silent = [name for name, view in app.view_functions.items() if permission_of(view) is None]
    assert silent == []


def test_a_view_that_states_nothing_is_closed(app, client):
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    with pytest.raises(RuntimeError, match="forgotten states no permission"):
        client.get("/forgotten")


def test_a_view_of_an_office_says_whose_it_is(app):
    """A route with an office in it whose permission looks at no thing would be open too wide."""
    blind = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.arguments & set(OF_AN_OFFICE)
        and permission_of(app.view_functions[rule.endpoint]).thing is None
    ]
    assert blind == []
