"""The folder of a demo: built once, rebuilt when outdated, never over real data."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from maturity.app import create_app
from maturity.cli import main
from maturity.config import Settings
from maturity.db import Database
from maturity.demo import site as demo_site
from maturity.demo.build import build_demo
from maturity.demo.people import PASSWORD, SIGN_INS
from maturity.demo.site import Site, prepare
from maturity.errors import MaturityError
from maturity.offices.models import Person
from maturity.survey.models import Round
from tests.builders import START
from tests.demo.conftest import some_offices

Prepare = Callable[..., Site]


@pytest.fixture(autouse=True)
def small_country(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a few offices take part."""
    few = [one for one in some_offices() if one.province in (None, "36")]
    monkeypatch.setattr(demo_site, "build_demo", partial(build_demo, offices=few))


@pytest.fixture
def real(tmp_path: Path) -> Settings:
    """Settings of a real installation, which a demo must not touch."""
    return Settings(
        data=tmp_path / "real",
        database_url="postgresql://nobody@127.0.0.1:1/real",
        secret_key="the-real-secret",
        base_url="https://maturitas.example",
        proxies=1,
    )


@pytest.fixture
def prepared(real: Settings, tmp_path: Path) -> Prepare:
    def make(*, days: int = 0) -> Site:
        at = START + timedelta(days=days)
        return prepare(real, tmp_path / "demo", now=at, tell=lambda id_, en: None)

    return make


def rename(site: Site, name: str) -> None:
    database = Database(site.settings.database)
    with database.write() as session:
        session.execute(update(Person).where(Person.email == SIGN_INS[0].email).values(name=name))
    database.dispose()


def name_in(site: Site) -> str | None:
    database = Database(site.settings.database)
    with database.read() as session:
        name = session.scalar(select(Person.name).where(Person.email == SIGN_INS[0].email))
    database.dispose()
    return name


def test_a_second_start_keeps_what_people_did(prepared: Prepare) -> None:
    first = prepared()
    rename(first, "Wulan")
    second = prepared(days=1)
    assert (first.built, second.built) == (True, False)
    assert name_in(second) == "Wulan"
    assert second.summary == json.loads(json.dumps(first.summary))


@pytest.mark.parametrize("broken", [{"version": "0-old"}, {"ready": False}])
def test_an_older_or_half_built_demo_is_built_anew(
    prepared: Prepare, tmp_path: Path, broken: dict[str, object]
) -> None:
    rename(prepared(), "Wulan")
    stamp = tmp_path / "demo" / "demo.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | broken))
    again = prepared()
    assert again.built
    assert name_in(again) == SIGN_INS[0].name


def test_a_folder_with_real_data_is_refused_and_left_alone(
    prepared: Prepare, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "maturity.sqlite3").write_bytes(b"precious")
    with pytest.raises(MaturityError, match="not demo data"):
        prepared()
    assert (folder / "maturity.sqlite3").read_bytes() == b"precious"
    assert [path.name for path in folder.iterdir()] == ["maturity.sqlite3"]


def test_the_demo_shares_nothing_with_the_real_installation(
    prepared: Prepare, real: Settings, tmp_path: Path
) -> None:
    settings = prepared().settings
    assert settings.database == f"sqlite:///{tmp_path / 'demo' / 'maturity.sqlite3'}"
    assert settings.secret() != real.secret()
    assert (settings.base_url, settings.proxies, settings.secure_cookies) == ("", 0, False)
    assert not real.data.exists()
    app = create_app(settings)
    assert app.config["MATURITY_DEMO"] is True
    app.extensions["maturity"].database.dispose()


def test_a_demo_of_last_month_can_still_be_filled_in(prepared: Prepare) -> None:
    prepared()
    later = prepared(days=60)
    database = Database(later.settings.database)
    with database.read() as session:
        closes = session.scalar(select(Round.closes_at).where(Round.slug == "2026"))
    database.dispose()
    assert not later.built
    assert closes is not None
    assert closes > START + timedelta(days=67)


def test_the_command_builds_and_says_how_to_sign_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--no-serve", "--data", str(tmp_path / "there")]) == 0
    said = capsys.readouterr()
    assert "DATA CONTOH / DEMO" in said.out
    assert PASSWORD in said.out
    for one in SIGN_INS:
        assert one.email in said.out
        assert one.title_id in said.out
        assert one.title_en in said.out
    assert max(map(len, said.out.splitlines()[1:])) <= 100
    assert "2026" in said.err  # progress
    assert main(["demo", "--no-serve", "--data", str(tmp_path / "there")]) == 0
    assert capsys.readouterr().err == ""


def test_a_taken_port_is_named_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder = tmp_path / "there"
        assert main(["demo", "--port", str(port), "--data", str(folder)]) == 1
    assert str(port) in capsys.readouterr().err
    assert not folder.exists()


def test_what_the_caller_adds_to_the_settings_is_kept(real: Settings, tmp_path: Path) -> None:
    told = replace(real, extra={"TESTING": True})
    found = demo_site.demo_settings(told, tmp_path)
    assert found.extra == {"TESTING": True, "MATURITY_DEMO": True}
