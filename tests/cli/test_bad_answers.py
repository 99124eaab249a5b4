"""What bad input gets: the row, the column, what is wrong; nothing written; no stack trace."""

from __future__ import annotations

import json

import pandas as pd
import pytest

HEAD = "unit,question,object,answer,reason,kind,areas\n"


def faults(run, path, *words):
    result = run("score", "small.yaml", path, "--lang", "en", *words)
    assert (result.code, result.out) == (1, "")
    return result.err.splitlines()


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (
            "A,Q2,,perhaps,,,",
            "answer",
            "Q2: “perhaps” is not one of the options (yes, partial, no)",
        ),
        ("A,Q3,,many,,,", "answer", "Q3: “many” is not a number"),
        ("A,Q3,,51,,,", "answer", "Q3: The number must be in 0 – 50"),
        ("A,Q3,,1.5,,,", "answer", "Q3: Enter a whole number"),
        ("A,Q2,,not applicable,,,", "answer", "“Not applicable” is not offered"),
        ("A,M/available,voters,maybe,,,", "answer", "M/voters/available: “maybe” is not one"),
        ("A,Q9,,yes,,,", "question", "“Q9” is not a question of small@1.0.0"),
        ("A,Q2,voters,yes,,,", "object", "Q2 is no matrix; leave the object “voters” empty"),
        ("A,M/available,nobody,yes,,,", "object", "“nobody” is not an object of “M/available”"),
        ("A,M/available,,yes,,,", "object", "“” is not an object of “M/available”"),
        (",Q2,,yes,,,", "unit", "the unit is missing"),
        ("A,,,yes,,,", "question", "the question is missing"),
        ("A,Q2,,yes,,village,", "kind", "“village” is unknown; it is one of province, city"),
        ("A,Q2,,yes,,,mars", "areas", "“mars” is unknown; it is one of aceh"),
        (f"A,N1,,{'x' * 30_000},,,", "answer", "longer than 20000 characters"),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(run, answers, row, column, says):
    path = answers(f"{HEAD}B,Q2,,yes,,,\n{row}\n")
    lines = faults(run, path)
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}:row 3, column {column}: ")
    assert says in lines[0]


def test_the_same_is_said_in_indonesian(run, answers):
    path = answers(f"{HEAD}A,Q2,,perhaps,,,\n")
    result = run("score", "small.yaml", path)
    assert result.err == (
        f"{path}:baris 2, kolom answer: "
        "Q2: “perhaps” bukan salah satu pilihan (yes, partial, no).\n"
    )


def test_the_environment_chooses_the_language_and_the_option_overrules_it(
    run, answers, monkeypatch
):
    path = answers("unit,question,answer\nA,Q2,perhaps\n")
    monkeypatch.setenv("MATURITY_LANG", "en")
    assert "is not one of" in run("score", "small.yaml", path).err
    assert "bukan salah satu" in run("score", "small.yaml", path, "--lang", "id").err


def test_all_faults_come_at_once_in_the_order_of_the_file(run, answers):
    path = answers(f"{HEAD}A,Q9,,1,,,\n,Q2,,yes,,,\nA,Q2,,x,,,\n\nA,Q3,,y,,moon,\n")
    places = [line.removeprefix(f"{path}:").split(": ")[0] for line in faults(run, path)]
    assert places == [
        "row 2, column question", "row 3, column unit", "row 4, column answer",
        "row 6, column answer", "row 6, column kind",
    ]  # fmt: skip


def test_two_rows_for_one_cell_are_refused_however_they_are_spelled(run, answers):
    rows = (
        "A,M/open,voters,yes,,,\nB,M/open,voters,yes,,,\n"
        "A,voters,OPEN,yes,,,\nA,M,voters/open,,,,\n"
    )
    lines = faults(run, answers(HEAD + rows))
    assert [line.split(", ")[0].split(":")[-1] for line in lines] == ["row 4", "row 5"]
    assert all("answered already in row 2" in line for line in lines)


def test_a_unit_has_one_kind(run, answers):
    lines = faults(run, answers(f"{HEAD}A,Q2,,yes,,city,\nA,Q3,,1,,,\nA,Q1,,l2,,province,\n"))
    assert len(lines) == 1
    assert "row 4, column kind: another row of this unit says otherwise" in lines[0]


def test_at_most_200_faults_are_shown_and_the_rest_counted(run, answers):
    rows = "".join(f"U{number},Q2,,x{number},,,\n" for number in range(1000))
    lines = faults(run, answers(HEAD + rows))
    assert len(lines) == 201
    assert "row 201, " in lines[199]
    assert lines[200] == "… and 800 more faults."


def test_rows_are_counted_as_in_the_file(run, answers):
    """Blank lines count; a line break inside of quotes does not."""
    text = f'\n{HEAD}A,N1,,"two\nlines",,,\n\n\nA,Q2,,oops,,,\n'
    lines = faults(run, answers(text))
    assert "row 6, column answer" in lines[0]


def test_rows_with_too_few_or_too_many_fields_are_all_named(run, answers):
    lines = faults(run, answers("unit,question,answer\nA,Q2\nA,Q3,1\nA,Q1,l1,oh\n"))
    assert [line.split("csv:")[1] for line in lines] == [
        "row 2: 2 fields instead of 3", "row 4: 4 fields instead of 3",
    ]  # fmt: skip


