"""Writes the shipped DOCX templates of the office report: ``python tools/report_templates.py``.

They are ordinary Word files, made by a program only so that both languages stay alike. What the
placeholders stand for is described in ``docs/report-template.md``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Row

from maturity.reports.docx_template import _timeless

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "templates/reports/docx"
DEEP, SOFT = RGBColor(0x1F, 0x1B, 0x4D), RGBColor(0x56, 0x53, 0x6A)
TEXT = 174
"""Millimetres between the margins."""


class Draft:
    """A template in one language, written from top to bottom."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.document = Document()
        self._page()
        self._styles()

    def say(self, indonesian: str, english: str) -> str:
        return english if self.language == "en" else indonesian

    # --- the file ---

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(18)
        section.top_margin, section.bottom_margin = Mm(22), Mm(20)
        for paragraph, left in (
            (section.header.paragraphs[0], "{{ office }}\t{{ round }}"),
            (section.footer.paragraphs[0], "{% if demo %}DEMO · {% endif %}{{ instrument.ref }}\t"),
        ):
            stops = paragraph.paragraph_format.tab_stops
            for stop in list(paragraph.style.paragraph_format.tab_stops):
                stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
            stops.add_tab_stop(Mm(TEXT), WD_TAB_ALIGNMENT.RIGHT)
            paragraph.add_run(left)
        for words, code in ((self.say("Halaman ", "Page "), "PAGE"),
                            (self.say(" dari ", " of "), "NUMPAGES")):  # fmt: skip
            paragraph.add_run(words)
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), code)
            run = OxmlElement("w:r")
            text = OxmlElement("w:t")
            text.text = "1"
            run.append(text)
            field.append(run)
            paragraph._p.append(field)

    def _styles(self) -> None:
        styles = self.document.styles
        language = styles.element.find(".//" + qn("w:lang"))
        language.set(qn("w:val"), self.say("id-ID", "en-GB"))
        sizes = {"Normal": 10, "Title": 22, "Heading 1": 15, "Heading 2": 12, "Heading 3": 10.5,
                 "Header": 8.5, "Footer": 8.5, "List Bullet": 10, "List Number": 10}  # fmt: skip
        for name, size in sizes.items():
            style = styles[name]
            self._font(style, size)
            if name.startswith(("Heading", "Title")):
                style.font.bold, style.font.color.rgb = True, DEEP
            if name in ("Header", "Footer"):
                style.font.color.rgb = SOFT
        border = styles["Title"].element.find(".//" + qn("w:pBdr"))
        border.getparent().remove(border)
        styles["Normal"].paragraph_format.space_after = Pt(5)
        for name, size in (("Small", 8.5), ("Cell", 9)):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.font.size = Pt(size)
            style.paragraph_format.space_after = Pt(0 if name == "Cell" else 4)
        styles["Small"].font.color.rgb = SOFT

    def _font(self, style: ParagraphStyle, size: float) -> None:
        style.font.name, style.font.size = "Calibri", Pt(size)
        fonts = style.element.rPr.rFonts
        for name in list(fonts.attrib):
            if name.endswith("Theme"):
                del fonts.attrib[name]
        fonts.set(qn("w:hAnsi"), "Calibri")
        fonts.set(qn("w:cs"), "Calibri")

    # --- its parts ---

    def heading(self, words: str, level: int = 1) -> None:
        self.document.add_heading(words, level)

    def text(self, words: str, style: str = "Normal") -> None:
        """``**words**`` are bold."""
        paragraph = self.document.add_paragraph(style=style)
        for number, part in enumerate(words.split("**")):
            paragraph.add_run(part).bold = number % 2 == 1 or None

    def block(self, *tags: str) -> None:
        for tag in tags:
            self.document.add_paragraph(f"{{%p {tag} %}}")

    def table(
        self, about: str, heads: Sequence[str], widths: Sequence[int], rows: Sequence[object]
    ) -> None:
        """``rows``: a string is a tag of its own, a sequence the cells."""
        table = self.document.add_table(1, len(heads), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        _describe(table, about)
        _fill(table.rows[0], heads, widths, bold=True)
        _mark_head(table.rows[0])
        for row in rows:
            if isinstance(row, str):
                _fill(table.add_row(), [f"{{%tr {row} %}}"], widths)
            else:
                _fill(table.add_row(), row, widths)  # type: ignore[arg-type]
        self.document.add_paragraph(style="Cell")

    def bytes(self) -> bytes:
        facts = self.document.core_properties
        facts.title, facts.author, facts.comments = "", "", ""
        made = io.BytesIO()
        self.document.save(made)
        return _timeless(made.getvalue())


def _describe(table: Table, words: str) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), "40")
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)
    for name in ("w:tblCaption", "w:tblDescription"):
        one = OxmlElement(name)
        one.set(qn("w:val"), words)
        table._tbl.tblPr.append(one)


