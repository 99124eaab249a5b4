"""The wheel is whole: installed in an empty environment, it works from any folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.serving import free_port

pytestmark = pytest.mark.wheel


def _run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if "MATURITY" not in k and k != "VIRTUAL_ENV"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and nothing of the checkout."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / "var" / "uv" / "bin"))
    assert uv, "uv is missing; `make test` brings it"
    folder = tmp_path_factory.mktemp("wheel")
    _run(uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT, cwd=folder)
    wheel = next(folder.glob("*.whl"))
    locked = folder / "locked.txt"
    _run(uv, "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project",
         "--output-file", locked, cwd=ROOT)  # fmt: skip
    _run(uv, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    install = (uv, "pip", "install", "--quiet", "--python", programs / "python")
    _run(*install, "--require-hashes", "-r", locked, cwd=folder)
    _run(*install, "--no-deps", wheel, cwd=folder)
    return programs


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that has nothing to do with the checkout."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_commands_are_there(installed: Path, elsewhere: Path) -> None:
    assert "serve" in _run(installed / "maturity", "--help", cwd=elsewhere)
    assert re.search(r"\d+\.\d+", _run(installed / "maturity", "--version", cwd=elsewhere))


def test_folders_are_those_of_the_package(installed: Path, elsewhere: Path) -> None:
    code = (
        "from maturity.resources import folder\n"
        "for name in ('templates', 'static', 'instruments', 'migrations'):\n"
        "    print(folder(name))"
    )
    lines = _run(installed / "python", "-c", code, cwd=elsewhere).splitlines()
    assert len(lines) == 4
    for line in lines:
        assert Path(line).is_relative_to(installed.parent), line
        assert any(Path(line).rglob("*.*")), f"{line} is empty"


def test_shipped_instruments_are_good(installed: Path, elsewhere: Path) -> None:
    code = "from maturity.survey.shipped import shipped; print(*shipped().values(), sep='\\n')"
    files = _run(installed / "python", "-c", code, cwd=elsewhere).splitlines()
    names = {path.name for path in (ROOT / "instruments").glob("*.yaml")}
    assert {Path(file).name for file in files} == names
    assert _run(installed / "maturity", "check", *files, cwd=elsewhere).count(": ok") == len(names)


def test_pages_and_files_are_served(installed: Path, elsewhere: Path) -> None:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "MATURITY_DATA": str(elsewhere / "data")}
    server = subprocess.Popen(
        [installed / "maturity", "serve", "--port", str(port)],
        cwd=elsewhere, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stderr is not None
    try:
        assert any('"serving"' in line for line in server.stderr)
        page = _read(port, "/about")
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert len(files) >= 3
        for address in files:
            assert _read(port, address.replace("&amp;", "&"))
    finally:
        server.terminate()
        server.stderr.read()
        server.stderr.close()
        assert server.wait(30) == 0


def _read(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as reply:
        return reply.read().decode("utf-8", errors="replace")
