"""What the format can say, each time with the result that the rule prescribes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from maturity.scoring.engine import Scores, score
from maturity.survey.instrument import Instrument, Profile
from maturity.survey.loader import fingerprint, json_schema, load, load_text
from maturity.survey.reading import read
from maturity.survey.routing import sheet
from maturity.survey.strict_yaml import parse
from tests.survey.published import INSTRUMENTS, ROOT
from tests.survey.written import TINY, changed, faults, loaded

SHIPPED = sorted(INSTRUMENTS.glob("*.yaml"))

HEAD = """\
format: 1
id: example
version: 1.0.0
title: {id: Contoh, en: Example}
summary: {id: Contoh, en: An example}
scale: {from: 1, to: 5}
levels:
  - {level: 1, name: {id: Satu, en: One}}
  - {level: 2, name: {id: Dua, en: Two}}
  - {level: 3, name: {id: Tiga, en: Three}}
  - {level: 4, name: {id: Empat, en: Four}}
  - {level: 5, name: {id: Lima, en: Five}}
"""
WORDS = "title: {id: J, en: T}, text: {id: T, en: Q}"


def scored(instrument: Instrument, answers: dict[str, str]) -> Scores:
    """The scores of one office that answered so."""
    readings = {}
    for key, raw in answers.items():
        reading = read(instrument.item(key), raw)
        assert reading is not None
        readings[key] = reading
    return score(instrument.rubric, sheet(instrument, [(Profile(), readings)]))


def of(scores: Scores, node: str) -> tuple[float, float, int]:
    """Score, percentage and level of a node."""
    row = scores.row(node)
    return (
        float(scores.score[row, 0]),
        round(float(scores.percent[row, 0]), 6),
        int(scores.level[row, 0]),
    )


# --- shipped files --------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_instrument_loads(path: Path) -> None:
    instrument = load_text(path.read_text(encoding="utf-8"), name=f"fresh {path.name}")
    assert instrument.id == path.stem
    assert instrument.licence == "CC-BY-4.0"
    assert instrument.sources


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_json_schema_accepts_a_shipped_instrument(path: Path) -> None:
    content = parse(path.read_text(encoding="utf-8")).content
    jsonschema.Draft202012Validator(json_schema()).validate(content)


@pytest.mark.parametrize(
    ("old", "new"),
    [("gate: {slack: 1,", "colour: red\n      gate: {slack: 1,"),
     ("type: number", "type: amount"),
     ("{id: Bagian A, en: Part A}", "{id: Bagian A}"),
     ("en: Soon}, points: 1", "en: Soon}, points: one")],
)  # fmt: skip
def test_the_json_schema_refuses_what_the_loader_refuses(old: str, new: str) -> None:
    text = changed((old, new))
    assert faults(text)
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(parse(text).content)


def test_schema_and_page_are_up_to_date() -> None:
    tool = ROOT / "tools/build_format_docs.py"
    done = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_of_the_page_is_an_instrument() -> None:
    page = (ROOT / "docs/instrument-format.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    assert [item.key for item in load_text(example).items] == ["V1", "V2"]


def test_every_key_of_the_format_is_explained() -> None:
    def properties(part: object) -> list[dict[str, object]]:
        if isinstance(part, list):
            return [one for each in part for one in properties(each)]
        if not isinstance(part, dict):
            return []
        own = part.get("properties", {})
        found = list(own.values()) if isinstance(own, dict) else []
        return found + [one for each in part.values() for one in properties(each)]

    keys = properties(json_schema())
    assert len(keys) > 150
    assert all(key.get("description") for key in keys)


# --- fingerprint ----------------------------------------------------------------------


def test_the_fingerprint_is_blind_to_how_it_is_written() -> None:
    content = parse(TINY).content
    assert isinstance(content, dict)
    backwards = dict(reversed(content.items()))
    dumped = yaml.safe_dump(backwards, allow_unicode=True, sort_keys=False, indent=4)
    spaced = "# a comment\n\n" + TINY.replace("version: 1.0.0", "version:   '1.0.0'  # so")
    flow = json.dumps(content)
    prints = {load_text(text).fingerprint for text in (TINY, dumped, spaced, flow)}
    assert len(prints) == 1
    assert re.fullmatch(r"[0-9a-f]{64}", prints.pop())


@pytest.mark.parametrize(
    ("old", "new"),
    [("en: Done?", "en: Done"), ("en: Soon}, points: 1", "en: Soon}, points: 1.5"),
     ("{level: 2, from: 2, to: 2.5}\n      - {level: 3, from: 2.5",
      "{level: 2, from: 2, to: 2.6}\n      - {level: 3, from: 2.6"),
     ("version: 1.0.0", "version: 1.0.1"), ("slack: 1", "slack: 0")],
)  # fmt: skip
def test_the_fingerprint_sees_every_change_of_content(old: str, new: str) -> None:
    assert loaded((old, new)).fingerprint != load_text(TINY).fingerprint


def test_the_order_of_a_list_is_content() -> None:
    assert fingerprint({"a": [1, 2]}) != fingerprint({"a": [2, 1]})
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


# --- ways of combining ----------------------------------------------------------------

PATHWAY = (
    HEAD
    + f"""\
