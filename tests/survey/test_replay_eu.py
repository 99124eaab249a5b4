"""The EU's published answers of 2023, read and scored here, come to its published points."""

from pathlib import Path
from typing import Any

import pytest

from maturity.scoring.engine import Scores, score
from maturity.survey.instrument import Instrument, Profile
from maturity.survey.loader import load
from maturity.survey.reading import Reading, read
from maturity.survey.routing import sheet
from tests.survey.published import INSTRUMENTS, published

COUNTRIES = 18
ERROR_OF_ALBANIA = ("AL", "Q10a", 0, 20)
"""Unit, question, published, fair: "not applicable " with a space was compared exactly."""


@pytest.fixture(scope="module")
def odm() -> Instrument:
    return load(INSTRUMENTS / "eu-odm-2023.yaml")


@pytest.fixture(scope="module")
def countries() -> dict[str, Any]:
    return published("eu-odm-2023/answers.json")["countries"]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    items = published("eu-odm-2023/instrument.json")["items"]
    return {f"Q{item['id']}": item for item in items}


@pytest.fixture(scope="module")
def scores(odm: Instrument, countries: dict[str, Any]) -> Scores:
    units = [(Profile(), readings(odm, country)) for country in countries.values()]
    return score(odm.rubric, sheet(odm, units))


def readings(odm: Instrument, country: dict[str, Any]) -> dict[str, Reading]:
    """The texts as published, blanks and stray spaces included, through the reader."""
    found = {}
    for number, cell in country["answers"].items():
        reading = read(odm.item(f"Q{number}"), cell["answer"])
        if reading is not None:
            found[f"Q{number}"] = reading
    return found


def fair(code: str, node: str, points: float) -> float:
    """The published points, put right where the one known error enters."""
    unit, question, given, due = ERROR_OF_ALBANIA
    hit = code == unit and node in (question, "Ind1_1", "Dim1", "total")
    return points + (due - given) if hit else points


def test_every_question_score_of_every_country(
    odm: Instrument, countries: dict[str, Any], scores: Scores
) -> None:
    compared, differences = 0, []
    for column, (code, country) in enumerate(countries.items()):
        for number, cell in country["answers"].items():
            if cell["score"] == "N/A":
                assert f"Q{number}" not in odm.rubric.ids
                continue
            ours = scores.score[scores.row(f"Q{number}"), column]
            compared += 1
            if ours != cell["score"]:
                differences.append((code, f"Q{number}", cell["score"], ours))
    assert len(countries) == COUNTRIES
    assert compared == 2898
    assert differences == [ERROR_OF_ALBANIA]


def test_the_published_error_of_albania_is_named(
    odm: Instrument, countries: dict[str, Any], scores: Scores
) -> None:
    cell = countries["AL"]["answers"]["10a"]
    assert cell == {"answer": "not applicable ", "score": 0}
    assert read(odm.item("Q10a"), cell["answer"]) == read(odm.item("Q10a"), "Not Applicable")
    assert scores.score[scores.row("Q10a"), list(countries).index("AL")] == 20


@pytest.mark.parametrize("level", ["indicators", "dims"])
def test_indicator_and_dimension_points(
    countries: dict[str, Any], scores: Scores, level: str
) -> None:
    for column, (code, country) in enumerate(countries.items()):
        for node, given in country[level].items():
            row = scores.row(node)
            assert scores.score[row, column] == fair(code, node, given["points"]), (code, node)
            assert scores.maximum[row, column] == given["max"], (code, node)


def test_dimension_percentages_and_totals(countries: dict[str, Any], scores: Scores) -> None:
    root = scores.row("odm")
    for column, (code, country) in enumerate(countries.items()):
        assert scores.score[root, column] == fair(code, "total", country["total"])
        assert scores.maximum[root, column] == 2540
        dims = country["dims"]
        percents = [
            fair(code, dim, given["points"]) / given["max"] * 100 for dim, given in dims.items()
        ]
        assert scores.percent[root, column] == pytest.approx(sum(percents) / 4)
        for (dim, given), percent in zip(dims.items(), percents, strict=True):
            assert scores.percent[scores.row(dim), column] == pytest.approx(percent)
            if (code, dim) != ("AL", "Dim1"):
                assert percent == pytest.approx(given["pct"], abs=0.005)


def test_the_structure_is_the_published_one(odm: Instrument, template: dict[str, Any]) -> None:
    assert [item.key for item in odm.items] == list(template)
    assert len(odm.rubric.criteria) == 161
    assert sum(criterion.ceiling for criterion in odm.rubric.criteria) == 2540
    parents = {q.id: branch.id for branch in odm.sections for q in branch.questions}
    assert parents == {key: item["indicator"] for key, item in template.items()}


def test_every_published_option_text_earns_its_published_points(
    odm: Instrument, template: dict[str, Any]
) -> None:
    for key, published_item in template.items():
        item = odm.item(key)
        assert len(item.options) == len(published_item["options"])
        for text in published_item["options"]:
            reading = read(item, text)
            assert reading is not None
            assert read(item, reading.value) == reading
            if key in odm.rubric.ids:
                points = item.option(reading.value).points
                assert points == published_item["points"][text], (key, text)
        if key in odm.rubric.ids:
            assert item.criterion is not None
            assert item.criterion.ceiling == published_item["max"]


def test_question_texts_are_our_own_words(odm: Instrument, template: dict[str, Any]) -> None:
    for key, published_item in template.items():
        assert odm.item(key).question.text.en != published_item["text"].strip()


def test_what_the_framework_declares() -> None:
    """Needs no published data: N/A earns full points, a blank nothing, Q113 its real key."""
    odm = load(Path(INSTRUMENTS / "eu-odm-2023.yaml"))
    full = {
        item.key
        for item in odm.items
        if item.criterion
        and any(
            option.id == "not-applicable" and option.points == item.criterion.ceiling
            for option in item.options
        )
    }
    numbers = ["2", "4", "10a", "10b", "10c", "11a", "12", "14", "15", "32", "77", "93b", "93c"]
    numbers += ["110", "113", "114"]
    assert full == {f"Q{number}" for number in numbers}
    own_licence = {option.id: option.points for option in odm.item("Q113").options}
    assert own_licence == {"yes": 0, "no": 10, "not-applicable": 10}
    nothing = score(odm.rubric, sheet(odm, [(Profile(), {})]))
    assert nothing.score[nothing.row("odm"), 0] == 0
    assert nothing.coverage[nothing.row("odm"), 0] == 1
