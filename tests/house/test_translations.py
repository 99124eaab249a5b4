"""Every text of the interface stands in both languages."""

from __future__ import annotations

from tools.translations import catalogue, collected, problems


def test_the_english_catalogue_is_complete_and_compiled() -> None:
    assert problems(collected(), catalogue()) == []
