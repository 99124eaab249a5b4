"""Every kind of fault is named with its line and path, and all of them at once."""

from pathlib import Path
from time import perf_counter

import pytest

from maturity.survey.loader import InstrumentError, load, load_text
from maturity.survey.strict_yaml import MAX_BYTES, MAX_DEPTH
from tests.survey.written import TINY, changed, faults, line_of

A = "root.children.0"
Q1, Q2, Q3, Q4 = (f"{A}.children.{number}" for number in range(4))
M = "root.children.1"

SOON = "- {id: soon, label: {id: Segera, en: Soon}, points: 1}"
LATER = "- {id: later, label: {id: Nanti, en: Later}, points: 0}"
SHOWN = 'show_when: {question: Q1, is: ["yes"]}'

ONE_FAULT = {
    # shape
    "unknown key": ("gate: {slack: 1,", "colour: red\n      gate: {slack: 1,", "colour: red",
                    f"{A}.colour", "unknown key"),
    "unknown key in an option": (SOON, SOON[:-1] + ", colour: red}", "soon",
                                 f"{Q2}.options.0.colour", "unknown key"),
    "unknown key in a matrix": ("requires: [{column: free}]", "needs: [free]", "needs:",
                                f"{M}.columns.1.needs", "unknown key"),
    "missing key": ("licence", "licence", "format: 1", "id", "missing"),
    "missing English": ("{id: Bagian A, en: Part A}", "{id: Bagian A}", "Bagian A",
                        f"{A}.title.en", "missing translation (English)"),
    "missing Indonesian": ("{id: Kapan?, en: When?}", "{en: When?}", "When?",
                           f"{Q2}.text.id", "missing translation (Indonesian)"),
    "empty translation": ("{id: Kapan?, en: When?}", '{id: Kapan?, en: " "}', "Kapan?",
                          f"{Q2}.text.en", "missing translation (English)"),
    "unknown type": ("type: number", "type: amount", "question: Q3", Q3,
                     "there is no question type 'amount' (level, choice, multiple"),
    "text for a number": ("weight: 6", "weight: six", "weight: six", f"{A}.weight",
                          "valid number"),
    "level 0": ("{level: 1, name", "{level: 0, name", "level: 0", "levels.0.level",
                "greater than or equal to 1"),
    "infinite weight": ("weight: 6", "weight: .inf", "weight: .inf", f"{A}.weight", "valid number"),
    "points that are no number": ("en: Soon}, points: 1", "en: Soon}, points: 1/0", "soon",
                                  f"{Q2}.options.0.points", "no fraction such as 8/15"),
    "link that is none": ('citation: "A book"', 'citation: "A book", url: "javascript:x"', "book\"",
                          "sources.0.url", "match pattern"),
    "condition of two kinds": (SHOWN, "show_when: {kind: [city], area: [aceh]}", "show_when",
                               f"{Q2}.show_when", "exactly one of"),
    # ids and references
    "duplicate id": ("question: Q2", "question: Q1  # again", "# again",
                     f"{Q2}.question", "the id 'Q1' is used twice (first at root.children.0."),
    "duplicate option": ("id: later", "id: soon", "Nanti", f"{Q2}.options.1",
                         "the option 'soon' stands here twice"),
    "duplicate object": ("id: parties", "id: voters", "Partai", "object_lists.lists.1",
                         "the object 'voters' stands here twice"),
    "duplicate column": ("id: whole", "id: free  # again", "# again", f"{M}.columns.1",
                         "the column 'free' stands here twice"),
    "duplicate level": ("{level: 2, name", "{level: 1, name", "Dua, en: Two}}", "levels.1",
                        "the level 1 stands here twice"),
    "spelling of two options": ("en: Later}", "en: ' SOON '}", "Nanti", f"{Q2}.options.1",
                                "'soon' is a spelling of 'soon' and of 'later'"),
    "dangling option set": ("text: {id: Sudah?, en: Done?}\n          options: {set: yes-no}",
                            "text: {id: Sudah?, en: Done?}\n          options: {set: maybe}",
                            "set: maybe", f"{Q1}.options.set",
                            "there is no option set 'maybe' (yes-no)"),
    "dangling object list": ("list: lists", "list: other", "list: other", f"{M}.objects.list",
                             "there is no object list 'other'"),
    "dangling source": ("[book]", "[book, film]", "film", f"{Q1}.source.1",
                        "there is no source 'film'"),
    "dangling scheme": ("scheme: kip", "scheme: spbe", "scheme: spbe", f"{Q1}.crosswalk.0.scheme",
                        "there is no scheme 'spbe'"),
    "dangling bands": ("weight: 6\n      bands: usual", "weight: 6\n      bands: other",
                       "bands: other", f"{A}.bands", "there is no bands 'other'"),
    "dangling column": ("{column: free}", "{column: none}", "column: none",
                        f"{M}.columns.1.requires.0.column", "there is no column 'none'"),
    "dangling question in a condition": ("question: Q1, is", "question: Q9, is", "Q9",
                                         f"{Q2}.show_when.question", "there is no question 'Q9'"),
    "dangling option in a condition": ('is: ["yes"]', 'is: ["yes", maybe]', "maybe",
                                       f"{Q2}.show_when.is.1", "there is no option 'maybe'"),
    "unknown office kind": ("kind: [province]", "kind: [village]", "village",
                            "object_lists.lists.1.applies_when.kind.0",
                            "there is no office kind 'village' (city, province)"),
    "gate on a stranger": ("node: Q4", "node: M", "node: M", f"{A}.gate.require.0.node",
                           "'M' is no part of 'A'"),
    "gate on a level that is none": ("at_least: 2", "at_least: 9", "at_least: 9",
                                     f"{A}.gate.require.0.at_least", "'Q4' has no level 9"),
    # numbers
    "weights": ("weight: 6", "weight: 5", "weights: sum 10", "root.weights",
                "the children's weights add up to 9, not 10"),
    "weight missing": ("      weight: 6\n", "", "- id: A", A, "the weight is missing"),
    "weight among equals": ("type: number", "weight: 3\n          type: number", "weight: 3",
                            f"{Q3}.weight", "the weights are equal"),
    "band gap": ("from: 2, to: 2.5", "from: 2.1, to: 2.5", "2.1", "bands.usual.bands.1",
                 "a gap between 2 and 2.1"),
    "band overlap": ("from: 2, to: 2.5", "from: 1.9, to: 2.5", "1.9", "bands.usual.bands.1",
                     "an overlap from 1.9 to 2"),
    "band upside down": ("from: 1, to: 2}", "from: 2, to: 2}", "from: 2, to: 2}",
                         "bands.usual.bands.0", "the band from 2 to 2 is empty"),
    "number band gap": ("{from: 5, points: 3}", "{from: 6, points: 3}", "from: 6",
                        f"{Q3}.points.1", "a gap or an overlap with the band before"),
    "nothing to earn": ("{from: 5, points: 3}", "{from: 5, points: 0}", "points:\n", f"{Q3}.points",
                        "nothing can be earned"),
    "option without points": ("en: Later}, points: 0", "en: Later}", "Nanti", f"{Q2}.options.1",
                              "points are missing"),
    "empty scale": ("scale: {from: 1, to: 3}", "scale: {from: 3, to: 1}", "scale:", "scale",
                    "the scale from 3 to 1 is empty"),
    # reach
    "unreachable level": ("{level: 3, from: 2.5, to: 3}",
                          "{level: 3, from: 2.5, to: 3.5}\n      - {level: 4, from: 3.5, to: 4}",
                          "root:", "root", "no kind of office can reach level 4 of 'all'"),
    "value without level": ("{level: 3, from: 2.5, to: 3}", "{level: 3, from: 2.5, to: 2.9}",
                            "root:", "root", "the value 3 of 'all' lies outside all bands"),
    "condition that never holds": (SHOWN, "show_when: {all: [{kind: [city]}, {kind: [province]}]}",
                                   "show_when", f"{Q2}.show_when", "can never hold"),
    "answer that contradicts itself": (
        SHOWN, 'show_when: {all: [{question: Q1, is: ["yes"]}, {question: Q1, is: ["no"]}]}',
        "show_when", f"{Q2}.show_when", "can never hold"),
    "number out of range": (SHOWN, "show_when: {question: Q3, at_least: 101}", "show_when",
                            f"{Q2}.show_when", "can never hold"),
    "object that no office has": ("applies_when: {kind: [province]}",
                                  "applies_when: {all: [{kind: [province]}, {kind: [city]}]}",
                                  "parties", "object_lists.lists.1.applies_when", "can never hold"),
    "circle": ("type: choice\n          title: {id: Satu, en: One}",
               "type: choice\n          show_when: {question: Q2, is: [soon]}\n"
               "          title: {id: Satu, en: One}", "[soon]", f"{Q1}.show_when",
               "conditions run in a circle: Q1 -> Q2 -> Q1"),
    "circle of prerequisites": ("- id: free", "- id: free\n          requires: [{column: whole}]",
                                "column: whole", f"{M}.columns.0.requires", "run in a circle"),
    # conditions that cannot be tested
    "answers in applies_when": ("applies_when: {kind: [province]}",
                                'applies_when: {question: Q1, is: ["yes"]}', "parties",
                                "object_lists.lists.1.applies_when.question",
                                "looks at the office only"),
    "condition on a matrix": ("question: Q1, is", "question: M, is", "question: M, is",
                              f"{Q2}.show_when.question", "cannot look at a matrix"),
    "is on a number": ("question: Q1, is", "question: Q3, is", "question: Q3, is",
                       f"{Q2}.show_when.is", "use at_least"),
    # pages
    "question on no page": ("gate: {slack: 1,", "section: true\n      gate: {slack: 1,",
                            "question: M", M, "stands in no section"),
    # YAML
    "duplicate key": ("weight: 6", "weight: 6\n      weight: 7", "weight: 7", f"{A}.weight",
                      "the key 'weight' stands here twice"),
    "alias": ("[book]", "*x", "*x", f"{Q1}.source", "anchors and aliases"),
    "tag": ("citation: \"A book\"", "citation: !!python/name:os.system \"x\"", "os.system",
            "sources.0.citation", "is not allowed"),
}  # fmt: skip


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_a_fault_is_named_with_line_and_path(fault: str) -> None:
    old, new, where, path, message = ONE_FAULT[fault]
    text = TINY.replace("id: tiny\n", "") if fault == "missing key" else changed((old, new))
    line = text.splitlines().index("          points:") + 1 if where == "points:\n" else 0
    found = faults(text)
    places = {(one.line, one.path) for one in found if message in one.message}
    assert (line or line_of(text, where), path) in places, "\n".join(map(str, found))


