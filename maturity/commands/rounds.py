"""``maturity round``: open, show, correct and publish assessment periods."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.database import reading, writing
from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.commands.writing import put
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from maturity.survey.assignments import Policy
    from maturity.survey.models import Round
    from maturity.survey.round_terms import Terms

LAST = time(23, 59, 59)


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    base = commands.add_parser("round", help=say("urus periode pengukuran", "assessment periods"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    _add_open(below)
    words = say("tampilkan batas waktu, aturan, dan status", "show deadlines, rules and states")
    _named(below.add_parser("show", help=words)).set_defaults(run=run_show)
    words = say("koreksi teks instrumen periode", "correct words of a period's instrument")
    correct = _named(below.add_parser("correct", help=words))
    correct.add_argument("file", metavar="FILE", help=say("berkas YAML", "the YAML file"))
    words = say("alasan; tanpa ini perbedaan hanya ditampilkan", "why; without it, only shown")
    correct.add_argument("--reason", metavar="WORDS", help=words)
    correct.set_defaults(run=run_correct)
    words = say("publikasikan semua hasil yang sudah ditetapkan", "publish all settled results")
    _named(below.add_parser("publish", help=words)).set_defaults(run=run_publish)
    words = say("tulis semua tabel periode sebagai XLSX", "write all tables of a period as XLSX")
    tables = _named(below.add_parser("tables", help=words))
    words = say("berkas yang ditulis", "file to write")
    tables.add_argument("--out", required=True, type=Path, metavar="FILE", help=words)
    words = say("hasil tahap mana (bawaan: seperti halaman)", "results of which stage (as pages)")
    tables.add_argument("--stage", choices=("self", "verified", "settled"), help=words)
    tables.set_defaults(run=run_tables)


def _named(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    words = say("nama singkat di alamat, misalnya 2027", "short name in addresses, e.g. 2027")
    parser.add_argument("slug", metavar="SLUG", help=words)
    return parser


def _add_open(below: Commands) -> None:
    words = say("buka periode untuk semua kantor", "open a period for all offices")
    parser = _named(below.add_parser("open", help=words))
    words = say("berkas atau id instrumen", "file or id of the instrument")
    parser.add_argument("--instrument", default="ogd-kpu-2026", metavar="I", help=words)
    parser.add_argument("--title", required=True, help=say("judul", "title in Indonesian"))
    words = say("judul dalam bahasa Inggris", "title in English")
    parser.add_argument("--title-en", metavar="TITLE", help=words)
    words = say("hari pertama, misalnya 2027-02-01 (bawaan: hari ini)", "first day (today)")
    parser.add_argument("--opens", metavar="DATE", help=words)
    words = say(
        "hari terakhir pengisian, sampai 23.59 waktu setempat",
        "last day of filling in, until 23:59 local time",
    )
    parser.add_argument("--closes", required=True, metavar="DATE", help=words)
    for name, words in (
        ("--verify-by", say("hari terakhir verifikasi", "last day of verification")),
        ("--reply-by", say("hari terakhir masa sanggah", "last day of replies")),
        ("--settle-by", say("hari terakhir penetapan", "last day of settling")),
    ):
        parser.add_argument(name, metavar="DATE", help=words)
    _add_rules(parser)
    parser.set_defaults(run=run_open)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    for name, value, words in (
        ("--reply-days", 3, say("masa sanggah paling singkat, hari", "least days of reply")),
        ("--grace", 15, say("kelonggaran kiriman terlambat, menit", "grace in minutes")),
        ("--suppress-below", 5, say("kelompok terkecil yang tampil", "smallest group shown")),
    ):
        parser.add_argument(name, type=int, default=value, metavar="N", help=words)
    words = say("“tidak berlaku” langsung berlaku, atau setelah disetujui",
                "whether “not applicable” counts as claimed or once granted")  # fmt: skip
    parser.add_argument("--not-applicable", choices=("claimed", "granted"), default="claimed",
                        help=words)  # fmt: skip
    words = say(
        "siapa memverifikasi satu jenis kantor: KIND=BODY[,BODY]; boleh diulang; KIND: national, "
        "province, regency, city; BODY: province, national, external",
        "who verifies a kind of office: KIND=BODY[,BODY]; may be repeated; KIND: national, "
        "province, regency, city; BODY: province, national, external",
    )
    parser.add_argument("--verifiers", action="append", default=[], metavar="RULE", help=words)


# --- running --------------------------------------------------------------------------


def run_open(args: argparse.Namespace) -> int:
    """Open the period and say how many offices take part."""
    from sqlalchemy import func, select

    from maturity.survey.answers import Author
    from maturity.survey.deadlines import REFERENCE
    from maturity.survey.instrument import Text
    from maturity.survey.models import Assessment
    from maturity.survey.rounds import NewRound, open_round
    from maturity.survey.shipped import locate

    now = datetime.now(UTC)
    opens = now if args.opens is None else datetime.combine(_day(args.opens), time(0), REFERENCE)
    title = Text(args.title, args.title_en or args.title)
    new = NewRound(args.slug, title, locate(args.instrument), opens, _terms(args))
    with writing(read_settings()) as session:
        made = open_round(session, new, today=now.date(), author=Author(None, now, "cli"))
        ref = f"{made.instrument_id}@{made.instrument_version}"
        offices = session.scalar(select(func.count()).where(Assessment.round_id == made.id))
    sys.stdout.write(
        say(
            f"Periode {new.slug} dibuka untuk {offices} kantor dengan {ref}.\n",
            f"Period {new.slug} is open for {offices} offices with {ref}.\n",
        )
    )
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Deadlines, rules and how many offices are in which state."""
    from sqlalchemy import func, select

    from maturity.survey.lifecycle import AssessmentState
    from maturity.survey.models import Assessment
    from maturity.survey.rounds import round_named

    with writing(read_settings()) as session:
        round_ = round_named(session, args.slug)
        states = select(Assessment.state, func.count()).where(Assessment.round_id == round_.id)
        counts = {row[0]: row[1] for row in session.execute(states.group_by(Assessment.state))}
        lines = [*_described(round_), ""]
    lines += [f"{state:<20} {counts[state]:>4}" for state in AssessmentState if state in counts]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def run_correct(args: argparse.Namespace) -> int:
    """Show what a file would correct; with a reason, do it."""
    from maturity.survey.answers import Author
    from maturity.survey.corrections import StructureError, compare, correct
    from maturity.survey.rounds import round_named

    text = Path(args.file).read_text(encoding="utf-8")
    author = Author(None, datetime.now(UTC), "cli")
    with writing(read_settings()) as session:
        round_ = round_named(session, args.slug)
        found = compare(round_, text, name=args.file)
        if found.structural:
            raise StructureError(found.structural)
        for one in found.texts:
            sys.stdout.write(f"{one.place}\n- {one.before}\n+ {one.after}\n")
        if args.reason is not None:
            correct(session, round_, text, words=args.reason, author=author, name=args.file)
    count = len(found.texts)
    if args.reason is None:
        words = say(f"{count} teks berbeda. Tidak ada yang diubah; beri --reason untuk mengubah.",
                    f"{count} texts differ. Nothing was changed; do it with --reason.")  # fmt: skip
    else:
        words = say(f"{count} teks dikoreksi.", f"{count} texts corrected.")
    sys.stdout.write(words + "\n")
    return 0


