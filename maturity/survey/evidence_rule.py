"""What a claim counts that could not be verified. Pure.

Where a question asks for evidence from level n, such a claim counts at most n - 1; the
instrument says n (``evidence_from``). Where it names no level, the lowest answer counts.
"""

from __future__ import annotations

import math

from maturity.scoring.rubric import State
from maturity.survey.instrument import Item, Kind, NumberRule, Option
from maturity.survey.reading import Reading, number_points


def unverified(item: Item, claimed: Reading) -> Reading:
    """The answer that counts in place of a claim that cannot be verified."""
    if item.criterion is None or claimed.state is State.DONT_KNOW:
        return claimed
    if item.kind is Kind.MULTIPLE:
        return Reading(State.ANSWERED, item.question.none_id or "")
    if item.kind in (Kind.NUMBER, Kind.PERCENT):
        return Reading(State.ANSWERED, _lowest_number(item.question.number or NumberRule()))
    if claimed.state is State.ANSWERED and not _too_high(item, item.option(claimed.value)):
        return claimed
    return Reading(State.ANSWERED, _counting(item).id)


def _too_high(item: Item, option: Option) -> bool:
    least = item.question.evidence_from
    return option.rung is None or least is None or option.rung.level >= least


def _counting(item: Item) -> Option:
    """The highest option that needs no evidence; the lowest where all do."""
    options = [option for option in item.options if not option.excludes_object]
    enough = [option for option in options if not _too_high(item, option)]
    return max(enough, key=_worth) if enough else min(options, key=_worth)


def _worth(option: Option) -> tuple[bool, float]:
    return (option.positive, -math.inf if option.points is None else option.points)


def _lowest_number(rule: NumberRule) -> str:
    low = 0.0 if rule.minimum is None else rule.minimum
    starts = [band.start for band in rule.bands if band.start is not None]
    tried = [low, *(at for at in starts if rule.maximum is None or at <= rule.maximum)]
    return f"{min(tried, key=lambda value: number_points(rule, value)):g}"