bands:
  walked:
    bands:
      - {{level: 1, from: 1, to: 2}}
      - {{level: 2, from: 2, to: 3}}
      - {{level: 3, from: 3, to: 4}}
      - {{level: 4, from: 4, to: 4.5}}
      - {{level: 5, from: 4.5, to: 5}}
root:
  id: theme
  title: {{id: Tema, en: Theme}}
  combine: sum
  children:
    - id: release
      title: {{id: Rilis, en: Release}}
      combine: walk
      bands: walked
      children:
        - question: R1
          {WORDS.replace(", text", chr(10) + "          text")}
          type: choice
          options:
            - {{id: "yes", label: {{id: Ya, en: "Yes"}}}}
            - {{id: "no", label: {{id: Tidak, en: "No"}}, points: 1, positive: false}}
        - question: R2
          {WORDS.replace(", text", chr(10) + "          text")}
          type: choice
          options:
            - {{id: often, label: {{id: Sering, en: Often}}, points: 3}}
            - {{id: never, label: {{id: Tidak pernah, en: Never}}, points: 2, positive: false}}
        - question: R3
          {WORDS.replace(", text", chr(10) + "          text")}
          type: choice
          options:
            - {{id: "yes", label: {{id: Ya, en: "Yes"}}, points: 5}}
            - {{id: "no", label: {{id: Tidak, en: "No"}}, points: 4, positive: false}}
"""
)


@pytest.mark.parametrize(
    ("answers", "level"),
    [({"R1": "no"}, 1), ({"R1": "no", "R2": "often", "R3": "yes"}, 1),
     ({"R1": "yes", "R2": "never"}, 2), ({"R1": "yes", "R2": "often", "R3": "no"}, 4),
     ({"R1": "yes", "R2": "often", "R3": "yes"}, 5)],
)  # fmt: skip
def test_a_walk_ends_at_the_first_negative_answer(answers: dict[str, str], level: int) -> None:
    """Open Data Pathway: the last scored answer counts; what lies behind the stop does not."""
    scores = scored(load_text(PATHWAY), answers)
    assert of(scores, "release")[0] == level
    assert of(scores, "release")[2] == level
    assert of(scores, "theme")[0] == level


def test_a_walk_that_is_not_finished_has_no_result_yet() -> None:
    scores = scored(load_text(PATHWAY), {"R1": "yes", "R2": "often"})
    assert scores.level[scores.row("release"), 0] == 0


def evidence(combine: str, extra: str = "") -> str:
    """Three pieces of evidence, each accepted or not, under one way of combining."""
    children = "".join(
        f"    - question: E{number}\n      type: choice\n      title: {{id: J, en: T}}\n"
        f"      text: {{id: T, en: Q}}\n      options: {{set: accepted}}\n"
        for number in (1, 2, 3)
    )
    return (
        f"{HEAD}option_sets:\n  accepted:\n"
        "    - {id: accepted, label: {id: Diterima, en: Accepted}, points: 1}\n"
        "    - {id: refused, label: {id: Ditolak, en: Refused}, points: 0}\n"
        f"{extra}root:\n  id: NI\n  title: {{id: NI, en: NI}}\n  combine: {combine}\n"
        f"{'  bands: steps' + chr(10) if extra else ''}"
        f"{'  scale: {from: 0, to: 3}' + chr(10) if extra else ''}"
        f"  children:\n{children}"
    )


STEPS = """\
bands:
  steps:
    bands:
      - {level: 1, from: 0, to: 2}
      - {level: 2, from: 2, to: 3}
      - {level: 3, from: 3, to: 3.5}
"""


@pytest.mark.parametrize(
    ("accepted", "reached"),
    [((), 0), ((1,), 1), ((1, 2), 2), ((1, 2, 3), 3), ((2, 3), 0), ((1, 3), 1)],
)
def test_contiguous_levels_count_without_a_break(accepted: tuple[int, ...], reached: int) -> None:
    """Pemdi: evidence for a higher level does not count while a lower one is refused."""
    instrument = load_text(evidence("contiguous", STEPS.replace("to: 3.5", "to: 4")))
    answers = {f"E{n}": "accepted" if n in accepted else "refused" for n in (1, 2, 3)}
    assert of(scored(instrument, answers), "NI")[0] == reached


@pytest.mark.parametrize(
    ("combine", "accepted", "percent"),
    [("all_of", (1, 2, 3), 100), ("all_of", (1, 2), 0), ("minimum", (1, 2), 0),
     ("minimum", (1, 2, 3), 100), ("sum", (1, 2), 66.666667),
     ("mean_of_percentages", (3,), 33.333333), ("weighted_mean", (1, 3), 66.666667)],
)  # fmt: skip
def test_each_way_of_combining(combine: str, accepted: tuple[int, ...], percent: float) -> None:
    answers = {f"E{n}": "accepted" if n in accepted else "refused" for n in (1, 2, 3)}
    assert of(scored(load_text(evidence(combine)), answers), "NI")[1] == percent


def question(body: str) -> Instrument:
    """An instrument of one question Q, points summed."""
    lines = "".join(f"      {line}\n" for line in body.strip().splitlines())
    return load_text(
        f"{HEAD}root:\n  id: all\n  title: {{id: S, en: A}}\n  combine: sum\n  children:\n"
        f"    - question: Q\n      title: {{id: J, en: T}}\n      text: {{id: T, en: Q}}\n{lines}"
    )


MULTIPLE = """
type: multiple
cap: 4
none_id: none
options:
  - {id: a, label: {id: Aa, en: Ab}, points: 3}
  - {id: b, label: {id: Ba, en: Bb}, points: 2}
  - {id: none, label: {id: Tidak ada, en: None}, points: 0}
