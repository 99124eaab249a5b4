"""Rank intervals: a published index replayed, exact enumeration, properties, memory."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.scoring.alternatives import (
    Case,
    Contest,
    ReweightedTree,
    rubric_draws,
    with_policy,
)
from maturity.scoring.engine import AnswerSheet, score
from maturity.scoring.ranks import RankHistogram, count_ranks
from maturity.scoring.rubric import Counts, Criterion, Group, Method, Node, Rubric, State, walk
from maturity.scoring.uncertainty import BATCH, noisy, rank_draws, weight_draws
from tests.scoring import asem
from tests.scoring.build import cells_of, sheet_of
from tests.scoring.oracle import Oracle
from tests.scoring.strategies import rebuilt, seeded
from tests.scoring.test_ranks import slow_ranks

quick = settings(max_examples=40, derandomize=True, deadline=None)
NAN = math.nan
RNG = np.random.default_rng(0)


# A published index: 51 countries, 49 indicators, 4 levels, 1,000 given sets of weights


def test_a_published_index_replays() -> None:
    """All 51 countries: nominal rank, mean, median, 5 % and 95 % rank, exactly."""
    published = asem.table("asem_noisy_rankstats.csv")
    sets = asem.table("asem_noisy_W_1000.csv")
    values = asem.prepared()
    case = asem.case(values)
    weights = {name: sets[name].to_numpy(np.float64) for name in sets}
    tree = ReweightedTree(case, weights)
    found = count_ranks([tree.percent(weights, RNG, n=1000)], 51)
    nominal = count_ranks([plain_percent(case)], 51)
    best, worst = found.interval(0.9)
    ours = {"Nominal": nominal.mean, "Mean": found.mean, "Median": found.median,
            "Q5": best, "Q95": worst}  # fmt: skip
    assert found.ranked.tolist() == [1000] * 51
    assert published.shape == (51, len(ours))
    for name, several in ours.items():
        expected = published.loc[values.index, name].to_list()
        assert several.tolist() == expected, name


def test_missing_values_leave_every_level_as_published() -> None:
    """63 missing values: all groups of all countries, from given normalised values."""
    values = asem.table("asem_simple_Normalised_minmax_1_100.csv")
    expected = asem.table("asem_simple_Aggregated_a_amean.csv").loc[values.index]
    case = asem.case(values)
    for group in case.rubric.groups:
        tree = ReweightedTree(case, [node.id for node in walk(group)], node=group.id)
        got = tree.percent({"LPI": np.ones(1)}, RNG, n=1)[0]
        assert got == pytest.approx(expected[group.id].to_numpy(), rel=1e-12), group.id
    assert np.isnan(case.sheet.points).sum() == 63


def test_noise_like_theirs_gives_intervals_like_theirs() -> None:
    """Their weight sets move pillars and sub-indices by up to 25 %; so do ours."""
    published = asem.table("asem_noisy_rankstats.csv")
    values = asem.prepared()
    case = asem.case(values)
    noise = {group.id: 0.25 for group in case.rubric.groups[1:]}
    sets = asem.table("asem_noisy_W_1000.csv")
    for name in sets:
        assert abs(sets[name] - 1.0).max() <= noise.get(name, 0.0), name
    found = rubric_draws([case], noise=noise, draws=5000, seed=2026)
    best, worst = found.interval(0.9)
    for got, name in ((found.median, "Median"), (best, "Q5"), (worst, "Q95")):
        assert got == pytest.approx(published.loc[values.index, name].to_numpy(), abs=1.0), name
    assert found.mean == pytest.approx(published.loc[values.index, "Mean"].to_numpy(), abs=0.2)


def plain_percent(case: Case) -> np.ndarray:
    """(1, units): the root's percent without any doubt."""
    scores = score(case.rubric, case.sheet)
    return scores.percent[[scores.row(case.rubric.root.id)]]


# Trees under given weights, against the definitions in fractions


def reweighted(rubric: Rubric, weights: dict[str, float]) -> Rubric:
    def changed(node: Node) -> Node:
        return replace(node, weight=weights.get(node.id, node.weight))

    return Rubric(rebuilt(rubric.root, changed), rubric.first_level, rubric.last_level)


def means_only(rubric: Rubric) -> Rubric:
    """The same tree with every inner node a weighted mean, but walks."""

    def changed(node: Node) -> Node:
        if isinstance(node, Criterion) or node.method is Method.WALK:
            return node
        return replace(node, method=Method.WEIGHTED_MEAN, scale=None, bands=None, gate=None)

    return Rubric(rebuilt(rubric.root, changed), rubric.first_level, rubric.last_level)


