"""Who may do what: one pure function and one table that people can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from maturity.offices.models import Role

NATIONAL = "0"


class Action(StrEnum):
    """What can be asked for."""

    SEE_ASSESSMENT = "see_assessment"  # questions and answers, also unfinished
    ANSWER = "answer"
    SHARE_WORK = "share_work"  # who answers which section; links for others
    SUBMIT = "submit"
    PERMIT_EXAMPLES = "permit_examples"  # let others read the own answer as an example
    SEE_RESULT = "see_result"  # score, reasons, report of a handed-in assessment
    SEE_ROUND = "see_round"  # the national page
    SEE_PROVINCE = "see_province"
    SEE_QUEUE = "see_queue"  # the list of assessments to be verified
    VERIFY = "verify"  # judge answers, return, open the reply; only who is assigned does it
    REPLY = "reply"  # agree or disagree with what was verified
    SETTLE = "settle"
    PUBLISH = "publish"
    REOPEN = "reopen"
    ASSIGN = "assign"  # say who verifies which office
    MANAGE_OFFICE_PEOPLE = "manage_office_people"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Thing:
    """Whose thing it is: an office, with the province above it.

    A thing that stands in sections of an assessment says so; others are none of theirs.
    """

    office: str
    province: str | None = None
    assessment: int | None = None
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held for an office."""

    role: Role
    office: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """One section of one assessment, opened to somebody by a link."""

    id: int
    assessment: int
    section: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as permissions see it; nobody has no grants.

    ``interests`` are offices the person has declared to be close to. Somebody who came by a
    link is no known person and has a delegation instead of grants.
    """

    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    interests: frozenset[str] = frozenset()
    delegation: Delegation | None = None

    @property
    def offices(self) -> tuple[str, ...]:
        """Offices the person fills in for, in the order of joining."""
        own = (Role.OPERATOR, Role.RESPONSIBLE)
        return tuple(dict.fromkeys(g.office for g in self.grants if g.role in own))

    def is_partial(self, thing: Thing) -> bool:
        """Whether the person belongs to the office, or declared an interest in it or above it.

        External verifiers hold their role for no office of their own.
        """
        own = {grant.office for grant in self.grants if grant.role not in IMPARTIAL}
        return thing.office in own or bool(self.interests & {thing.office, thing.province})

    @property
    def is_judge(self) -> bool:
        """Whether the person judges some office's answers."""
        return any(grant.role in JUDGES for grant in self.grants)


IMPARTIAL = frozenset({Role.EXTERNAL, Role.ADMINISTRATOR, Role.VIEWER, Role.RESEARCHER})
"""Roles whose office says where they hold, not where the person works."""
JUDGES = frozenset({Role.VERIFIER, Role.EXTERNAL, Role.SETTLER})
NOBODY = Actor()
Reach = Callable[[Grant, Thing], bool]


def _everywhere(grant: Grant, thing: Thing) -> bool:
    return True


def _own(grant: Grant, thing: Thing) -> bool:
    return grant.office == thing.office


def _national(grant: Grant, thing: Thing) -> bool:
    return grant.office == NATIONAL


def _the_national(grant: Grant, thing: Thing) -> bool:
    return thing.office == NATIONAL


def _below(grant: Grant, thing: Thing) -> bool:
    """Offices under the grant's office, never the own one: nobody verifies oneself."""
    if grant.office == thing.office:
        return False
    return grant.office in (NATIONAL, thing.province)


def _own_or_below(grant: Grant, thing: Thing) -> bool:
    return _own(grant, thing) or _below(grant, thing)


TABLE: dict[Action, dict[Role, Reach]] = {
    Action.SEE_ASSESSMENT: {
        Role.OPERATOR: _own,
        Role.RESPONSIBLE: _own,
        Role.VERIFIER: _below,
        Role.EXTERNAL: _everywhere,
        Role.SETTLER: _everywhere,
        Role.ADMINISTRATOR: _everywhere,
    },
    Action.ANSWER: {Role.OPERATOR: _own, Role.RESPONSIBLE: _own},
    Action.SHARE_WORK: {Role.OPERATOR: _own, Role.RESPONSIBLE: _own},
    Action.SUBMIT: {Role.RESPONSIBLE: _own},
    Action.PERMIT_EXAMPLES: {Role.RESPONSIBLE: _own},
    Action.SEE_RESULT: {
        Role.OPERATOR: _own,
        Role.RESPONSIBLE: _own,
        Role.VERIFIER: _below,
        Role.EXTERNAL: _everywhere,
        Role.SETTLER: _everywhere,
        Role.RESEARCHER: _everywhere,
        Role.VIEWER: _everywhere,
        Role.ADMINISTRATOR: _everywhere,
    },
    Action.SEE_ROUND: {
        Role.VERIFIER: _national,
        Role.EXTERNAL: _everywhere,
        Role.SETTLER: _everywhere,
        Role.RESEARCHER: _everywhere,
        Role.VIEWER: _everywhere,
        Role.ADMINISTRATOR: _everywhere,
    },
    Action.SEE_PROVINCE: {
        Role.OPERATOR: _own_or_below,
        Role.RESPONSIBLE: _own_or_below,
        Role.VERIFIER: _own_or_below,
        Role.EXTERNAL: _everywhere,
        Role.SETTLER: _everywhere,
        Role.RESEARCHER: _everywhere,
        Role.VIEWER: _everywhere,
        Role.ADMINISTRATOR: _everywhere,
    },
    Action.SEE_QUEUE: {Role.VERIFIER: _everywhere, Role.EXTERNAL: _everywhere},
    Action.VERIFY: {Role.VERIFIER: _below, Role.EXTERNAL: _everywhere},
    Action.REPLY: {Role.OPERATOR: _own, Role.RESPONSIBLE: _own},
    Action.SETTLE: {Role.SETTLER: _below, Role.EXTERNAL: _the_national},
    Action.PUBLISH: {Role.SETTLER: _everywhere, Role.ADMINISTRATOR: _everywhere},
    Action.REOPEN: {Role.SETTLER: _everywhere, Role.ADMINISTRATOR: _everywhere},
    Action.ASSIGN: {Role.SETTLER: _everywhere, Role.ADMINISTRATOR: _everywhere},
    Action.MANAGE_OFFICE_PEOPLE: {
        Role.RESPONSIBLE: _own,
        Role.ADMINISTRATOR: _everywhere,
    },
    Action.ADMINISTER: {Role.ADMINISTRATOR: _everywhere},
}
JUDGING = frozenset({Action.VERIFY, Action.SETTLE, Action.REOPEN})
"""Not for the own office, nor for one the person declared an interest in."""


BY_LINK = frozenset({Action.SEE_ASSESSMENT, Action.ANSWER})
"""What a delegation opens: only this, and only with things of its section."""


def may(actor: Actor, action: Action, thing: Thing | None = None) -> bool:
    """Whether this person may do this with this thing (None: nothing in particular)."""
    thing = thing or Thing(NATIONAL)
    if action in JUDGING and actor.is_partial(thing):
        return False
    if actor.delegation is not None and _delegated(actor.delegation, action, thing):
        return True
    reaches = TABLE[action]
    return any(
        grant.role in reaches and reaches[grant.role](grant, thing) for grant in actor.grants
    )


def _delegated(delegation: Delegation, action: Action, thing: Thing) -> bool:
    if action not in BY_LINK or thing.assessment != delegation.assessment:
        return False
    return delegation.section in thing.sections
