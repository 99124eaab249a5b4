"""The numbers of one block of units while they are being worked out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = slice | NDArray[np.intp]

SHARE, KNOWN = range(2)
SCORE, BASIS, MAXIMUM, APPLICABLE, COUNTED = range(5)


@dataclass(slots=True)
class Work:
    """Row i is node ``plan.ids[i]``; what adds up alike lies together, so it adds in one go.

    ``means`` (nodes, 2, units): the share 0..1 (0 while unknown) and 1.0 where it is known.
    ``amounts`` (nodes, 5, units): the score, the most that the known part could earn, the
    most that the applicable part could earn, applicable criteria, criteria that count.
    ``stops`` and ``unscored`` (criteria, units): answers of walks; None where there is none.
    """

    means: Floats
    amounts: Floats
    stops: Bools | None = None
    unscored: Bools | None = None

    @classmethod
    def empty(cls, nodes: int, units: int) -> Work:
        """Arrays to be written to."""
        return cls(means=np.empty((nodes, 2, units)), amounts=np.empty((nodes, 5, units)))

    @property
    def share(self) -> Floats:
        """0..1, 0 while unknown."""
        return self.means[:, SHARE]

    @property
    def known(self) -> Floats:
        """1.0 or 0.0."""
        return self.means[:, KNOWN]

    @property
    def score(self) -> Floats:
        """In points or on the node's scale; 0 while unknown."""
        return self.amounts[:, SCORE]

    @property
    def basis(self) -> Floats:
        """The most that the known part could earn."""
        return self.amounts[:, BASIS]

    @property
    def maximum(self) -> Floats:
        """The most that the applicable part could earn."""
        return self.amounts[:, MAXIMUM]

    @property
    def applicable(self) -> Floats:
        """Number of applicable criteria; a node is applicable where there is one."""
        return self.amounts[:, APPLICABLE]

    @property
    def counted(self) -> Floats:
        """Number of criteria that count towards the result."""
        return self.amounts[:, COUNTED]

    def unknown(self, rows: Rows) -> Bools:
        """Where these nodes have no number: not known, or an answer without a score."""
        absent: Bools = self.known[rows] == 0.0
        if self.unscored is not None and isinstance(rows, slice) and rows.start == 0:
            absent |= self.unscored[rows]
        return absent
