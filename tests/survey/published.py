"""Where published data of other frameworks lies, beside the project and not in it."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
INSTRUMENTS = ROOT / "instruments"


def published(name: str) -> Any:
    """A published file, or a skip that says what is missing."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the published data is not here: ../shared/data/{name}")
    return json.loads(path.read_text(encoding="utf-8"))
