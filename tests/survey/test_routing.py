"""Which questions an office is asked; what lies off its way is kept and ignored."""

import numpy as np
import pytest

from maturity.scoring.engine import Scores, score
from maturity.scoring.rubric import State
from maturity.survey.instrument import Instrument, Profile
from maturity.survey.loader import load_text
from maturity.survey.reading import Reading, read
from maturity.survey.routing import Place, Route, sheet
from tests.survey.written import TINY, changed, loaded

PROVINCE, CITY = Profile("province"), Profile("city", frozenset({"aceh"}))
SHOWN = 'show_when: {question: Q1, is: ["yes"]}'
FULL = {"Q1": "yes", "Q2": "soon", "Q3": "9", "Q4": "3"}


def readings(instrument: Instrument, answers: dict[str, str]) -> dict[str, Reading]:
    """Answers through the reader; "raw # reason" gives a reason."""
    found = {}
    for key, raw in answers.items():
        words, _, reason = raw.partition(" # ")
        reading = read(instrument.item(key), words, reason=reason)
        assert reading is not None
        found[key] = reading
    return found


def route(instrument: Instrument, answers: dict[str, str], profile: Profile = PROVINCE) -> Route:
    """The way of an office with these answers."""
    return Route(instrument, profile, readings(instrument, answers))


def scores(instrument: Instrument, answers: dict[str, str], profile: Profile = PROVINCE) -> Scores:
    """The scores of an office with these answers."""
    return score(instrument.rubric, sheet(instrument, [(profile, readings(instrument, answers))]))


def numbers(result: Scores, node: str) -> list[float]:
    """Score, maximum, percentage and coverage of a node."""
    row = result.row(node)
    arrays = (result.score, result.maximum, result.percent, result.coverage)
    return [float(array[row, 0]) for array in arrays]


# --- other answers --------------------------------------------------------------------


def test_an_answer_off_the_path_is_kept_and_ignored() -> None:
    tiny = load_text(TINY)
    off = route(tiny, FULL | {"Q1": "no"})
    assert off.places["Q2"] is Place.OFF_PATH
    assert off.readings["Q2"].value == "soon"
    with_it = scores(tiny, FULL | {"Q1": "no"})
    without = scores(tiny, {key: raw for key, raw in (FULL | {"Q1": "no"}).items() if key != "Q2"})
    np.testing.assert_array_equal(with_it.score, without.score)
    np.testing.assert_array_equal(with_it.level, without.level)
    back = route(tiny, FULL)
    assert back.places["Q2"] is Place.ASKED
    assert back.is_answered(tiny.item("Q2"))


def test_what_is_hidden_leaves_the_denominator_or_counts_as_zero() -> None:
    summed = (
        "gate: {slack: 1,",
        "combine: sum\n      scale: {from: 1, to: 3}\n      gate: {slack: 1,",
    )
    answers = FULL | {"Q1": "no"}
    out = scores(loaded(summed), answers)
    zero = scores(loaded(summed, (SHOWN, SHOWN + "\n          hidden: zero")), answers)
    share = {name: numbers(one, "A")[2] for name, one in (("out", out), ("zero", zero))}
    assert share["out"] == pytest.approx(6 / 8 * 100)
    assert share["zero"] == pytest.approx(6 / 9 * 100)


def test_a_chain_breaks_with_its_first_link() -> None:
    """Q4 hangs on Q2, Q2 on Q1: an old answer to Q2 opens nothing while Q1 is no."""
    tiny = loaded(
        ("text: {id: Yang mana?, en: Which?}",
         "text: {id: Yang mana?, en: Which?}\n"
         "          show_when: {question: Q2, is: [soon, later]}"),
    )  # fmt: skip
    assert route(tiny, FULL).places["Q4"] is Place.ASKED
    assert route(tiny, FULL | {"Q1": "no"}).places["Q4"] is Place.OFF_PATH


