"""Write the next database revision from the models: ``python tools/revise.py "add a thing"``.

``python tools/revise.py --first`` writes the first revision anew; only until it is released.
Read what was written before committing: renames and changes of data cannot be guessed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from maturity import schema

VERSIONS = schema.MIGRATIONS / "versions"


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(__doc__)
        return 2
    if words == ["--first"]:
        for old in VERSIONS.glob("*.py"):
            old.unlink()
        words = ["First tables"]
    number = f"{len(list(VERSIONS.glob('*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'maturity.sqlite3'}"
        if number != "0001":
            schema.upgrade(url)
        with schema.transaction(url) as connection:
            config = schema.configuration(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message=words[0], autogenerate=True, rev_id=number)
    path = next(VERSIONS.glob(f"{number}_*.py"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "    # ###" not in line), encoding="utf-8")
    for step in (["format", "-q"], ["check", "--fix", "-q"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(path)], check=True)
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
