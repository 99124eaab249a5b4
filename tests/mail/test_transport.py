"""A letter leaves as one message to one person, over TLS where asked for, or into a folder."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import trustme

from maturity.config import Settings, environment, settings_from
from maturity.errors import MaturityError, PassingError
from maturity.mail.letters import Letter, line, message
from maturity.mail.transport import Folder, Smtp, UnreachableError, transport
from tests.clock import START
from tests.mail.server import Box, server

LETTER = Letter("siti@kpu.example", "Pengisian é", "Yth. Siti,\n\nTinggal 3 hari – é.\n", "a:1:2")
SENDER = "maturitas@kpu.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def theirs(authority: trustme.CA) -> ssl.SSLContext:
    """The server's TLS."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    return made


@pytest.fixture
def ours(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.create_default_context()
    authority.configure_trust(made)
    return made


@pytest.fixture
def plain() -> Iterator[Box]:
    with server(Box()) as box:
        yield box


def sending(box: Box, **more: object) -> Smtp:
    return replace(Smtp("127.0.0.1", box.port, SENDER, secure=""), **more)  # type: ignore[arg-type]


# --- the message ------------------------------------------------------------------------


def test_a_letter_arrives_whole_in_utf_8(plain: Box) -> None:
    assert sending(plain).send(LETTER, now=START) == "250 2.0.0 taken as 42"
    [(to, letter)] = plain.letters
    assert to == [LETTER.to]
    assert (letter["To"], letter["From"]) == (LETTER.to, SENDER)
    assert letter["Subject"] == LETTER.subject
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == START
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().replace("\r\n", "\n") == LETTER.text


def test_the_same_letter_has_the_same_id_and_others_have_not() -> None:
    def number(letter: Letter) -> str:
        return str(message(letter, sender=SENDER, now=START)["Message-ID"])

    assert number(LETTER) == number(replace(LETTER, text="Tinggal 2 hari."))
    others = [replace(LETTER, key="a:1:3"), replace(LETTER, to="budi@kpu.example")]
    assert len({number(one) for one in [LETTER, *others]}) == 3
    assert number(LETTER).endswith("@kpu.example>")


@pytest.mark.parametrize(
    "subject",
    ["Halo\r\nBcc: x@y.example", "Halo\nBcc: x@y.example\n\nisi", "Halo\u2028Bcc: x@y.example",
     "Halo\x85Bcc: x@y.example", "Halo\0\x0bBcc: x@y.example", "=?utf-8?q?Halo=0ABcc:_x@y?="],
)  # fmt: skip
def test_a_subject_cannot_add_headers(plain: Box, subject: str) -> None:
    sending(plain).send(replace(LETTER, subject=subject), now=START)
    [(to, letter)] = plain.letters
    assert to == [LETTER.to]
    assert letter["Bcc"] is None
    assert set(letter.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version", "X-Peer", "X-MailFrom", "X-RcptTo",
    } - {"X-Peer", "X-MailFrom", "X-RcptTo"}  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nRCPT TO:<x@y.example>", "a@b.example, x@y.example", "a b@c.example", "a",
     "<a@b.example>", "a@b.example>\n", '"x"@b.example', "a@b.exa\u200bmple", "@", ""],
)  # fmt: skip
def test_only_one_plain_address_is_written_to(plain: Box, address: str) -> None:
    with pytest.raises(MaturityError, match="cannot be used") as fault:
        sending(plain).send(replace(LETTER, to=address), now=START)
    assert not isinstance(fault.value, PassingError)
    assert plain.asked == 0


def test_text_keeps_its_lines_and_nothing_else_that_moves_the_reader() -> None:
    hostile = replace(LETTER, text="Satu\x1b[2J\n.\nDua\u202etxet\nFrom x")
    content = message(hostile, sender=SENDER, now=START).get_content()
    assert content == "Satu [2J\n.\nDua txet\nFrom x\n"
    assert line(" Siti\r\nRahma\t\u202e ") == "Siti Rahma"


def test_a_line_with_one_dot_does_not_end_the_letter(plain: Box) -> None:
    sending(plain).send(replace(LETTER, text="Satu\n.\nDua\n"), now=START)
    assert plain.letters[0][1].get_content().splitlines() == ["Satu", ".", "Dua"]


# --- what servers say -------------------------------------------------------------------


def test_a_recipient_refused_for_good_is_no_passing_fault(plain: Box) -> None:
    plain.rcpt = ["550 5.1.1 <siti@kpu.example> unknown"]
    with pytest.raises(MaturityError) as fault:
        sending(plain).send(LETTER, now=START)
    assert not isinstance(fault.value, PassingError)
    assert fault.value.message_id == "Server surel menolak penerima (kode 550)."
    assert fault.value.answer == "550 5.1.1 <siti@kpu.example> unknown"


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_refusal_for_now_passes(plain: Box, where: str) -> None:
    setattr(plain, where, ["451 4.7.1 greylisted"])
    with pytest.raises(PassingError, match=r"for now.*451"):
        sending(plain).send(LETTER, now=START)
    sending(plain).send(LETTER, now=START)
    assert len(plain.letters) == 1


