"""The base of every fault that a person may see."""

from __future__ import annotations


class MaturityError(Exception):
    """What is wrong, in both languages; ``field`` names the input, ``status`` is HTTP's.

    ``answer`` is what another server said: not for pages, as it may name people.
    """

    def __init__(
        self, message_id: str, message_en: str, field: str | None = None, status: int = 400
    ) -> None:
        super().__init__(message_en)
        self.message_id = message_id
        self.message_en = message_en
        self.field = field
        self.status = status
        self.answer = ""

    def in_(self, locale: str) -> str:
        """The message in one language; Indonesian for any but English."""
        return self.message_en if locale == "en" else self.message_id


class PassingError(MaturityError):
    """A fault that may pass by itself: the same may work later."""

    def __init__(self, message_id: str, message_en: str, *, answer: str = "") -> None:
        super().__init__(message_id, message_en, status=503)
        self.answer = answer