"""
NUMBER = """
type: number
inclusive: EDGE
points:
  - {to: 1, points: 0}
  - {from: 1, to: 5, points: 3}
  - {from: 5, points: 10}
"""


@pytest.mark.parametrize(
    ("body", "raw", "points", "most"),
    [(MULTIPLE, "a", 3, 4), (MULTIPLE, "b;a", 4, 4), (MULTIPLE, "none", 0, 4),
     ("type: tristate\npoints: {yes: 10, partial: 5, no: 0}", "sebagian", 5, 10),
     (NUMBER.replace("EDGE", "lower"), "1", 3, 10), (NUMBER.replace("EDGE", "upper"), "1", 0, 10),
     (NUMBER.replace("EDGE", "lower"), "5", 10, 10), (NUMBER.replace("EDGE", "upper"), "5", 3, 10),
     (NUMBER.replace("EDGE", "upper"), "1.000.000", 10, 10),
     ("type: percent\npoints: {linear: 8}", "62,5 %", 5, 8),
     ("type: percent\npoints: [{from: 0, to: 50, points: 0}, {from: 50, to: 100, points: 6}]",
      "100", 6, 6),
     ("type: choice\noptions:\n  - {id: some, label: {id: A, en: B}, points: \"8/15\"}\n"
      "  - {id: full, label: {id: C, en: D}, points: 1}", "some", 8 / 15, 1)],
)  # fmt: skip
def test_each_type_of_question_earns_its_points(
    body: str, raw: str, points: float, most: float
) -> None:
    scores = scored(question(body), {"Q": raw})
    assert scores.score[scores.row("Q"), 0] == points
    assert scores.maximum[scores.row("Q"), 0] == most


def test_context_is_asked_and_never_scored() -> None:
    context = "".join(
        f"    - question: {kind}\n      type: {kind}\n      title: {{id: J, en: T}}\n"
        "      text: {id: T, en: Q}\n"
        for kind in ("text", "date", "link")
    )
    instrument = load_text(evidence("sum") + context)
    answers = {"text": "N/A", "date": "21-11-2026", "link": "kpu.go.id"}
    scores = scored(instrument, answers | {f"E{n}": "accepted" for n in (1, 2, 3)})
    assert of(scores, "NI")[:2] == (3, 100)
    assert {"text", "date", "link"}.isdisjoint(instrument.rubric.ids)


def test_a_gate_holds_a_level_down() -> None:
    instrument = load_text(TINY)
    scores = scored(instrument, {"Q1": "yes", "Q2": "soon", "Q3": "9", "Q4": "1"})
    row = scores.row("A")
    assert (scores.level[row, 0], scores.gated_level[row, 0]) == (3, 2)
    scores = scored(
        loaded(("slack: 1", "slack: 0")), {"Q1": "yes", "Q2": "soon", "Q3": "9", "Q4": "1"}
    )
    assert (scores.level[row, 0], scores.gated_level[row, 0]) == (3, 1)


def test_negative_points_of_a_matrix() -> None:
    """A penalty lowers the sum; the percentage stays within 0 to 100."""
    text = changed(
        ("- id: free", "- id: harm\n          label: {id: Bahaya, en: Harm}\n          options:\n"
         "            - {id: bad, label: {id: Buruk, en: Bad}, points: -2}\n"
         "            - {id: good, label: {id: Baik, en: Good}, points: 1}\n        - id: free"),
        ("type: matrix", "type: matrix\n      combine_objects: sum"),
    )  # fmt: skip
    instrument = load_text(text)
    cells = {f"M/{o}/{c}": "no" for o in ("voters", "parties") for c in ("free", "whole")}
    scores = scored(instrument, cells | {"M/voters/harm": "bad", "M/parties/harm": "good"})
    assert of(scores, "M")[:2] == (-1, 0)


def test_the_main_instrument_says_whose_it_is_not() -> None:
    """It never passes for the university's own instrument, and says so in both languages."""
    instrument = load(INSTRUMENTS / "ogd-kpu-2026.yaml")
    assert instrument.notice is not None
    assert "bukan instrumen FIA UI" in instrument.notice.id
    assert "not FIA UI's instrument" in instrument.notice.en
