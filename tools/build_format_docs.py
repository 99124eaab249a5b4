"""Write the JSON Schema of the instrument format and the page that explains it.

    python tools/build_format_docs.py           write both
    python tools/build_format_docs.py --check   exit 1 where one is out of date

Both come from the models in ``maturity/survey/source*.py``; the page's prose stands in
``tools/instrument-format.head.md``.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from maturity.survey import source  # noqa: E402
from maturity.survey.loader import json_schema  # noqa: E402

HEAD = ROOT / "tools/instrument-format.head.md"
SCHEMA = ROOT / "instruments/instrument.schema.json"
PAGE = ROOT / "docs/instrument-format.md"

TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", source.InstrumentSource),
    ("A text", source.TextSource),
    ("A level's name (`levels`)", source.LevelNameSource),
    ("Bands (`bands`)", source.BandsSource),
    ("One band", source.BandSource),
    ("A scale (`scale`)", source.ScaleSource),
    ("A group", source.GroupSource),
    ("A gate (`gate`)", source.GateSource),
    ("A must-have (`require`)", source.MustSource),
    ("Every question", source.QuestionBase),
    ("Question of type `level`", source.LevelQuestion),
    ("A statement (`levels` of a question)", source.LevelSource),
    ("Question of type `choice`", source.ChoiceQuestion),
    ("Question of type `multiple`", source.MultipleQuestion),
    ("An option (`options`)", source.OptionSource),
    ("A shared list of options", source.SetSource),
    ("Question of type `tristate`", source.TristateQuestion),
    ("Points of yes, partly and no", source.TristatePoints),
    ("Question of type `number`", source.NumberQuestion),
    ("A band of numbers (`points`)", source.NumberBandSource),
    ("Question of type `percent`", source.PercentQuestion),
    ("Points in proportion", source.LinearSource),
    ("Question of type `text`", source.TextQuestion),
    ("Question of type `date`", source.DateQuestion),
    ("Question of type `link`", source.LinkQuestion),
    ("Question of type `matrix`", source.MatrixQuestion),
    ("An object of a matrix (`objects`)", source.ThingSource),
    ("A shared list of objects", source.ListSource),
    ("A column of a matrix (`columns`)", source.ColumnSource),
    ("A prerequisite (`requires`)", source.NeedSource),
    ("A slice of a matrix", source.SliceSource),
    ("Which cells (`slice`)", source.SliceTarget),
    ("A claim (`not_applicable`)", source.ClaimSource),
    ("A condition (`show_when`, `applies_when`)", source.ConditionSource),
    ("A place in a scheme (`crosswalk`)", source.CrosswalkSource),
    ("A source (`sources`)", source.CitationSource),
    ("A scheme, kind or area (`schemes`, `kinds`, `areas`)", source.NamedSource),
    ("An explanation (`explanations`)", source.ExplanationSource),
)


def schema() -> str:
    """The JSON Schema as it is shipped."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    """The whole page: prose, then a table for each part of the format."""
    head = HEAD.read_text(encoding="utf-8").rstrip()
    tables = "\n\n".join(_table(title, model) for title, model in TABLES)
    return f"{head}\n\n{tables}\n"


def _table(title: str, model: type[BaseModel]) -> str:
    own = dict(_own_fields(model))
    words = (model.__doc__ or "").strip().replace("``", "`")
    rows = [f"### {title}", "", words, "", "| Key | Value | If left out | Meaning |",
            "|---|---|---|---|"]  # fmt: skip
    for name, field in own.items():
        key = field.alias or name
        cells = (f"`{key}`", _kind(field.annotation), _default(field), field.description or "")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _own_fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """A question type shows only what it adds to every question."""
    shared: set[str] = set()
    if issubclass(model, source.QuestionBase) and model is not source.QuestionBase:
        shared = set(source.QuestionBase.model_fields)
    for name, field in model.model_fields.items():
        if name not in shared:
            yield name, field


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default is None or field.default in ("", [], {}):
        return ""
    return f"`{json.dumps(field.default)}`".replace('"', "")


WORDS = {str: "text", float: "number", int: "whole number", bool: "`true` or `false`"}


def _kind(annotation: typing.Any) -> str:
    """What stands there, in words."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(parts[0])
    if origin is typing.Literal:
        return ", ".join(f"`{json.dumps(one)}`".replace('"', "") for one in parts)
    if origin is list:
        return f"list of {_kind(parts[0])}"
    if origin is dict:
        return f"{_kind(parts[1])} by name"
    if origin in (typing.Union, types.UnionType):
        kinds = [_kind(part) for part in parts if part is not type(None)]
        return " or ".join(dict.fromkeys(kinds)) if len(kinds) < 5 else "group, question or slice"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _link(annotation)
    return WORDS.get(annotation, "")


def _link(model: type[BaseModel]) -> str:
    title = next(title for title, one in TABLES if one is model)
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    short = title.split(" (")[0]
    return f"[{short[0].lower()}{short[1:]}](#{kept.replace(' ', '-')})"


def main() -> int:
    """Write, or with ``--check`` only compare."""
    stale = []
    for path, made in ((SCHEMA, schema()), (PAGE, page())):
        if path.exists() and path.read_text(encoding="utf-8") == made:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made, encoding="utf-8")
    for one in stale:
        print("out of date:" if "--check" in sys.argv else "written:", one)
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
