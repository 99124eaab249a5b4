"""How fast the engine scores, against the least that numpy could do and against pandas.

    python bench/scoring.py                 a synthetic instrument of the shipped shape
    python bench/scoring.py ogd-kpu-2026    a shipped instrument

The floor is one matrix product (nodes x criteria) @ (criteria x units): the cheapest
thing that gives a number for every node. pandas does the same tree of weighted means by
``groupby`` on long data, without policies, prerequisites, coverage, levels or gates.
All times of a row come from the same run, turn by turn; medians of ``--runs``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from maturity.scoring.bands import Band, Bands
from maturity.scoring.engine import AnswerSheet, Scores, score
from maturity.scoring.plan import compile_rubric
from maturity.scoring.rubric import Criterion, Gate, Group, Method, Node, Rubric, State, walk

LEVELS = Bands((Band(1, 1, 1.5), Band(2, 1.5, 2.5), Band(3, 2.5, 3.5), Band(4, 3.5, 4)))
VARIABLES = (4, 4, 4, 3, 3, 4, 4, 3, 4)  # of each of nine sub-dimensions
OBJECTS = 22
PANDAS_UP_TO = 5_000  # beyond, the long tables need gigabytes
FIELDS = ("score", "maximum", "percent", "coverage")


def synthetic() -> Rubric:
    """33 variables of four levels and two inventories of 22 objects: 231 criteria, 290 nodes."""

    def inventory(name: str, columns: int) -> Group:
        objects = tuple(
            Group(f"{name}/{o}", tuple(Criterion(f"{name}/{o}/{c}", 1.0) for c in range(columns)),
                  Method.SUM)
            for o in range(OBJECTS)
        )  # fmt: skip
        return Group(name, objects, Method.MEAN_OF_PERCENTAGES, scale=(1.0, 4.0), bands=LEVELS)

    extra = {4: inventory("access", 5), 5: inventory("quality", 4)}
    areas = []
    for place, number in enumerate(VARIABLES):
        children: list[Node] = [
            Criterion(f"V{place}.{n}", 4.0, 1.0, bands=LEVELS) for n in range(number)
        ]
        children += [extra[place]] if place in extra else []
        areas.append(mean(f"S{place}", children, slack=1))
    parts = [mean(f"P{n}", areas[3 * n : 3 * n + 3], slack=0) for n in range(3)]
    return Rubric(mean("root", parts, slack=0))


def mean(name: str, children: list, *, slack: int) -> Group:
    return Group(name, tuple(children), scale=(1.0, 4.0), bands=LEVELS, gate=Gate(slack))


def shipped(name: str) -> Rubric:
    from maturity.survey.loader import load

    return load(Path(__file__).parents[1] / "instruments" / f"{name}.yaml").rubric


def random_sheet(rubric: Rubric, units: int, seed: int = 2026) -> AnswerSheet:
    """Two thirds answered, the rest unanswered or not applicable."""
    rng = np.random.default_rng(seed)
    shape = (len(rubric.criteria), units)
    floor = np.array([[leaf.floor] for leaf in rubric.criteria])
    top = np.array([[leaf.ceiling] for leaf in rubric.criteria])
    points = floor + rng.integers(0, 4, shape) / 3 * (top - floor)
    kinds = [State.ANSWERED] * 4 + [State.UNANSWERED, State.NOT_APPLICABLE]
    return AnswerSheet(points, rng.choice(np.array(kinds, dtype=np.uint8), shape))


@dataclass
class LongTree:
    """The same tree as long tables: one row a unit and criterion, one table a level of the tree."""

    rubric: Rubric
    sheet: AnswerSheet

    def __post_init__(self) -> None:
        leaves = self.rubric.criteria
        units = self.sheet.points.shape[1]
        known = self.sheet.states == State.ANSWERED
        floor = np.array([[leaf.floor] for leaf in leaves])
        top = np.array([[leaf.ceiling] for leaf in leaves])
        share = np.where(known, (self.sheet.points - floor) / (top - floor), np.nan)
        self.long = pd.DataFrame(
            {
                "node": np.repeat([leaf.id for leaf in leaves], units),
                "unit": np.tile(np.arange(units), len(leaves)),
                "share": share.ravel(),
            }
        )
        depth: dict[str, int] = {self.rubric.root.id: 0}
        self.parents: dict[int, pd.DataFrame] = {}
        rows: dict[int, list[tuple[str, str, float]]] = {}
        for group in self.rubric.groups:
            for child in group.children:
                depth[child.id] = depth[group.id] + 1
                rows.setdefault(depth[child.id], []).append((child.id, group.id, child.weight))
        for level, several in rows.items():
            self.parents[level] = pd.DataFrame(several, columns=["node", "parent", "weight"])

    def run(self) -> pd.DataFrame:
        """From the deepest level up; every node's share."""
        found = self.long
        for level in sorted(self.parents, reverse=True):
            rows = found.merge(self.parents[level], on="node").dropna(subset="share")
            rows["part"] = rows["share"] * rows["weight"]
            sums = rows.groupby(["parent", "unit"], sort=False)[["part", "weight"]].sum()
            means = (sums["part"] / sums["weight"]).rename("share").reset_index()
            found = pd.concat([found, means.rename(columns={"parent": "node"})])
        return found


