"""What one page of a round is about: the round, whose results, the filters, the offices."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask import abort, request

from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.offices_table import Wish, read_wish
from maturity.dashboards.provinces import province_names
from maturity.dashboards.queries import Standing, standings
from maturity.dashboards.round_queries import round_named, rounds_before
from maturity.dashboards.stage_choice import asked_stage
from maturity.dashboards.summary import kinds_of
from maturity.survey.models import Round, Stage
from maturity.web import locale, reading


@dataclass(frozen=True)
class Scene:
    """``rows``: every office of the round (of the province, its own office included);
    ``place``: those that the filters kind and province leave, which all figures count.
    ``before``: the rounds before, the newest first.

    On a province's page (``province``) its own office stands apart and is not in ``place``.
    """

    round: Round
    before: Sequence[Round]
    stage: Stage
    frame: Frame
    names: dict[str, str]
    wish: Wish
    province: str | None
    rows: list[Standing]

    @cached_property
    def place(self) -> list[Standing]:
        """The offices that the figures of the page count."""
        return [row for row in self.members if self.wish.keeps(row.kind, row.province)]

    @cached_property
    def members(self) -> list[Standing]:
        """The offices of the page, whatever the filters say."""
        return [row for row in self.rows if row.code != self.province]

    @property
    def earlier(self) -> Round | None:
        """The round that this one's changes are told against."""
        return next(iter(self.before), None)

    @cached_property
    def offices_digest(self) -> str:
        """Of the offices of the page, and of what they are grouped and weighed by."""
        told = [(row.assessment_id, row.code, row.kind, row.province, row.voters)
                for row in self.rows]  # fmt: skip
        return hashlib.sha256(repr((self.province, told)).encode()).hexdigest()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds among the offices of the page, whatever the filters say."""
        return kinds_of(self.members)

    @property
    def own(self) -> Standing | None:
        """The province's own office; None outside a province's page or the round."""
        return next((row for row in self.rows if row.code == self.province), None)

    @property
    def title(self) -> str:
        """The round's title."""
        return self.round.title.in_(locale())


def scene_of(slug: str, province: str | None = None) -> Scene:
    """What the address asks for of a round (of one province in it); 404 for no such round."""
    session, names = reading(), province_names(locale())
    round_ = round_named(session, slug) or abort(404)
    before, stage = rounds_before(session, round_), asked_stage(session, round_, request.args)
    frame = frame_of(round_, locale())
    levels = [level.number for level in frame.levels]
    wish = read_wish(request.args, provinces=list(names), levels=levels, kinds=frame.further)
    return Scene(
        round=round_,
        before=before,
        stage=stage,
        frame=frame,
        names=names,
        wish=wish if province is None else replace(wish, province=""),
        province=province,
        rows=standings(session, round_, next(iter(before), None), province=province, stage=stage),
    )


def title_of(round_: Round | None) -> str:
    """The title of a round in the reader's language; "" for none."""
    return "" if round_ is None else round_.title.in_(locale())
