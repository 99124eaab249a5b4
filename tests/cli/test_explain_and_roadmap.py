"""`maturity explain` and `maturity roadmap`: texts that people read, JSON that programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")
DUA = "Provinsi Dua"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["explain", DUA], "explain.id.txt"),
        (["explain", DUA, "--lang", "en"], "explain.en.txt"),
        (["explain", "Kota Satu", "D1", "--format", "json"], "explain.json"),
        (["roadmap", DUA, "--target", "3"], "roadmap.id.txt"),
        (["roadmap", DUA, "--target", "3", "--lang", "en"], "roadmap.en.txt"),
        (["roadmap", DUA, "--target", "3", "--format", "json"], "roadmap.json"),
        (
            ["roadmap", DUA, "--target", "3", "--costs", "costs.csv", "--lang", "en"],
            "roadmap-costs.en.txt",
        ),
    ],
)
def test_results_are_those_of_the_golden_files(run, words, name):
    command, *rest = words
    result = run(command, "small.yaml", "answers.csv", *rest)
    assert (result.code, result.err) == (0, "")
    assert result.out == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_parts_of_a_mean_add_up_to_the_number_that_they_explain(run):
    data = json.loads(
        run("explain", "small.yaml", "answers.csv", "kota satu", "--format", "json").out
    )
    root = data["node"]
    assert root["percent"] == pytest.approx(sum(c["contribution"] for c in root["children"]))
    rules = next(child for child in root["children"] if child["id"] == "D1")
    assert rules["percent"] == pytest.approx(sum(c["contribution"] for c in rules["children"]))


def test_the_trace_agrees_with_the_score(run):
    scored = json.loads(run("score", "small.yaml", "answers.csv", "--format", "json").out)
    told = json.loads(run("explain", "small.yaml", "answers.csv", DUA, "--format", "json").out)
    nodes = {node["id"]: node for node in scored["units"][1]["nodes"]}

    def walk(trace):
        yield trace
        for child in trace["children"]:
            yield from walk(child)

    seen = list(walk(told["node"]))
    assert [trace["id"] for trace in seen] == list(nodes)
    for trace in seen:
        node = nodes[trace["id"]]
        assert {name: trace[name] for name in node} == node


def test_a_gate_is_explained_by_what_holds_it_down(run):
    out = run("explain", "small.yaml", "answers.csv", "Kota Satu").out
    assert "Level terjaga: 2 Tumbuh. Ditahan oleh D1 Aturan (Level 2)." in out
    assert "Bukti dukung: https://contoh.example/rencana.pdf" in out


@pytest.mark.parametrize("node", ["Q1", "m/voters/open", "M/voters"])
def test_any_scored_part_can_be_explained(run, node):
    result = run("explain", "small.yaml", "answers.csv", "Kota Satu", node)
    assert result.code == 0


def test_unknown_units_and_parts_are_refused(run):
    unit = run("explain", "small.yaml", "answers.csv", "Kota Tiga", "--lang", "en")
    assert unit.code == 1
    assert "“Kota Tiga”" in unit.err
    assert "Kota Satu" in unit.err
    for node in ("D9", "N1"):  # N1 is a question that is not scored
        part = run("explain", "small.yaml", "answers.csv", "Kota Satu", node, "--lang", "en")
        assert part.code == 1
        assert f"“{node}”" in part.err


def test_following_the_roadmap_reaches_its_target(run, answers):
    said = {
        "Q1": "l2", "Q2": "yes", "Q3": "0", "M/voters/available": "no", "M/voters/open": "yes",
        "M/council/available": "no", "M/council/open": "no", "M/results/available": "dont-know",
    }  # fmt: skip

    def table(said):
        rows = "".join(f"A,{key},{answer},province\n" for key, answer in said.items())
        return answers(f"unit,question,answer,kind\n{rows}")

    form = ("--format", "json")
    for target in (2, 3, 4):
        out = run("roadmap", "small.yaml", table(said), "A", "--target", target, *form).out
        way = json.loads(out)
        assert way["level_now"] < target
        assert way["reachable"]
        numbers = {"Q3": "50"}
        taken = {step["id"]: step["option"] or numbers[step["id"]] for step in way["steps"]}
        path = table({**said, **taken})
        reached = json.loads(run("score", "small.yaml", path, *form).out)
        assert reached["units"][0]["nodes"][0]["gated_level"] == target


def test_questions_that_the_steps_open_are_named(run):
    out = run("roadmap", "small.yaml", "answers.csv", DUA, "--target", "3", "--format", "json").out
    assert json.loads(out)["opens"] == ["Q3"]


def test_a_target_that_is_reached_needs_no_step(run):
    out = run("roadmap", "small.yaml", "answers.csv", "Kota Satu", "--target", "2").out
    assert "Level 2 Tumbuh sudah tercapai" in out


def test_a_target_that_is_no_level_is_refused(run):
    result = run("roadmap", "small.yaml", "answers.csv", DUA, "--target", "9", "--lang", "en")
    assert result.code == 1
    assert "no level 9" in result.err
    assert "1, 2, 3, 4" in result.err


def test_every_bad_cost_is_named(run, answers):
    path = answers(
        "question,object,level,cost\nQ1,,2,1\nQ1,,l2,2\nQ1,,7,1\nQ7,,2,1\nQ1,,3,-1\nQ1,,4,x\n",
        "costs.csv",
    )
    result = run("roadmap", "small.yaml", "answers.csv", DUA, "--target", "3", "--costs", path,
                 "--lang", "en")  # fmt: skip
    assert result.code == 1
    places = [line.removeprefix(f"{path}:").split(": ")[0] for line in result.err.splitlines()]
    assert places == [
        "row 3, column question", "row 4, column level", "row 5, column question",
        "row 6, column cost", "row 7, column cost",
    ]  # fmt: skip