def _mark_head(row: _Row) -> None:
    """Repeated on each page, and what a screen reader says as the head."""
    for name in ("w:cantSplit", "w:tblHeader"):
        row._tr.get_or_add_trPr().append(OxmlElement(name))
    for cell in row.cells:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "EEEDF7")
        cell._tc.get_or_add_tcPr().append(shade)


def _fill(row: _Row, words: Sequence[str], widths: Sequence[int], *, bold: bool = False) -> None:
    if not bold:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
    for cell, said in zip(row.cells, words, strict=False):
        paragraph = cell.paragraphs[0]
        for number, part in enumerate(said.split("**")):
            paragraph.add_run(part).bold = bold or number % 2 == 1 or None
    for cell in row.cells:
        cell.paragraphs[0].style = "Cell"


# --- the report -----------------------------------------------------------------------


def report(language: str) -> bytes:
    draft = Draft(language)
    brief(draft)
    reading(draft)
    answers(draft)
    inventory(draft)
    origin(draft)
    return draft.bytes()


def brief(draft: Draft) -> None:
    say, text = draft.say, draft.text
    draft.document.add_paragraph(
        say("Laporan maturitas data terbuka", "Open data maturity report"), style="Title"
    )
    text("**{{ office }}**")
    text("{{ round }}")
    text(say("{% if provisional %}Belum diajukan.{% else %}Diajukan {{ submitted }} oleh "
             "{{ submitted_by or 'penanggung jawab' }}.{% endif %}",
             "{% if provisional %}Not handed in yet.{% else %}Handed in {{ submitted }} by "
             "{{ submitted_by or 'the responsible officer' }}.{% endif %}"), "Small")  # fmt: skip
    text(say("Naskah ini dapat disunting; laporan resminya adalah berkas PDF.",
             "This text can be edited; the official report is the PDF file."), "Small")  # fmt: skip
    for flag, words in (
        ("demo", say("DATA CONTOH / DEMO: semua angka dalam laporan ini buatan.",
                     "SAMPLE DATA / DEMO: all figures in this report are made up.")),
        ("provisional", say("SEMENTARA: penilaian belum diajukan; angka dapat berubah.",
                            "PROVISIONAL: not handed in yet; figures may change.")),
    ):  # fmt: skip
        draft.block(f"if {flag}")
        text(f"**{words}**")
        draft.block("endif")
    draft.heading(say("Hasil", "Result"))
    draft.table(say("Hasil keseluruhan", "Overall result"),
                [say("Ukuran", "Measure"), say("Nilai", "Value")], [60, 114], [
        ["Level", "**{{ level }}**"],
        [say("Indeks", "Index"), say("{{ index }} dari {{ instrument.top }}",
                                     "{{ index }} of {{ instrument.top }}")],
        [say("Level terjaga", "Gated level"), "{{ gated }}"],
        [say("Terjawab", "Answered"), "{{ coverage }}"],
        "if weakest",
        [say("Subdomain terlemah", "Weakest sub-domain"),
         "{{ weakest.title }} ({{ weakest.index }})"],
        "endif",
    ])  # fmt: skip
    text("{{ reason }}")
    stages(draft)
    draft.block("for chart in charts")
    draft.heading("{{ chart.title }}", 2)
    text("{{ picture(chart.id) }}")
    text("{{ chart.words }}", "Small")
    draft.block("endfor")
    parts(draft)
    beside(draft)
    steps(draft)


def stages(draft: Draft) -> None:
    say = draft.say
    draft.block("if stages")
    draft.heading(say("Nilai setiap tahap", "Scores of each stage"), 2)
    draft.table(
        say("Indeks dan level setiap tahap", "Index and level of each stage"),
        [say("Tahap", "Stage"), say("Indeks", "Index"), "Level", say("Level terjaga", "Gated")],
        [84, 30, 30, 30],
        ["for one in stages",
         ["{{ one.name }}", "{{ one.index }}", "{{ one.level }}", "{{ one.gated }}"], "endfor"],
    )  # fmt: skip
    draft.text(say("{% if contested %}Interval sanggahan: {{ contested[0] }} sampai "
                   "{{ contested[1] }}. {% endif %}Semua angka lain menjelaskan: {{ stage }}.",
                   "{% if contested %}Contested interval: {{ contested[0] }} to "
                   "{{ contested[1] }}. {% endif %}All other figures explain: {{ stage }}."),
               "Small")  # fmt: skip
    draft.block("endif")


