"""`maturity score`: results that people can read, in a stable form, from every file format."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from maturity.commands import writing

RUN = [sys.executable, "-c", "import sys; from maturity.cli import main; sys.exit(main())"]
GOLDEN = Path(__file__).with_name("golden")


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


def records() -> list[dict[str, str]]:
    with (GOLDEN / "answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("form", "name"), [("table", "score.txt"), ("json", "score.json"), ("csv", "score.csv")]
)
def test_results_are_those_of_the_golden_files(run, form, name):
    result = run("score", "small.yaml", "answers.csv", "--format", form)
    assert (result.code, result.err) == (0, "")
    assert result.out == golden(name)


def test_the_json_has_exactly_the_documented_fields_and_the_root_first(run):
    data = json.loads(run("score", "small.yaml", "answers.csv", "--format", "json").out)
    assert list(data) == ["instrument", "units"]
    assert list(data["instrument"]) == ["id", "version", "fingerprint"]
    assert [unit["unit"] for unit in data["units"]] == ["Kota Satu", "Provinsi Dua"]
    for unit in data["units"]:
        assert list(unit) == ["unit", "nodes"]
        assert unit["nodes"][0]["id"] == "all"
        for node in unit["nodes"]:
            assert list(node) == [
                "id", "score", "max", "percent", "index", "level", "gated_level", "coverage",
                "weight", "reason",
            ]  # fmt: skip


def test_csv_and_json_say_the_same(run):
    data = json.loads(golden("score.json"))
    rows = list(csv.DictReader(io.StringIO(golden("score.csv"))))
    nodes = [(unit["unit"], node) for unit in data["units"] for node in unit["nodes"]]
    assert len(rows) == len(nodes)
    for row, (unit, node) in zip(rows, nodes, strict=True):
        assert row["unit"] == unit
        assert json.loads(row["reason"]) == node["reason"]
        for name in ("score", "percent", "level", "coverage", "weight"):
            assert row[name] == ("" if node[name] is None else str(node[name]))


def _xlsx(path: Path) -> None:
    pd.DataFrame(records()).to_excel(path, sheet_name="Jawaban", index=False, engine="openpyxl")


def _parquet(path: Path) -> None:
    pd.DataFrame(records()).to_parquet(path)


def _json(path: Path) -> None:
    path.write_text(json.dumps({"answers": records()}), encoding="utf-8")


def _list(path: Path) -> None:
    path.write_text(json.dumps(records()), encoding="utf-8-sig")


def _semicolons(path: Path) -> None:
    text = pd.DataFrame(records()).to_csv(index=False, sep=";", lineterminator="\r\n")
    path.write_text("\ufeff" + text, encoding="utf-8")


def _tabs_and_other_names(path: Path) -> None:
    table = pd.DataFrame(records())[["kind", "answer", "object", "reason", "unit", "question"]]
    table.columns = [f" {name.upper()} " for name in table.columns]
    path.write_text(table.to_csv(index=False, sep="\t"), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.xlsx", _xlsx), ("a.parquet", _parquet), ("a.json", _json), ("b.json", _list),
        ("a.csv", _semicolons), ("b.csv", _tabs_and_other_names),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_result(run, tmp_path, name, write):
    write(tmp_path / name)
    result = run("score", "small.yaml", tmp_path / name, "--format", "json")
    assert (result.code, result.err) == (0, "")
    assert result.out == golden("score.json")


def test_the_order_of_rows_changes_only_the_order_of_units(run, answers):
    head, *rows = golden("answers.csv").splitlines()
    path = answers("\n".join([head, *reversed(rows)]))
    turned = json.loads(run("score", "small.yaml", path, "--format", "json").out)
    straight = json.loads(golden("score.json"))
    assert turned["units"] == straight["units"][::-1]


def test_text_that_looks_missing_or_numeric_stays_as_it_is(run, answers):
    path = answers("unit,question,object,answer\nNA,Q2,,ya\n01,Q2,,ya\n1,Q2,,ya\n1.0,Q2,,ya\n")
    data = json.loads(run("score", "small.yaml", path, "--format", "json").out)
    assert [unit["unit"] for unit in data["units"]] == ["NA", "01", "1", "1.0"]


def test_numbers_in_cells_are_read_as_they_look(run, tmp_path):
    path = tmp_path / "n.xlsx"
    rows = [
        {"unit": 7, "question": "Q2", "answer": "ya"},
        {"unit": 7, "question": "Q3", "answer": 5},
    ]
    pd.DataFrame(rows).to_excel(path, index=False, engine="openpyxl")
    data = json.loads(run("score", "small.yaml", path, "--format", "json").out)
    nodes = {node["id"]: node for node in data["units"][0]["nodes"]}
    assert data["units"][0]["unit"] == "7"
    assert nodes["Q3"]["score"] == 10.0


def test_a_shipped_instrument_is_found_by_id_and_by_version(run, answers):
    path = answers("unit,question,object,answer,kind\nA,v01,,2,city\nA,timely,pdpb-rekap,yes,\n")
    by_id = run("score", "ogd-kpu-2026", path, "--format", "json")
    by_version = run("score", "ogd-kpu-2026@1.0.0", path, "--format", "json")
    assert by_id.code == 0
    assert by_id.out == by_version.out
    nodes = {node["id"]: node for node in json.loads(by_id.out)["units"][0]["nodes"]}
    assert nodes["V01"]["level"] == 2
    assert nodes["INV/pdpb-rekap/timely"]["reason"]["points"] == 3.0


def test_unknown_columns_are_named_and_passed_over(run, answers):
    path = answers("unit,question,object,answer,colour,note\nA,Q2,,ya,red,x\n")
    result = run("score", "small.yaml", path, "--lang", "en")
    assert result.code == 0
    assert "ignored columns: colour, note" in result.err


def test_missing_kinds_and_missing_reasons_are_said(run, answers):
    path = answers("unit,question,object,answer\nA,Q1,,tidak berlaku\n")
    result = run("score", "small.yaml", path, "--lang", "en")
    assert result.code == 0
    assert "no kind of office" in result.err
    assert f"{path}:row 2, column reason" in result.err


def test_a_code_of_an_office_gives_no_kind_away(run, answers):
    """Office 36.71 is a city; nothing but the column kind says so here."""
    guessed = run("score", "small.yaml", answers("unit,question,answer\n36.71,Q2,ya\n"))
    assert "jenis kantor" in guessed.err


def test_formulas_are_neutralised_in_csv(run, answers):
    path = answers('unit,question,answer,kind\n"=HYPERLINK(""x"")",Q2,ya,city\n@a,Q2,ya,city\n')
    out = run("score", "small.yaml", path, "--format", "csv").out
    units = {row["unit"] for row in csv.DictReader(io.StringIO(out))}
    assert units == {'\'=HYPERLINK("x")', "'@a"}


def test_out_is_written_whole_and_replaces_what_was_there(run, tmp_path):
    target = tmp_path / "result.json"
    target.write_text("old", encoding="utf-8")
    result = run("score", "small.yaml", "answers.csv", "--format", "json", "--out", target)
    assert (result.code, result.out) == (0, "")
    assert target.read_text(encoding="utf-8") == golden("score.json")
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_out_keeps_what_was_there_when_the_answers_are_bad(run, tmp_path, answers):
    target = tmp_path / "result.json"
    target.write_text("old", encoding="utf-8")
    path = answers("unit,question,answer\nA,Q2,perhaps\n")
    assert run("score", "small.yaml", path, "--format", "json", "--out", target).code == 1
    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["answers.csv", "result.json"]


def test_out_leaves_nothing_behind_when_writing_fails(run, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("maturity.commands.writing.os.fsync", full)
    target = tmp_path / "result.csv"
    result = run("score", "small.yaml", "answers.csv", "--out", target)
    assert result.code == 1
    assert "No space left" in result.err
    assert list(tmp_path.iterdir()) == []


def test_out_to_a_folder_or_a_missing_one_is_refused(run, tmp_path):
    assert run("score", "small.yaml", "answers.csv", "--out", tmp_path).code == 1
    assert run("score", "small.yaml", "answers.csv", "--out", tmp_path / "no" / "f").code == 1


def test_long_work_is_counted_and_short_work_is_silent(run, monkeypatch):
    assert run("score", "small.yaml", "answers.csv").err == ""
    monkeypatch.setattr(writing, "PATIENCE", -1.0)
    assert run("score", "small.yaml", "answers.csv").err.splitlines()[-1] == "unit dinilai 2 / 2"


def test_as_a_process_codes_and_streams_are_kept_apart(tmp_path):
    env = {**os.environ, "MATURITY_LANG": "en"}
    good = subprocess.run(
        [*RUN, "score", "small.yaml", "answers.csv", "--format", "json"],
        cwd=GOLDEN, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == golden("score.json")
    bad = subprocess.run(
        [*RUN, "score", "small.yaml", str(tmp_path)],
        cwd=GOLDEN, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "this is a folder" in bad.stderr
    usage = subprocess.run([*RUN, "score"], env=env, capture_output=True, text=True, check=False)
    assert (usage.returncode, usage.stdout) == (2, "")


def test_a_reader_who_had_enough_is_no_error():
    words = " ".join(f"'{word}'" for word in [*RUN, "score", "small.yaml", "answers.csv"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{words} --format json | head -c 1"],
        cwd=GOLDEN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")
