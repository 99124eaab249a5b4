"""A report as plain words in one language: what the placeholders of a DOCX template stand for.

All names are described in ``docs/report-template.md``; templates of offices depend on them.
"""

from __future__ import annotations

from typing import Any

from maturity.reports.beside import Earlier, PeerGroup, PeerPart, Peers
from maturity.reports.peers_figure import WHOLE, basis, rank_words, signed, silence
from maturity.reports.report import (
    Dataset,
    DatasetState,
    Indicator,
    Inventory,
    Report,
    StageAnswer,
    Standing,
    Step,
)
from maturity.reports.words import SIGNS
from maturity.survey.instrument import Text
from maturity.web import format_moment, format_number

Values = dict[str, Any]


class Words:
    """Says everything of a report in one language."""

    def __init__(self, report: Report, language: str) -> None:
        self.report, self.language = report, language

    def say(self, words: Text | None) -> str:
        """Nothing for None."""
        return "" if words is None else words.in_(self.language)

    def number(self, value: float | None, digits: int = 2) -> str:
        """A dash for None."""
        return format_number(value, digits, self.language)

    def share(self, value: float | None) -> str:
        """0..1 in percent."""
        return "–" if value is None else f"{self.number(value * 100, 0)}%"

    def values(self) -> Values:
        """All of it."""
        report = self.report
        return {
            **self._identity(),
            **self.standing(report.overall),
            "coverage": self.share(report.overall.coverage),
            "stages": [
                {"name": self.say(one.name), "index": self.number(one.index),
                 "level": one.level or "–", "gated": one.gated_level or "–"}
                for one in report.stages
            ] if len(report.stages) > 1 else [],
            "contested": [self.number(one) for one in report.contested or ()],
            "dimensions": [self.standing(one) for one in report.dimensions],
            "weakest": self.standing(report.weakest) if report.weakest else None,
            "weak": [self.standing(one) for one in report.weak_indicators],
            "roadmap": self._roadmap(),
            **self._beside(),
            "sections": self._sections(),
            "inventories": [self._inventory(one) for one in report.inventories],
        }  # fmt: skip

    def _identity(self) -> Values:
        report, facts = self.report, self.report.instrument
        moment = report.submitted_at
        zone = report.office.zone
        return {
            "office": self.say(report.office.name),
            "code": report.office.code,
            "kind": self.say(report.office.kind),
            "round": self.say(report.round_title),
            "stage": self.say(report.stage_name),
            "demo": report.demo,
            "provisional": report.provisional,
            "submitted": format_moment(moment, zone, self.language) if moment else "–",
            "submitted_by": report.submitted_by,
            "digest": report.digest or "–",
            "instrument": {
                "title": self.say(facts.title), "ref": facts.ref,
                "fingerprint": facts.fingerprint, "notice": self.say(facts.notice),
                "top": facts.levels[-1].level if facts.levels else "–",
            },
            "levels": [
                {"level": one.level, "name": self.say(one.name), "words": self.say(one.summary)}
                for one in facts.levels
            ],
            "explanations": [
                {"title": self.say(one.title), "words": self.say(one.text)}
                for one in facts.explanations
            ],
            "sources": [" ".join(filter(None, (s.citation, s.url))) for s in facts.sources],
        }  # fmt: skip

    def standing(self, one: Standing) -> Values:
        """A dimension, a sub-domain, a variable or the whole."""
        named = f"{one.level} – {self.say(one.level_name)}" if one.level else "–"
        return {
            "title": self.say(one.title),
            "level": named,
            "gated": one.gated_level or "–",
            "index": self.number(one.index),
            "weight": self.share(one.weight),
            "reason": self.say(one.reason),
            "parts": [self.standing(part) for part in one.parts],
        }

    def _roadmap(self) -> Values:
        found = self.report.roadmap
        return {
            "target": found.target or "",
            "target_name": self.say(found.target_name),
            "words": self.say(found.words),
            "steps": [self._step(one) for one in found.steps],
        }

    def _step(self, one: Step) -> Values:
        return {
            "title": self.say(one.title),
            "section": self.say(one.section_title),
            "before": self.say(one.before),
            "after": self.say(one.after),
            "remedy": self.say(one.remedy),
            "evidence": self.say(one.evidence),
            "effect": self.say(one.effect),
            "peers": self.say(one.peers),
        }

    # --- beside others and the own past ---

    def _beside(self) -> Values:
        beside = self.report.beside
        peers = beside.peers
        return {
            "peers": [self._group(one, peers) for one in peers.groups] if peers else [],
            "compared": self.say(peers.stage) if peers else "",
            "earlier": [self._earlier(one) for one in beside.earlier],
        }

    def _group(self, one: PeerGroup, peers: Peers) -> Values:
        return {
            "name": self.say(one.name),
            "reason": self.say(one.reason),
            "offices": one.offices,
            "silence": "" if one.parts else self.say(silence(peers)),
            "parts": [self._part(part) for part in one.parts],
        }

    def _part(self, one: PeerPart) -> Values:
        return {
            "title": self.say(one.title or WHOLE),
            "lowest": self.number(one.least),
            "median": self.number(one.median),
            "highest": self.number(one.most),
            "own": self.number(one.own),
            "rank": self.say(rank_words(one.rank)) if one.rank else "–",
        }

    def _earlier(self, one: Earlier) -> Values:
        return {
            "round": self.say(one.title),
            "then": self.number(one.then),
            "now": self.number(one.now),
            "change": signed(one.change, self.language),
            "basis": self.say(basis(one)),
        }

    # --- the annex ---

    def _sections(self) -> list[Values]:
        found: dict[str, Values] = {}
        for one in self.report.indicators:
            title = self.say(one.section_title)
            section = found.setdefault(one.section, {"title": title, "variables": []})
            section["variables"].append(self._variable(one))
        return list(found.values())

    def _variable(self, one: Indicator) -> Values:
        level = one.standing.level if one.standing else None
        links = (f"{e.href or e.shown}{f' ({e.note})' if e.note else ''}" for e in one.evidence)
        counted = one.answer if one.claim is None else one.claim
        return {
            "id": one.id,
            "title": self.say(one.title),
            "question": self.say(one.question),
            "level": f"Level {level}" if level else "",
            "answer": self.say(counted) or self.say(one.state),
            "reason": one.reason,
            "note": one.note,
            "evidence": "; ".join(links),
            "remedy": self.say(one.remedy),
            "legal": "; ".join(one.legal),
            "decisions": [self._decision(each) for each in one.decisions],
        }

    def _decision(self, one: StageAnswer) -> Values:
        answer = "" if one.same or one.stage == "replied" else self.say(one.answer)
        return {
            "stage": self.say(one.name),
            "verdict": self.say(one.verdict),
            "answer": answer,
            "words": one.words,
        }

    def _inventory(self, one: Inventory) -> Values:
        return {
            "title": self.say(one.title),
            "principles": [self.say(each.title) for each in one.principles],
            "datasets": [self._dataset(each) for each in one.of(DatasetState.ASSESSED)],
            "excluded": [self._dataset(each) for each in one.of(DatasetState.EXCLUDED)],
            "not_applicable": [
                self._dataset(each) for each in one.of(DatasetState.NOT_APPLICABLE)
            ],
        }  # fmt: skip

    def _dataset(self, one: Dataset) -> Values:
        known = one.earned is not None
        points = f"{self.number(one.earned, 0)}/{self.number(one.possible, 0)}" if known else "–"
        return {
            "title": self.say(one.title),
            "signs": " ".join(SIGNS[verdict] for verdict in one.verdicts),
            "met": f"{one.met}/{len(one.verdicts)}",
            "points": points,
            "reason": one.reason,
        }
