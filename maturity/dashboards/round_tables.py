"""The tables of the national page and of a province's page by name, as files."""

from __future__ import annotations

from maturity.dashboards import export
from maturity.dashboards.offices_table import choose
from maturity.dashboards.provinces import provinces
from maturity.dashboards.scene import Scene
from maturity.dashboards.summary import overview
from maturity.web import locale


def table_text(scene: Scene, table: str) -> str:
    """One table under the same filters as the page. The map's table always has all provinces."""
    frame, names = scene.frame, scene.names

    def offices() -> str:
        chosen = choose(scene.members, scene.wish, locale=locale(), provinces=names)
        return export.offices_csv(chosen, frame, names, locale=locale())

    return {
        "offices": offices,
        "provinces": lambda: export.provinces_csv(provinces(scene.rows, frame, names), frame),
        "status": lambda: export.status_csv(overview(scene.place, frame)),
        "levels": lambda: export.levels_csv(overview(scene.place, frame), frame),
        "spread": lambda: export.spread_csv(overview(scene.place, frame)),
        "changes": lambda: export.changes_csv(overview(scene.place, frame)),
    }[table]()
