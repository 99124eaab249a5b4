"""Which Chromium the browser tests walk with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

AXE = Path(__file__).parents[1] / "var/axe/node_modules/axe-core/axe.min.js"


def executable() -> str | None:
    """The browser's file; None for the one that Playwright brings along."""
    return (
        os.environ.get("MATURITY_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("google-chrome")
    )
