"""The tables of the national page and of a province's page by name, as files."""

from __future__ import annotations

from collections.abc import Callable

from maturity.dashboards import export, findings_export
from maturity.dashboards.findings import Findings
from maturity.dashboards.offices_table import choose
from maturity.dashboards.provinces import provinces
from maturity.dashboards.round_ranks import places_in_kind
from maturity.dashboards.scene import Scene
from maturity.dashboards.summary import overview
from maturity.web import locale, reading


def table_text(scene: Scene, table: str) -> str:
    """One table under the same filters as the page. The map's table always has all provinces."""
    frame, names, more = scene.frame, scene.names, Findings(scene)

    def offices() -> str:
        chosen = choose(scene.members, scene.wish, locale=locale(), provinces=names)
        # Ranks are among all offices of a kind in the round, which a province does not have here.
        ranked = [] if scene.province else scene.rows
        places = places_in_kind(reading(), scene.round, ranked, scene.stage)
        return export.offices_csv(chosen, frame, names, locale=locale(), places=places)

    tables: dict[str, Callable[[], str]] = {
        "offices": offices,
        "provinces": lambda: export.provinces_csv(provinces(scene.rows, frame, names), frame),
        "status": lambda: export.status_csv(overview(scene.place, frame)),
        "levels": lambda: export.levels_csv(overview(scene.place, frame), frame),
        "part_levels": lambda: export.part_levels_csv(overview(scene.place, frame), frame),
        "spread": lambda: export.spread_csv(overview(scene.place, frame)),
        "changes": lambda: export.changes_csv(overview(scene.place, frame)),
        "gaps": lambda: findings_export.gaps_csv(more.gaps),
        "shrunk": lambda: findings_export.shrunk_csv(more.gaps, names),
        "weak": lambda: findings_export.weak_csv(more.weak, frame),
        "trend": lambda: findings_export.trend_csv(more.trend, locale()),
        "targets": lambda: findings_export.targets_csv(more.targets),
        "rollup": lambda: findings_export.rollup_csv(more.rollup, frame, names),
    }
    return tables[table]()
