"""The command line's own parser: argparse that speaks both languages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn, TypeAlias

from maturity.commands.language import LANGUAGES, say

_USAGE_FAULTS = (
    (r"the following arguments are required: (.*)", r"argumen ini wajib diisi: \1"),
    (r"unrecognized arguments: (.*)", r"argumen tidak dikenal: \1"),
    (r"argument (.+): expected one argument", r"argumen \1: perlu satu nilai"),
    (r"argument (.+): expected at least one argument", r"argumen \1: perlu sedikitnya satu nilai"),
    (
        r"argument (.+): invalid choice: (.+) \(choose from (.*)\)",
        r"argumen \1: \2 bukan salah satu dari \3",
    ),
    (r"argument (.+): invalid \w+ value: (.*)", r"argumen \1: nilai \2 tidak sah"),
)


class Parser(argparse.ArgumentParser):
    """Usage, headings and faults in the language spoken; exits with 2 on wrong usage."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, allow_abbrev=False)
        self._positionals.title = say("argumen", "arguments")
        self._optionals.title = say("pilihan", "options")
        self.add_argument(
            "-h", "--help", action="help", help=say("tampilkan bantuan ini", "show this help")
        )
        self.add_argument(
            "--lang",
            choices=LANGUAGES,
            default=argparse.SUPPRESS,
            help=say(
                "bahasa pesan dan teks (bawaan: MATURITY_LANG, atau id)",
                "language of messages and text (default: MATURITY_LANG, or id)",
            ),
        )

    def format_usage(self) -> str:
        """The usage line."""
        return super().format_usage().replace("usage:", say("pemakaian:", "usage:"), 1)

    def format_help(self) -> str:
        """Usage and help."""
        return super().format_help().replace("usage:", say("pemakaian:", "usage:"), 1)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the usage and exit with 2."""
        self.exit(2, f"{self.format_usage()}{self.prog}: {_translated(message)}\n")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def _translated(message: str, faults: Iterable[tuple[str, str]] = _USAGE_FAULTS) -> str:
    for english, indonesian in faults:
        found = re.fullmatch(english, message)
        if found:
            return say(found.expand(indonesian), message)
    return message
