"""Offices, people, their roles, invitations and failed sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maturity.db import Base, UtcDateTime


class Role(StrEnum):
    """What a person may do; always together with the office it holds for."""

    OPERATOR = "operator"
    RESPONSIBLE = "responsible"  # penanggung jawab
    VERIFIER = "verifier"
    EXTERNAL = "external"  # verifier of a university: of no office
    SETTLER = "settler"  # of the body that settles results
    RESEARCHER = "researcher"
    VIEWER = "viewer"  # national viewer
    ADMINISTRATOR = "administrator"


class Office(Base):
    """An election office; its code is KPU RI ``0``, province ``36``, regency/city ``36.71``.

    Registered ``voters`` and electoral ``districts`` are known only where somebody brought them
    in; ``profile_source`` then says whose numbers they are.
    """

    __tablename__ = "office"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name_id: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(120))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("office.code"))
    province_code: Mapped[str | None] = mapped_column(ForeignKey("office.code"), index=True)
    timezone: Mapped[str] = mapped_column(String(40))
    areas: Mapped[str] = mapped_column(String(80), default="")
    url: Mapped[str] = mapped_column(String(300), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(String(8))
    voters: Mapped[int | None]
    districts: Mapped[int | None]
    profile_source: Mapped[str | None] = mapped_column(String(200))


class Person(Base):
    """Somebody who signs in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(2), default="id")
    reminders: Mapped[bool] = mapped_column(default=True, server_default=true())
    active: Mapped[bool] = mapped_column(default=True)
    session_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Membership.id"
    )


class Membership(Base):
    """A role of a person for an office (KPU RI ``0`` for national roles)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "office_code", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(back_populates="memberships")
    office: Mapped[Office] = relationship()


class Interest(Base):
    """An office that a person declared to be close to, and so never judges. Ended ones are kept."""

    __tablename__ = "interest"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    words: Mapped[str] = mapped_column(String(400), default="")
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship()


class Invite(Base):
    """A link to set a password, once; only the hash of its token is kept."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SignInFailure(Base):
    """Failed sign-ins at an account, from an address, or both, for the growing wait."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_last_at", "last_at"),)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