def test_a_letter_refused_for_its_content_is_not_tried_again(plain: Box) -> None:
    plain.data = ["554 5.7.1 spam"]
    with pytest.raises(MaturityError, match=r"refuses the letter \(code 554\)") as fault:
        sending(plain).send(LETTER, now=START)
    assert not isinstance(fault.value, PassingError)


def test_a_sender_refused_is_for_the_administrator_to_mend(plain: Box) -> None:
    plain.mail = ["553 5.7.1 not yours"]
    with pytest.raises(UnreachableError, match="MATURITY_MAIL_FROM"):
        sending(plain).send(LETTER, now=START)


def test_a_connection_cut_in_the_middle_passes(plain: Box) -> None:
    plain.breaks = 1
    with pytest.raises(PassingError, match="broke while sending") as fault:
        sending(plain).send(LETTER, now=START)
    assert not isinstance(fault.value, UnreachableError)


def test_nobody_listening_is_said() -> None:
    with server(Box()) as gone:
        pass
    with pytest.raises(UnreachableError, match="cannot be reached"):
        sending(gone).send(LETTER, now=START)


# --- TLS and passwords ------------------------------------------------------------------


def test_starttls_with_a_password(theirs: ssl.SSLContext, ours: ssl.SSLContext) -> None:
    with server(Box(), tls=theirs, password="rahasia") as box:
        way = sending(box, secure="starttls", tls=ours, user=SENDER, password="rahasia")
        way.send(LETTER, now=START)
        assert len(box.letters) == 1
        with pytest.raises(UnreachableError, match="name or password"):
            replace(way, password="salah").send(LETTER, now=START)
        assert len(box.letters) == 1


def test_without_starttls_nothing_is_sent_in_the_clear(plain: Box, ours: ssl.SSLContext) -> None:
    with pytest.raises(UnreachableError, match="no secure connection"):
        sending(plain, secure="starttls", tls=ours, user=SENDER, password="r").send(
            LETTER, now=START
        )
    assert plain.asked == 0


def test_a_certificate_of_strangers_is_refused(theirs: ssl.SSLContext) -> None:
    with server(Box(), tls=theirs) as box:
        with pytest.raises(UnreachableError, match="no secure connection"):
            sending(box, secure="starttls").send(LETTER, now=START)
        assert box.asked == 0


def test_tls_from_the_beginning(theirs: ssl.SSLContext, ours: ssl.SSLContext) -> None:
    with server(Box(), tls=theirs, wrapped=True) as box:
        sending(box, secure="tls", tls=ours).send(LETTER, now=START)
        assert len(box.letters) == 1


# --- settings ---------------------------------------------------------------------------


def told(url: str, **more: str) -> Smtp:
    found = transport(Settings(data=Path("/nowhere"), smtp=url, **more))  # type: ignore[arg-type]
    assert isinstance(found, Smtp)
    return found


def test_addresses_of_servers() -> None:
    way = told("smtp://kpu%40mail.example:a%2Fb@smtp.mail.example:2525")
    assert (way.host, way.port, way.secure) == ("smtp.mail.example", 2525, "starttls")
    assert (way.user, way.password, way.sender) == ("kpu@mail.example", "a/b", "kpu@mail.example")
    other = told("smtps://u:x@h.example", smtp_password="y", mail_from=SENDER)
    assert (other.port, other.secure, other.password) == (465, "tls", "y")
    assert "y" not in repr(other).replace("kpu.example", "").replace("secure", "")
    assert told("smtp://h.example?starttls=0", mail_from=SENDER).secure == ""


@pytest.mark.parametrize(
    ("url", "sender"),
    [("http://h.example", SENDER), ("smtp://", SENDER), ("h.example:25", SENDER),
     ("smtp://h.example", ""), ("smtp://h.example:99999", SENDER), ("smtp://[::1", SENDER),
     ("smtp://h.example?starttls=maybe", SENDER), ("smtp://u:p@h.example?starttls=0", SENDER),
     ("smtp://h.example", "a@b.example\nBcc: x@y.example")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(url: str, sender: str) -> None:
    with pytest.raises(MaturityError, match="MATURITY_SMTP"):
        told(url, mail_from=sender)


def test_settings_travel_to_the_worker_and_do_not_print_passwords(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, smtp="smtp://u:geheim@h", smtp_password="p2",
                        mail_from=SENDER)  # fmt: skip
    assert settings_from(environment(settings)) == settings
    assert "geheim" not in repr(settings)
    assert "p2" not in repr(settings)


# --- the folder -------------------------------------------------------------------------


def test_a_folder_keeps_letters_readable_by_the_owner_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail", SENDER)
    path = Path(folder.send(LETTER, now=START))
    assert path.name.startswith("a-1-2.")
    assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    read = message_from_bytes(path.read_bytes(), policy=default)
    assert read["To"] == LETTER.to
    again = Path(folder.send(replace(LETTER, text="Lagi.\n"), now=START))
    assert again == path
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert b"Lagi." in path.read_bytes()


def test_keys_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail", SENDER)
    for key in ("../../x", "/etc/passwd", "a" * 400, "..", ""):
        assert Path(folder.send(replace(LETTER, key=key), now=START)).parent == tmp_path / "mail"
    assert len(list((tmp_path / "mail").iterdir())) == 5
