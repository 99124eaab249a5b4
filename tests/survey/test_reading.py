"""What somebody typed becomes an answer, tolerantly, or is refused with a reason."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.scoring.rubric import State
from maturity.survey.instrument import Claim, Item, Kind, NumberRule, Option, Question, Text
from maturity.survey.loader import load
from maturity.survey.reading import MAX_RAW, Reading, UnreadableError, link, read
from tests.survey.published import INSTRUMENTS

WORDS = Text("J", "T")


def item(kind: Kind, *, options: tuple[Option, ...] = (), claim: Claim | None = None,
         number: NumberRule | None = None, none_id: str | None = None,
         blanks: tuple[str, ...] = ()) -> Item:  # fmt: skip
    """One question of a kind."""
    question = Question("Q", kind, WORDS, WORDS, options=options, claim=claim, number=number,
                        none_id=none_id, blanks=blanks, max_length=50)  # fmt: skip
    return Item("Q", question, kind, options, claim, question.dont_know)


CHOICE = item(
    Kind.CHOICE,
    options=(
        Option("most", Text("Sebagian besar", "The majority"), 2.0, aliases=("71-90%",)),
        Option("none", Text("Tidak ada", "None"), 0.0),
    ),
)
MULTIPLE = item(Kind.MULTIPLE, options=(*CHOICE.options, Option("few", Text("Ada", "Few"), 1.0)),
                none_id="none")  # fmt: skip
NUMBER, WHOLE = item(Kind.NUMBER), item(Kind.NUMBER, number=NumberRule(integer=True))
PERCENT = item(Kind.PERCENT, number=NumberRule(0.0, 100.0))


def value(one: Item, raw: str) -> str:
    """The canonical answer."""
    reading = read(one, raw)
    assert reading is not None
    assert reading.state is State.ANSWERED
    return reading.value


@pytest.mark.parametrize(
    "raw",
    ["most", "MOST", " most ", "Sebagian besar", "sebagian  BESAR", "the majority", "71-90%",
     "\tThe\u00a0majority\n", "ｍｏｓｔ", "mo\u0000st"],
)  # fmt: skip
def test_an_option_is_known_by_id_label_and_alias_in_any_dress(raw: str) -> None:
    assert value(CHOICE, raw) == "most"


@pytest.mark.parametrize("raw", ["", " ", "\n\t", "\u0000", "\u00a0"])
def test_nothing_is_no_answer(raw: str) -> None:
    assert all(read(one, raw) is None for one in (CHOICE, MULTIPLE, NUMBER, item(Kind.TEXT)))


def test_an_instrument_can_name_its_blanks() -> None:
    one = item(Kind.CHOICE, options=CHOICE.options, blanks=("Select answer for Q",))
    assert read(one, " select ANSWER for Q") is None
    with pytest.raises(UnreadableError):
        read(one, "Select answer for Q2")


@pytest.mark.parametrize("raw", ["mostly", "2", "most,none", "=HYPERLINK(1)", "x" * 5000])
def test_an_unknown_option_is_refused_in_both_languages(raw: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(CHOICE, raw)
    assert "bukan salah satu pilihan (most, none)" in caught.value.text.id
    assert "is not one of the options (most, none)" in caught.value.text.en
    assert len(caught.value.text.en) < 200


def test_dont_know_and_not_applicable_are_kept_apart_from_answers() -> None:
    claimed = item(Kind.CHOICE, options=CHOICE.options, claim=Claim())
    assert read(claimed, "Tidak tahu") == Reading(State.DONT_KNOW)
    assert read(claimed, "I don’t know") == Reading(State.DONT_KNOW)
    answer = read(claimed, "N/A", reason="tidak ada pemilihan")
    assert answer == Reading(State.NOT_APPLICABLE, "", "tidak ada pemilihan")
    with pytest.raises(UnreadableError, match="not offered"):
        read(CHOICE, "not applicable")


def test_an_option_of_that_name_wins() -> None:
    """The EU scores its own "not applicable" and "I don't know"."""
    odm = load(INSTRUMENTS / "eu-odm-2023.yaml")
    assert value(odm.item("Q2"), "Not Applicable") == "not-applicable"
    for raw in ("I don't know", "i-dont-know", "i-don-t-know", "tidak tahu", "dont-know"):
        assert value(odm.item("Q30"), raw) == "i-dont-know"


@pytest.mark.parametrize(
    ("one", "raw", "canonical"),
    [(NUMBER, "12", "12"), (NUMBER, "1.234.567", "1234567"), (NUMBER, "1.234", "1234"),
     (NUMBER, "1.234,5", "1234.5"), (NUMBER, "0,5", "0.5"), (NUMBER, "0.125", "0.125"),
     (NUMBER, "-3", "-3"), (NUMBER, "-0", "0"), (NUMBER, "1e3", "1000"), (NUMBER, " 7 ", "7"),
     (WHOLE, "5.0", "5"), (PERCENT, "62,5 %", "62.5"), (PERCENT, "12.345", "12.3450"),
     (PERCENT, "100", "100")],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(one: Item, raw: str, canonical: str) -> None:
    assert value(one, raw) == canonical


@pytest.mark.parametrize(
    ("one", "raw"),
    [(NUMBER, "lima"), (NUMBER, "nan"), (NUMBER, "inf"), (NUMBER, "1e999999999"),
     (NUMBER, "1e-999999999"), (NUMBER, "1,2,3"), (WHOLE, "1,5"), (PERCENT, "101"),
     (PERCENT, "-1"), (NUMBER, "12 orang"), (NUMBER, "=1+1")],
)  # fmt: skip
def test_what_is_no_number_is_refused(one: Item, raw: str) -> None:
    with pytest.raises(UnreadableError):
        read(one, raw)


@pytest.mark.parametrize(
    "raw",
    ["21-11-2026", "21/11/2026", "21.11.2026", "2026-11-21", "21 November 2026", "21 nov 2026"],
)
def test_a_date_in_many_spellings(raw: str) -> None:
    assert value(item(Kind.DATE), raw) == "2026-11-21"


@pytest.mark.parametrize("raw", ["31-02-2026", "kemarin", "2026-13-01", "11-2026", "21 foo 2026"])
def test_what_is_no_date_is_refused(raw: str) -> None:
    with pytest.raises(UnreadableError):
        read(item(Kind.DATE), raw)


def test_several_options_come_in_the_order_of_the_question() -> None:
    assert value(MULTIPLE, "few; Most") == "most,few"
    assert value(MULTIPLE, "few|few") == "few"
    assert value(MULTIPLE, "Tidak ada") == "none"
    assert read(MULTIPLE, " , ;") is None
    with pytest.raises(UnreadableError, match="cannot be combined"):
        read(MULTIPLE, "none, few")
    with pytest.raises(UnreadableError, match="not one of the options"):
        read(MULTIPLE, "few, other")


def test_text_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    assert value(item(Kind.TEXT), " baris satu\r\nbaris \x07dua ") == "baris satu\nbaris dua"
    assert value(item(Kind.TEXT), "Tidak tahu") == "Tidak tahu"
    with pytest.raises(UnreadableError, match="51 of at most 50"):
        read(item(Kind.TEXT), "x" * 51)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_megabyte_is_refused_for_every_kind(kind: Kind) -> None:
    with pytest.raises(UnreadableError, match=f"longer than {MAX_RAW}"):
        read(item(kind), "x" * 1_000_000)


# --- links ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "address"),
    [("https://kpu.go.id/data", "https://kpu.go.id/data"), ("kpu.go.id", "https://kpu.go.id"),
     ("kpu.go.id:8080/a", "https://kpu.go.id:8080/a"), ("HTTP://KPU.go.id/x", "HTTP://KPU.go.id/x"),
     ("https://kpu.go.id/a b", "https://kpu.go.id/a%20b"),
     ("https://kpu.go.id/?a=1&b=2#c", "https://kpu.go.id/?a=1&b=2#c"),
     ("https://8.8.8.8/x", "https://8.8.8.8/x")],
)  # fmt: skip
def test_a_public_address_is_taken(raw: str, address: str) -> None:
    assert value(item(Kind.LINK), raw) == address
    assert link(address) == address


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "vbscript:x",
     "data:text/html,<b>", "file:///etc/passwd", "ftp://kpu.go.id", "mailto:a@kpu.go.id", "//x.id",
     "https://", "http://[::1", "https://a\"onclick=b.id", "x" * 3000,
     "http://localhost/", "localhost:8000", "http://127.0.0.1", "http://127.1", "http://0x7f.1",
     "http://2130706433", "http://0177.0.0.1", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
     "http://[fd00::1]/", "http://10.0.0.8/", "http://192.168.1.1:80/", "http://172.16.0.1",
     "http://169.254.169.254/latest/meta-data", "http://0.0.0.0", "http://server/x",
     "http://arsip.local", "http://db.internal", "http://app.localhost", "http://nas.home.arpa",
     "http://１２７.0.0.1/", "http://127。0。0。1/", "https://user:pass@kpu.go.id",
     "https://kpu.go.id@10.0.0.1/", "https://kpu.go.id\\@10.0.0.1/"],
)  # fmt: skip
def test_scripts_files_and_inner_addresses_are_refused(raw: str) -> None:
    with pytest.raises(UnreadableError):
        read(item(Kind.LINK), raw)


# --- properties -----------------------------------------------------------------------

ITEMS = [CHOICE, MULTIPLE, NUMBER, WHOLE, PERCENT,
         *(item(kind) for kind in (Kind.TEXT, Kind.DATE, Kind.LINK))]  # fmt: skip
RAW = st.one_of(
    st.text(max_size=60),
    st.text(string.digits + ".,-+eE% ", max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.dates().map(lambda day: day.strftime("%d-%m-%Y")),
    st.lists(st.sampled_from(["most", "none", "few", "Ada"])).map(",".join),
    st.from_regex(r"[a-z]{1,5}\.[a-z]{2,3}(/[ -~]{0,20})?", fullmatch=True),
)


@settings(max_examples=400, deadline=None)
@given(one=st.sampled_from(ITEMS), raw=RAW)
def test_reading_never_breaks_and_a_canonical_answer_reads_as_itself(one: Item, raw: str) -> None:
    try:
        reading = read(one, raw)
    except UnreadableError:
        return
    if reading is None or reading.state is not State.ANSWERED:
        return
    assert read(one, reading.value) == reading


@pytest.mark.parametrize("path", sorted(INSTRUMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_spelling_of_every_shipped_option_is_understood(path: Path) -> None:
    for one in load(path).items:
        for option in one.options:
            for raw in (option.id, option.label.id, option.label.en, *option.aliases):
                for dress in (raw, raw.upper(), f"  {raw} "):
                    assert value(one, dress) == option.id
