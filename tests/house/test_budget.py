"""The code stays in small pieces; what is larger is listed here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

LINES_OF_FUNCTION, LINES_OF_FILE = 30, 300
CODE = ROOT / "maturity"

ALLOWED_FILES = {
    "reports/report.py": "the frozen objects of a report, read as one page",
    "survey/build.py": "turns each part of an instrument's file into its frozen object",
    "survey/instrument.py": "the frozen objects of an instrument, read as one page",
    "survey/pages.py": "the contexts of the questionnaire's pages",
    "survey/verification_pages.py": "the contexts of the verifier's pages",
    "web.py": "what all pages share",
    "survey/answers.py": "the door through which answers are saved",
    "survey/assessments.py": "the door through which assessments change state",
}
ALLOWED_FUNCTIONS = {
    "charts/marks.py:marks_grid": "one figure",
    "charts/radar.py:radar": "one figure",
    "commands/scores.py:add": "a list of options",
    "demo/people.py:add_people": "one list of rows",
    "reports/build.py:build": "one constructor call",
    "round_reports/build.py:round_report": "one constructor call",
    "survey/acceptance.py:accept": "one case for each type of question",
    "survey/answers.py:attach": "the door for evidence",
    "survey/build.py:build": "one constructor call",
    "survey/csv_tables.py:_csv_rows": "one parser",
    "survey/section_views.py:section_page": "one page",
    "survey/steps.py:plan": "one algorithm",
}


def _files() -> list[Path]:
    found = [path for path in CODE.rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 50
    return found


def _name(path: Path) -> str:
    return path.relative_to(CODE).as_posix()


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{_name(path)}:{node.name}", _code_lines(node)


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring and the decorators."""
    assert node.end_lineno is not None
    first, words = node.body[0], 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        words = (first.end_lineno or 0) - first.lineno + 1
    return node.end_lineno - node.lineno + 1 - words


def test_files_are_short() -> None:
    lines = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _files()}
    long = {name for name, count in lines.items() if count > LINES_OF_FILE}
    assert long - set(ALLOWED_FILES) == set(), "shorten these"
    assert set(ALLOWED_FILES) - set(lines) == set(), "no longer there"


def test_functions_are_short() -> None:
    lines = [found for path in _files() for found in _functions(path)]
    long = {name for name, count in lines if count > LINES_OF_FUNCTION}
    assert long - set(ALLOWED_FUNCTIONS) == set(), "shorten these"
    assert set(ALLOWED_FUNCTIONS) - {name for name, _ in lines} == set(), "no longer there"
