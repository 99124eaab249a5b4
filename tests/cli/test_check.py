"""`maturity check`: good files are named with their fingerprint, bad ones with every fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maturity.resources import folder


def test_a_good_file_is_named_with_its_fingerprint(run):
    result = run("check", "small.yaml")
    assert result.code == 0
    assert re.fullmatch(r"small\.yaml: ok  small@1\.0\.0  [0-9a-f]{64}\n", result.out)


@pytest.mark.parametrize("path", sorted(folder("instruments").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_instrument_is_good(run, path: Path):
    result = run("check", path)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{path}: ok  {path.stem}@")


def test_every_fault_is_named_with_file_line_and_path(run, tmp_path):
    good = Path("small.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    text = good.replace("weight: 60", "weight: 50").replace('is: ["yes", partial]', "is: [maybe]")
    text = text.replace("title: {id: Catatan, en: Note}", "title: {id: Catatan}\n          odd: 1")
    bad.write_text(text, encoding="utf-8")
    result = run("check", bad, "small.yaml")
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[-1].startswith("small.yaml: ok")
    assert len(lines) >= 3
    number = 1 + next(at for at, line in enumerate(text.splitlines()) if "odd: 1" in line)
    for line in lines[:-1]:
        assert re.match(rf"{re.escape(str(bad))}:\d+: \S+: .", line), line
    assert any(line.startswith(f"{bad}:{number}: ") and "odd" in line for line in lines)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x00", b"\xff\xfe=", b"- 1\n", b"a: &x 1\nb: *x\n", b"[" * 5000]
)
def test_what_is_no_instrument_is_refused_with_a_line(run, answers, content):
    path = answers(content, "odd.yaml")
    result = run("check", path)
    assert result.code == 1
    assert re.match(rf"{re.escape(str(path))}:\d+: ", result.out)


def test_a_missing_file_and_a_folder_are_refused(run, tmp_path):
    assert run("check", tmp_path / "none.yaml").code == 1
    assert run("check", tmp_path).code == 1
