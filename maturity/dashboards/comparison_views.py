"""Offices beside others: the peers of an office's page, and any few side by side."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, abort, request
from flask.typing import ResponseReturnValue

from maturity.dashboards.files import csv_file
from maturity.dashboards.frame import frame_of
from maturity.dashboards.office_peers import Peers, peers, peers_csv
from maturity.dashboards.provinces import province_names
from maturity.dashboards.round_queries import round_named
from maturity.dashboards.round_ranks import RANK_TERMS
from maturity.dashboards.sight import sight_of
from maturity.offices.guard import current_actor, office_or_404, office_thing, permit
from maturity.offices.models import Office
from maturity.offices.permissions import Action
from maturity.survey.models import Round
from maturity.survey.stage_words import STAGE_NAMES
from maturity.web import locale, reading

bp = Blueprint("comparison", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to an application."""
    app.register_blueprint(bp)


@dataclass(frozen=True, slots=True)
class PeersPage:
    """An office beside its peers. ``own``: the reader fills in for it. ``source``: whose numbers
    of voters and districts it has, "" where it has none."""

    found: Peers
    slug: str
    code: str
    stage: str
    own: bool
    source: str
    rank_terms: tuple[int, int] = RANK_TERMS


def peers_page(slug: str, office: Office) -> PeersPage:
    """What the page of an office says of its peers; the round is known to exist."""
    found = _peers(_round(slug), office)
    stage = STAGE_NAMES[found.stage].in_(locale())
    own = office.code in current_actor().offices
    return PeersPage(found, slug, office.code, stage, own, office.profile_source or "")


@bp.get("/rounds/<slug>/offices/<code>/peers.csv")
@permit(Action.SEE_PROVINCE, thing=office_thing)
def office_peers_csv(slug: str, code: str) -> ResponseReturnValue:
    """The numbers of an office beside its peers as a file."""
    found = _peers(_round(slug), office_or_404(code))
    return csv_file(peers_csv(found), f"{slug}-{code}-peers.csv")


def _round(slug: str) -> Round:
    return round_named(reading(), slug) or abort(404)


def _peers(round_: Round, office: Office) -> Peers:
    sight = sight_of(reading(), round_, current_actor(), request.args)
    if sight.row(office.code) is None:
        abort(404)
    frame, names = frame_of(round_, locale()), province_names(locale())
    return peers(reading(), round_, office.code, sight=sight, frame=frame, names=names)