@pytest.mark.parametrize(
    ("condition", "answers", "shown"),
    [("{question: Q3, at_least: 5}", {"Q3": "5"}, True),
     ("{question: Q3, at_least: 5}", {"Q3": "4,99"}, False),
     ("{question: Q3, at_least: 5}", {}, False),
     ("{all: [{question: Q3, at_least: 5}, {not: {question: Q3, at_least: 10}}]}",
      {"Q3": "7"}, True),
     ("{question: Q4, at_least: 2}", {"Q4": "l2"}, True),
     ("{question: Q4, at_least: 2}", {"Q4": "1"}, False),
     ("{question: Q1, is: [dont-know]}", {"Q1": "tidak tahu"}, True),
     ("{not: {question: Q1, is: [\"yes\"]}}", {}, True),
     ("{any: [{question: Q1, is: [\"no\"]}, {kind: [province]}]}", {}, True),
     ("{any: [{question: Q1, is: [\"no\"]}, {kind: [city]}]}", {"Q1": "yes"}, False),
     ("{area: [aceh]}", {}, False)],
)  # fmt: skip
def test_each_kind_of_condition(condition: str, answers: dict[str, str], shown: bool) -> None:
    tiny = loaded((SHOWN, f"show_when: {condition}"))
    place = route(tiny, answers).places["Q2"]
    assert place is (Place.ASKED if shown else Place.OFF_PATH)


# --- the office -----------------------------------------------------------------------


def test_not_applicable_by_rule_leaves_the_denominator() -> None:
    tiny = loaded(("type: number", "type: number\n          applies_when: {area: [aceh]}"))
    answers = {key: raw for key, raw in FULL.items() if key != "Q3"}
    assert route(tiny, answers).places["Q3"] is Place.NOT_APPLICABLE
    assert route(tiny, answers, CITY).places["Q3"] is Place.ASKED
    assert numbers(scores(tiny, answers), "A")[2:] == [100, 1]
    assert numbers(scores(tiny, answers, CITY), "A")[3] == 0.75


@pytest.mark.parametrize(("earns", "percent"), [("excluded", 100), ("full", 100), ("zero", 75)])
def test_a_claim_earns_what_the_question_says(earns: str, percent: float) -> None:
    tiny = loaded(
        ("type: number", f"type: number\n          not_applicable: {{earns: {earns}}}"),
    )
    claimed = scores(tiny, FULL | {"Q3": "tidak berlaku # tidak ada pemilihan"})
    assert numbers(claimed, "A")[2] == percent
    row = claimed.row("Q3")
    assert np.isnan(claimed.maximum[row, 0]) == (earns == "excluded")


def test_a_claim_without_its_reason_is_not_done() -> None:
    tiny = loaded(("type: number", "type: number\n          not_applicable: {earns: excluded}"))
    items = [tiny.item("Q3")]
    assert route(tiny, {"Q3": "n/a"}).missing(items) == tuple(items)
    assert route(tiny, {"Q3": "n/a # tidak ada"}).missing(items) == ()


def test_an_object_of_other_offices_is_not_asked() -> None:
    tiny = load_text(TINY)
    cells = [item for item in tiny.items_of("M") if item.thing and item.thing.id == "parties"]
    assert len(route(tiny, {}, PROVINCE).asked(cells)) == 2
    assert route(tiny, {}, CITY).asked(cells) == ()
    answers = {"M/voters/free": "yes", "M/voters/whole": "yes"}
    assert numbers(scores(tiny, answers, CITY), "M")[2:] == [100, 1]
    assert numbers(scores(tiny, answers, PROVINCE), "M")[3] == 0.5


# --- matrices -------------------------------------------------------------------------

EXCLUDABLE = (
    '- {id: "no", label: {id: Tidak, en: "No"}, points: 0}',
    '- {id: "no", label: {id: Tidak, en: "No"}, points: 0}\n'
    "    - {id: closed, label: {id: Dikecualikan, en: Excluded}, excludes: object,"
    " needs_reason: true}",
)


def excludable() -> Instrument:
    """The small instrument with "excluded" among the options of the matrix alone."""
    text = changed(EXCLUDABLE, ("          options: {set: yes-no}\n          source: [book]",
                                "          options: {set: plain}\n          source: [book]"),
                   ("object_lists:", "  plain:\n"
                    '    - {id: "yes", label: {id: Ya, en: "Yes"}, points: 2}\n'
                    '    - {id: "no", label: {id: Tidak, en: "No"}, points: 0}\n'
                    "object_lists:"))  # fmt: skip
    return load_text(text)


