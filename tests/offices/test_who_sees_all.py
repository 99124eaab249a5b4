"""Why tables of all offices need no suppression: who opens them may look at each office."""

from __future__ import annotations

from itertools import combinations

from maturity.offices.models import Role
from maturity.offices.permissions import NATIONAL, Action, Actor, Delegation, Grant, Thing, may
from maturity.offices.registry import load_registry

THINGS = [Thing(one.code, one.province) for one in load_registry()]
OFFICES = (NATIONAL, "36", "36.71", "11.01")
GRANTS = [Grant(role, office) for role in Role for office in OFFICES]


def unseen(actor: Actor, action: Action) -> set[str]:
    return {thing.office for thing in THINGS if not may(actor, action, thing)}


def sees_all(actor: Actor) -> bool:
    """Whether the actor opens pages of all offices; then holds what these pages rest on."""
    if not may(actor, Action.SEE_ROUND):
        return False
    assert unseen(actor, Action.SEE_PROVINCE) == set()
    # The reasons of the office that one verifies for are not one's own to read; its figures are.
    own = {grant.office for grant in actor.grants if grant.role is Role.VERIFIER}
    assert unseen(actor, Action.SEE_RESULT) <= own
    return True


def test_whoever_sees_a_round_may_look_at_every_office_in_it():
    assert len(THINGS) == 553
    seeing = {grant for grant in GRANTS if sees_all(Actor(1, (grant,)))}
    assert {grant.role for grant in seeing} == {
        Role.VERIFIER, Role.EXTERNAL, Role.SETTLER, Role.RESEARCHER, Role.VIEWER,
        Role.ADMINISTRATOR,
    }  # fmt: skip
    assert Grant(Role.VERIFIER, "36") not in seeing


def test_further_grants_interests_and_links_open_no_round():
    seeing = {grant for grant in GRANTS if may(Actor(1, (grant,)), Action.SEE_ROUND)}
    for pair in combinations(GRANTS, 2):
        if not seeing & set(pair):
            near = Actor(1, pair, interests=frozenset(OFFICES))
            assert not may(near, Action.SEE_ROUND)
    assert not may(Actor(delegation=Delegation(1, 1, "SD1")), Action.SEE_ROUND)


def test_each_grant_only_adds():
    """So pairs of grants need no look of their own: whoever sees all with one, sees all."""
    actions = (Action.SEE_ROUND, Action.SEE_PROVINCE, Action.SEE_RESULT)
    things = [thing for thing in THINGS if thing.office in OFFICES]
    for action in actions:
        alone = {
            grant: {thing.office for thing in things if may(Actor(1, (grant,)), action, thing)}
            for grant in GRANTS
        }
        for one, other in combinations(GRANTS, 2):
            both = {t.office for t in things if may(Actor(1, (one, other)), action, t)}
            assert both == alone[one] | alone[other]
