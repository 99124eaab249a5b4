"""The report says what the scorecard and the answers say, in words that can be checked."""

from __future__ import annotations

import os
from pathlib import Path

import plotly.graph_objects as go
import pytest

from maturity.reports.build import build, nodes_of
from maturity.reports.figures import charts
from maturity.reports.report import DatasetState, Report, Verdict
from maturity.reports.trace import trace
from maturity.reports.words import number
from maturity.survey.assessments import Work, provisional
from maturity.survey.frozen import frozen_row
from maturity.survey.loader import load_text
from maturity.survey.shipped import find
from tests.reports.answered import CLOSED, EXCLUDED, FORMULA, opened, tangerang, usual
from tests.reports.small import SMALL, small
from tests.reports.told import told

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = {
    "V1": ("l3", ""),
    "V2": ("l1", ""),
    "V3": ("l4", ""),
    "V4": ("l3", ""),
    "INV/voters/free": ("yes", ""),
    "INV/voters/open": ("no", ""),
    "INV/money/free": ("excluded", "Nomor 7/2026"),
}


def small_work(**changes: tuple[str, str] | None) -> Work:
    said = {key: value for key, value in (ANSWERS | changes).items() if value is not None}
    return opened(
        small(),
        said,
        office=tangerang(),
        notes={"V1": FORMULA},
        links={"V1": [("https://jdih.kpu.go.id/1", True), ("javascript:alert(1)", True),
                      ("C:\\berkas", False)]},
    )  # fmt: skip


def frozen(work: Work) -> Report:
    return build(work, frozen_row(7, work.instrument, provisional(work)), submitted_by="Budi")


def main_work() -> Work:
    instrument = find("ogd-kpu-2026")
    return opened(instrument, usual(instrument), office=tangerang())


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", ["small", "ogd-kpu-2026"])
def test_report_reads_as_the_golden_page(name: str, language: str) -> None:
    report = frozen(small_work() if name == "small" else main_work())
    page = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("MATURITY_WRITE_GOLDEN"):
        page.write_text(told(report, language), encoding="utf-8")
    assert told(report, language) == page.read_text(encoding="utf-8")


# --- the numbers, worked out by hand --------------------------------------------------


def test_contributions_add_up_to_the_index() -> None:
    report = frozen(main_work())
    assert len(report.traces) == 13  # the whole, 3 dimensions, 9 sub-domains
    for one in report.traces:
        assert sum(child.weight for child in one.children) == pytest.approx(1)
        amounts = [child.amount for child in one.children if child.amount is not None]
        assert sum(amounts) == pytest.approx(one.total)


def test_a_high_mean_over_a_weak_answer_says_what_holds_it() -> None:
    work = small_work(V1=("l4", ""), V2=("l1", ""))
    found = trace(nodes_of(work, None), "S1")
    assert (found.node.index, found.node.level, found.node.gated_level) == (2.5, 3, 2)
    assert [child.id for child in found.children if child.holds] == ["V2"]
    assert found.gate is not None
    assert "“V2 Tugas” masih Level 1" in found.gate.id


def test_a_number_just_below_a_threshold_is_not_rounded_over_it() -> None:
    bands = small().rubric.node("S1").bands
    assert number(2.4999, bands, "id") == "2,4999"
    assert number(2.5, bands, "id") == "2,50"
    assert number(2.4949, bands, "en") == "2.49"


# --- what is missing ------------------------------------------------------------------


def test_without_a_frozen_scorecard_the_report_is_provisional() -> None:
    report = build(small_work(V2=None), None, submitted_by="Budi")
    assert report.provisional
    assert (report.digest, report.submitted_at, report.submitted_by) == ("", None, "")
    s1 = report.dimensions[0].parts[0]
    assert s1.provisional
    assert s1.coverage == 0.5
    rule = "Weighted mean of 1 of 2 variables"
    assert s1.reason.en == f"{rule} = 3.00 → Level 3 (2.5 to less than 3.5)."


def test_an_empty_assessment_has_a_report_without_numbers() -> None:
    report = build(opened(small(), {}, office=tangerang()), None)
    assert report.overall.index is None
    assert report.overall.level is None
    assert report.weakest is None
    assert report.weak_indicators == ()
    assert report.roadmap.steps == ()
    assert "setelah ada jawaban" in report.roadmap.words.id


def test_dont_know_and_not_answered_are_told_apart() -> None:
    report = build(small_work(V1=("dont-know", ""), V2=None), None)
    states = {one.id: (one.answered, one.state.en, one.answer.en) for one in report.indicators}
    assert states["V1"] == (False, "Don't know", "Don't know")
    assert states["V2"] == (False, "Not answered yet", "Not answered yet")
    assert states["V3"] == (True, "Answered", "Stage 4")


# --- answers --------------------------------------------------------------------------


def test_only_web_addresses_become_links() -> None:
    first = frozen(small_work()).indicators[0]
    assert [link.href for link in first.evidence] == ["https://jdih.kpu.go.id/1", None, None]
    assert [link.shown for link in first.evidence][1:] == ["javascript:alert(1)", "C:\\berkas"]
    assert first.note == FORMULA


