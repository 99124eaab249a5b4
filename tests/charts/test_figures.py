"""Figures are true Plotly, and their drawings show the same without any style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from maturity.charts import colours, svg
from maturity.charts.course import Ahead, Days, Line, course_lines
from maturity.charts.elements import UnknownFigureError
from maturity.charts.figures import Figure, layout_of, note
from maturity.charts.level_bars import Bar, Scale, bars
from maturity.charts.marks import Mark, marks_grid
from maturity.charts.radar import Axis, radar
from maturity.resources import folder

SVG = "{http://www.w3.org/2000/svg}"
SCALE = Scale(4.0, (1.5, 2.5, 3.5), ("Level 1", "Level 2", "Level 3", "Level 4"))
MARKS = (Mark(colours.SURFACE, "×", "Belum"), Mark(colours.LEVELS[4][2], "✓", "Terpenuhi"))


def bar_figure() -> Figure:
    rows = [
        Bar("Kelembagaan & Hukum", 2.0, "2,00 · Level 2", 2, strong=True),
        Bar("Akses <terbuka>", 4.0, "4,00 · Level 4", 4),
        Bar("Mutu data", 1.0, "1,00 · Level 1", 1),
        Bar("Pengembang", None, "belum ada nilai", None),
    ]
    return bars(rows, SCALE)


def radar_figure() -> Figure:
    return radar(
        [
            Axis(
                f"Bagian {n}",
                float(n % 4 + 1),
                str(n),
            )
            for n in range(9)
        ],
        4,
    )


def grid_figure() -> Figure:
    rows = ["Daftar pemilih", "Hasil per TPS", "Hasil per TPS"]
    return marks_grid(rows, ["Gratis", "Tepat waktu"], [[1, 0], [1, 1], [0, 0]], MARKS)


def dots_figure() -> Figure:
    trace = {
        "type": "scatter",
        "mode": "lines+markers+text",
        "x": [0, 1, None, 2, 3],
        "y": [0, 1, 1, 0, 1],
        "text": list("abcde"),
        "marker": {"symbol": ["circle", "square", "diamond", "diamond", "triangle-up"],
                   "size": 8, "color": colours.BRAND},
        "line": {"color": colours.BRAND, "width": 2},
    }  # fmt: skip
    layout = layout_of(
        200,
        margin={"l": 20, "r": 10, "t": 10, "b": 20},
        xaxis={"range": [0, 3], "tickvals": [0, 3], "ticktext": ["0", "3"]},
        yaxis={"range": [0, 1], "tickvals": [0, 1], "ticktext": ["0", "1"]},
        shapes=[{"type": "line", "x0": 0, "x1": 3, "y0": 0.5, "y1": 0.5, "line": {"dash": "dot"}}],
    )
    return {"data": [trace], "layout": layout}


def course_figure() -> Figure:
    names = tuple(f"Hari <{n}>" for n in range(1, 6))
    lines = (
        Line("Mulai", "Mulai 80%", (0.1, 0.3, 0.6, 0.8, 0.8)),
        Line("Mengajukan", "Mengajukan 40%", (0.0, 0.0, 0.1, 0.2, 0.4)),
    )
    days = Days(names, 12, ((1, "1 Nov"), (12, "12 Nov")))
    return course_lines(*lines, days, Ahead(0.7, 0.6, 0.9, "perkiraan 70% (60–90%)"))


FIGURES = {
    "bars": bar_figure,
    "course": course_figure,
    "radar": radar_figure,
    "grid": grid_figure,
    "dots": dots_figure,
}


@pytest.fixture(params=FIGURES)
def figure(request: pytest.FixtureRequest) -> Figure:
    return FIGURES[request.param]()


def drawn(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(svg.render(figure, title="Temuan & <angka>"))


def texts(drawing: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]


# --- what holds for every figure ------------------------------------------------------


def test_every_figure_is_true_plotly(figure: Figure) -> None:
    go.Figure(figure)  # raises for any property or value that Plotly does not have


def test_a_wrong_property_would_be_noticed() -> None:
    wrong = bar_figure()
    wrong["data"][0]["colour"] = "red"
    with pytest.raises(ValueError, match="colour"):
        go.Figure(wrong)


def test_a_drawing_says_what_it_is(figure: Figure) -> None:
    drawing = drawn(figure)
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == "Temuan & <angka>"
    assert drawing[0].tag == f"{SVG}title"
    assert drawing[0].text == "Temuan & <angka>"


def test_a_drawing_is_the_same_each_time(figure: Figure) -> None:
    assert svg.render(figure, title="x") == svg.render(figure, title="x")


def test_a_drawing_needs_nothing_else(figure: Figure) -> None:
    text = svg.render(figure, title="x")
    assert not re.search(r"gradient|style=|class=|var\(|url\(|href|<image|<script|id=", text)


def test_a_drawing_fits_its_frame(figure: Figure) -> None:
    drawing = drawn(figure)
    width, height = figure["layout"]["width"], figure["layout"]["height"]
    assert drawing.get("viewBox") == f"0 0 {width} {height}"
    for rect in drawing.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert w > 0
        assert h > 0
        assert x + w <= width
        assert y + h <= height


def test_only_colours_of_the_style_sheet_are_used(figure: Figure) -> None:
    known = set(re.findall(r"#[0-9a-f]{6}", style_sheet()))
    used = set(re.findall(r"#[0-9a-f]{6}", svg.render(figure, title="x")))
    assert used
    assert used <= known


# --- each kind ------------------------------------------------------------------------


def test_bars_are_as_long_as_their_values() -> None:
    rects = [rect for rect in drawn(bar_figure()).iter(f"{SVG}rect") if rect.get("stroke")]
    widths = [float(rect.get("width", 0)) for rect in rects]
    assert len(widths) == 3  # none for the row without a value
    assert widths[0] == pytest.approx(2 * widths[2], abs=0.02)
    assert widths[1] == pytest.approx(4 * widths[2], abs=0.02)
    assert [rect.get("fill") for rect in rects] == [colours.level(n, 4) for n in (2, 4, 1)]


def test_bars_carry_their_words() -> None:
    found = texts(drawn(bar_figure()))
    for words in (
        "Kelembagaan & Hukum",
        "Akses <terbuka>",
        "1,00 · Level 1",
        "Pengembang: belum ada nilai",
    ):
        assert words in found


def test_radar_has_a_mark_for_each_axis_and_the_key_beneath() -> None:
    drawing = drawn(radar_figure())
    marks = [c for c in drawing.iter(f"{SVG}circle") if c.get("fill") == colours.BRAND]
    assert len(marks) == 10  # the first again, to close the shape
    found = texts(drawing)
    assert {f"Bagian {n}" for n in range(9)} <= set(found)


def test_radar_leaves_a_gap_where_a_value_is_missing() -> None:
    axes = [Axis(str(n), None if n == 1 else 2.0, "–") for n in range(5)]
    drawing = drawn(radar(axes, 4))
    areas = [p for p in drawing.iter(f"{SVG}path") if p.get("fill-opacity")]
    assert not areas
    lines = [p.get("d", "") for p in drawing.iter(f"{SVG}path")]
    assert [line.count("L") for line in lines] == [3]  # 2-3-4-0; 0 alone is no line


def test_grid_has_one_sign_for_each_cell() -> None:
    found = texts(drawn(grid_figure()))
    assert found.count("✓") == 3
    assert found.count("×") == 3


def test_grid_keeps_rows_of_one_name_apart() -> None:
    assert len(set(grid_figure()["data"][0]["y"])) == 3


def test_scatter_breaks_its_line_at_a_missing_value() -> None:
    lines = [p for p in drawn(dots_figure()).iter(f"{SVG}path") if p.get("fill") == "none"]
    assert len(lines) == 2


# --- what is not known is refused -----------------------------------------------------


def _with_trace(**more: object) -> Callable[[], Figure]:
    def make() -> Figure:
        figure = grid_figure()
        figure["data"][0] |= more
        return figure

    return make


def _with_layout(**more: object) -> Callable[[], Figure]:
    def make() -> Figure:
        figure = dots_figure()
        figure["layout"] |= more
        return figure

    return make


def _polar_pie() -> Figure:
    figure = radar_figure()
    figure["data"][0]["type"] = "barpolar"
    return figure


@pytest.mark.parametrize(
    "make",
    [
        _with_trace(type="violin"),
        _with_trace(colorscale=[[0, "#ffffff"], [1, "#000000"]]),
        _polar_pie,
        _with_layout(annotations=[{"text": "x", "x": 0, "y": 0}]),
        _with_layout(annotations=[note("<i>x</i>", 0, 0)]),
        _with_layout(shapes=[{"type": "path", "x0": 0, "x1": 1, "y0": 0, "y1": 1}]),
        _with_layout(xaxis={}),
    ],
    ids=["trace", "blending", "polar", "arrow", "markup", "shape", "range"],
)
def test_what_cannot_be_drawn_is_refused(make: Callable[[], Figure]) -> None:
    with pytest.raises(UnknownFigureError):
        svg.render(make(), title="x")


# --- colours --------------------------------------------------------------------------


def style_sheet() -> str:
    return (folder("static") / "css/tokens.css").read_text(encoding="utf-8")


def token(name: str, block: str = ":root") -> str:
    rules = style_sheet().split(f"{block} {{", 1)[1].split("\n}", 1)[0]
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", rules)
    assert found, name
    return found[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("paper", colours.PAPER),
        ("surface", colours.SURFACE),
        ("sunken", colours.SUNKEN),
        ("ink", colours.INK),
        ("ink-soft", colours.INK_SOFT),
        ("line", colours.LINE),
        ("line-strong", colours.LINE_STRONG),
        ("brand", colours.BRAND),
        ("brand-tint", colours.BRAND_TINT),
        ("gold", colours.GOLD),
        ("warn-tint", colours.WARN_TINT),
        *((f"dim-{n}", colours.DIMENSIONS[n - 1]) for n in (1, 2, 3, 4)),
    ],
)
def test_colours_are_those_of_the_style_sheet(name: str, value: str) -> None:
    assert token(name) == value


@pytest.mark.parametrize(("count", "block"), [(3, ".levels-3"), (4, ":root"), (5, ".levels-5")])
def test_level_colours_are_those_of_the_style_sheet(count: int, block: str) -> None:
    for number in range(1, count + 1):
        assert token(f"level-{number}", block) == colours.level(number, count)
        assert token(f"on-level-{number}", block) == colours.on_level(number, count)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_levels_can_be_read_in_grey(count: int) -> None:
    fills = [colours.level(number, count) for number in range(1, count + 1)]
    greys = [luminance(fill) for fill in fills]
    assert greys == sorted(greys, reverse=True)
    for number, fill in enumerate(fills, start=1):
        assert contrast(fill, colours.on_level(number, count)) >= 4.5


def test_marks_of_a_grid_can_be_told_apart_and_read() -> None:
    assert contrast(MARKS[0].fill, MARKS[1].fill) >= 3
    drawing = drawn(grid_figure())
    inks = {group.get("fill") for group in drawing.iter(f"{SVG}g")}
    assert inks == {colours.INK, colours.SURFACE}


def test_a_forecast_stands_at_the_last_day_with_its_interval() -> None:
    """A box from 60 to 90 % on the axis from 0 to 100 %, the diamond at 70 %."""
    drawing = drawn(course_figure())
    box = next(r for r in drawing.iter(f"{SVG}rect") if r.get("stroke"))
    grid = [float(line.get("y1", 0)) for line in drawing.iter(f"{SVG}line")
            if line.get("y1") == line.get("y2")]  # fmt: skip
    bottom, unit = max(grid), max(grid) - min(grid)
    low, height = float(box.get("y", 0)) + float(box.get("height", 0)), float(box.get("height", 0))
    assert (bottom - low) / unit == pytest.approx(0.6, abs=0.01)
    assert height / unit == pytest.approx(0.3, abs=0.01)
    assert "perkiraan 70% (60–90%)" in texts(drawing)
