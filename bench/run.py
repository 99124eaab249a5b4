"""Run every benchmark and write ``docs/benchmarks.md``: ``python bench/run.py [NAME...]``.

Each module of this folder that offers ``section() -> str`` (Markdown, beginning with a
heading of level 2) is one section. With names, only those are run and nothing is written.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "docs" / "benchmarks.md"
ORDER = ("scoring", "ranks", "serving", "saving", "weights", "reports", "pages")


def names() -> list[str]:
    """All benchmarks, the known ones first in the order people read them."""
    found = {path.stem for path in HERE.glob("*.py")} - {"run", "__init__"}
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


def machine() -> str:
    """What was measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%d %B %Y}"
    )


def main(chosen: list[str]) -> int:
    sys.path.insert(0, str(HERE.parent))
    sections = []
    for name in chosen or names():
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "section"):
            print(f"bench/{name}.py offers no section()", file=sys.stderr)
            continue
        print(f"... {name}", file=sys.stderr, flush=True)
        sections.append(module.section().strip())
        print(sections[-1], end="\n\n", flush=True)
    if not chosen:
        head = (
            "# Benchmarks\n\nMeasured by `make bench` (one section: `python bench/run.py NAME`) on "
            f"{machine()}.\nThe speed of a machine drifts: compare inside one table."
        )
        TARGET.write_text("\n\n".join([head, *sections]) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
