"""How fast rank intervals are, against the least that plain numpy could do.

    python bench/run.py ranks

10,000 draws of weights for 553 offices and 33 variables. The floor is one matrix product
(draws x variables) @ (variables x offices) and an argsort of its rows: no weights drawn, no
missing values, ties broken by chance, nothing counted, all draws held in memory. All times of
the table come from the same run, turn by turn; medians. CPU is of all threads.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from bench.scoring import random_sheet, shipped
from maturity.scoring.alternatives import Case, rubric_draws
from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import Rubric, State
from maturity.scoring.uncertainty import weight_draws

OFFICES, VARIABLES, DRAWS = 553, 33, 10_000
CONTESTED_OFFICES, CONTESTED_CELLS, CONTESTED_DRAWS = 55, 3, 1_000
INSTRUMENT = "ogd-kpu-2026"
Work = dict[str, tuple[int, Callable[[], object]]]  # name: draws, what to time


def answers(*, missing: float) -> np.ndarray:
    """(offices, variables): levels 1..4 around each office's own mean."""
    rng = np.random.default_rng(2026)
    own = rng.normal(2.5, 0.5, (OFFICES, 1))
    values = np.clip(np.round(own + rng.normal(0, 0.8, (OFFICES, VARIABLES))), 1, 4)
    return np.where(rng.random(values.shape) < missing, np.nan, values)


def contested(rubric: Rubric, sheet: AnswerSheet) -> Case:
    """A tenth of the offices claims the top in three more cells."""
    rng = np.random.default_rng(2026)
    claimed = AnswerSheet(sheet.points.copy(), sheet.states.copy())
    for unit in rng.choice(OFFICES, CONTESTED_OFFICES, replace=False):
        for row in rng.choice(len(rubric.criteria), CONTESTED_CELLS, replace=False):
            claimed.points[row, unit] = rubric.criteria[row].ceiling
            claimed.states[row, unit] = State.ANSWERED
    return Case(rubric, sheet, claimed)


def work() -> tuple[Work, Work]:
    """What is timed against the floor of 10,000 draws, and of fewer."""
    full, holes = answers(missing=0.0), answers(missing=0.05)
    columns, equal = np.ascontiguousarray(full.T), np.ones(VARIABLES)
    weights = np.random.default_rng(1).uniform(0.75, 1.25, (DRAWS, VARIABLES))
    rubric = shipped(INSTRUMENT)
    sheet = random_sheet(rubric, OFFICES)
    settled, open_case = Case(rubric, sheet), contested(rubric, sheet)

    def floor(draws: int) -> Callable[[], object]:
        return lambda: np.argsort(weights[:draws] @ columns, axis=1)

    many: Work = {
        "floor: product and argsort": (DRAWS, floor(DRAWS)),
        "33 variables, nothing missing": (DRAWS, lambda: weight_draws(full, equal, seed=1)),
        "33 variables, 5 % missing": (DRAWS, lambda: weight_draws(holes, equal, seed=1)),
        f"{INSTRUMENT}, every weight of its tree": (
            DRAWS,
            lambda: rubric_draws([settled], seed=1),
        ),
    }
    few: Work = {
        "floor: product and argsort": (CONTESTED_DRAWS, floor(CONTESTED_DRAWS)),
        f"{INSTRUMENT}, {CONTESTED_OFFICES} offices contested": (
            CONTESTED_DRAWS,
            lambda: rubric_draws([open_case], draws=CONTESTED_DRAWS, seed=1),
        ),
    }
    return many, few


def timed(one: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the clock and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    one()
    return (time.perf_counter() - clock) * 1e3, (time.process_time() - cpu) * 1e3


def peak(one: Callable[[], object]) -> float:
    """Most memory at a time beyond what was there before, in MB."""
    tracemalloc.start()
    one()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def measure(several: Work, *, runs: int) -> list[str]:
    """Rows of the table; the first is the floor."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in several}
    for turn in range(runs + 1):
        for name, (_, one) in several.items():
            taken = timed(one)
            if turn:  # the first turn warms up
                times[name].append(taken)
    rows, floor = [], (0.0, 0.0)
    for name, (draws, one) in several.items():
        clock, cpu = (statistics.median(column) for column in zip(*times[name], strict=True))
        floor = floor if rows else (clock, cpu)
        rows.append(
            f"| {name} | {draws} | {clock:.0f} | {clock / floor[0]:.2f} | {cpu:.0f} "
            f"| {cpu / floor[1]:.2f} | {peak(one):.1f} |"
        )
    return rows


def section(runs: int = 7) -> str:
    """The table for ``docs/benchmarks.md``."""
    many, few = work()
    lines = [
        "## Rank intervals",
        "",
        "`python bench/run.py ranks`",
        "",
        f"{OFFICES} offices, weights drawn within 25 %. The floor is a plain numpy matrix product "
        f"(draws x {VARIABLES} variables) by ({VARIABLES} x {OFFICES} offices) and an argsort of "
        "its rows: nothing drawn, missing or counted. CPU is of all threads.",
        "",
        "| what | draws | median ms | x floor | CPU ms | x floor | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *measure(many, runs=runs),
        *measure(few, runs=runs),
    ]
    return "\n".join(lines)
