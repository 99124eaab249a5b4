"""Whatever is told of groups, nobody can work out fewer offices than the threshold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import combinations
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.dashboards.peers import groups_of, own_first, peers_of
from maturity.dashboards.suppression import TOTAL, crossed, tellable
from maturity.offices.registry import load_registry

UNITS = "abcdefgh"
families = st.lists(st.sets(st.sampled_from(UNITS), min_size=1), max_size=7).map(
    lambda sets: dict(enumerate(sets))
)
tables = st.dictionaries(
    st.sampled_from(UNITS), st.tuples(st.sampled_from("rs"), st.sampled_from("xyz"))
)
thresholds = st.integers(2, 4)


def reachable(told: Collection[Collection[str]], hidden: Collection[str], below: int) -> set[str]:
    """Sets of fewer than ``below`` hidden units whose sum follows from sums of told groups."""
    units = sorted(hidden)
    sums = np.array([[unit in group for unit in units] for group in told], dtype=float)
    if not len(sums) or not units:
        return set()
    rank = np.linalg.matrix_rank(sums)
    found = set()
    for size in range(1, min(below, len(units) + 1)):
        for some in combinations(units, size):
            wanted = np.array([[unit in some for unit in units]], dtype=float)
            if np.linalg.matrix_rank(np.vstack([sums, wanted])) == rank:
                found.add("".join(some))
    return found


def lookalikes(told: Collection[Collection[str]], hidden: Collection[str], unit: str) -> int:
    """Hidden units (itself too) that could swap all their answers with a unit unnoticed."""
    seen = [unit in group for group in told]
    return sum([one in group for group in told] == seen for one in hidden)


@given(families, st.sets(st.sampled_from(UNITS)), thresholds)
@settings(max_examples=80, deadline=None)
def test_nothing_follows_from_the_difference_of_told_groups(
    groups: Mapping[int, set[str]], hidden: set[str], threshold: int
):
    told = [groups[name] for name in tellable(groups, hidden=hidden, threshold=threshold)]
    assert not reachable(told, hidden, threshold)
    for unit in hidden & set().union(*told):
        assert lookalikes(told, hidden, unit) >= threshold


@given(families, st.sets(st.sampled_from(UNITS)), thresholds)
def test_what_holds_nobody_hidden_is_always_told(
    groups: Mapping[int, set[str]], hidden: set[str], threshold: int
):
    open_ = {name for name, members in groups.items() if not members & hidden}
    assert open_ <= tellable(groups, hidden=hidden, threshold=threshold)
    assert open_ == tellable(groups, hidden=hidden, threshold=None)
    assert tellable(groups, hidden=(), threshold=threshold) == set(groups)


@given(tables, tables, thresholds)
@settings(max_examples=60, deadline=None)
def test_tables_with_totals_of_two_rounds_give_nobody_away(now: dict, before: dict, threshold: int):
    """The same offices in two rounds: a table each, and one of those who are in both."""
    both = {unit: now[unit] for unit in now if unit in before}
    family = {}
    for number, table in enumerate((now, before, both)):
        rows, columns = ({unit: pair[n] for unit, pair in table.items()} for n in (0, 1))
        cells = crossed(rows, columns, sorted(table))
        family |= {(number, name): members for name, members in cells.items()}
    told = [family[name] for name in tellable(family, hidden=UNITS, threshold=threshold)]
    assert not reachable(told, UNITS, threshold)


def test_the_attack_finds_what_a_threshold_alone_gives_away():
    groups = {"all": "abcdefgh", "some": "abcdef", "few": "gh"}
    enough = [members for members in groups.values() if len(members) >= 3]
    assert reachable(enough, UNITS, 3) == {"gh"}
    assert tellable(groups, hidden=UNITS, threshold=3) == {"all"}


def test_whom_the_reader_knows_does_not_hide_others():
    groups = {"five": "abcde"}
    assert tellable(groups, hidden="abcde", threshold=5) == {"five"}
    assert tellable(groups, hidden="bcde", threshold=5) == frozenset()
    assert tellable(groups, hidden="fgh", threshold=5) == {"five"}


def test_a_table_has_its_totals_before_its_cells():
    rows, columns = {"a": "r", "b": "r", "c": "s"}, {"a": "x", "b": "y", "c": None}
    found = crossed(rows, columns, "abc")
    assert next(iter(found)) == TOTAL
    assert found == {
        TOTAL: ("a", "b", "c"), ("r", None): ("a", "b"), ("s", None): ("c",),
        (None, "x"): ("a",), (None, "y"): ("b",), ("r", "x"): ("a",), ("r", "y"): ("b",),
    }  # fmt: skip


def test_classes_of_voters_and_districts_give_no_office_away():
    dice = random.Random(7)
    rows = [
        SimpleNamespace(
            code=one.code, kind=str(one.kind), province=one.province, index=2.0,
            voters=int(dice.lognormvariate(12, 1)), districts=dice.randrange(2, 8),
        )
        for one in load_registry() if one.kind != "national"
    ]  # fmt: skip
    groups = groups_of(rows)
    members = {name: set(group.members) for name, group in groups.items()}
    measured = {name for name, group in groups.items() if group.measure}
    shown = 0
    for reader in ("33.01", "36.71", "94.01", "51"):
        hidden = {row.code for row in rows} - {reader}
        order = own_first(groups, [reader])
        assert set(order) == set(groups)
        told = tellable({name: members[name] for name in order}, hidden=hidden, threshold=5)
        pieces = Counter(frozenset(name for name in told if code in members[name])
                         for code in hidden)  # fmt: skip
        assert min(count for piece, count in pieces.items() if piece) >= 5
        before = {name: group for name, group in groups.items() if name not in measured}
        kept = tellable({name: members[name] for name in own_first(before, [reader])},
                        hidden=hidden, threshold=5)  # fmt: skip
        own = {group.id for group in peers_of(reader, before) if not group.profile}
        assert own & kept == own & told, "kind and province are told as without the numbers"
        shown += len(told & measured)
    assert shown