@pytest.mark.parametrize("weights_to_pick", [(0.5, 1.0, 2.5), (0.0, 1.0, 2.5)])
@pytest.mark.parametrize("simpler", [means_only, lambda rubric: rubric])
def test_trees_equal_the_definitions(
    simpler: Callable[[Rubric], Rubric], weights_to_pick: tuple[float, ...]
) -> None:
    """Random rubrics of all methods and prerequisites, blanks; three sets of weights each."""
    for seed in range(40):
        rubric, sheet = seeded(seed, units=4)
        rubric = simpler(rubric)
        rng = np.random.default_rng(seed)
        names = [node_id for node_id in rubric.ids if rng.random() < 0.7]
        weights = {name: rng.choice(weights_to_pick, 3) for name in names}
        got = ReweightedTree(Case(rubric, sheet), names).percent(weights, rng, n=3)
        for draw in range(3):
            other = reweighted(rubric, {name: several[draw] for name, several in weights.items()})
            for unit in range(4):
                found = Oracle(other, cells_of(other, sheet, unit)).found[rubric.root.id]
                expected = float(found.share * 100) if found.share is not None else NAN
                assert got[draw, unit] == pytest.approx(expected, abs=1e-9, nan_ok=True), seed


def test_contested_and_settled_units_are_ranked_together() -> None:
    """A contested unit goes through the engine, the others do not; equal answers stay equal.

    What is contested here has no weight.
    """
    rubric = Rubric(Group("root", (*LADDER, Criterion("d", 4.0, 1.0, weight=0.0))))
    same = {"a": 2, "b": 3, "c": "not-applicable", "d": 1}
    best = {"a": 4, "b": 4, "c": 4, "d": 1}
    verified, claimed = sheet_of(rubric, same, same, best), sheet_of(rubric, same, same, best)
    claimed.points[3, 0] = 4.0
    found = rubric_draws([Case(rubric, verified, claimed)], noise=0.2, draws=500, seed=1)
    assert found.counts.tolist() == [[0, 500, 0], [0, 500, 0], [500, 0, 0]]


def test_an_inner_node_can_be_ranked() -> None:
    values = asem.table("asem_simple_Normalised_minmax_1_100.csv")
    case = asem.case(values)
    names = {"Conn", "Sust", "Environ", "Social"}
    tree = ReweightedTree(case, names, node="Sust")
    weights = {"Environ": np.array([1.0, 2.0]), "Social": np.array([1.0, 0.0])}
    scores = score(case.rubric, case.sheet)
    parts = [scores.percent[scores.row(name)] for name in ("Environ", "Social", "SusEcFin")]
    expected = [sum(parts) / 3, (2 * parts[0] + parts[2]) / 3]
    assert tree.percent(weights, RNG, n=2) == pytest.approx(np.array(expected), abs=1e-9)
    assert tree.units == len(values)


# Contested cells and cases, against trying everything

LADDER = tuple(Criterion(name, 4.0, 1.0) for name in "abc")
FLAT = Rubric(Group("root", LADDER))
WEAKEST = Rubric(Group("root", LADDER, Method.MINIMUM))


def rank_chances(found: RankHistogram) -> np.ndarray:
    return found.counts / found.counts.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("rubric", [FLAT, WEAKEST])
def test_contested_cells_stand_on_either_end(rubric: Rubric) -> None:
    """Three contested cells of the last two units: eight sheets of equal chance."""
    rows = ({"a": 3, "b": 2, "c": 2}, {"a": 2, "b": 2, "c": 3}, {"a": 1, "b": 3, "c": 2})
    claims = (rows[0], {"a": 3, "b": 4, "c": 3}, {"a": 1, "b": 3, "c": "not-applicable"})
    verified, claimed = sheet_of(rubric, *rows), sheet_of(rubric, *claims)
    ends = [(rows[unit][name], claims[unit][name]) for unit, name in ((1, "a"), (1, "b"), (2, "c"))]
    every = []
    for one, two, three in product(*ends):
        sheet = sheet_of(rubric, rows[0], rows[1] | {"a": one, "b": two}, rows[2] | {"c": three})
        every.append(plain_percent(Case(rubric, sheet)))
    exact = rank_chances(count_ranks(every, 3))
    found = rubric_draws([Case(rubric, verified, claimed)], noise=0.0, draws=4000, seed=1)
    assert rank_chances(found) == pytest.approx(exact, abs=5 * 0.5 / math.sqrt(4000))
    assert ((rank_chances(found) > 0) == (exact > 0)).all()


