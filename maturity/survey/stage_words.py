"""What the stages of an assessment and the decisions of each are called."""

from __future__ import annotations

from maturity.survey.instrument import Instrument, Item, Text
from maturity.survey.models import Stage
from maturity.survey.pages import answer_words
from maturity.survey.reading import Reading
from maturity.survey.stage_models import Verdict
from maturity.survey.stages import answer_value

STAGE_NAMES: dict[Stage, Text] = {
    Stage.SELF: Text("Nilai mandiri", "Self-assessed"),
    Stage.VERIFIED: Text("Nilai verifikasi", "Verified"),
    Stage.REPLIED: Text("Tanggapan kantor", "Office's reply"),
    Stage.CONTESTED: Text("Bila semua sanggahan diterima", "If all disputes were accepted"),
    Stage.SETTLED: Text("Penetapan", "Settled"),
}
NOTHING_CHOSEN = Text("Tidak ada yang dipilih", "Nothing chosen")
_CHANGED = Text("Diubah", "Changed")
_VERDICTS: dict[tuple[Stage, Verdict], Text] = {
    (Stage.VERIFIED, Verdict.CONFIRMED): Text("Sesuai", "Confirmed"),
    (Stage.VERIFIED, Verdict.CHANGED): _CHANGED,
    (Stage.VERIFIED, Verdict.NOT_VERIFIABLE): Text(
        "Tidak dapat diverifikasi", "Not verifiable"
    ),
    (Stage.REPLIED, Verdict.AGREE): Text("Setuju", "Agrees"),
    (Stage.REPLIED, Verdict.DISAGREE): Text("Tidak setuju", "Disagrees"),
    (Stage.SETTLED, Verdict.UPHELD): Text(
        "Hasil verifikasi dipertahankan", "The verified answer stands"
    ),
    (Stage.SETTLED, Verdict.CONFIRMED): Text("Klaim kantor diterima", "The claim is accepted"),
    (Stage.SETTLED, Verdict.CHANGED): Text("Diubah menjadi jawaban lain", "Another answer"),
}  # fmt: skip


def verdict_name(stage: Stage, verdict: str) -> Text:
    """What a decision of a stage is called."""
    return _VERDICTS[stage, Verdict(verdict)]


def reading_words(instrument: Instrument, item: Item, reading: Reading, language: str) -> str:
    """An answer that counts at some stage, as people read it."""
    value = answer_value(reading)
    shown = answer_words(instrument, item, value, language=language)
    return shown or NOTHING_CHOSEN.in_(language)


def item_title(item: Item) -> Text:
    """What an item is about: the question; in a matrix the object and the column."""
    if item.thing is None or item.column is None:
        return item.question.title
    thing, column = item.thing.label, item.column.label
    return Text(f"{thing.id}: {column.id}", f"{thing.en}: {column.en}")
