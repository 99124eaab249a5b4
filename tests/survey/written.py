"""A small instrument as a person would write it, for tests that change a line of it."""

from maturity.survey.instrument import Instrument
from maturity.survey.loader import Fault, InstrumentError, load_text

TINY = """\
format: 1
id: tiny
version: 1.0.0
title: {id: Kecil, en: Tiny}
summary: {id: Contoh kecil, en: A small example}
sources:
  - {id: book, citation: "A book"}
schemes:
  - {id: kip, title: {id: Monev, en: Monev}}
kinds:
  - {id: province, title: {id: Provinsi, en: Province}}
  - {id: city, title: {id: Kota, en: City}}
areas:
  - {id: aceh, title: {id: Aceh, en: Aceh}}
scale: {from: 1, to: 3}
levels:
  - {level: 1, name: {id: Satu, en: One}}
  - {level: 2, name: {id: Dua, en: Two}}
  - {level: 3, name: {id: Tiga, en: Three}}
bands:
  usual:
    bands:
      - {level: 1, from: 1, to: 2}
      - {level: 2, from: 2, to: 2.5}
      - {level: 3, from: 2.5, to: 3}
option_sets:
  yes-no:
    - {id: "yes", label: {id: Ya, en: "Yes"}, points: 2}
    - {id: "no", label: {id: Tidak, en: "No"}, points: 0}
object_lists:
  lists:
    - {id: voters, label: {id: Pemilih, en: Voters}}
    - {id: parties, label: {id: Partai, en: Parties}, applies_when: {kind: [province]}}
root:
  id: all
  title: {id: Semua, en: All}
  weights: sum 10
  bands: usual
  children:
    - id: A
      title: {id: Bagian A, en: Part A}
      weight: 6
      bands: usual
      gate: {slack: 1, require: [{level: 3, node: Q4, at_least: 2}]}
      children:
        - question: Q1
          type: choice
          title: {id: Satu, en: One}
          text: {id: Sudah?, en: Done?}
          options: {set: yes-no}
          source: [book]
          crosswalk: [{scheme: kip, ref: "1"}]
        - question: Q2
          type: choice
          title: {id: Dua, en: Two}
          text: {id: Kapan?, en: When?}
          show_when: {question: Q1, is: ["yes"]}
          options:
            - {id: soon, label: {id: Segera, en: Soon}, points: 1}
            - {id: later, label: {id: Nanti, en: Later}, points: 0}
        - question: Q3
          type: number
          title: {id: Tiga, en: Three}
          text: {id: Berapa?, en: How many?}
          maximum: 100
          points:
            - {to: 5, points: 0}
            - {from: 5, points: 3}
        - question: Q4
          type: level
          title: {id: Empat, en: Four}
          text: {id: Yang mana?, en: Which?}
          levels:
            - {level: 1, text: {id: Awal, en: Early}}
            - {level: 2, text: {id: Lanjut, en: Further}}
            - {level: 3, text: {id: Mapan, en: Settled}}
    - question: M
      type: matrix
      weight: 4
      title: {id: Daftar, en: Lists}
      text: {id: Terbuka?, en: Open?}
      objects: {list: lists}
      columns:
        - id: free
          label: {id: Gratis, en: Free}
          options: {set: yes-no}
        - id: whole
          label: {id: Utuh, en: Whole}
          options: {set: yes-no}
          requires: [{column: free}]
"""


def changed(*changes: tuple[str, str]) -> str:
    """The small instrument with words replaced; each must stand there exactly once."""
    text = TINY
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def faults(text: str) -> tuple[Fault, ...]:
    """Everything that is wrong with a text."""
    try:
        load_text(text, name="tiny.yaml")
    except InstrumentError as error:
        return error.faults
    return ()


def loaded(*changes: tuple[str, str]) -> Instrument:
    """The small instrument after changes that make no fault."""
    return load_text(changed(*changes))


def line_of(text: str, words: str) -> int:
    """The line on which words stand, once in the whole text."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if words in line]
    assert len(lines) == 1, f"{words!r} stands on {lines}"
    return lines[0]
