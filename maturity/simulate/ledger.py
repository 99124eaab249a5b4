"""What simulated people were told: every answer, file and decision that was acknowledged."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """Kept outside of the application, so that it can be held against it at the end."""

    answers: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """(assessment, item) -> every value that was acknowledged as saved, in that order."""
    judgements: dict[tuple[int, str, str], str] = field(default_factory=dict)
    """(assessment, item, stage) -> the verdict that was acknowledged last."""
    submitted: set[int] = field(default_factory=set)
    files: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def saved(self, assessment: int, values: dict[str, str]) -> None:
        """These answers were acknowledged."""
        with self._guard:
            for key, value in values.items():
                self.answers[assessment, key].append(value)
            self.counts["answers"] += len(values)

    def judged(self, assessment: int, stage: str, verdicts: dict[str, str]) -> None:
        """These decisions were acknowledged."""
        with self._guard:
            for key, verdict in verdicts.items():
                self.judgements[assessment, key, stage] = verdict
            self.counts[stage] += len(verdicts)

    def handed_in(self, assessment: int) -> None:
        """The submission was acknowledged."""
        with self._guard:
            self.submitted.add(assessment)
            self.counts["submissions"] += 1

    def uploaded(self, assessment: int, sha256: str) -> None:
        """The file was acknowledged."""
        with self._guard:
            self.files[assessment].add(sha256)
            self.counts["files"] += 1

    def count(self, what: str, by: int = 1) -> None:
        """Something happened."""
        with self._guard:
            self.counts[what] += by

    def trouble(self, words: str) -> None:
        """Something came out otherwise than a person would accept."""
        with self._guard:
            self.troubles.append(words)