@pytest.mark.parametrize("fault", sorted(set(ONE_FAULT) - {"circle", "alias", "duplicate id"}))
def test_one_fault_makes_no_noise(fault: str) -> None:
    """One change, one message, apart from what truly follows from it."""
    old, new, _, _, message = ONE_FAULT[fault]
    text = TINY.replace("id: tiny\n", "") if fault == "missing key" else changed((old, new))
    others = [one for one in faults(text) if message not in one.message]
    follows = {"duplicate level": 3, "band upside down": 3, "level 0": 3,
               "unreachable level": 2, "value without level": 1}  # fmt: skip
    assert len(others) <= follows.get(fault, 0), "\n".join(map(str, others))


def test_the_small_instrument_itself_is_faultless() -> None:
    assert faults(TINY) == ()


def test_all_faults_are_reported_at_once() -> None:
    """Faults of shape, of reference and of reach do not hide one another."""
    text = changed(
        ("gate: {slack: 1,", "colour: red\n      gate: {slack: 1,"),
        ("id: later", "id: soon"),
        ("[book]", "[film]"),
        ("weight: 6", "weight: 5\n      weight: 5"),
        ("{id: Bagian A, en: Part A}", "{id: Bagian A}"),
        (SHOWN, "show_when: {all: [{kind: [city]}, {kind: [province]}]}"),
        (
            "{level: 3, from: 2.5, to: 3}",
            "{level: 3, from: 2.5, to: 3.5}\n      - {level: 4, from: 3.5, to: 4}\n"
            "  other:\n    bands:\n      - {level: 1, from: 0, to: 1}\n"
            "      - {level: 2, from: 2, to: 3}",
        ),
        ("id: parties", "id: voters"),
    )
    words = "\n".join(str(one) for one in faults(text))
    for message in (
        "unknown key", "option 'soon' stands here twice", "no source 'film'",
        "the key 'weight' stands here twice", "add up to 9, not 10", "missing translation",
        "can never hold", "can reach level 4 of 'all'", "a gap between 1 and 2",
        "the object 'voters' stands here twice", "level 4 has no name",
    ):  # fmt: skip
        assert message in words


