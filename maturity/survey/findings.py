"""What is wrong with a table of answers: all of it counted, the first of it said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from maturity.errors import MaturityError
from maturity.survey.instrument import Text
from maturity.survey.table import Where

MOST_SHOWN = 200


class AnswersError(MaturityError):
    """Answers that cannot be taken. ``faults`` are the first of ``total``, in file order."""

    def __init__(self, faults: tuple[Text, ...], total: int) -> None:
        self.faults, self.total = faults, total
        more = total - len(faults)
        more_id = [f"… dan {more} kesalahan lagi."] if more else []
        more_en = [f"… and {more} more faults."] if more else []
        super().__init__(
            "\n".join([*(fault.id for fault in faults), *more_id]),
            "\n".join([*(fault.en for fault in faults), *more_en]),
            field="answers",
            status=422,
        )


class Findings:
    """Gathers faults by row; words are made only for those that will be shown."""

    def __init__(self, where: Where) -> None:
        self.where = where
        self.total = 0
        self._found: list[tuple[int, str, Text]] = []

    def add(
        self, rows: NDArray[np.int64] | NDArray[np.intp], column: str, say: Callable[[int], Text]
    ) -> None:
        """Faults of one column in these rows; ``say`` words that of one row."""
        self.total += len(rows)
        for row in np.sort(rows)[:MOST_SHOWN].tolist():
            at, words = self.where.cell(row, column), say(row)
            both = Text(f"{at.id}: {words.id}", f"{at.en}: {words.en}")
            self._found.append((row, column, both))

    def stop(self) -> None:
        """Raise AnswersError when anything was found."""
        if self.total:
            shown = sorted(self._found, key=lambda one: one[:2])[:MOST_SHOWN]
            raise AnswersError(tuple(words for _, _, words in shown), self.total)
