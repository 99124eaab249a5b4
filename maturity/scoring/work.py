"""The numbers of one block of units while they are being worked out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = slice | NDArray[np.intp]

FIELDS = 7
SHARE, KNOWN, SCORE, BASIS, MAXIMUM, APPLICABLE, COUNTED = range(FIELDS)
MEANS = slice(SHARE, KNOWN + 1)


@dataclass(slots=True)
class Work:
    """``cells`` (nodes, fields, units): row i is node ``plan.ids[i]``.

    All fields of a node lie together, so that the children of a group add up in one go.
    ``stops`` (criteria, units) marks the answers that end a walk; None without walks.
    """

    cells: Floats
    stops: Bools | None = None

    @classmethod
    def empty(cls, nodes: int, units: int) -> Work:
        """Cells to be written to."""
        return cls(np.empty((nodes, FIELDS, units)))

    @property
    def share(self) -> Floats:
        """0..1, 0 while unknown."""
        return self.cells[:, SHARE]

    @property
    def known(self) -> Floats:
        """1.0 where the node has a number, else 0.0."""
        return self.cells[:, KNOWN]

    @property
    def score(self) -> Floats:
        """In points or on the node's scale; 0 while unknown."""
        return self.cells[:, SCORE]

    @property
    def basis(self) -> Floats:
        """The most that the known part could earn."""
        return self.cells[:, BASIS]

    @property
    def maximum(self) -> Floats:
        """The most that the applicable part could earn."""
        return self.cells[:, MAXIMUM]

    @property
    def applicable(self) -> Floats:
        """Number of applicable criteria; a node is applicable where there is one."""
        return self.cells[:, APPLICABLE]

    @property
    def counted(self) -> Floats:
        """Number of criteria that count towards the result."""
        return self.cells[:, COUNTED]
