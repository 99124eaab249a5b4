"""Write maturity/offices/data/offices.csv from the public area list of Indonesia.

Run from the project's root, with npm on the path:

    python tools/build_offices.py

The list is the npm package named in PACKAGE (data: ODbL 1.0). It follows Kepmendagri
300.2.2-2138/2025. Only its CSV files are read; none of its code runs.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

PACKAGE = "idn-area-data@4.0.1"
SHA512 = "PhNSIl5T7swVwwWxJOFMtCaeHAF9TUu0HLDf+36EIWZro9j7au83AFIJiBQGL+iRsBDA2OlpJ5fjiqxNYndzOQ=="
TARGET = Path(__file__).resolve().parents[1] / "maturity/offices/data/offices.csv"
COLUMNS = (
    "code", "kind", "name_id", "short_name", "name_en", "parent", "province", "region_name",
    "timezone", "areas", "url", "valid_from", "valid_to", "successor",
)  # fmt: skip

NATIONAL = "0"
ACEH, DKI, DIY = "11", "31", "34"
PAPUA = frozenset({"91", "92", "93", "94", "95", "96"})
WITA = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
WIT = frozenset({"81", "82"}) | PAPUA

ENGLISH_PROVINCES = {
    "11": "Aceh", "12": "North Sumatra", "13": "West Sumatra", "14": "Riau", "15": "Jambi",
    "16": "South Sumatra", "17": "Bengkulu", "18": "Lampung", "19": "Bangka Belitung Islands",
    "21": "Riau Islands", "31": "Jakarta", "32": "West Java", "33": "Central Java",
    "34": "Yogyakarta", "35": "East Java", "36": "Banten", "51": "Bali",
    "52": "West Nusa Tenggara", "53": "East Nusa Tenggara", "61": "West Kalimantan",
    "62": "Central Kalimantan", "63": "South Kalimantan", "64": "East Kalimantan",
    "65": "North Kalimantan", "71": "North Sulawesi", "72": "Central Sulawesi",
    "73": "South Sulawesi", "74": "Southeast Sulawesi", "75": "Gorontalo",
    "76": "West Sulawesi", "81": "Maluku", "82": "North Maluku", "91": "Papua",
    "92": "West Papua", "93": "South Papua", "94": "Central Papua", "95": "Highland Papua",
    "96": "Southwest Papua",
}  # fmt: skip
ENGLISH_JAKARTA = {
    "31.01": "Thousand Islands", "31.71": "Central Jakarta", "31.72": "North Jakarta",
    "31.73": "West Jakarta", "31.74": "South Jakarta", "31.75": "East Jakarta",
}  # fmt: skip

# Dates on which the founding laws were promulgated: UU 14, 15, 16 and 29 of 2022.
ESTABLISHED = {"93": "2022-07-25", "94": "2022-07-25", "95": "2022-07-25", "96": "2022-12-08"}

# Addresses follow no rule, so only those seen in public are kept.
WEBSITES = {
    "11": "https://kipaceh.kpu.go.id",
    "32.13": "https://kab-subang.kpu.go.id",
    "32.14": "https://kab-purwakarta.kpu.go.id",
    "33.14": "https://kab-sragen.kpu.go.id",
    "33.74": "https://kota-semarang.kpu.go.id",
    "34": "https://diy.kpu.go.id",
    "35.21": "https://kab-ngawi.kpu.go.id",
    "36": "https://banten.kpu.go.id",
}


def fetch(package: str = PACKAGE) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Download the package; return its provinces and its regencies and cities."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", package, "--pack-destination", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        archive = next(Path(folder).glob("*.tgz")).read_bytes()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != SHA512:
        raise SystemExit(f"{package}: unexpected content (sha512 {digest})")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return _table(tar, "provinces"), _table(tar, "regencies")


def _table(tar: tarfile.TarFile, name: str) -> list[dict[str, str]]:
    member = tar.extractfile(f"package/data/{name}.csv")
    if member is None:
        raise SystemExit(f"{name}.csv is missing from the package")
    return list(csv.DictReader(io.TextIOWrapper(member, encoding="utf-8")))


def build(
    provinces: Iterable[dict[str, str]], regencies: Iterable[dict[str, str]]
) -> list[dict[str, str]]:
    """One row per office, sorted by code: KPU RI, the provinces, the regencies and cities."""
    rows = [_national()]
    rows += [_province(area["code"], area["name"]) for area in provinces]
    rows += [_local(area["code"], area["name"]) for area in regencies]
    return sorted(rows, key=lambda row: row["code"])


def _national() -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {
        "code": NATIONAL,
        "kind": "national",
        "name_id": "Komisi Pemilihan Umum Republik Indonesia",
        "short_name": "KPU RI",
        "name_en": "General Elections Commission of the Republic of Indonesia",
        "region_name": "Indonesia",
        "timezone": "Asia/Jakarta",
    }


def _province(code: str, area: str) -> dict[str, str]:
    names = {
        ACEH: ("KIP Aceh", "KIP Aceh"),
        DKI: (f"KPU Provinsi {area}", "KPU Provinsi DKI Jakarta"),
        DIY: (f"KPU {area}", "KPU DIY"),
    }
    name, short = names.get(code, (f"KPU Provinsi {area}",) * 2)
    adjective = "Independent" if code == ACEH else "Provincial"
    return _placed(code, area) | {
        "kind": "province",
        "name_id": name,
        "short_name": short,
        "name_en": f"{ENGLISH_PROVINCES[code]} {adjective} Election Commission",
        "parent": NATIONAL,
    }


def _local(code: str, area: str) -> dict[str, str]:
    province = code[:2]
    prefix, _, proper = area.partition(" ")
    kind = {"Kabupaten": "regency", "Kota": "city"}[prefix]
    proper = proper.removeprefix("Administrasi ")
    administrative = "Administrative " if province == DKI else ""
    independent = "Independent " if province == ACEH else ""
    unit = f"{ENGLISH_JAKARTA.get(code, proper)} {administrative}{kind.title()}"
    commission = "KIP" if province == ACEH else "KPU"
    return _placed(code, area) | {
        "kind": kind,
        "name_id": f"{commission} {area}",
        "short_name": f"{commission} {prefix} {proper}",
        "name_en": f"{unit} {independent}Election Commission",
        "parent": province,
    }


def _placed(code: str, area: str) -> dict[str, str]:
    """What follows from the place alone: province, clock, area flags, website, dates."""
    province = code[:2]
    flags = {ACEH: "aceh", DKI: "dki", DIY: "diy"}
    return dict.fromkeys(COLUMNS, "") | {
        "code": code,
        "province": province,
        "region_name": area,
        "timezone": _timezone(province),
        "areas": "papua" if province in PAPUA else flags.get(province, ""),
        "url": WEBSITES.get(code, ""),
        "valid_from": ESTABLISHED.get(code, ""),
    }


def _timezone(province: str) -> str:
    if province in WIT:
        return "Asia/Jayapura"
    return "Asia/Makassar" if province in WITA else "Asia/Jakarta"


def render(rows: Iterable[dict[str, str]]) -> str:
    """The rows as CSV text with a header and LF line ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    offices = build(*fetch())
    TARGET.write_text(render(offices), encoding="utf-8", newline="\n")
    print(f"{len(offices)} offices written to {TARGET}")
