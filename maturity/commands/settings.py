"""The settings as commands read them."""

from __future__ import annotations

from maturity.config import Settings
from maturity.errors import MaturityError


def read_settings() -> Settings:
    """The settings of the environment; MaturityError names one that cannot be read."""
    try:
        return Settings.from_environment()
    except ValueError as error:
        raise MaturityError(
            f"Pengaturan tidak dapat dibaca: {error}", f"A setting cannot be read: {error}"
        ) from error
