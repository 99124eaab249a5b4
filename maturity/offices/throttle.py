"""A growing wait between failed sign-ins: for an account from an address, and for each alone.

Every try is counted before its password is looked at, so that many tries at once count too.
The counts stand in the database and hold for all server processes. Nobody is locked out
for good: the wait never exceeds ``MOST`` and a day without failures forgets them. An account
alone has many more free tries, so that who guesses at it does not keep its owner out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from maturity.offices.models import SignInFailure

FREE_OF_PAIR = 5
FREE_OF_ACCOUNT = 150  # more than one address gets in a day
FREE_OF_ADDRESS = 30  # a whole office may stand behind one address
FIRST = timedelta(seconds=30)
MOST = timedelta(minutes=15)
FORGET = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a try comes from; kept as digests, so that the table names nobody."""

    pair: str
    account: str
    address: str

    @classmethod
    def of(cls, email: str, address: str | None) -> Source:
        """The source of a try with this e-mail from this address."""
        network = _network(address)
        return cls(
            f"pair:{_digest(f'{email} {network}')}",
            f"account:{_digest(email)}",
            f"address:{_digest(network)}",
        )


def claim(session: Session, source: Source, at: datetime) -> timedelta | None:
    """Count a try as failed until it is forgiven; or the wait when it comes too early."""
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < at - FORGET))
    rows = [(_row(session, source.pair, at), FREE_OF_PAIR),
            (_row(session, source.account, at), FREE_OF_ACCOUNT),
            (_row(session, source.address, at), FREE_OF_ADDRESS)]  # fmt: skip
    waits = [row.blocked_until - at for row, _ in rows if row.blocked_until]
    longest: timedelta = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        return longest
    for row, free in rows:
        row.count += 1
        row.last_at = at
        row.blocked_until = at + wait_after(row.count - free) if row.count >= free else None
    return None


def forgive(session: Session, source: Source) -> None:
    """The try succeeded: the account starts anew, the address is as it was before."""
    for key in (source.pair, source.account):
        session.execute(delete(SignInFailure).where(SignInFailure.key == key))
    row = session.get(SignInFailure, source.address, with_for_update=True)
    if row is not None:
        row.count -= 1
        row.blocked_until = None


def wait_after(surplus: int) -> timedelta:
    """The wait after so many failures beyond the free ones: doubled each time, then level."""
    doubled: int = 2 ** min(surplus, 16)
    return min(FIRST * doubled, MOST)


def _row(session: Session, key: str, at: datetime) -> SignInFailure:
    found = select(SignInFailure).where(SignInFailure.key == key).with_for_update()
    row = session.scalar(found)
    if row is None:
        try:
            with session.begin_nested():
                session.add(SignInFailure(key=key, count=0, last_at=at))
        except IntegrityError:  # another process was first
            pass
        row = session.scalars(found).one()
    return row


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _network(address: str | None) -> str:
    """An IPv6 line has a whole /64 to itself: that is one address here."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