def parts(draft: Draft) -> None:
    say = draft.say
    draft.heading(say("Hasil menurut dimensi", "Results by dimension"))
    cells = [
        "{{ %s.level }}",
        "{{ %s.gated }}",
        "{{ %s.index }}",
        "{{ %s.weight }}",
        "{{ %s.reason }}",
    ]
    draft.table(
        say("Dimensi dan subdomain", "Dimensions and sub-domains"),
        [say("Bagian", "Part"), "Level", say("Level terjaga", "Gated"), say("Indeks", "Index"),
         say("Bobot", "Weight"), say("Alasan", "Reason")],
        [42, 32, 17, 16, 15, 52],
        ["for d in dimensions", ["**{{ d.title }}**", *(one % "d" for one in cells)],
         "for s in d.parts", ["{{ s.title }}", *(one % "s" for one in cells)],
         "endfor", "endfor"],
    )  # fmt: skip
    draft.heading(say("Titik terlemah", "Weakest points"))
    draft.block("if weakest")
    draft.text(say("Subdomain terlemah adalah {{ weakest.title }} (indeks {{ weakest.index }}). "
                   "{{ weakest.reason }}",
                   "The weakest sub-domain is {{ weakest.title }} (index {{ weakest.index }}). "
                   "{{ weakest.reason }}"))  # fmt: skip
    draft.block("endif", "for one in weak")
    draft.text("{{ one.title }}: {{ one.level }}", "List Bullet")
    draft.block("endfor")


def steps(draft: Draft) -> None:
    say = draft.say
    draft.heading(say("{% if roadmap.target %}Langkah menuju level terjaga {{ roadmap.target }}: "
                      "{{ roadmap.target_name }}{% else %}Langkah berikutnya{% endif %}",
                      "{% if roadmap.target %}Steps to gated level {{ roadmap.target }}: "
                      "{{ roadmap.target_name }}{% else %}Next steps{% endif %}"))  # fmt: skip
    draft.text("{{ roadmap.words }}")
    draft.block("for step in roadmap.steps")
    draft.text("**{{ step.title }}** ({{ step.before }} → {{ step.after }})"
               "{% if step.remedy %}: {{ step.remedy }}{% endif %} {{ step.effect }}"
               "{% if step.peers %} {{ step.peers }}{% endif %}",
               "List Number")  # fmt: skip
    draft.block("endfor")


def beside(draft: Draft) -> None:
    say = draft.say
    draft.block("if peers")
    draft.heading(say("Dibandingkan dengan kantor sebanding", "Beside comparable offices"))
    draft.text(
        say(
            "Yang dibandingkan: {{ compared }}. Kantor yang rentang peringkatnya "
            "bersinggungan setara secara statistik: urutan di antara mereka tidak berarti "
            "apa-apa.",
            "Compared: {{ compared }}. Offices whose ranges of ranks touch are "
            "statistically tied: the order among them means nothing.",
        ),
        "Small",
    )
    draft.block("for group in peers")
    draft.heading("{{ group.name }}", 2)
    draft.text(say("{{ group.reason }} {% if group.silence %}{{ group.silence }}{% else %}"
                   "{{ group.offices }} kantor memiliki nilai.{% endif %}",
                   "{{ group.reason }} {% if group.silence %}{{ group.silence }}{% else %}"
                   "{{ group.offices }} offices have a value.{% endif %}"))  # fmt: skip
    draft.block("if group.parts")
    draft.table(
        say("Kantor ini dan kelompoknya", "This office and its group"),
        [say("Bagian", "Part"), say("Terendah", "Lowest"), "Median", say("Tertinggi", "Highest"),
         say("Kantor ini", "This office"), say("Peringkat", "Rank")],
        [38, 24, 20, 25, 20, 47],
        ["for part in group.parts",
         ["{{ part.title }}", "{{ part.lowest }}", "{{ part.median }}", "{{ part.highest }}",
          "**{{ part.own }}**", "{{ part.rank }}"], "endfor"],
    )  # fmt: skip
    draft.block("endif", "endfor", "endif", "if earlier")
    draft.heading(say("Tren antarperiode", "Trend over rounds"))
    draft.table(
        say("Periode sebelumnya dan sekarang", "Earlier rounds and now"),
        [say("Periode", "Round"), say("Dahulu", "Then"), say("Sekarang", "Now"),
         say("Perubahan", "Change"), say("Dasar perbandingan", "Compared on")],
        [46, 20, 24, 29, 55],
        ["for one in earlier",
         ["{{ one.round }}", "{{ one.then }}", "{{ one.now }}", "{{ one.change }}",
          "{{ one.basis }}"], "endfor"],
    )  # fmt: skip
    draft.block("endif")


