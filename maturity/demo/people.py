"""Made-up people: one sign-in for each role, and two people in every office."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from argon2 import PasswordHasher
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from maturity.demo import words
from maturity.demo.capacity import Wish
from maturity.offices.models import Membership, Person, Role
from maturity.offices.registry import OfficeRecord
from maturity.survey.lifecycle import AssessmentState

PASSWORD = "contoh-data-terbuka"  # noqa: S105  known to everybody: it opens made-up data only
NATIONAL, BANTEN, LEBAK, JAYAWIJAYA = "0", "36", "36.02", "95.01"

# Where the offices of the sign-ins have to stand for a first look to be worth it.
WISHES = {
    NATIONAL: Wish(AssessmentState.SUBMITTED),
    BANTEN: Wish(AssessmentState.SUBMITTED),
    LEBAK: Wish(AssessmentState.IN_PROGRESS, share=0.95),
    JAYAWIJAYA: Wish(AssessmentState.NOT_STARTED),
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way in; ``title`` says in both languages what it shows."""

    email: str
    name: str
    role: Role
    office: str
    title_id: str
    title_en: str


SIGN_INS = (
    SignIn(
        "operator@lebak.example", "Siti Rahayu", Role.OPERATOR, LEBAK,
        "Operator KPU Kabupaten Lebak: penilaian hampir selesai",
        "Operator of KPU Kabupaten Lebak: assessment nearly done",
    ),
    SignIn(
        "pj@lebak.example", "Hadi Purnomo", Role.RESPONSIBLE, LEBAK,
        "Penanggung jawab KPU Kabupaten Lebak: berhak mengajukan",
        "Responsible person of KPU Kabupaten Lebak: may submit",
    ),
    SignIn(
        "pj@banten.example", "Ratna Permata", Role.RESPONSIBLE, BANTEN,
        "Penanggung jawab KPU Provinsi Banten: masa sanggah dibuka",
        "Responsible person of KPU Provinsi Banten: may reply",
    ),
    SignIn(
        "operator@jayawijaya.example", "Maria Wenda", Role.OPERATOR, JAYAWIJAYA,
        "Operator KPU Kabupaten Jayawijaya (WIT): belum mulai",
        "Operator of KPU Kabupaten Jayawijaya (WIT): not started",
    ),
    SignIn(
        "verifikator@banten.example", "Arif Hidayat", Role.VERIFIER, BANTEN,
        "Verifikator KPU Provinsi Banten: kabupaten/kota di Banten",
        "Verifier of KPU Provinsi Banten: its regencies and cities",
    ),
    SignIn(
        "verifikator@kpu.example", "Hasan Basri", Role.VERIFIER, NATIONAL,
        "Verifikator KPU RI: kantor provinsi",
        "Verifier of KPU RI: the provinces",
    ),
    SignIn(
        "verifikator@kampus.example", "Dewi Anggraini", Role.EXTERNAL, NATIONAL,
        "Verifikator eksternal (universitas): kantor mana pun, juga KPU RI",
        "External verifier (university): any office, KPU RI too",
    ),
    SignIn(
        "penetapan@kpu.example", "Lukman Hakim", Role.SETTLER, NATIONAL,
        "Tim penetapan: memutuskan sanggahan, menetapkan hasil",
        "Settling team: decides disputes, settles results",
    ),
    SignIn(
        "peneliti@kampus.example", "Yohanes Siregar", Role.RESEARCHER, NATIONAL,
        "Peneliti",
        "Researcher",
    ),
    SignIn(
        "pemantau@kpu.example", "Indah Lestari", Role.VIEWER, NATIONAL,
        "Pemantau nasional KPU RI",
        "National viewer, KPU RI",
    ),
    SignIn(
        "administrator@kpu.example", "Taufik Gunawan", Role.ADMINISTRATOR, NATIONAL,
        "Administrator",
        "Administrator",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staff:
    """Person ids of an office: who fills in, and who hands in."""

    operator: int
    responsible: int


def add_people(
    session: Session, offices: Sequence[OfficeRecord], *, rng: np.random.Generator, now: datetime
) -> dict[str, Staff]:
    """Insert everybody; the staff by office code. Only the sign-ins have a password."""
    taken = {(one.office, one.role) for one in SIGN_INS}
    wanted = list(SIGN_INS)
    for office in offices:
        for role in (Role.OPERATOR, Role.RESPONSIBLE):
            if (office.code, role) not in taken:
                wanted.append(_member(office, role, rng))
    hashed = PasswordHasher().hash(PASSWORD)  # once: hashing is slow on purpose
    rows = [_person(one, hashed if one in SIGN_INS else None, now=now) for one in wanted]
    session.execute(insert(Person), rows)
    ids = {person.email: person.id for person in session.execute(select(Person.email, Person.id))}
    session.execute(
        insert(Membership),
        [
            {
                "person_id": ids[one.email],
                "office_code": one.office,
                "role": one.role.value,
                "created_at": now,
            }
            for one in wanted
        ],
    )
    by_place = {(one.office, one.role): ids[one.email] for one in wanted}
    return {
        office.code: Staff(
            by_place[office.code, Role.OPERATOR], by_place[office.code, Role.RESPONSIBLE]
        )
        for office in offices
    }


def _member(office: OfficeRecord, role: Role, rng: np.random.Generator) -> SignIn:
    given, family = rng.integers(len(words.GIVEN)), rng.integers(len(words.FAMILY))
    name = f"{words.GIVEN[given]} {words.FAMILY[family]}"
    account = "operator" if role is Role.OPERATOR else "pj"
    email = f"{account}.{office.code}@contoh.kpu.example"
    return SignIn(email, name, role, office.code, "", "")


def _person(one: SignIn, hashed: str | None, *, now: datetime) -> dict[str, Any]:
    return {
        "email": one.email,
        "name": one.name,
        "password_hash": hashed,
        "locale": "id",
        "active": True,
        "session_key": secrets.token_hex(16),
        "created_at": now,
    }