def test_contested_points_may_stand_between() -> None:
    """Unit 0 is uniform between 1/3 of the scale and its top; unit 1 stands at 2/3."""
    verified = sheet_of(FLAT, {"a": 2}, {"a": 3})
    claimed = sheet_of(FLAT, {"a": 4}, {"a": 3})
    case = Case(FLAT, verified, claimed)
    tree = ReweightedTree(case, (), contest=Contest.BETWEEN)
    drawn = tree.percent({}, np.random.default_rng(5), n=2000)
    assert drawn[:, 1] == pytest.approx(200 / 3)
    assert drawn[:, 0].min() >= 100 / 3
    assert drawn[:, 0].max() <= 100
    assert len(np.unique(drawn[:, 0])) > 1900
    found = rubric_draws([case], contest=Contest.BETWEEN, draws=4000, seed=2)
    assert rank_chances(found)[0] == pytest.approx([0.5, 0.5], abs=0.04)


def test_between_falls_back_on_the_ends_where_one_is_no_number() -> None:
    case = Case(FLAT, sheet_of(FLAT, {"a": 1, "b": 4}), sheet_of(FLAT, {"b": 4}))
    drawn = ReweightedTree(case, (), contest=Contest.BETWEEN).percent({}, RNG, n=200)
    assert set(np.round(drawn[:, 0], 6)) == {50.0, 100.0}


def test_what_is_ignored_in_a_cell_contests_nothing() -> None:
    sheet = sheet_of(FLAT, {"a": 2}, {"a": 3})
    other = AnswerSheet(np.where(sheet.states == State.UNANSWERED, 3.0, sheet.points), sheet.states)
    found = rubric_draws([Case(FLAT, sheet, other)], noise=0.0, draws=300, seed=1)
    assert found.counts.tolist() == [[0, 300], [300, 0]]


def test_policies_are_drawn_by_their_chance() -> None:
    """Not applicable as excluded puts unit 0 first, as zero last; two of three draws exclude."""
    sheet = sheet_of(FLAT, {"a": 4, "b": 4, "c": "not-applicable"}, {"a": 4, "b": 4, "c": 3})
    cases = [
        Case(with_policy(FLAT, not_applicable=Counts.EXCLUDED), sheet, chance=2.0),
        Case(with_policy(FLAT, not_applicable=Counts.ZERO), sheet),
    ]
    found = rubric_draws(cases, noise=0.0, draws=6000, seed=3)
    assert rank_chances(found)[0] == pytest.approx([2 / 3, 1 / 3], abs=0.04)
    assert found.ranked.tolist() == [6000, 6000]


# Weighted means

VALUES = st.sampled_from((0.0, 1.0, 1 / 3, 2.0, 3.0, 4.0, NAN))


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    units, items = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    cells = st.lists(VALUES, min_size=items, max_size=items)
    weights = draw(st.lists(st.sampled_from((0.0, 0.5, 1.0, 25.0)), min_size=items, max_size=items))
    return np.array(draw(st.lists(cells, min_size=units, max_size=units))), np.array(weights)


def plain_means(values: np.ndarray, weights: np.ndarray) -> list[float]:
    found = []
    for row in values.tolist():
        pairs = [(w, x) for w, x in zip(weights.tolist(), row, strict=True) if not math.isnan(x)]
        whole = sum(w for w, _ in pairs)
        found.append(sum(w * x for w, x in pairs) / whole if whole else NAN)
    return found


@given(tables())
@quick
def test_without_noise_every_interval_is_the_plain_rank(pair: tuple) -> None:
    values, weights = pair
    found = weight_draws(values, weights, noise=0.0, draws=300, seed=1)
    best, worst = found.interval(1.0)
    ranks = [several or [NAN] for several in slow_ranks(np.array([plain_means(values, weights)]))]
    expected = [several[0] for several in ranks]
    for got in (best, found.median, worst, found.mean):
        assert got == pytest.approx(expected, nan_ok=True)


@given(tables(), st.randoms(use_true_random=False))
@quick
def test_the_order_of_units_makes_no_difference(pair: tuple, random) -> None:
    values, weights = pair
    order = list(range(len(values)))
    random.shuffle(order)
    one = weight_draws(values, weights, draws=400, seed=4)
    two = weight_draws(values[order], weights, draws=400, seed=4)
    assert np.array_equal(two.counts, one.counts[order])


@given(tables(), st.lists(VALUES, min_size=5, max_size=5))
@quick
def test_one_more_unit_improves_nobody(pair: tuple, row: list[float]) -> None:
    values, weights = pair
    before = weight_draws(values, weights, draws=300, seed=2)
    added = np.vstack([values, row[: values.shape[1]]])
    after = weight_draws(added, weights, draws=300, seed=2)
    for old, new in zip(before.interval(), after.interval(), strict=True):
        assert not (new[:-1] < old).any()


@given(tables())
@quick
def test_who_is_better_everywhere_is_never_behind(pair: tuple) -> None:
    values, weights = pair
    full = np.nan_to_num(values)
    found = weight_draws(np.vstack([full, full.max(axis=0)]), weights, draws=300, seed=7)
    assert found.counts[-1, 0] == found.ranked[-1]


