"""NDI's published inventory, read and scored here, comes to its published labels."""

from typing import Any

import numpy as np
import pytest

from maturity.scoring.engine import Scores, score
from maturity.survey.instrument import Instrument, Profile
from maturity.survey.loader import load
from maturity.survey.reading import Reading, read
from maturity.survey.routing import sheet
from tests.survey.published import INSTRUMENTS, published

Countries = list[dict[str, Any]]


@pytest.fixture(scope="module")
def oedi() -> Instrument:
    return load(INSTRUMENTS / "ndi-oedi.yaml")


@pytest.fixture(scope="module")
def inventory() -> dict[str, Any]:
    return published("ndi-oedi/inventory.json")


@pytest.fixture(scope="module")
def scores(oedi: Instrument, inventory: dict[str, Any]) -> Scores:
    units = [(Profile(), readings(oedi, country)) for country in inventory["countries"]]
    return score(oedi.rubric, sheet(oedi, units))


def readings(oedi: Instrument, country: dict[str, Any]) -> dict[str, Reading]:
    """The raw values of a country's record, through the reader."""
    found = {}
    for item in oedi.items:
        assert item.thing is not None
        assert item.column is not None
        raw = country["principles"].get(item.thing.id, {}).get(item.column.id)
        reading = None if raw is None else read(item, raw)
        if reading is not None:
            found[item.key] = reading
    return found


def parents(inventory: dict[str, Any]) -> dict[str, str]:
    """Sub-category to category, from the published order."""
    category, found = "", {}
    for entry in inventory["categories"]:
        if entry["is_subcategory"]:
            found[entry["slug"]] = category
        else:
            category = entry["slug"]
    return found


def test_every_category_label_of_every_country(inventory: dict[str, Any], scores: Scores) -> None:
    compared = 0
    for column, country in enumerate(inventory["countries"]):
        for category, given in country["categories"].items():
            level = scores.level[scores.row(category), column]
            assert level == int(given["value"]), (country["country"], category)
            compared += 1
    assert compared == 9 * 14


def test_points_are_out_of_twenty_for_each_sub_category_present(
    inventory: dict[str, Any], scores: Scores
) -> None:
    parent = parents(inventory)
    points = {principle["slug"]: principle["points"] for principle in inventory["principles"]}
    for column, country in enumerate(inventory["countries"]):
        for category in country["categories"]:
            present = [s for s in country["principles"] if parent[s] == category]
            earned = sum(
                points[slug]
                for one in present
                for slug in points
                if country["principles"][one].get(slug) == "1"
            )
            row = scores.row(category)
            assert scores.maximum[row, column] == 20 * len(present)
            assert scores.score[row, column] == earned
            assert scores.coverage[row, column] == 1
    assert {len(c["principles"]) for c in inventory["countries"]} == {43, 45}


def test_the_structure_is_the_published_one(oedi: Instrument, inventory: dict[str, Any]) -> None:
    ours = {
        thing.id: question.id
        for question in oedi.root.questions
        if question.matrix
        for thing in question.matrix.objects
    }
    assert ours == parents(inventory)
    assert list(ours) == list(parents(inventory))
    points = {principle["slug"]: principle["points"] for principle in inventory["principles"]}
    for question in oedi.root.questions:
        assert question.matrix is not None
        columns = {c.id: max(o.points or 0 for o in c.options) for c in question.matrix.columns}
        assert columns == points


def test_the_root_sums_the_categories(
    oedi: Instrument, inventory: dict[str, Any], scores: Scores
) -> None:
    rows = [scores.row(child.id) for child in oedi.root.children]
    assert len(rows) == 14
    root = scores.row(oedi.root.id)
    np.testing.assert_array_equal(scores.score[root], scores.score[rows].sum(axis=0))
    np.testing.assert_array_equal(scores.maximum[root], scores.maximum[rows].sum(axis=0))


def test_edges_belong_to_the_lower_band() -> None:
    """Needs no published data: 30 percent is not open, 70 partially, above it mostly."""
    oedi = load(INSTRUMENTS / "ndi-oedi.yaml")
    bands = oedi.rubric.node("voter-lists").bands
    assert bands is not None
    values = {0: 1, 30: 1, 30.01: 2, 70: 2, 70.01: 3, 100: 3}
    assert {value: bands.level(value) for value in values} == values
