"""A published composite index beside the project: 51 countries, 49 indicators, four levels.

Its weight sets and rank statistics were computed from the raw data by the usual steps, which
are done here again: denominators, missing values by the mean of the continent, outliers
(values at the long end set back, at most five times, or a logarithm where that is not enough;
|skewness| > 2 with kurtosis > 3.5 is an outlier's work), then min-max to 0..100.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maturity.scoring.alternatives import Case
from maturity.scoring.engine import AnswerSheet
from maturity.scoring.rubric import Criterion, Group, Node, Rubric, State

DATA = Path(__file__).parents[3] / "shared/data/asem"
SKEWNESS, KURTOSIS, SET_BACK = 2.0, 3.5, 5


def table(name: str) -> pd.DataFrame:
    """A published table; NA is missing only in numbers."""
    if not DATA.exists():
        pytest.skip(f"the published data is not here: ../shared/data/asem/{name}")
    found = pd.read_csv(DATA / name)
    return found.set_index("uCode") if "uCode" in found else found


def nodes() -> pd.DataFrame:
    meta = table("asem_iMeta.csv")
    return meta[meta["Level"].notna()]


def rubric() -> Rubric:
    meta = nodes()

    def node(row: pd.Series) -> Node:
        below = meta[meta["Parent"] == row["iCode"]]
        kids = tuple(node(kid) for _, kid in below.iterrows())
        if kids:
            return Group(row["iCode"], kids, weight=row["Weight"])
        return Criterion(row["iCode"], 100.0, weight=row["Weight"])

    root = node(meta[meta["Parent"].isna()].iloc[0])
    assert isinstance(root, Group)
    return Rubric(root)


def case(values: pd.DataFrame) -> Case:
    """Countries in the rows of a table of values 0..100, as answers of the index's tree."""
    index = rubric()
    points = values[[leaf.id for leaf in index.criteria]].to_numpy(np.float64).T.copy()
    states = np.where(np.isnan(points), State.UNANSWERED, State.ANSWERED).astype(np.uint8)
    return Case(index, AnswerSheet(points, states))


def prepared() -> pd.DataFrame:
    """The raw data, treated and normalised; one row a country."""
    raw, meta = table("asem_iData_raw.csv"), nodes()
    found = pd.DataFrame(index=raw.index)
    for _, one in meta[meta["Level"] == 1].iterrows():
        divided = one["Denominator"]
        values = raw[one["iCode"]] / (raw[divided] if isinstance(divided, str) else 1.0)
        values = values.fillna(values.groupby(raw["EurAsia_group"]).transform("mean"))
        values = treated(values) * one["Direction"]
        span = values.max() - values.min()
        found[one["iCode"]] = (values - values.min()) / span * 100.0
    return found


def treated(values: pd.Series) -> pd.Series:
    now = values
    for _ in range(SET_BACK + 1):
        if not (abs(now.skew()) > SKEWNESS and now.kurt() > KURTOSIS):
            return now
        if now.skew() > 0:
            now = now.clip(upper=now[now < now.max()].max())
        else:
            now = now.clip(lower=now[now > now.min()].min())
    return np.log(values - values.min() + (values.max() - values.min()) / 100.0)