@given(tables(), st.integers(0, 3))
@quick
def test_equal_answers_share_a_rank_in_every_draw(pair: tuple, seed: int) -> None:
    values, weights = pair
    twice = weight_draws(np.vstack([values, values]), weights, draws=300, seed=seed).counts
    assert np.array_equal(twice[: len(values)], twice[len(values) :])


def test_a_flat_tree_and_the_plain_mean_draw_alike() -> None:
    values = np.random.default_rng(3).integers(1, 5, (12, 3)).astype(np.float64)
    sheet = AnswerSheet(values.T.copy(), np.full((3, 12), State.ANSWERED, dtype=np.uint8))
    tree = rubric_draws([Case(FLAT, sheet)], draws=1000, seed=9)
    assert len(np.unique(tree.median)) > 3
    plain = weight_draws(values, np.ones(3), draws=1000, seed=9)
    best, worst = tree.interval()
    assert best == pytest.approx(plain.interval()[0], abs=1)
    assert worst == pytest.approx(plain.interval()[1], abs=1)


def test_noise_stays_within_its_share() -> None:
    weights = noisy(RNG, np.array([1.0, 40.0, 0.0]), noise=0.25, n=5000)
    assert (weights.min(axis=0) >= [0.75, 30.0, 0.0]).all()
    assert (weights.max(axis=0) <= [1.25, 50.0, 0.0]).all()
    assert weights.mean(axis=0) == pytest.approx([1.0, 40.0, 0.0], rel=0.02)
    assert weights.std(axis=0)[1] == pytest.approx(10 / math.sqrt(3), rel=0.05)
    assert abs(np.corrcoef(weights[:, :2].T)[0, 1]) < 0.06


# Seeds, batches, threads, memory


def country(draws: int) -> RankHistogram:
    values = np.random.default_rng(1).integers(1, 5, (60, 33)).astype(np.float64)
    return weight_draws(values, np.ones(33), draws=draws, seed=11)


def test_a_seed_gives_the_same_counts() -> None:
    first, again = country(1500), country(1500)
    assert np.array_equal(first.counts, again.counts)
    values = np.random.default_rng(1).integers(1, 5, (60, 33)).astype(np.float64)
    other = weight_draws(values, np.ones(33), draws=1500, seed=12)
    assert not np.array_equal(first.counts, other.counts)


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    together = country(5 * BATCH + 7)
    monkeypatch.setattr("maturity.scoring.uncertainty.THREADS", 1)
    assert np.array_equal(country(5 * BATCH + 7).counts, together.counts)


def test_every_draw_is_made_once() -> None:
    sizes: list[int] = []

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        sizes.append(n)
        return rng.random((n, 2))

    found = rank_draws(draw, units=2, draws=3 * BATCH + 5, seed=0)
    assert sorted(sizes) == [5, BATCH, BATCH, BATCH]
    assert found.ranked.tolist() == [3 * BATCH + 5] * 2


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one thread, so that what is held at a time does not hang on the clock."""
    monkeypatch.setattr("maturity.scoring.uncertainty.THREADS", 1)
    country(100)
    few, many = peak(lambda: country(1_000)), peak(lambda: country(10_000))
    assert many < 1.05 * few


# What is refused


@pytest.mark.parametrize("noise", [-0.1, 1.1, NAN])
def test_a_noise_that_turns_weights_is_refused(noise: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        weight_draws(np.ones((2, 2)), np.ones(2), noise=noise, seed=0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        rubric_draws([Case(FLAT, sheet_of(FLAT, {}))], noise={"a": noise}, seed=0)


def test_what_does_not_fit_is_refused() -> None:
    case = Case(FLAT, sheet_of(FLAT, {"a": 1}))
    two = sheet_of(FLAT, {"a": 1}, {"a": 2})
    bad: list[tuple[str, Callable[[], object]]] = [
        ("do not fit", lambda: weight_draws(np.ones((2, 2)), np.ones(3), seed=0)),
        ("at least 0", lambda: weight_draws(np.ones((2, 2)), np.array([1.0, -1.0]), seed=0)),
        ("at least one draw", lambda: country(0)),
        ("at least one case", lambda: rubric_draws([], seed=0)),
        ("chance", lambda: rubric_draws([replace(case, chance=0.0)], seed=0)),
        ("same nodes", lambda: rubric_draws([case, replace(case, sheet=two)], seed=0)),
        ("same cells", lambda: rubric_draws([replace(case, claimed=two)], seed=0)),
        ("no weight that counts: z", lambda: rubric_draws([case], noise={"z": 0.1}, seed=0)),
        ("no weight that counts: a",
         lambda: rubric_draws([replace(case, rubric=WEAKEST)], noise={"a": 0.1}, seed=0)),
    ]  # fmt: skip
    for words, work in bad:
        with pytest.raises(ValueError, match=words):
            work()
