"""The fast way from a table to sheets is the way of each unit through the instrument."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from maturity.survey.acceptance import accept
from maturity.survey.instrument import Instrument, Item, Kind
from maturity.survey.routing import sheet
from maturity.survey.sheets import Sheets
from maturity.survey.shipped import find
from maturity.survey.table import Coded, Table, Where

SMALL = str(Path(__file__).with_name("golden") / "small.yaml")
COLUMNS = ("unit", "question", "object", "answer", "reason", "kind", "areas")


def _answer(item: Item, dice: random.Random) -> str:
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        return str(dice.randint(0, 50))
    if not item.options:
        return "https://contoh.example" if item.kind is Kind.LINK else "2026-01-31"
    said = [option.id for option in item.options]
    said += ["dont-know"] if item.dont_know is not None else []
    said += ["not-applicable"] if item.claim is not None else []
    return dice.choice(said)


def _table(instrument: Instrument, units: int, seed: int) -> Table:
    dice = random.Random(seed)
    rows: list[tuple[str, ...]] = []
    kinds = [kind.id for kind in instrument.kinds] or [""]
    areas = ["", *(area.id for area in instrument.areas)]
    for unit in range(units):
        kind, area, share = dice.choice([*kinds, ""]), dice.choice(areas), dice.random()
        things = {item.thing.id: dice.random() < 0.8 for item in instrument.items if item.thing}
        rows.append((f"U{unit}", "", "", "", "", kind, area))
        for item in instrument.items:
            if dice.random() > share or (item.thing and not things[item.thing.id]):
                continue
            rows.append((f"U{unit}", item.key, "", _answer(item, dice), "", "", ""))
    dice.shuffle(rows)
    columns = zip(*rows, strict=True)
    named = {name: Coded.of(texts) for name, texts in zip(COLUMNS, columns, strict=True)}
    return Table(Where("random", first=2), named)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", [SMALL, "ogd-kpu-2026", "eu-odm-2023", "ndi-oedi"])
def test_blocks_equal_the_way_of_each_unit(name, seed):
    instrument = find(name)
    accepted = accept(instrument, _table(instrument, 40, seed))
    units = [(accepted.profile(u), accepted.answers(u)) for u in range(len(accepted.units))]
    expected = sheet(instrument, units)
    sheets = Sheets(accepted)
    for start, stop in ((0, 40), (0, 7), (7, 8), (8, 40)):
        block = sheets.sheet(start, stop)
        assert np.array_equal(block.states, expected.states[:, start:stop])
        assert np.array_equal(block.points, expected.points[:, start:stop], equal_nan=True)


def test_the_random_answers_meet_every_state():
    """The comparison above would be weak if it never met an office off the path."""
    found = set()
    for name in (SMALL, "ogd-kpu-2026", "eu-odm-2023", "ndi-oedi"):
        instrument = find(name)
        accepted = accept(instrument, _table(instrument, 40, 0))
        found |= set(np.unique(Sheets(accepted).sheet(0, 40).states).tolist())
    assert found >= {0, 1, 3, 4, 5}
