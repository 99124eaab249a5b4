"""Forms and addresses of the stages with words that no keyboard makes, on both databases."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask

from maturity.db import Database
from maturity.survey.assessments import Work
from tests.strict_client import StrictClient
from tests.survey.filling import OPERATOR, client_of, token
from tests.survey.in_reply import ADMINISTRATOR, SETTLER, VERIFIER, InReply, in_reply

NASTY = ["\x00", "a\x00b\x01\x1f", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
         "'; DROP TABLE judgement; --", "{{ 7*7 }}", "<script>alert(1)</script>",
         "=HYPERLINK(\"http://x\")", "9" * 400, "-1", "1e9", "٣", "\u202egpj.exe", "A" * 30_000,
         "../../etc/passwd", "%00", "None"]  # fmt: skip


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> InReply:
    monkeypatch.setattr(Work, "missing", lambda _work, _items=None: [])
    # Pages give control characters back as they came, which HTML does not know.
    monkeypatch.setattr(StrictClient, "_check", lambda _client, _response: None)
    return in_reply(database)


FORMS = [
    (OPERATOR, "/assessments/1/reply",
     ("reply:V01", "words:V01", "seen:V01", "on:V01", "url:V01", "about:V01", "drop:V01")),
    (OPERATOR, "/assessments/1/threads/V01", ("item", "kind", "words")),
    (OPERATOR, "/assessments/1/sections", ("who:SD1", "was:SD1")),
    (OPERATOR, "/assessments/1/links", ("section", "name", "email", "days")),
    (VERIFIER, "/assessments/1/verify/again", ("words",)),
    (VERIFIER, "/assessments/1/verify/return", ("words", "days")),
    (VERIFIER, "/assessments/1/verification/SD1",
     ("verdict:V01", "value:V01", "words:V01", "private:V01", "confidence:V01", "seen:V01", "do")),
    (VERIFIER, "/account/interests", ("office", "words")),
    (SETTLER, "/assessments/1/settlement",
     ("verdict:V01", "value:V01", "words:V01", "seen:V01", "on:V01")),
    (SETTLER, "/assessments/1/settlement/reopen", ("words",)),
    (SETTLER, "/settlement/undisputed", ("id", "round")),
    (SETTLER, "/administration/rounds/2026/assignments",
     ("pick", "to", "all", "province", "kind", "state", "verifier")),
    (SETTLER, "/administration/rounds/2026/assignments/even", ("pairs",)),
    (ADMINISTRATOR, "/assessments/1/extension", ("stage", "until_day", "until_time", "words")),
    (ADMINISTRATOR, "/administration/rounds/2026/extensions",
     ("pick", "all", "stage", "until_day", "until_time", "words", "province")),
    (ADMINISTRATOR, "/administration/rounds/2026/correction", ("text", "words", "do")),
    (ADMINISTRATOR, "/administration/rounds/2026",
     ("closes_day", "closes_time", "reply_days", "grace_minutes", "na_policy", "words")),
    (ADMINISTRATOR, "/administration/rounds/new",
     ("slug", "title_id", "title_en", "instrument", "opens_day", "opens_time", "closes_day")),
    (ADMINISTRATOR, "/administration/jobs", ("round", "language")),
]  # fmt: skip
ADDRESSES = [
    "/results/{}/{}", "/results/{}/36.json", "/results/2026/{}.csv", "/verify/{}",
    "/verify?code={}", "/rounds/{}/corrections", "/d/{}",
    "/settlement?round={}&province={}&page={}",
    "/settlement/publication/{}", "/assessments/1/timeline?item={}&kind={}&before={}",
    "/assessments/1/threads/{}", "/assessments/1/result?stage={}", "/assessments/{}/settlement",
    "/verification?round={}&state={}&province={}&whose={}&page={}",
    "/administration/rounds/{}/assignments", "/administration/rounds/2026/assignments?province={}",
    "/assessments/1/verification/{}", "/assessments/1/berita-acara/{}",
    "/assessments/1/links/{}/copy", "/assessments/99999999999999999999/verification",
]  # fmt: skip


def _is_handled(status: int) -> bool:
    return 200 <= status < 500


@pytest.mark.parametrize(("who", "address", "names"), FORMS, ids=[one[1] for one in FORMS])
def test_no_form_fails(
    app: Flask, world: InReply, who: str, address: str, names: tuple[str, ...]
) -> None:
    client = client_of(app, who)
    for said in NASTY:
        form = {**dict.fromkeys(names, said), "csrf_token": token(client)}
        done = client.post(address, data=form)
        assert _is_handled(done.status_code), said[:40]
        assert "<script>alert" not in done.text
        for name in names if said in NASTY[:2] else ():
            one = {**PLAIN, name: said, "csrf_token": token(client)}
            done = client.post(address, data={k: v for k, v in one.items() if k in (*names, TOKEN)})
            assert _is_handled(done.status_code), (name, said[:40])


TOKEN = "csrf_token"
PLAIN = {
    "reply:V01": "disagree", "words:V01": "Lihat pasal 3.", "item": "V01", "kind": "question",
    "words": "Lihat pasal 3.", "section": "SD1", "name": "Siti", "days": "3", "pick": "1",
    "verdict:V01": "upheld", "stage": "reply", "until_day": "2026-12-30", "until_time": "23:59",
    "office": "36", "to": "1", "round": "2026", "language": "id",
}  # fmt: skip


def test_no_address_fails(app: Flask, world: InReply) -> None:
    clients = [client_of(app, one) for one in (VERIFIER, SETTLER, ADMINISTRATOR)]
    for address in ADDRESSES:
        for said in (NASTY[0], NASTY[2], NASTY[5], NASTY[7], NASTY[11]):
            path = address.replace("{}", quote(said, safe="/"))
            for client in clients:
                done = client.get(path)
                assert _is_handled(done.status_code), (path[:80], done.status_code)
                assert "<script>alert" not in done.text
