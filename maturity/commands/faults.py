"""Faults of instrument files in Indonesian; what is not listed stays in English."""

from __future__ import annotations

import re

_WORDS = (
    (r"unknown key", "kunci tidak dikenal"),
    (r"missing", "belum ada"),
    (r"missing translation \(English\)", "terjemahan bahasa Inggris belum ada"),
    (r"missing translation \(Indonesian\)", "teks bahasa Indonesia belum ada"),
    (r"the file is empty", "berkas kosong"),
    (r"not YAML: (.*)", r"bukan YAML: \1"),
    (r"the key (.+) stands here twice", r"kunci \1 tertulis dua kali"),
    (r"the tag (.+) is not allowed", r"penanda \1 tidak diperbolehkan"),
    (r"nested deeper than (\d+)", r"bersarang lebih dalam dari \1"),
    (r"a key must be a word", "kunci harus berupa kata"),
    (r"the id (.+) is used twice \(first at (.+)\)", r"id \1 dipakai dua kali (pertama di \2)"),
    (r"(\w[\w ]*) (.+) stands here (\d+) times", r"\1 \2 tertulis \3 kali"),
    (r"there is no ([\w ]+?) ('.+?') \((.*)\)", r"tidak ada \1 \2 (\3)"),
    (r"there is no question (.+)", r"tidak ada pertanyaan \1"),
    (r"there is no level (.+)", r"tidak ada level \1"),
    (r"the children's weights add up to (.+), not (.+)", r"jumlah bobot \1, bukan \2"),
    (r"a weight, but the weights are equal", "ada bobot, padahal bobotnya sama rata"),
    (r"the weight is missing", "bobot belum ada"),
    (r"a gap between (.+) and (.+)", r"ada celah antara \1 dan \2"),
    (r"an overlap from (.+) to (.+)", r"tumpang tindih dari \1 sampai \2"),
    (
        r"a gap or an overlap with the band before",
        "celah atau tumpang tindih dengan pita sebelumnya",
    ),
    (r"the band from (.+) to (.+) is empty", r"pita dari \1 sampai \2 kosong"),
    (r"level (.+) has no name under levels", r"level \1 tidak bernama di bawah levels"),
    (r"level (.+) stands above level (.+)", r"level \1 berada di atas level \2"),
    (
        r"no kind of office can reach level (.+) of (.+)",
        r"tidak ada jenis kantor yang dapat mencapai level \1 pada \2",
    ),
    (
        r"this condition can never hold for any office",
        "syarat ini tidak pernah terpenuhi bagi kantor mana pun",
    ),
    (r"conditions run in a circle: (.*)", r"syarat berputar: \1"),
    (r"prerequisites run in a circle: (.*)", r"prasyarat berputar: \1"),
    (r"a gate needs bands: .*", "gerbang memerlukan pita level"),
    (r"(.+) is no part of (.+)", r"\1 bukan bagian dari \2"),
    (r"(.+) has no level (.+)", r"\1 tidak memiliki level \2"),
    (r"a walk takes questions with options only", "walk hanya menerima pertanyaan berpilihan"),
    (r"the levels do not rise from first to last", "level tidak naik dari awal sampai akhir"),
    (r"a scored number needs points", "angka yang dinilai memerlukan poin"),
    (
        r"a scored question on which nothing can be earned",
        "pertanyaan dinilai tetapi tidak ada poin yang dapat diperoleh",
    ),
    (r"the column (.+) is scored at two places", r"kolom \1 dinilai di dua tempat"),
    (
        r"this question stands in no section, so nobody is asked",
        "pertanyaan ini tidak berada di bagian mana pun",
    ),
    (r"a section inside a section", "bagian di dalam bagian"),
    (r"a condition cannot look at a matrix", "syarat tidak dapat merujuk matriks"),
)
_PATTERNS = [(re.compile(pattern), words) for pattern, words in _WORDS]


def in_indonesian(message: str) -> str:
    """The message in Indonesian, where its wording is known."""
    for pattern, words in _PATTERNS:
        found = pattern.fullmatch(message)
        if found:
            return found.expand(words)
    return message
