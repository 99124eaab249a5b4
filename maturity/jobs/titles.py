"""What each kind of job is called where people see it, in Indonesian and English."""

from __future__ import annotations

TITLES = {
    "archive-links": ("Memeriksa dan menyalin tautan bukti", "Checking and copying links"),
    "bulk-reports": ("Semua laporan satu periode", "All reports of a round"),
    "look-again": ("Memeriksa ulang tautan bukti", "Looking at links again"),
    "mail": ("Surat lewat surel", "Letter by e-mail"),
    "remind": ("Mencari pengingat yang perlu dikirim", "Looking for reminders that are due"),
    "round-report": ("Laporan nasional atau provinsi", "Report of a round or a province"),
    "sweep-jobs": ("Menghapus catatan pekerjaan lama", "Deleting old jobs"),
}
LETTERS = {
    "decision": ("Pemberitahuan keputusan", "Notice of a decision"),
    "filling": ("Pengingat pengisian", "Reminder to fill in"),
    "invite": ("Undangan", "Invitation"),
    "province": ("Ringkasan provinsi", "Digest for a province"),
    "reply": ("Pengingat masa sanggah", "Reminder to reply"),
    "section-link": ("Tautan satu bagian", "Link to one section"),
    "verifying": ("Ringkasan verifikasi", "Digest for a verifier"),
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


def letter_of(letter: str, locale: str) -> str:
    """The name of a kind of letter."""
    return LETTERS.get(letter, (letter, letter))[locale == "en"]
