"""What made-up verifiers, offices and the settling team decide about one office's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from maturity.demo import words
from maturity.demo.filling import Case, Filled
from maturity.scoring.rubric import State
from maturity.survey.answers import evidence_key
from maturity.survey.evidence_rule import unverified
from maturity.survey.instrument import Instrument, Item, Kind
from maturity.survey.models import Stage
from maturity.survey.reading import Reading
from maturity.survey.stage_models import Verdict

OVER_CLAIM_FOUND, HONEST_LOWERED = 0.45, 0.012
UNPROVEN_REFUSED = 0.5
DISPUTED, AGREED = 0.3, 0.6
CLAIM_ACCEPTED = 0.35


@dataclass(frozen=True, slots=True)
class Judged:
    """One decision: what it says, the answer that counts by it, and the words."""

    verdict: Verdict
    counts: Reading
    words: str = ""


@dataclass(slots=True)
class Course:
    """All decisions about one office, by stage and item key."""

    decisions: dict[Stage, dict[str, Judged]] = field(default_factory=dict)

    def readings(self, claims: Mapping[str, Reading], stage: Stage) -> dict[str, Reading]:
        """The answers that count at a stage."""
        found = dict(claims)
        if stage is Stage.SELF:
            return found
        found |= {key: one.counts for key, one in self._of(Stage.VERIFIED).items()}
        if stage is Stage.CONTESTED:
            replied = self._of(Stage.REPLIED).items()
            found |= {key: one.counts for key, one in replied if one.verdict is Verdict.DISAGREE}
        if stage is Stage.SETTLED:
            found |= {key: one.counts for key, one in self._of(Stage.SETTLED).items()}
        return found

    def _of(self, stage: Stage) -> dict[str, Judged]:
        return self.decisions.get(stage, {})


def verify(
    instrument: Instrument,
    case: Case,
    filled: Filled,
    rng: np.random.Generator,
    *,
    lowered: float | None = None,
) -> dict[str, Judged]:
    """Decide about every claim: over-claiming is found often, honest answers are let be.

    ``lowered``: the share of level statements that are put lower, where the dice alone
    should not decide.
    """
    share = OVER_CLAIM_FOUND if case.over_claiming else HONEST_LOWERED
    share = share if lowered is None else lowered
    linked = {one.key for one in filled.links}
    found = {}
    for key, claim in filled.readings.items():
        item = instrument.item(key)
        proven = evidence_key(item) in linked
        found[key] = _verified(item, claim, share, proven=proven, rng=rng)
    return found


def _verified(
    item: Item, claim: Reading, share: float, *, proven: bool, rng: np.random.Generator
) -> Judged:
    bare = Reading(claim.state, claim.value)
    die, kind = rng.random(), item.kind is Kind.LEVEL and claim.state is State.ANSWERED
    if not kind or claim.value == item.options[0].id:
        return Judged(Verdict.CONFIRMED, bare)
    if die < share:
        ids = [option.id for option in item.options]
        lower = Reading(State.ANSWERED, ids[ids.index(claim.value) - 1])
        return Judged(Verdict.CHANGED, lower, _pick(words.LOWERED, rng))
    counts = unverified(item, bare)
    if counts != bare and not proven and rng.random() < UNPROVEN_REFUSED:
        return Judged(Verdict.NOT_VERIFIABLE, counts, _pick(words.UNPROVEN, rng))
    return Judged(Verdict.CONFIRMED, bare)


def reply(
    claims: Mapping[str, Reading],
    verified: Mapping[str, Judged],
    rng: np.random.Generator,
    *,
    disputed: float = DISPUTED,
) -> dict[str, Judged]:
    """What the office says to what was verified differently; sometimes nothing."""
    found = {}
    for key, one in verified.items():
        claim = Reading(claims[key].state, claims[key].value)
        if one.counts == claim:
            continue
        die = rng.random()
        if die < disputed:
            found[key] = Judged(Verdict.DISAGREE, claim, _pick(words.DISPUTES, rng))
        elif die < disputed + AGREED:
            found[key] = Judged(Verdict.AGREE, one.counts)
    return found


def settle(
    verified: Mapping[str, Judged], replied: Mapping[str, Judged], rng: np.random.Generator
) -> dict[str, Judged]:
    """Decide about each dispute."""
    found = {}
    for key, one in replied.items():
        if one.verdict is not Verdict.DISAGREE:
            continue
        if rng.random() < CLAIM_ACCEPTED:
            found[key] = Judged(Verdict.CONFIRMED, one.counts, _pick(words.ACCEPTED, rng))
        else:
            found[key] = Judged(Verdict.UPHELD, verified[key].counts, _pick(words.UPHELD, rng))
    return found


def _pick(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