def reading(draft: Draft) -> None:
    say = draft.say
    draft.heading(say("Lampiran A. Membaca hasil ini", "Annex A. Reading this result"))
    draft.block("if instrument.notice")
    draft.text("{{ instrument.notice }}")
    draft.block("endif", "for one in explanations")
    draft.heading("{{ one.title }}", 2)
    draft.text("{{ one.words }}")
    draft.block("endfor", "if levels")
    draft.heading(say("Arti level", "What the levels mean"), 2)
    draft.table(
        say("Arti level", "What the levels mean"),
        ["Level", say("Arti", "Meaning")], [50, 124],
        ["for one in levels", ["{{ one.level }} – {{ one.name }}", "{{ one.words }}"], "endfor"],
    )  # fmt: skip
    draft.block("endif")


def answers(draft: Draft) -> None:
    say, text = draft.say, draft.text
    draft.heading(say("Lampiran B. Jawaban, bukti dukung, dan langkah",
                      "Annex B. Answers, evidence and steps"))  # fmt: skip
    draft.block("for section in sections")
    draft.heading("{{ section.title }}", 2)
    draft.block("for one in section.variables")
    draft.heading(
        "{{ one.id }} · {{ one.title }}{% if one.level %} – {{ one.level }}{% endif %}", 3
    )
    text("{{ one.question }}", "Small")
    text(say("**Jawaban:** ", "**Answer:** ")
         + "{{ one.answer }}{% if one.reason %} ({{ one.reason }}){% endif %}")  # fmt: skip
    draft.block("for d in one.decisions")
    text("**{{ d.stage }}:** {{ d.verdict }}{% if d.answer %}: {{ d.answer }}{% endif %}"
         "{% if d.words %}. {{ d.words }}{% endif %}")  # fmt: skip
    draft.block("endfor")
    for name, words in (
        ("note", say("Penjelasan", "Explanation")),
        ("evidence", say("Bukti dukung", "Evidence")),
        ("remedy", say("Untuk naik satu level", "To rise one level")),
        ("legal", say("Dasar hukum", "Legal basis")),
    ):
        draft.block(f"if one.{name}")
        text(f"**{words}:** {{{{ one.{name} }}}}", "Small" if name == "legal" else "Normal")
        draft.block("endif")
    draft.block("endfor", "endfor")


def inventory(draft: Draft) -> None:
    say, text = draft.say, draft.text
    draft.block("for inventory in inventories")
    draft.heading(say("Lampiran C. ", "Annex C. ") + "{{ inventory.title }}")
    text("{% for name in inventory.principles %}**{{ loop.index }}** {{ name }}"
         "{{ '; ' if not loop.last else '.' }}{% endfor %} "
         + say("✓ terpenuhi, ½ sebagian, × tidak terpenuhi, ? belum diketahui, – tidak dihitung.",
               "✓ met, ½ partly, × not met, ? not known, – not counted."), "Small")  # fmt: skip
    draft.table(
        say("Prinsip yang dipenuhi setiap dataset", "Principles that each dataset meets"),
        ["Dataset", say("Prinsip, berurutan", "Principles, in order"), say("Poin", "Points")],
        [104, 48, 22],
        ["for d in inventory.datasets",
         ["{{ d.title }}", "{{ d.signs }}", "{{ d.points }}"], "endfor"],
    )  # fmt: skip
    for name, words in (
        ("excluded",
         say("Dikecualikan berdasarkan uji konsekuensi", "Excluded by consequence test")),
        ("not_applicable", say("Tidak berlaku bagi kantor ini", "Not applicable to this office")),
    ):  # fmt: skip
        draft.block(f"if inventory.{name}")
        draft.heading(words, 2)
        draft.block(f"for d in inventory.{name}")
        text("{{ d.title }}{% if d.reason %}: {{ d.reason }}{% endif %}", "List Bullet")
        draft.block("endfor", "endif")
    draft.block("endfor")


def origin(draft: Draft) -> None:
    say, text = draft.say, draft.text
    draft.heading(say("Metode, sumber, dan keaslian", "Method, sources and authenticity"))
    text(say("Angka dihitung dari jawaban di atas dengan bobot dan aturan instrumen; pembulatan "
             "hanya saat ditampilkan. Pertanyaan yang tidak berlaku tidak ikut dihitung.",
             "Figures are computed from the answers above by the instrument's weights and rules; "
             "they are rounded only when shown. Questions that do not apply are not "
             "counted."))  # fmt: skip
    draft.block("for one in sources")
    text("{{ one }}", "List Bullet")
    draft.block("endfor")
    for words, name in (
        (say("Instrumen", "Instrument"), "{{ instrument.title }}, {{ instrument.ref }}"),
        (say("Sidik instrumen", "Instrument fingerprint"), "{{ instrument.fingerprint }}"),
        (say("Sidik hasil", "Result fingerprint"), "{{ digest }}"),
    ):
        text(f"**{words}:** {name}", "Small")


if __name__ == "__main__":
    PLACE.mkdir(parents=True, exist_ok=True)
    for one in ("id", "en"):
        (PLACE / f"report-{one}.docx").write_bytes(report(one))
