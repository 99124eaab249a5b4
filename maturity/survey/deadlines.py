"""Until when an office may do what: the round's deadlines in the office's zone, or its own.

A round's deadline is a moment of Western Indonesian Time. It means the same time of day
everywhere: 23.59 WIB for Jakarta is 23.59 WITA for Makassar, an hour earlier.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment

REFERENCE = ZoneInfo("Asia/Jakarta")


class Due(StrEnum):
    """Stages that end at a deadline."""

    FILLING = "filling"
    VERIFICATION = "verification"
    REPLY = "reply"


def there(moment: datetime, zone: str) -> datetime:
    """The same time of day, in another zone."""
    return moment.astimezone(REFERENCE).replace(tzinfo=ZoneInfo(zone))


def due(assessment: Assessment, stage: Due) -> datetime | None:
    """This office's deadline of a stage; None where there is none."""
    round_ = assessment.round
    own, common = {
        Due.FILLING: (assessment.due_at, round_.closes_at),
        Due.VERIFICATION: (assessment.verify_due_at, round_.verify_by),
        Due.REPLY: (assessment.reply_due_at, round_.reply_by),
    }[stage]
    if own is not None:
        return own
    return None if common is None else there(common, assessment.office.timezone)


def is_extended(assessment: Assessment) -> bool:
    """Whether the office has more time to fill in than the round gives."""
    own, common = assessment.due_at, assessment.round.closes_at
    return own is not None and own > there(common, assessment.office.timezone)


def filling_due(assessment: Assessment) -> datetime:
    """Until when the office may fill in and submit."""
    found = due(assessment, Due.FILLING)
    assert found is not None, "a round always ends"
    return found


def reply_until(assessment: Assessment, now: datetime) -> datetime:
    """When a reply that opens now ends: with the round's, but never sooner than its days."""
    least = now + timedelta(days=assessment.round.reply_days)
    common = assessment.round.reply_by
    return least if common is None else max(least, there(common, assessment.office.timezone))


def is_in_reply(assessment: Assessment, now: datetime) -> bool:
    """Whether the office may reply, and attach evidence to its replies."""
    end = due(assessment, Due.REPLY)
    return assessment.state == AssessmentState.REPLY and (end is None or now <= end)


def was_sent_in_time(
    assessment: Assessment, *, sent_at: datetime | None, received_at: datetime
) -> bool:
    """Whether a submission counts although the deadline has passed when it is received.

    It was sent in time by the clock of the device, and was not longer under way than the
    round's grace: a slow line costs nobody the round, a wrong clock gains little.
    """
    end = filling_due(assessment)
    grace = timedelta(minutes=assessment.round.grace_minutes)
    return sent_at is not None and sent_at <= end and received_at - sent_at <= grace
