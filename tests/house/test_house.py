"""The house keeps its own rules: documented, layered, whole, and about nothing but itself."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from maturity.cli import parser
from maturity.config import Settings
from maturity.resources import folder
from tests.conftest import ROOT

RUNNING, CLI = ROOT / "docs" / "running.md", ROOT / "docs" / "cli.md"
SETTINGS = sorted({f"MATURITY_{f.name.upper()}" for f in fields(Settings) if f.name != "extra"})
TEMPLATES = sorted(
    path.relative_to(folder("templates")).as_posix() for path in folder("templates").rglob("*.html")
)
# Words of a workplace, not of the project. Written apart so that this file does not hold them.
FOREIGN = [rb"/" + rb"work/", rb"/" + rb"root/", rb"py" + rb"env/", rb"Co-Authored" + rb"-By"]


def _commands(of: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each command with its options."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _commands(below, f"{path} {name}".strip())
            return
    known = ("-h", "--help", "--lang", "--version")
    yield path, [s for a in of._actions for s in a.option_strings if s not in known]


ALL_COMMANDS = dict(_commands(parser()))


def test_commands_were_found() -> None:
    assert {"check", "score", "serve", "backup", "restore", "db upgrade"} <= set(ALL_COMMANDS)


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in RUNNING.read_text(encoding="utf-8")


def test_documented_settings_exist() -> None:
    named = set(re.findall(r"`(MATURITY_[A-Z_]+)`", RUNNING.read_text(encoding="utf-8")))
    assert {name for name in named if not name.startswith("MATURITY_TEST_")} == {
        *SETTINGS, "MATURITY_LANG",
    }  # fmt: skip


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_command_is_documented_with_its_options(name: str) -> None:
    words = CLI.read_text(encoding="utf-8") + RUNNING.read_text(encoding="utf-8")
    assert f"maturity {name}" in words
    assert [option for option in ALL_COMMANDS[name] if option not in words] == []


def test_documented_commands_exist() -> None:
    words = CLI.read_text(encoding="utf-8") + RUNNING.read_text(encoding="utf-8")
    first = {name.split()[0] for name in ALL_COMMANDS}
    assert set(re.findall(r"^(?:\$ )?maturity ([a-z]+)", words, re.MULTILINE)) <= first


def test_every_setting_is_read(tmp_path: Path) -> None:
    told = {
        "data": str(tmp_path), "database_url": "postgres://a/b", "secret_key": "s",
        "base_url": "https://a.example/", "secure_cookies": "no", "workers": "7",
        "proxies": "2", "log_level": "debug", "max_file": "7",
        "worker": "no", "job_processes": "5", "scheduler": "tcp://a:8786",
        "files": "s3://bukti/x?region=id-1", "check_links": "0",
        "smtp": "smtps://a.example", "smtp_password": "p", "mail_from": "a@b.example",
    }  # fmt: skip
    assert {f"MATURITY_{name.upper()}" for name in told} == set(SETTINGS), "a new setting?"
    default = Settings.from_environment({})
    read = Settings.from_environment({f"MATURITY_{k.upper()}": v for k, v in told.items()})
    for name in told:
        assert getattr(read, name) != getattr(default, name), name
    assert read.database == "postgresql://a/b"


def test_imports_run_downward() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_template_compiles(name: str, app: Flask) -> None:
    app.jinja_env.get_template(name)


def _texts() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is no checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            yield ROOT / name


def test_files_speak_of_the_project_alone() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word.decode()}"
        for path in _texts()
        for word in FOREIGN
        if word in path.read_bytes()
    ]
    assert found == []