def test_an_excluded_object_leaves_the_denominator_whole() -> None:
    one = excludable()
    answers = {"M/voters/free": "yes", "M/voters/whole": "yes",
               "M/parties/free": "closed # UK-12/2026", "M/parties/whole": "no"}  # fmt: skip
    way = route(one, answers)
    assert way.places["M/parties/whole"] is Place.EXCLUDED
    assert way.places["M/parties/free"] is Place.ASKED
    assert way.readings["M/parties/whole"].value == "no"
    assert numbers(scores(one, answers), "M")[2:] == [100, 1]
    assert numbers(scores(one, answers | {"M/parties/free": "no"}), "M")[2] == 50


def test_an_exclusion_needs_its_number() -> None:
    one = excludable()
    cell = one.item("M/parties/free")
    assert not route(one, {"M/parties/free": "closed"}).is_answered(cell)
    assert route(one, {"M/parties/free": "closed # UK-12/2026"}).is_answered(cell)


def test_a_cell_whose_prerequisite_is_not_met_is_not_asked_and_earns_nothing() -> None:
    tiny = load_text(TINY)
    way = route(tiny, {"M/voters/free": "no"})
    assert way.places["M/voters/whole"] is Place.NOT_NEEDED
    answers = {"M/voters/free": "no", "M/voters/whole": "yes"}
    assert numbers(scores(tiny, answers, CITY), "M")[2:] == [0, 1]
    assert numbers(scores(tiny, {"M/voters/free": "no"}, CITY), "M")[2:] == [0, 1]


def test_an_unlisted_object_does_not_exist_where_the_matrix_says_so() -> None:
    answers = {"M/voters/free": "yes", "M/voters/whole": "no"}
    listed = scores(load_text(TINY), answers)
    unlisted = scores(
        loaded(("type: matrix", "type: matrix\n      unlisted: not_applicable")), answers
    )
    assert numbers(listed, "M")[3] == 0.5
    assert numbers(unlisted, "M")[2:] == [50, 1]


# --- answers that are none ------------------------------------------------------------


@pytest.mark.parametrize(("said", "percent", "coverage"), [("missing", 100, 0.75), ("zero", 75, 1)])
def test_dont_know_counts_as_declared(said: str, percent: float, coverage: float) -> None:
    tiny = loaded(("scale: {from: 1, to: 3}", f"dont_know: {said}\nscale: {{from: 1, to: 3}}"))
    assert numbers(scores(tiny, FULL | {"Q3": "tidak tahu"}), "A")[2:] == [percent, coverage]


@pytest.mark.parametrize(("said", "percent"), [("missing", 100), ("zero", 75)])
def test_an_unanswered_question_counts_as_declared(said: str, percent: float) -> None:
    tiny = loaded(("scale: {from: 1, to: 3}", f"unanswered: {said}\nscale: {{from: 1, to: 3}}"))
    answers = {key: raw for key, raw in FULL.items() if key != "Q3"}
    assert numbers(scores(tiny, answers), "A")[2] == percent


def test_progress_counts_what_is_asked_of_this_office() -> None:
    tiny = load_text(TINY)
    some = route(tiny, {"Q1": "no", "Q3": "4"}, CITY)
    progress = some.progress(tiny.items)
    assert (progress.done, progress.asked) == (2, 5)
    assert [item.key for item in some.missing(tiny.items)] == [
        "Q4", "M/voters/free", "M/voters/whole",
    ]  # fmt: skip


def test_a_sheet_has_a_column_for_each_office_in_order() -> None:
    tiny = load_text(TINY)
    offices = [
        (PROVINCE, readings(tiny, FULL)),
        (CITY, {}),
        (PROVINCE, readings(tiny, {"Q1": "no"})),
    ]
    made = sheet(tiny, offices)
    rows = {criterion.id: row for row, criterion in enumerate(tiny.rubric.criteria)}
    assert made.states[rows["Q1"]].tolist() == [State.ANSWERED, State.UNANSWERED, State.ANSWERED]
    assert made.points[rows["Q1"]].tolist() == [2, 0, 0]
    assert made.states[rows["Q2"]].tolist() == [State.ANSWERED, State.OFF_PATH, State.OFF_PATH]
    assert made.states[rows["M/parties/free"], 1] == State.NOT_APPLICABLE
