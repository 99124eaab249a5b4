"""The report of a round or a province, drawn as a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maturity.dashboards.round_queries import round_named
from maturity.errors import MaturityError
from maturity.round_reports import drawn
from maturity.round_reports.build import round_report
from maturity.round_reports.paper import round_paper_html
from maturity.web import page_of
from maturity.worker import manifest
from maturity.worker.context import Context


def draw_round_report(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The report as it is now, as a file; what lies there already is not drawn again."""
    from maturity.reports.pdf import render, source_of

    wish = drawn.Wish.of(payload)
    context.progress(0, 2)
    html = _html(context, wish)
    path = drawn.file_of(context.settings, wish, source_of(html))
    found = path.is_file()
    if not found:
        context.progress(1, 2)
        with context.executor() as executor:
            body = executor.submit(render, html).result()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        manifest.put(path, body)
    for old in drawn.older(path):
        old.unlink(missing_ok=True)
    context.progress(2, 2)
    return {"file": path.name, "size": path.stat().st_size, "drawn": int(not found)}


def _html(context: Context, wish: drawn.Wish) -> str:
    with page_of(context.app), context.database.read() as session:
        round_ = round_named(session, wish.round)
        if round_ is None:
            raise MaturityError(
                f"Tidak ada periode {wish.round}.", f"There is no round {wish.round}."
            )
        report = round_report(
            session, round_, language=wish.language, stage=wish.stage,
            province=wish.province, demo=wish.demo,
        )  # fmt: skip
        return round_paper_html(report)