def everything(scores: Scores) -> list[np.ndarray]:
    """Every number of every node, criteria included."""
    return [getattr(scores, field) for field in FIELDS]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def peak(work: Callable[[], object]) -> float:
    """Most memory at a time beyond what was there before, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def measure(rubric: Rubric, units: int, *, runs: int) -> list[tuple[str, float, float, float]]:
    """Name, median ms, ratio to the floor, peak MB."""
    compile_rubric(rubric)
    sheet = random_sheet(rubric, units)
    weights = np.random.default_rng(1).random((len(rubric.ids), len(rubric.criteria)))
    work: dict[str, Callable[[], object]] = {
        "floor: W @ points": lambda: weights @ sheet.points,
        "engine: groups and all levels": lambda: score(rubric, sheet),
        "engine: every number of every node": lambda: everything(score(rubric, sheet)),
    }
    if units <= PANDAS_UP_TO:
        work["pandas: tree of weighted means"] = LongTree(rubric, sheet).run
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(runs + 1):
        for name, one in work.items():
            taken = timed(one)
            if turn:  # the first turn warms up
                times[name].append(taken)
    floor = statistics.median(times["floor: W @ points"])
    return [
        (name, statistics.median(several), statistics.median(several) / floor, peak(work[name]))
        for name, several in times.items()
    ]


def section() -> str:
    """The table of ``ogd-kpu-2026`` for ``docs/benchmarks.md``."""
    rubric = shipped("ogd-kpu-2026")
    nodes = sum(1 for _ in walk(rubric.root))
    lines = [
        "## Scoring",
        "",
        "`python bench/scoring.py ogd-kpu-2026`",
        "",
        f"{len(rubric.criteria)} criteria, {nodes} nodes; the rubric compiled and the answer sheet "
        "given. The floor is one numpy matrix product, weights (nodes x criteria) by points "
        f"(criteria x units). pandas is timed up to {PANDAS_UP_TO} units.",
        "",
        "| what | units | median ms | x floor | peak MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for units in (553, 100_000):
        for name, median, ratio, memory in measure(rubric, units, runs=7):
            lines.append(f"| {name} | {units} | {median:.2f} | {ratio:.2f} | {memory:.1f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the scoring engine.")
    parser.add_argument("instrument", nargs="?", help="a shipped instrument; synthetic without")
    parser.add_argument("--units", type=int, nargs="*", default=[553, 100_000])
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    rubric = shipped(options.instrument) if options.instrument else synthetic()
    nodes = sum(1 for _ in walk(rubric.root))
    print(f"{options.instrument or 'synthetic'}: {len(rubric.criteria)} criteria, {nodes} nodes")
    print(f"{'':38}{'units':>9}{'median ms':>12}{'x floor':>9}{'peak MB':>10}")
    for units in options.units:
        for name, median, ratio, memory in measure(rubric, units, runs=options.runs):
            print(f"{name:38}{units:>9}{median:>12.2f}{ratio:>9.2f}{memory:>10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
