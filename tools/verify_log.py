"""Check an export of the record: python3 verify_log.py FILE [SEQ:HASH of published heads ...]

Needs nothing but Python 3.8 or later. Exit code 0: whole; 1: not, with the first entry that is
not as it was written; 2: wrong usage. docs/record.md says what is hashed.
"""

import hashlib
import json
import re
import sys


def read(line):
    """The entry of a line, if the line is in canonical form and fits its own hash."""
    try:
        entry = json.loads(line)
        text = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
        if not isinstance(entry, dict) or json.dumps(entry, **text) != line:
            return None
        body = {name: entry[name] for name in entry if name != "hash"}
        digest = hashlib.sha256(json.dumps(body, **text).encode("utf-8")).hexdigest()
        return entry if entry.get("hash") == digest else None
    except (ValueError, RecursionError):
        return None


def check(lines, heads):
    """(number, hash) of the last entry that holds, and what is wrong after it, if anything."""
    entries = [read(line) for line in lines]
    seq, last = 0, "0" * 64
    for place, entry in enumerate(entries, start=1):
        if entry is None:
            return seq, last, f"{place}: diubah / altered"
        if entry.get("seq") != place:
            moved = any(other and other.get("seq") == place for other in entries[place:])
            return seq, last, f"{place}: {'berpindah / moved' if moved else 'hilang / missing'}"
        if entry.get("previous") != last:
            after = entries[place] if place < len(entries) else None
            vouched = after is None or after.get("previous") == entry["hash"]
            return seq, last, f"{seq if vouched and seq else place}: diubah / altered"
        seq, last = place, entry["hash"]
        if any(number == seq and digest != last for number, digest in heads):
            return seq, last, f"{seq}: bukan yang diumumkan / not the published one"
    short = any(number > seq for number, _ in heads)
    return seq, last, f"{seq + 1}: hilang / missing" if short else ""


if __name__ == "__main__":
    try:
        found = [re.fullmatch("([0-9]{1,18}):([0-9a-f]{64})", word) for word in sys.argv[2:]]
        published = [(int(head[1]), head[2]) for head in found]
        with open(sys.argv[1], encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = [line.rstrip("\r\n") for line in file]
    except (IndexError, TypeError, OSError) as error:
        print(__doc__.splitlines()[0], error, sep="\n", file=sys.stderr)
        sys.exit(2)
    number, digest, wrong = check(lines, published)
    print(wrong or f"utuh / whole: {number}:{digest}")
    sys.exit(1 if wrong else 0)
