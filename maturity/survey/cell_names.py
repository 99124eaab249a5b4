"""Which item a pair of question and object names, in any of the accepted spellings. Pure."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

from maturity.survey.instrument import Instrument, Text
from maturity.survey.reading import clean, fold

MOST_LISTED = 12


class UnknownCellError(ValueError):
    """A pair that names no item; ``column`` is the part that is wrong."""

    def __init__(self, column: str, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.column = column
        self.text = Text(indonesian, english)


class CellNames:
    """The items of one instrument by the names that a table may give them.

    A cell of a matrix: ``MATRIX/COLUMN`` with the object; or the column alone with the
    object, or the other way round, where only one matrix has them; or the matrix with
    ``OBJECT/COLUMN``; or the whole key. Blind to case and outer space.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._exact: dict[tuple[str, str], int] = {}
        self._short: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._matrices: dict[str, tuple[str, ...]] = {}  # folded question or column: objects
        self._plain: dict[str, str] = {}
        for place, item in enumerate(instrument.items):
            question = fold(item.question.id)
            if item.thing is None or item.column is None:
                self._exact[(question, "")] = place
                self._plain[question] = item.question.id
                continue
            thing, column = fold(item.thing.id), fold(item.column.id)
            self._exact[(f"{question}/{column}", thing)] = place
            self._exact[(question, f"{thing}/{column}")] = place
            self._exact[(fold(item.key), "")] = place
            self._short[(column, thing)].append(place)
            self._short[(thing, column)].append(place)
            matrix = item.question.matrix
            ids = () if matrix is None else tuple(one.id for one in matrix.objects)
            for name in (question, column, f"{question}/{column}"):
                self._matrices.setdefault(name, ids)

    def find(self, question: str, thing: str) -> int:
        """The place of the item in ``instrument.items``. UnknownCellError says what is wrong."""
        pair = (fold(clean(question)), fold(clean(thing)))
        place = self._exact.get(pair)
        if place is not None:
            return place
        short = self._short.get(pair, [])
        if len(short) == 1:
            return short[0]
        if short:
            keys = _listed([self.instrument.items[one].key for one in short])
            raise UnknownCellError(
                "question",
                f"“{_shown(question)}” dapat berarti lebih dari satu sel ({keys}).",
                f"“{_shown(question)}” may mean more than one cell ({keys}).",
            )
        raise self._unknown(question, thing, pair[0])

    def _unknown(self, question: str, thing: str, folded: str) -> UnknownCellError:
        name, written = _shown(question), _shown(thing)
        if folded in self._plain:
            return UnknownCellError(
                "object",
                f"{self._plain[folded]} bukan matriks; kosongkan objek “{written}”.",
                f"{self._plain[folded]} is no matrix; leave the object “{written}” empty.",
            )
        if folded in self._matrices:
            objects = _listed(self._matrices[folded])
            return UnknownCellError(
                "object",
                f"“{written}” bukan objek dari “{name}” ({objects}).",
                f"“{written}” is not an object of “{name}” ({objects}).",
            )
        near = get_close_matches(folded, [*self._plain, *self._matrices], n=1)
        hint = near[0] if near else ""
        ids = {fold(key): key for key in self._plain.values()}
        hint = ids.get(hint, hint)
        return UnknownCellError(
            "question",
            f"“{name}” bukan pertanyaan dari {self.instrument.ref}"
            + (f"; maksud Anda {hint}?" if hint else "."),
            f"“{name}” is not a question of {self.instrument.ref}"
            + (f"; do you mean {hint}?" if hint else "."),
        )


def _shown(raw: str) -> str:
    words = " ".join(clean(raw).split())
    return words if len(words) <= 80 else f"{words[:79]}…"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = ", …" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