def test_datasets_are_met_unmet_unknown_excluded_or_not_applicable() -> None:
    work = small_work(**{"INV/voters/open": None})  # type: ignore[arg-type]
    voters, money, parties = build(work, None).inventories[0].datasets
    assert voters.verdicts == (Verdict.MET, Verdict.UNKNOWN)
    assert (voters.earned, voters.possible) == (3, 3)
    assert (money.state, money.reason) == (DatasetState.EXCLUDED, "Nomor 7/2026")
    assert money.earned is None
    assert parties.state is DatasetState.NOT_APPLICABLE
    assert set(money.verdicts + parties.verdicts) == {Verdict.NOT_COUNTED}


def test_a_dataset_that_is_not_available_meets_nothing() -> None:
    rows = {one.id: one for one in frozen(main_work()).inventories[0].datasets}
    assert set(rows[CLOSED].verdicts) == {Verdict.UNMET}
    assert (rows[CLOSED].earned, rows[CLOSED].possible) == (0, 23)
    assert rows[EXCLUDED].state is DatasetState.EXCLUDED
    assert len(rows["pdpb-rekap"].verdicts) == 9


# --- the way up -----------------------------------------------------------------------


def test_the_roadmap_really_leads_there() -> None:
    work = main_work()
    way = frozen(work).roadmap
    assert way.target == 3
    assert way.reachable
    raised = dict(usual(work.instrument))
    for step in way.steps:
        assert step.remedy is not None
        raised[step.id] = (f"l{step.after.en.removeprefix('Level ')}", "")
    after = build(opened(work.instrument, raised, office=tangerang()), None)
    assert after.overall.gated_level == 3


def test_at_the_top_there_is_no_next_step() -> None:
    best = {f"V{n}": ("l4", "") for n in range(1, 5)} | {"INV/voters/open": ("yes", "")}
    report = frozen(small_work(**best))  # type: ignore[arg-type]
    assert report.overall.gated_level == 4
    assert report.roadmap.target is None
    assert "level tertinggi" in report.roadmap.words.id
    assert report.weak_indicators == ()


def test_datasets_are_steps_only_where_variables_do_not_lead_up() -> None:
    low = small_work(**{"INV/voters/free": ("no", ""), "INV/voters/open": None})  # type: ignore[arg-type]
    way = frozen(low).roadmap
    assert (way.target, way.reachable) == (2, True)
    assert [(step.id, step.before.en, step.after.en) for step in way.steps] == [
        ("INV/voters/free", "No", "Yes")
    ]
    assert "termasuk inventaris dataset" in way.words.id


def test_it_says_plainly_when_no_answer_leads_up() -> None:
    claim = "not_applicable: {earns: zero}\n              legal"
    instrument = load_text(SMALL.replace("legal", claim), name="small")
    said = dict.fromkeys(("V1", "V2"), ("not-applicable", "Tidak ada anggaran"))
    work = opened(instrument, ANSWERS | said, office=tangerang())
    way = build(work, None).roadmap
    assert (way.target, way.reachable, way.steps) == (2, False, ())
    assert "tidak cukup untuk mencapai level terjaga 2" in way.words.id


def test_other_instruments_have_reports_too() -> None:
    for name, dimensions in (("eu-odm-2023", 4), ("ndi-oedi", 0)):
        instrument = find(name)
        answers = {
            item.key: (item.options[0].id, "")
            for item in instrument.items
            if item.options and not item.options[0].excludes_object
        }
        report = build(opened(instrument, answers, office=tangerang()), None)
        assert len(report.dimensions) == dimensions
        assert report.overall.reason.id != report.overall.reason.en
        for one in report.traces:
            assert one.rule.id


# --- charts ---------------------------------------------------------------------------


def test_titles_of_charts_state_the_finding() -> None:
    profile, balance, inventory = charts(frozen(main_work()), "id")
    assert profile.title == (
        "“Akses” paling kuat, “Strategi, kepemimpinan, dan kelembagaan” paling lemah"
    )
    assert balance.title == "Tidak ada subdomain di bawah Level 2"
    assert inventory.title.startswith("Prinsip yang paling jarang terpenuhi: “")
    assert inventory.summary == "Tanda: ✓ terpenuhi; × belum terpenuhi."


def test_a_chart_of_an_unfinished_assessment_says_what_is_missing() -> None:
    report = build(small_work(V1=None, V2=None), None)
    profile, balance, _ = charts(report, "en")
    assert balance.title == "1 of 3 sub-domains has no level yet"
    assert "Rules: no value yet" in profile.drawing
    assert balance.figure["data"][0]["fill"] == "none"


def test_charts_and_tables_say_the_same_numbers() -> None:
    report = frozen(main_work())
    for chart in charts(report, "id")[:2]:
        for row in chart.table.shown("id"):
            assert row[1] in chart.drawing
    for chart in charts(report, "en"):
        go.Figure(chart.figure)
