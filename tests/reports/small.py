"""A small instrument whose every number can be worked out by hand."""

from __future__ import annotations

from functools import cache

from maturity.survey.instrument import Instrument
from maturity.survey.loader import load_text


def _question(name: str, title: str, english: str) -> str:
    rungs = "".join(
        f"""
                - level: {level}
                  text: {{id: Tahap {level}, en: Stage {level}}}
                  evidence: {{id: Bukti {level}, en: Proof {level}}}
                  remedy: {{id: Kerjakan {level}, en: Do {level}}}"""
        for level in range(1, 5)
    )
    return f"""
            - question: {name}
              type: level
              weight: 50
              title: {{id: {title}, en: {english}}}
              text: {{id: "Sejauh mana?", en: "How far?"}}
              legal: ["UU 14/2008"]
              levels:{rungs}"""


def _branch(name: str, title: str, english: str, questions: str) -> str:
    return f"""
        - id: {name}
          title: {{id: {title}, en: {english}}}
          weight: 50
          section: true
          weights: sum 100
          bands: usual
          gate: {{slack: 1}}
          children:{questions}"""


SMALL = f"""\
format: 1
id: small
version: 1.0.0
title: {{id: Contoh, en: Example}}
summary: {{id: Contoh kecil, en: A small example}}
notice: {{id: Hanya contoh., en: Only an example.}}
kinds:
  - {{id: province, title: {{id: Provinsi, en: Province}}}}
  - {{id: city, title: {{id: Kota, en: City}}}}
scale: {{from: 1, to: 4}}
levels:
  - {{level: 1, name: {{id: Awal, en: Early}}}}
  - {{level: 2, name: {{id: Tumbuh, en: Growing}}}}
  - {{level: 3, name: {{id: Mapan, en: Settled}}}}
  - {{level: 4, name: {{id: Unggul, en: Leading}}}}
bands:
  usual:
    bands:
      - {{level: 1, from: 1, to: 1.5}}
      - {{level: 2, from: 1.5, to: 2.5}}
      - {{level: 3, from: 2.5, to: 3.5}}
      - {{level: 4, from: 3.5, to: 4}}
object_lists:
  datasets:
    - {{id: voters, label: {{id: Pemilih, en: Voters}}}}
    - {{id: money, label: {{id: Dana, en: Money}}}}
    - {{id: parties, label: {{id: Partai, en: Parties}}, applies_when: {{kind: [province]}}}}
root:
  id: all
  title: {{id: Semua, en: All}}
  weights: sum 100
  bands: usual
  gate: {{slack: 0}}
  children:
    - id: D1
      title: {{id: Dimensi satu, en: Dimension one}}
      weight: 60
      weights: sum 100
      bands: usual
      gate: {{slack: 0}}
      children:{
    _branch(
        "S1",
        "Aturan",
        "Rules",
        _question("V1", "Rencana", "Plan") + _question("V2", "Tugas", "Duty"),
    )
}
{
    _branch(
        "S2",
        "Orang",
        "People",
        _question("V3", "Latihan", "Training") + _question("V4", "Anggaran", "Budget"),
    )
}
    - id: D2
      title: {{id: Dimensi dua, en: Dimension two}}
      weight: 40
      weights: sum 100
      bands: usual
      gate: {{slack: 0}}
      children:
        - id: S3
          title: {{id: Data, en: Data}}
          weight: 100
          section: true
          weights: free
          bands: usual
          children:
            - slice: {{matrix: INV, columns: [free, open]}}
              id: INV-A
              title: {{id: Keterbukaan, en: Openness}}
              weight: 1
              bands: usual
    - id: G
      title: {{id: Inventaris, en: Inventory}}
      weight: 0
      section: true
      weights: free
      children:
        - question: INV
          type: matrix
          weight: 1
          title: {{id: Dataset, en: Datasets}}
          text: {{id: "Prinsip mana?", en: "Which principles?"}}
          objects: {{list: datasets}}
          columns:
            - id: free
              label: {{id: Gratis, en: Free}}
              options:
                - {{id: "yes", label: {{id: Ya, en: "Yes"}}, points: 3}}
                - {{id: "no", label: {{id: Tidak, en: "No"}}, points: 0}}
                - id: excluded
                  label: {{id: Dikecualikan, en: Excluded}}
                  points: null
                  excludes: object
                  needs_reason: true
            - id: open
              label: {{id: Terbuka, en: Open}}
              options:
                - {{id: "yes", label: {{id: Ya, en: "Yes"}}, points: 1}}
                - {{id: "no", label: {{id: Tidak, en: "No"}}, points: 0}}
              requires: [{{column: free, effect: zero}}]
"""


@cache
def small() -> Instrument:
    """The instrument, read once."""
    return load_text(SMALL, name="small")
