"""Processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import signal
import sys


def end_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Ask Linux to end this process when the one that started it is killed.

    Linux means the parent's thread: processes are to be started from one that stays.
    """
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, by)
