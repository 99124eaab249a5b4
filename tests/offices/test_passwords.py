"""Which passwords are refused, and how they are kept."""

import pytest

from maturity.offices import passwords
from maturity.offices.passwords import Weakness

OWN = ("budi@kpu.example", "Budi Santoso", "KPU Kota Tangerang")


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("x9!kuda", Weakness.SHORT),
        ("abcdefghijk", Weakness.SHORT),
        ("x" * 201, Weakness.LONG),
        ("budi.santoso.2026", Weakness.GUESSABLE),
        ("TANGERANG-kpu-kota", Weakness.GUESSABLE),
        ("passwordpassword", Weakness.GUESSABLE),
        ("P@ssw0rd2024!", Weakness.GUESSABLE),
        ("KataSandiRahasia", Weakness.GUESSABLE),
        ("123456789012345", Weakness.GUESSABLE),
        ("qwertyuiopasdfgh", Weakness.GUESSABLE),
        ("aaaaaaaaaaaaaaaa", Weakness.GUESSABLE),
        ("abababababababab", Weakness.GUESSABLE),
        ("kuda hijau baca koran", None),
        ("Vq7#mLw2xTzR", None),
        ("budi naik sepeda ungu", None),
        ("сколько стоит рыба", None),
    ],
)
def test_passwords_that_others_would_guess_are_refused(password, found):
    assert passwords.weakness(password, OWN) == found


def test_a_password_typed_in_another_unicode_form_is_the_same():
    stored = passwords.hashed("cafe\u0301 di sudut jalan")
    assert passwords.matches(stored, "caf\u00e9 di sudut jalan")
    assert not passwords.matches(stored, "cafe di sudut jalan")


def test_nobodys_password_never_matches():
    assert not passwords.matches(None, "")
    assert not passwords.matches("not a hash", "anything at all")
