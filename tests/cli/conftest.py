"""What the command tests share: one door to the command, and files to feed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from maturity.cli import main

GOLDEN = Path(__file__).with_name("golden")


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as the entry point does, from the folder of the golden files."""
    monkeypatch.chdir(GOLDEN)
    monkeypatch.delenv("MATURITY_LANG", raising=False)

    def call(*words: str | Path) -> Result:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Result(code, said.out, said.err)

    return call


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """A file of answers with this content."""

    def write(content: str | bytes, name: str = "answers.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
