"""Letters about assessments, written from what is true when they are sent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from maturity.mail.letters import Draft
from maturity.offices.letters import Desk, Facts, Writer
from maturity.offices.models import Office, Role
from maturity.survey import notices
from maturity.survey.assessments import work
from maturity.survey.deadlines import Due, due, filling_due, is_in_reply
from maturity.survey.divided import left_for
from maturity.survey.lifecycle import HANDED_IN, OPEN, STATE_NAMES, AssessmentState
from maturity.survey.models import Assessment, Decision, Round
from maturity.survey.recipients import FILLING, WATCHING
from maturity.survey.stages import stages

_S = AssessmentState
TO_VERIFY = (_S.SUBMITTED, _S.VERIFYING)


def filling(desk: Desk, facts: Facts) -> Draft | None:
    """What this person's part lacks until when; nothing once it was handed in."""
    found = _own(desk, facts)
    if found is None or found.state not in OPEN or desk.now > filling_due(found):
        return None
    end = filling_due(found)
    opened = work(desk.session, found)
    lacks = [one.item for one in opened.missing()]
    mine, places = left_for(desk.session, opened, lacks, desk.person.id)
    if lacks and not mine:
        return None
    submits = desk.holds(found.office_code, Role.RESPONSIBLE)
    values = {"assessment": found, "end": end, "missing": len(mine), "submits": submits,
              "places": places if len(mine) < len(lacks) else [],
              "days": days_left(desk.now, end, found.office.timezone)}  # fmt: skip
    return Draft("filling.txt", values)


def reply(desk: Desk, facts: Facts) -> Draft | None:
    """What of this person's part awaits a reply; nothing once all of it has one."""
    found = _own(desk, facts)
    if found is None or not is_in_reply(found, desk.now) or found.replied_at is not None:
        return None
    opened = stages(desk.session, work(desk.session, found))
    waiting = [item for item in opened.differing() if opened.replied(item.key) is None]
    mine, places = left_for(desk.session, opened.work, waiting, desk.person.id)
    values = {"assessment": found, "end": due(found, Due.REPLY), "waiting": len(mine),
              "places": places if len(mine) < len(waiting) else []}  # fmt: skip
    return Draft("reply.txt", values) if mine else None


def decision(desk: Desk, facts: Facts) -> Draft | None:
    """What was decided about the office's assessment, unless it has gone on since."""
    made = desk.session.get(Decision, facts["decision"])
    found = desk.session.get(Assessment, made.assessment_id) if made else None
    if made is None or found is None or found.state != made.after:
        return None
    if not desk.holds(found.office_code, *FILLING):
        return None
    values = {"assessment": found, "words": made.words, "end": None, "differing": 0}
    if made.after == _S.RETURNED:
        values["end"] = filling_due(found)
    if made.after == _S.REPLY:
        values["end"] = due(found, Due.REPLY)
        values["differing"] = len(stages(desk.session, work(desk.session, found)).differing())
    return Draft(notices.TEMPLATES[AssessmentState(made.after)], values)


def verifying(desk: Desk, facts: Facts) -> Draft | None:
    """What is new with a verifier and what is overdue; nothing where neither is left."""
    numbers = [int(number) for number in facts["assessments"]]
    query = (
        select(Assessment)
        .join(Assessment.office)
        .join(Assessment.round)
        .options(contains_eager(Assessment.office), contains_eager(Assessment.round))
        .where(Assessment.id.in_(numbers), Assessment.state.in_(TO_VERIFY))
        .where(Assessment.verifier_id == desk.person.id)
        .order_by(Assessment.id)
    )
    found = list(desk.session.scalars(query)) if desk.person.reminders else []
    late = [one for one in found if is_overdue(one, desk.now)]
    fresh = [one for one in found if one.id in facts["new"] and one not in late]
    return Draft("verifying.txt", {"late": late, "fresh": fresh}) if late or fresh else None


def province(desk: Desk, facts: Facts) -> Draft | None:
    """How the regencies and cities of a province get on; nothing once all have handed in."""
    held = desk.session.get(Round, facts["round"])
    area = desk.session.get(Office, facts["province"])
    if held is None or area is None or not desk.holds(area.code, *WATCHING):
        return None
    query = (
        select(Office, Assessment.state)
        .join(Assessment, Assessment.office_code == Office.code)
        .where(Assessment.round_id == held.id, Office.province_code == area.code)
        .where(Office.code != area.code)
        .order_by(Office.code)
    )
    rows = [(office, AssessmentState(state)) for office, state in desk.session.execute(query)]
    counts = Counter(state for _, state in rows)
    if not desk.person.reminders or not counts.keys() & OPEN:
        return None
    values = {
        "round": held, "province": area, "total": len(rows),
        "counts": [(STATE_NAMES[state], counts[state]) for state in _S if counts[state]],
        "handed_in": sum(counts[state] for state in HANDED_IN),
        "idle": [office for office, state in rows if state == _S.NOT_STARTED],
        "open": [office for office, state in rows if state in OPEN - {_S.NOT_STARTED}],
    }  # fmt: skip
    return Draft("province.txt", values)


def is_overdue(assessment: Assessment, now: datetime) -> bool:
    """Whether its time for verification has passed."""
    end = due(assessment, Due.VERIFICATION)
    return end is not None and now > end


def days_left(now: datetime, end: datetime, zone: str) -> int:
    """Nights until the deadline, where the office is."""
    there = ZoneInfo(zone)
    return (end.astimezone(there).date() - now.astimezone(there).date()).days


def _own(desk: Desk, facts: Facts) -> Assessment | None:
    """The assessment of a reminder that this person still wants and may get."""
    found = desk.session.get(Assessment, facts["assessment"])
    wanted = found is not None and desk.person.reminders
    return found if wanted and found and desk.holds(found.office_code, *FILLING) else None


WRITERS: dict[str, Writer] = {
    "filling": filling,
    "reply": reply,
    notices.KEY: decision,
    "verifying": verifying,
    "province": province,
}
