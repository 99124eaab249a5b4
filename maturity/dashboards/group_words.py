"""Groups of offices in words: what they are, and why an office is compared with them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from maturity.dashboards.peers import SIZES, Group


def group_name(group: Group, provinces: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """The name of a group. ``provinces``: code -> name; ``kinds``: kind -> name."""
    kind = kind_name(group.kind, kinds)
    if group.province:
        place = gettext("Provinsi %(name)s", name=provinces.get(group.province, group.province))
        return gettext("%(kind)s di %(place)s", kind=kind, place=place)
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
    if high is None:
        return gettext("%(n)s atau lebih", n=low)
    return gettext("%(low)s sampai %(high)s", low=low, high=high)


def _island(name: str) -> str:
    return {
        "sumatera": gettext("Sumatera"),
        "jawa": gettext("Jawa"),
        "bali-nusa-tenggara": gettext("Bali dan Nusa Tenggara"),
        "kalimantan": gettext("Kalimantan"),
        "sulawesi": gettext("Sulawesi"),
        "maluku-papua": gettext("Maluku dan Papua"),
    }[name]
