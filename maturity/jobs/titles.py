"""What each kind of job is called where people see it, in Indonesian and English."""

from __future__ import annotations

TITLES = {
    "archive-links": ("Memeriksa dan menyalin tautan bukti", "Checking and copying links"),
    "bulk-reports": ("Semua laporan satu periode", "All reports of a round"),
    "sweep-jobs": ("Menghapus catatan pekerjaan lama", "Deleting old jobs"),
}
STATES = {
    "waiting": ("Menunggu", "Waiting"),
    "running": ("Berjalan", "Running"),
    "done": ("Selesai", "Done"),
    "failed": ("Gagal", "Failed"),
    "cancelled": ("Dibatalkan", "Cancelled"),
}


def title_of(kind: str, locale: str) -> str:
    """The name of a kind; the kind itself where it has none."""
    return TITLES.get(kind, (kind, kind))[locale == "en"]


def state_of(state: str, locale: str) -> str:
    """The name of a state."""
    return STATES[state][locale == "en"]
