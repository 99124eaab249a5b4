"""Where templates, static files and instruments lie: inside the package or beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """A shipped folder: in the package when installed, beside it in a checkout.

    FileNotFoundError when there is neither.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the folder {name!r} is missing from {_PACKAGE} and beside it")
