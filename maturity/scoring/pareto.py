"""Which of many results at what cost are worth keeping."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Numbers = tuple[float, ...]
CLOSE = 12  # decimals to which two sums of the same numbers agree in any order
SLIGHT = 10.0**-CLOSE
T = TypeVar("T")


def best(items: Iterable[T], key: Callable[[T], tuple[float, Numbers, Numbers]]) -> list[T]:
    """Only the items to which no other of the same kind is at least as good at no more cost."""
    kinds: dict[Numbers, list[tuple[float, Numbers, T]]] = defaultdict(list)
    for item in items:
        cost, alike, goods = key(item)
        kinds[tuple([round(value, CLOSE) for value in alike])].append((cost, goods, item))
    kept: list[T] = []
    for several in kinds.values():
        kept.extend(_unbeaten(several))
    return kept


def _unbeaten(several: list[tuple[float, Numbers, T]]) -> Iterator[T]:
    columns = list(zip(*(goods for _, goods, _ in several), strict=True))
    varying = [place for place, values in enumerate(columns) if max(values) - min(values) > SLIGHT]
    front = _Stairs() if len(varying) <= 2 else _Crowd()
    several.sort(key=lambda one: (one[0], *[-one[1][place] for place in varying]))
    for _, goods, item in several:
        if front.rises(tuple([goods[place] for place in varying])):
            yield item


class _Stairs:
    """The best of up to two goods so far: the more of one, the less of the other."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.second: list[float] = []

    def rises(self, goods: Numbers) -> bool:
        """Whether nothing so far has as much of both; then it counts from now on."""
        one, other = (*goods, 0.0, 0.0)[:2]
        place = bisect_left(self.first, one - SLIGHT)
        if place < len(self.first) and self.second[place] >= other - SLIGHT:
            return False
        while place > 0 and self.second[place - 1] <= other:
            place -= 1
            del self.first[place], self.second[place]
        self.first.insert(place, one)
        self.second.insert(place, other)
        return True


class _Crowd:
    """The best of any number of goods so far."""

    def __init__(self) -> None:
        self.front: list[Numbers] = []

    def rises(self, goods: Numbers) -> bool:
        """Whether nothing so far has as much of all; then it counts from now on."""
        for one in reversed(self.front):
            if all(a >= b - SLIGHT for a, b in zip(one, goods, strict=True)):
                return False
        self.front.append(goods)
        return True