def run_publish(args: argparse.Namespace) -> int:
    """Publish every settled result of the period."""
    from sqlalchemy import select

    from maturity.survey.answers import Author
    from maturity.survey.lifecycle import AssessmentState
    from maturity.survey.models import Assessment
    from maturity.survey.rounds import round_named
    from maturity.survey.settling import publish

    author = Author(None, datetime.now(UTC), "cli")
    with writing(read_settings()) as session:
        mine = Assessment.round_id == round_named(session, args.slug).id
        settled = mine & (Assessment.state == AssessmentState.SETTLED)
        rows = session.scalars(select(Assessment).where(settled).order_by(Assessment.id)
                               .with_for_update()).all()  # fmt: skip
        for assessment in rows:
            publish(session, assessment, author=author)
    sys.stdout.write(
        say(f"{len(rows)} hasil dipublikasikan.\n", f"{len(rows)} results published.\n")
    )
    return 0


# --- words ----------------------------------------------------------------------------


def _described(round_: Round) -> Iterable[str]:
    from maturity.survey.assignments import policy_of
    from maturity.survey.deadlines import REFERENCE

    yield f"{round_.slug}  {round_.title.in_(spoken())}"
    yield f"{round_.instrument_id}@{round_.instrument_version}  {round_.fingerprint}"
    for name in ("opens_at", "closes_at", "verify_by", "reply_by", "settle_by"):
        moment = getattr(round_, name)
        shown = "–" if moment is None else f"{moment.astimezone(REFERENCE):%Y-%m-%d %H:%M}"
        yield f"{name:<20} {shown}"
    yield say("(batas: waktu setempat di setiap zona)", "(deadlines: local time in every zone)")
    for name in ("reply_days", "grace_minutes", "na_policy", "suppress_below"):
        yield f"{name:<20} {getattr(round_, name)}"
    for kind, bodies in policy_of(round_).items():
        yield f"verifiers {kind:<10} {', '.join(sorted(bodies))}"


