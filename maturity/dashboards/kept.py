"""Links between the pages of a round keep the stage, kind and province that the reader asked for.

Each page names only where it leads; what its own address says goes along to every page and file
that knows it. A link that shall lose it says so: ``url_for(…, stage=none)``.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, has_request_context, request

STAGE = ("stage",)
PLACE = ("stage", "kind", "province")
KEPT = {
    "dashboards.national": PLACE,
    "dashboards.table_csv": PLACE,
    "dashboards.province": ("stage", "kind"),
    "dashboards.province_csv": ("stage", "kind"),
    "dashboards.office": STAGE,
    "dashboards.tables_xlsx": STAGE,
    "matrix.national": PLACE,
    "matrix.national_csv": PLACE,
    "matrix.province": STAGE,
    "matrix.province_csv": STAGE,
    "variables.listed": STAGE,
    "variables.listed_csv": STAGE,
    "variables.variable": STAGE,
    "variables.variable_file": STAGE,
    "compare.page": STAGE,
    "compare.table_csv": STAGE,
    "comparison.office_peers_csv": STAGE,
    "round_reports.national": STAGE,
    "round_reports.province": STAGE,
    "monitor.national": PLACE,  # shows no stage, but leads back to pages that do
    "monitor.province": ("stage", "kind"),
}
"""Pages and files of a round -> what they know; only their own links keep it."""
_PLAIN = re.compile(r"[\w.-]{1,40}", re.ASCII)


def init_app(app: Flask) -> None:
    """Let every address that these pages make keep what was asked for."""
    app.url_defaults(_keep)


def asked() -> dict[str, str]:
    """What links from the page of this request keep."""
    if not has_request_context() or request.endpoint not in KEPT:
        return {}
    found = {name: request.args.get(name, "") for name in PLACE}
    return {name: said for name, said in found.items() if _PLAIN.fullmatch(said)}


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    names = KEPT.get(endpoint, ())
    for name, said in asked().items() if names else ():
        if name in names:
            values.setdefault(name, said)
