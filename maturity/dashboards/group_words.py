"""Groups of offices in words: what they are, and why an office is compared with them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from maturity.dashboards.peers import SIZES, Group
from maturity.web import format_number, locale


def group_name(group: Group, provinces: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """The name of a group. ``provinces``: code -> name; ``kinds``: kind -> name."""
    name = _group_name(group, provinces, kinds)
    return name[:1].upper() + name[1:]


def _group_name(group: Group, provinces: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    kind = kind_name(group.kind, kinds)
    if group.province:
        place = gettext("Provinsi %(name)s", name=provinces.get(group.province, group.province))
        return gettext("%(kind)s di %(place)s", kind=kind, place=place)
    if group.measure == "voters":
        return gettext("%(kind)s dengan %(n)s pemilih terdaftar", kind=kind, n=_range(group))
    if group.measure:
        return gettext("%(kind)s dengan %(n)s daerah pemilihan", kind=kind, n=_range(group))
    if group.profile in SIZES:
        return gettext("%(kind)s dengan %(n)s kabupaten/kota", kind=kind, n=_size(group.profile))
    if group.profile:
        return gettext("%(kind)s di %(place)s", kind=kind, place=_island(group.profile))
    return gettext("Semua %(kind)s", kind=kind)


def kind_name(kind: str, kinds: Mapping[str, str]) -> str:
    """What the offices of a kind are called."""
    return _kinds().get(kind) or kinds.get(kind, kind)


def group_reason(group: Group) -> str:
    """Why an office of the group is compared with it."""
    if group.province:
        return gettext("Dipilih karena jenis kantor dan provinsinya sama.")
    if group.measure == "voters":
        return gettext("Dipilih karena jenis kantornya sama dan jumlah pemilih terdaftarnya "
                       "dalam kelas yang sama.")  # fmt: skip
    if group.measure:
        return gettext("Dipilih karena jenis kantornya sama dan jumlah daerah pemilihannya "
                       "dalam kelas yang sama.")  # fmt: skip
    if group.profile in SIZES:
        return gettext("Dipilih karena jumlah kabupaten/kota di bawahnya hampir sama.")
    if group.profile:
        return gettext("Dipilih karena jenis kantor dan wilayah kepulauannya sama.")
    return gettext("Dipilih karena jenis kantornya sama.")


def _kinds() -> dict[str, str]:
    """As their signs name them."""
    return {
        "": gettext("KPU/KIP provinsi, kabupaten, dan kota"),
        "province": gettext("KPU/KIP provinsi"),
        "regency": gettext("KPU/KIP kabupaten"),
        "city": gettext("KPU/KIP kota"),
    }


def _size(name: str) -> str:
    low, high = SIZES[name]
    return _between(low, high)


def _range(group: Group) -> str:
    """The class of a number; the next class begins one above its end."""
    return _between(group.at_least, None if group.below is None else group.below - 1)


def _between(low: int | None, high: int | None) -> str:
    first, last = (format_number(one or 0, 0, locale()) for one in (low, high))
    if low is None:
        return gettext("paling banyak %(n)s", n=last)
    if high is None:
        return gettext("%(n)s atau lebih", n=first)
    return gettext("%(low)s sampai %(high)s", low=first, high=last)


def _island(name: str) -> str:
    return {
        "sumatera": gettext("Sumatera"),
        "jawa": gettext("Jawa"),
        "bali-nusa-tenggara": gettext("Bali dan Nusa Tenggara"),
        "kalimantan": gettext("Kalimantan"),
        "sulawesi": gettext("Sulawesi"),
        "maluku-papua": gettext("Maluku dan Papua"),
    }[name]