def _terms(args: argparse.Namespace) -> Terms:
    from maturity.survey.round_terms import Terms

    return Terms(
        closes_at=_end(args.closes),
        verify_by=args.verify_by and _end(args.verify_by),
        reply_by=args.reply_by and _end(args.reply_by),
        settle_by=args.settle_by and _end(args.settle_by),
        reply_days=args.reply_days,
        grace_minutes=args.grace,
        verifiers=_policy(args.verifiers),
        na_policy=args.not_applicable,
        suppress_below=args.suppress_below,
    )


def _policy(rules: Iterable[str]) -> Policy:
    from maturity.offices.registry import OfficeKind
    from maturity.survey.assignments import DEFAULT, POSSIBLE, Body

    policy = dict(DEFAULT)
    for rule in rules:
        kind, _, bodies = rule.partition("=")
        try:
            chosen = frozenset(Body(one) for one in bodies.split(","))
            if not chosen <= POSSIBLE[OfficeKind(kind)]:
                raise ValueError(rule)
            policy[OfficeKind(kind)] = chosen
        except ValueError:
            raise MaturityError(
                f"Aturan verifikasi “{rule}” tidak dapat dipakai.",
                f"“{rule}” is no rule of verification.",
                field="verifiers",
            ) from None
    return policy


def _end(said: str) -> datetime:
    from maturity.survey.deadlines import REFERENCE

    return datetime.combine(_day(said), LAST, REFERENCE)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise MaturityError(
            f"“{said}” bukan tanggal; tulislah seperti 2027-02-28.",
            f"“{said}” is not a date; write it like 2027-02-28.",
        ) from None


# --- tables ---------------------------------------------------------------------------


def run_tables(args: argparse.Namespace) -> int:
    """The workbook of the national page, with the answers of all offices."""
    from maturity.dashboards.round_queries import round_named
    from maturity.dashboards.round_tables import Wanted, round_tables
    from maturity.dashboards.stage_choice import asked_stage

    with reading() as session:
        round_ = round_named(session, args.slug)
        if round_ is None:
            raise MaturityError(
                f"Tidak ada periode {args.slug}.", f"There is no round {args.slug}."
            )
        stage = asked_stage(session, round_, {"stage": args.stage or ""})
        wanted = Wanted(stage, spoken(), datetime.now(UTC), sees=lambda _row: True)
        body = round_tables(session, round_, wanted)
    put(args.out, body)
    return 0