def test_a_fault_reads_as_file_line_path_message() -> None:
    (fault,) = faults(changed(("weight: 6", "weight: 5")))
    line = line_of(TINY, "weights: sum 10")
    assert str(fault) == (
        f"tiny.yaml:{line}: root.weights: the children's weights add up to 9, not 10"
    )


def test_faults_come_in_the_order_of_the_file() -> None:
    found = faults(changed(("weight: 6", "weight: 5"), ("[book]", "[film]")))
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert len(found) == 2


# --- files that mean harm -------------------------------------------------------------


def bomb() -> str:
    """A billion laughs: nine lists, each of nine times the one before."""
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines)


HOSTILE = {
    "bomb": (bomb(), "anchors and aliases"),
    "deep lists": ("[" * 1_000_000, f"nested deeper than {MAX_DEPTH}"),
    "deep keys": ("".join(" " * n + "a:\n" for n in range(500)), "nested deeper than"),
    "python tag": ("format: !!python/object/apply:os.system ['true']", "is not allowed"),
    "huge file": ("#" * (MAX_BYTES + 1), "larger than"),
    "no YAML": ("a: b: c", "not YAML"),
    "unclosed": ("a: [1, 2", "not YAML"),
    "control characters": ("a: \x00", "not YAML"),
    "lone surrogate": ("a: \ud800", "not YAML"),
    "empty": ("", "the file is empty"),
    "only a comment": ("# nothing", "the file is empty"),
    "a list": ("- 1\n- 2", "valid dictionary"),
    "a word": ("instrument", "valid dictionary"),
    "two documents": (f"{TINY}---\n{TINY}", "a second document"),
    "complex key": ("? [a, b]\n: c", "a key must be a word"),
    "a number of a million digits": ("format: " + "9" * 1_000_000, "format"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_at_once_with_words(case: str) -> None:
    text, message = HOSTILE[case]
    begun = perf_counter()
    found = faults(text)
    assert perf_counter() - begun < 5
    assert any(message in str(one) for one in found), found[:5]


@pytest.mark.parametrize("points", ["1e999999999/1", "9999999999999/3", "1/0", "nan", "8/15/2"])
def test_a_fraction_is_two_small_whole_numbers(points: str) -> None:
    text = changed(("en: Soon}, points: 1", f'en: Soon}}, points: "{points}"'))
    assert [one.path for one in faults(text)] == [f"{Q2}.options.0.points"]


@pytest.mark.parametrize(
    ("scalar", "means"),
    [("no", "no"), ("yes", "yes"), ("on", "on"), ("012", "012"), ("12:30", "12:30"),
     ("2026-11-21", "2026-11-21"), ("1_000", "1_000"), ("0x1F", "0x1F"), ("True", "True")],
)  # fmt: skip
def test_a_plain_word_means_what_its_author_sees(scalar: str, means: str) -> None:
    """YAML 1.1 would make False, 10, 750, a date, 1000, 31 and True of these."""
    instrument = load_text(changed(('citation: "A book"', f"citation: {scalar}")))
    assert instrument.sources[0].citation == means


def test_option_ids_yes_and_no_need_no_quotes() -> None:
    text = TINY.replace('id: "yes"', "id: yes").replace('id: "no"', "id: no")
    instrument = load_text(text)
    assert [option.id for option in instrument.item("Q1").options] == ["yes", "no"]


# --- files ----------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"title: \xe9")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    for path, message in (
        (tmp_path / "none.yaml", "No such file"),
        (tmp_path, "directory"),
        (latin, "not UTF-8"),
        (large, "larger than"),
    ):
        with pytest.raises(InstrumentError, match=message) as caught:
            load(path)
        assert caught.value.faults[0].file == str(path)