def test_a_cell_of_a_sheet_is_named_as_the_sheet_names_it(run, tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [
        {"question": "Q2", "unit": "A", "answer": "ya"},
        {"question": "Q2", "unit": "B", "answer": "?"},
    ]
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame({"about": ["read me"]}).to_excel(book, sheet_name="Info", index=False)
        pd.DataFrame(rows).to_excel(book, sheet_name="Data", index=False, startrow=2)
    lines = faults(run, path)
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}:Data!C5, row 5, column answer: ")


def test_a_record_is_named_by_its_number(run, answers):
    records = [
        {"unit": "A", "question": "Q2", "answer": "ya"},
        {"unit": "A", "question": "Q3", "answer": -1},
    ]
    lines = faults(run, answers(json.dumps(records), "a.json"))
    assert "a.json:record 2, column answer: Q3" in lines[0]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\n\n \n", "the file is empty"),
        ("a.csv", b"unit,question,answer\n", "there are no answers in it"),
        ("a.csv", b"unit,question\nA,Q2\n", "missing columns: answer (found: unit, question)"),
        ("a.csv", b"unit,unit,question,answer\nA,A,Q2,ya\n", "“unit” occurs twice"),
        (
            "a.csv",
            "unit,question,answer\nA,Q2,ya\nB,N1,é\n".encode("latin-1"),
            "line 3 is not UTF-8",
        ),
        ("a.csv", "unit,question,answer\n".encode("utf-16"), "is not UTF-8"),
        ("a.csv", b"PK\x03\x04rest", "is not UTF-8"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "missing columns"),
        ("a.csv", b'unit,question,answer\n"A,Q2,ya\n', "row 2: 1 fields instead of 3"),
        ("a.xlsx", b"unit,question,answer\nA,Q2,ya\n", "not an XLSX workbook"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 100, "not an XLSX workbook"),
        ("a.xlsx", b"", "not an XLSX workbook"),
        ("a.parquet", b"PAR1 and nothing else", "this is not Parquet"),
        ("a.parquet", b"", "this is not Parquet"),
        ("a.json", b"", "not JSON"),
        ("a.json", b"[" * 200_000, "not JSON"),
        ("a.json", b"\xff\xfe", "not UTF-8"),
        ("a.json", b"{}", "a list of records"),
        ("a.json", b"[]", "there are no answers in it"),
        ("a.json", b"[1]", "a list of records"),
        ("a.json", b'[{"unit": "A", "question": "Q2"}]', "missing columns: answer"),
        (
            "a.json",
            b'[{"unit": {}, "question": "Q2", "answer": 1}]',
            "record 1: the value of “unit”",
        ),
        ("a.doc", b"unit", "the file name must end in one of .csv"),
    ],
)
def test_what_is_no_table_is_refused_in_words(run, answers, name, content, says):
    path = answers(content, name)
    lines = faults(run, path)
    assert lines[0].startswith(f"{path}:")
    assert says in lines[0]


def test_a_zip_that_is_no_workbook_is_refused(run, tmp_path):
    import zipfile

    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("hello.txt", "hello")
    assert "not an XLSX workbook" in faults(run, path)[0]


def test_an_empty_workbook_is_refused(run, tmp_path):
    path = tmp_path / "a.xlsx"
    pd.DataFrame().to_excel(path, index=False, engine="openpyxl")
    assert "the sheet is empty" in faults(run, path)[0]


def test_parquet_without_the_columns_or_with_odd_ones_is_refused(run, tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"unit": ["A"], "answer": ["x"]}).to_parquet(path)
    assert "missing columns: question" in faults(run, path)[0]
    pd.DataFrame({"unit": [["A"]], "question": ["Q2"], "answer": ["x"]}).to_parquet(path)
    assert "the column unit is of type" in faults(run, path)[0]


def test_a_folder_a_missing_file_and_an_unknown_instrument_are_refused(run, tmp_path):
    assert "this is a folder" in faults(run, tmp_path)[0]
    assert "there is no such file" in faults(run, tmp_path / "no.csv")[0]
    unknown = run("score", "nothing", "answers.csv", "--lang", "en")
    assert unknown.code == 1
    assert "ogd-kpu-2026@1.0.0" in unknown.err


def test_an_instrument_with_faults_is_refused_with_all_of_them(run, answers):
    bad = answers("format: 1\nid: x\n", "bad.yaml")
    result = run("score", bad, "answers.csv")
    assert result.code == 1
    assert len(result.err.splitlines()) > 3
    assert all(line.startswith(f"{bad}:") for line in result.err.splitlines())


def test_control_characters_and_terminal_codes_do_not_reach_the_terminal(run, answers):
    path = answers("unit,question,answer\nA,Q2,\x1b[31mred\x07\n")
    result = run("score", "small.yaml", path)
    assert result.code == 1
    assert "\x1b" not in result.err
    assert "\x07" not in result.err


@pytest.mark.parametrize(
    "words",
    [
        [], ["nothing"], ["score"], ["score", "small.yaml"], ["check"],
        ["score", "small.yaml", "answers.csv", "--format", "pdf"],
        ["score", "small.yaml", "answers.csv", "--lang", "fr"],
        ["roadmap", "small.yaml", "answers.csv", "Kota Satu"],
        ["roadmap", "small.yaml", "answers.csv", "Kota Satu", "--target", "high"],
        ["explain", "small.yaml", "answers.csv"],
    ],
)  # fmt: skip
def test_wrong_usage_exits_with_2(run, words):
    result = run(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("pemakaian: maturity")


@pytest.mark.parametrize("words", [["--help"], ["score", "-h"], ["--version"]])
def test_help_is_no_error(run, words):
    result = run(*words)
    assert (result.code, result.err) == (0, "")
    assert result.out
