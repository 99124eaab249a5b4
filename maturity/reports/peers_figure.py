"""The office in its peer groups as a picture, and what it comes to in words."""

from __future__ import annotations

from maturity.charts.spread_rows import SpreadRow, spread_rows
from maturity.reports.beside import Earlier, PeerGroup, PeerPart, Peers, Rank
from maturity.reports.chart import Cell, Chart, Table, said
from maturity.reports.report import Report
from maturity.survey.instrument import Text
from maturity.web import format_number

WHOLE = Text("Keseluruhan", "Overall")
ALONE = Text("berbeda dari semua", "unlike all others")


def peers_chart(report: Report, peers: Peers, language: str) -> Chart:
    """Each group that may be told about: its spread in the whole and in each dimension."""
    rows = [
        SpreadRow(
            (group.name if part.title is None else part.title).in_(language),
            (part.least, part.lower, part.median, part.upper, part.most),
            format_number(part.own, 2, language),
            strong=part.title is None,
            own=part.own,
        )
        for group in peers.told
        for part in group.parts
    ]
    low, high = _scale(report)
    ticks = [(float(at), str(at)) for at in range(low, high + 1)]
    return Chart(
        id="peers",
        title=_title(peers.told[0], language),
        summary=said(
            language,
            "Kotak kecil dan angka: kantor ini. Garis: terendah sampai tertinggi; kotak: separuh "
            f"tengah kantor; tanda tebal: median. Yang dibandingkan: {peers.stage.id}.",
            "Small square and number: this office. Line: lowest to highest; box: the middle half "
            f"of the offices; thick mark: the median. Compared: {peers.stage.en}.",
        ),
        figure=spread_rows(rows, (float(low), float(high)), ticks),
        table=peers_table(peers, language),
    )


def _scale(report: Report) -> tuple[int, int]:
    levels = [one.level for one in report.instrument.levels]
    return min(levels, default=1), max(levels, default=4)


def _title(group: PeerGroup, language: str) -> str:
    whole = group.parts[0]
    if whole.rank is None:
        shown = format_number(whole.median, 2, language)
        words = Text(f"median {shown}", f"median {shown}")
    else:
        words = rank_words(whole.rank)
    return f"{group.name.in_(language)}: {words.in_(language)}"


def peers_table(peers: Peers, language: str) -> Table:
    """The same numbers, with the ranks."""
    heads = (
        ("Kelompok", "Group"), ("Bagian", "Part"), ("Kantor", "Offices"), ("Terendah", "Lowest"),
        ("Median", "Median"), ("Tertinggi", "Highest"), ("Kantor ini", "This office"),
        ("Peringkat", "Rank"), ("Setara", "Tied"),
    )  # fmt: skip
    rows = tuple(
        _row(group, part, language) for group in peers.told for part in group.parts
    )  # fmt: skip
    return Table(tuple(said(language, *one) for one in heads), rows, (2, 3, 4, 5, 6))


def _row(group: PeerGroup, part: PeerPart, language: str) -> tuple[Cell, ...]:
    rank = part.rank
    return (
        group.name.in_(language), (part.title or WHOLE).in_(language), part.offices, part.least,
        part.median, part.most, part.own, ranks(rank) if rank else None,
        tied_words(rank).in_(language) if rank else None,
    )  # fmt: skip


# --- words ----------------------------------------------------------------------------


def ranks(rank: Rank) -> str:
    """``12–40``."""
    return str(rank.best) if rank.best == rank.worst else f"{rank.best}–{rank.worst}"


def tied_words(rank: Rank) -> Text:
    """With how many offices a place is shared."""
    if not rank.tied:
        return ALONE
    offices = "office" if rank.tied == 1 else "offices"
    return Text(f"setara dengan {rank.tied} kantor", f"tied with {rank.tied} {offices}")


def rank_words(rank: Rank) -> Text:
    """``peringkat 12–40 dari 414, setara dengan 28 kantor``: never a rank without its interval."""
    tied = tied_words(rank)
    return Text(
        f"peringkat {ranks(rank)} dari {rank.of}, {tied.id}",
        f"rank {ranks(rank)} of {rank.of}, {tied.en}",
    )


def silence(peers: Peers) -> Text:
    """Why a group is not told about."""
    if not peers.final:
        return Text(
            "Angkanya tampil setelah semua penilaian yang diajukan pada periode ini ditetapkan.",
            "Its numbers are shown once all assessments handed in in this round are settled.",
        )
    return Text(
        "Angkanya tidak ditampilkan: kelompok ini, atau selisihnya dengan kelompok lain, memuat "
        f"kurang dari {peers.threshold} kantor lain.",
        "Its numbers are not shown: the group, or its difference from another one, has fewer than "
        f"{peers.threshold} other offices.",
    )


def signed(change: float | None, language: str) -> str:
    """``+0,12``; no sign where nothing is left after rounding."""
    shown = format_number(None if change is None else abs(change), 2, language)
    if change is None or not shown.strip("0.,"):
        return shown
    return ("+" if change > 0 else "−") + shown


def basis(one: Earlier) -> Text:
    """On what an earlier round is compared, or why it is not."""
    if not one.unlike and one.change is None:
        return Text(
            "kantor ini tidak memiliki hasil tahap ini pada periode itu",
            "this office has no result of this stage in that round",
        )
    if one.unlike:
        return Text(
            "tidak dibandingkan: batas tertinggi yang dapat dicapai berubah",
            "not compared: the maximum that can be reached has changed",
        )
    if one.same:
        return Text("instrumen sama, indeks penuh", "same instrument, full index")
    return Text(
        f"{one.linked} dari {one.asked} variabel, dihitung ulang; bukan indeks resmi",
        f"{one.linked} of {one.asked} variables, counted again; not the official index",
    )
