"""The words of a workbook beside the instrument's own. Pure."""

from __future__ import annotations

from maturity.survey.instrument import Instrument, Item, Kind, Text, Thing
from maturity.survey.workbook import ABOUT, ANSWER, GUIDANCE, KEY, Sheet, takes_reason

HEADS = {
    "question": Text("Pertanyaan", "Question"),
    "object": Text("Dataset", "Dataset"),
    "guidance": Text("Petunjuk", "Guidance"),
    "answer": Text("Jawaban", "Answer"),
    "reason": Text("Alasan atau nomor uji konsekuensi", "Reason or number of the consequence test"),
    "note": Text("Penjelasan", "Explanation"),
    "link": Text("Tautan bukti baru", "New evidence link"),
    "about": Text("Keterangan tautan", "About the link"),
    "present": Text("Bukti yang sudah tersimpan", "Evidence already saved"),
    "sheet": Text("Lembar", "Sheet"),
    "filled": Text("Terisi", "Filled in"),
    "asked": Text("Ditanyakan", "Asked"),
}
FILLED = (Text("Terisi ", "Filled in: "), Text(" dari ", " of "))
PICK = Text("Pilihan tidak dikenal", "Unknown choice")
STOP = Text(
    "Pilihlah salah satu jawaban dari daftar, atau kosongkan sel ini.",
    "Choose one of the answers in the list, or leave this cell empty.",
)
LINES = (
    Text(
        "Lembar kerja ini untuk mengisi penilaian tanpa sambungan internet. Isilah hanya sel "
        "berwarna kuning; sel lain terkunci.",
        "This workbook is for filling in the assessment without a connection. Fill in the "
        "yellow cells only; all others are locked.",
    ),
    Text(
        "Pilih jawaban dari daftar di dalam sel. Baris atau sel yang menjadi abu-abu tidak perlu "
        "diisi. Bila tautan lebih dari satu, tulislah satu tautan per baris di dalam sel.",
        "Choose an answer from the list inside the cell. What turns grey need not be filled in. "
        "Write several links one a line inside the cell.",
    ),
    Text(
        "Jangan menambah, menghapus, memindahkan, atau menggabungkan baris, sel, dan lembar.",
        "Do not add, delete, move or merge rows, cells or sheets.",
    ),
    Text(
        "Setelah selesai, simpan sebagai XLSX lalu unggah di halaman penilaian kantor Anda. "
        "Sebelum ada yang disimpan, aplikasi memperlihatkan semua perubahan.",
        "When done, save as XLSX and upload it on your office's assessment page. Before "
        "anything is saved, the application shows all changes.",
    ),
    Text(
        "Diunduh {made}. Batas pengisian: {until}.",
        "Downloaded {made}. Deadline: {until}.",
    ),
)
_ENTRY = {
    Kind.MULTIPLE: Text(
        "Boleh lebih dari satu; tulislah satu pilihan per baris:",
        "More than one is possible; write one choice a line:",
    ),
    Kind.NUMBER: Text("Isilah dengan angka.", "Enter a number."),
    Kind.PERCENT: Text("Isilah dengan persentase (0–100).", "Enter a percentage (0–100)."),
    Kind.DATE: Text("Tulislah tanggal seperti 21-11-2026.", "Write the date as 21-11-2026."),
    Kind.LINK: Text("Tulislah alamat web.", "Enter a web address."),
}
_EVIDENCE = Text(
    "Mulai level {level} diperlukan bukti dukung atau penjelasan.",
    "From level {level} on, evidence or an explanation is needed.",
)
_REASON = Text(
    "Sebagian pilihan memerlukan alasan di kolom sebelahnya.",
    "Some choices need a reason in the next column.",
)


def question_words(instrument: Instrument, item: Item, language: str) -> tuple[str, str]:
    """A question, and its guidance with what each level looks like."""
    question = item.question
    title = f"{question.id} – {question.title.in_(language)}\n{question.text.in_(language)}"
    parts = [question.guidance.in_(language)] if question.guidance else []
    parts += hint_of(item, language)
    for option in item.options:
        if option.rung is not None:
            level = instrument.level(option.rung.level)
            name = f" ({level.name.in_(language)})" if level else ""
            parts.append(f"Level {option.rung.level}{name}: {option.rung.text.in_(language)}")
    return title, "\n".join(parts)


def hint_of(item: Item, language: str) -> list[str]:
    """How the item is answered, in short lines."""
    entry = _ENTRY.get(item.kind)
    found = [] if entry is None else [entry.in_(language)]
    if item.kind is Kind.MULTIPLE:
        found += [f"• {option.label.in_(language)}" for option in item.options]
    if item.question.evidence_from is not None:
        found.append(_EVIDENCE.in_(language).format(level=item.question.evidence_from))
    if takes_reason(item):
        found.append(_REASON.in_(language))
    return found


def object_words(thing: Thing, language: str) -> tuple[str, str]:
    """An object of a matrix, and what is said about it."""
    note = thing.note.in_(language) if thing.note else ""
    return thing.label.in_(language), "\n".join(part for part in (note, *thing.legal) if part)


def heads_of(sheet: Sheet, language: str) -> dict[int, str]:
    """What stands above the columns of a sheet."""
    say = {name: text.in_(language) for name, text in HEADS.items()}
    heads = {KEY: "key", GUIDANCE: say["guidance"]}
    heads |= {sheet.link + n: say[name] for n, name in enumerate(("link", "about", "present"))}
    if sheet.matrix is None:
        names = {ABOUT: "question", ANSWER: "answer", ANSWER + 1: "reason", ANSWER + 2: "note"}
        return heads | {place: say[name] for place, name in names.items()}
    heads[ABOUT] = say["object"]
    for box in sheet.lines[0].boxes:
        column = box.item.column
        label = column.label.in_(language) if column else ""
        help_ = column.help.in_(language) if column and column.help else ""
        heads[box.answer] = f"{label}\n{help_}".strip()
        if box.reason is not None:
            heads[box.reason] = f"{say['reason']} – {label}"
    return heads
