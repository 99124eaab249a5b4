"""The page on which a few offices and groups stand side by side, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maturity.dashboards.compare import MOST, Comparison, comparison_csv
from maturity.dashboards.compare_picking import Offers, compared, offers, picked
from maturity.dashboards.files import csv_file
from maturity.dashboards.frame import Frame, frame_of
from maturity.dashboards.provinces import province_names
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.round_ranks import RANK_TERMS
from maturity.dashboards.sight import Sight, sight_of
from maturity.offices.guard import current_actor, signed_in
from maturity.offices.permissions import Action, may
from maturity.survey.models import Round
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import locale, reading

bp = Blueprint("compare", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@dataclass(frozen=True, slots=True)
class ComparePage:
    """``found`` None: fewer than two may be shown. ``chosen``: id and name of each."""

    slug: str
    title: str
    frame: Frame
    stage: str
    asked: str
    ids: tuple[str, ...]
    chosen: tuple[tuple[str, str], ...]
    refused: tuple[str, ...]
    found: Comparison | None
    offers: Offers
    may_see_round: bool
    rank_terms: tuple[int, int] = RANK_TERMS

    def address(self, ids: Sequence[str]) -> str:
        """The page with these side by side."""
        query = {"with": list(ids), "stage": self.asked or None}
        return url_for("compare.page", slug=self.slug, **query)  # type: ignore[arg-type]

    def without(self, one: str) -> str:
        """The page without one of them."""
        return self.address([id_ for id_ in self.ids if id_ != one])

    @property
    def full(self) -> bool:
        """Whether no more can be added."""
        return len(self.ids) >= MOST


@bp.get("/rounds/<slug>/compare")
@signed_in
def page(slug: str) -> str:
    """A few offices and groups side by side, as far as this person may see each of them."""
    round_, sight = _seen(slug)
    frame, names, language = frame_of(round_, locale()), province_names(locale()), locale()
    ids = picked(request.args.getlist("with"), sight, frame=frame, language=language, names=names)
    found = compared(
        reading(), round_, ids.ids, sight=sight, frame=frame, names=names, language=language
    )
    shown = ComparePage(
        slug=slug,
        title=round_.title.in_(language),
        frame=frame,
        stage=STAGE_NAMES[sight.stage].in_(language),
        asked=request.args.get("stage", "") and str(sight.stage),
        ids=ids.ids,
        chosen=tuple((one.id, one.name) for one in found.columns),
        refused=ids.refused,
        found=found if len(found.columns) > 1 else None,
        offers=offers(request.args.get("q", ""), sight, ids.ids, frame=frame, names=names,
                      language=language),
        may_see_round=may(current_actor(), Action.SEE_ROUND),
    )  # fmt: skip
    return render_template("dashboards/compare.html", page=shown)


@bp.get("/rounds/<slug>/compare.csv")
@signed_in
def table_csv(slug: str) -> ResponseReturnValue:
    """All numbers of the page as a file; only what this person may see."""
    round_, sight = _seen(slug)
    frame, names, language = frame_of(round_, locale()), province_names(locale()), locale()
    ids = picked(
        request.args.getlist("with"), sight, frame=frame, language=language, names=names
    ).ids
    found = compared(
        reading(), round_, ids, sight=sight, frame=frame, names=names, language=language
    )
    return csv_file(comparison_csv(found, frame), f"{slug}-compare.csv")


def _seen(slug: str) -> tuple[Round, Sight]:
    round_ = round_named(reading(), slug) or abort(404)
    if not current_actor().grants:
        abort(403)
    return round_, sight_of(reading(), round_, current_actor(), request.args)
