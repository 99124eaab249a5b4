from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maturity.offices.registry import OfficeKind, load_registry, load_tiles
from tools.build_offices import build, render

DATA = Path(__file__).parents[2] / "maturity/offices/data"

TWICE_NAMED = {
    "Solok", "Bogor", "Sukabumi", "Bandung", "Tasikmalaya", "Cirebon", "Bekasi", "Banjar",
    "Magelang", "Semarang", "Pekalongan", "Tegal", "Blitar", "Kediri", "Malang",
    "Probolinggo", "Pasuruan", "Mojokerto", "Madiun", "Tangerang", "Serang", "Bima", "Kupang",
    "Gorontalo", "Jayapura", "Sorong",
}  # fmt: skip


@pytest.fixture(scope="module")
def office():
    return {record.code: record for record in load_registry()}


def test_there_are_553_offices_in_three_tiers(office):
    assert Counter(record.kind for record in load_registry()) == {
        OfficeKind.NATIONAL: 1,
        OfficeKind.PROVINCE: 38,
        OfficeKind.REGENCY: 416,
        OfficeKind.CITY: 98,
    }
    assert len(office) == 553
    assert list(office) == sorted(office)


def test_every_office_hangs_under_the_tier_above(office):
    assert office["0"].parent is None
    assert office["0"].province is None
    for record in load_registry()[1:]:
        above = office[record.parent]
        if record.kind == OfficeKind.PROVINCE:
            assert (above.kind, record.province) == (OfficeKind.NATIONAL, record.code)
        else:
            assert (above.kind, record.province) == (OfficeKind.PROVINCE, above.code)
            assert record.code.startswith(f"{above.code}.")


def test_no_two_offices_share_a_name():
    for field in ("name_id", "short_name", "name_en"):
        names = Counter(getattr(record, field) for record in load_registry())
        assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("code", "name_id", "short_name", "name_en"),
    [
        ("0", "Komisi Pemilihan Umum Republik Indonesia", "KPU RI",
         "General Elections Commission of the Republic of Indonesia"),
        ("11", "KIP Aceh", "KIP Aceh", "Aceh Independent Election Commission"),
        ("11.06", "KIP Kabupaten Aceh Besar", "KIP Kabupaten Aceh Besar",
         "Aceh Besar Regency Independent Election Commission"),
        ("11.71", "KIP Kota Banda Aceh", "KIP Kota Banda Aceh",
         "Banda Aceh City Independent Election Commission"),
        ("31", "KPU Provinsi Daerah Khusus Ibukota Jakarta", "KPU Provinsi DKI Jakarta",
         "Jakarta Provincial Election Commission"),
        ("31.01", "KPU Kabupaten Administrasi Kepulauan Seribu", "KPU Kabupaten Kepulauan Seribu",
         "Thousand Islands Administrative Regency Election Commission"),
        ("31.74", "KPU Kota Administrasi Jakarta Selatan", "KPU Kota Jakarta Selatan",
         "South Jakarta Administrative City Election Commission"),
        ("32.04", "KPU Kabupaten Bandung", "KPU Kabupaten Bandung",
         "Bandung Regency Election Commission"),
        ("32.73", "KPU Kota Bandung", "KPU Kota Bandung", "Bandung City Election Commission"),
        ("34", "KPU Daerah Istimewa Yogyakarta", "KPU DIY",
         "Yogyakarta Provincial Election Commission"),
        ("36", "KPU Provinsi Banten", "KPU Provinsi Banten",
         "Banten Provincial Election Commission"),
    ],
)  # fmt: skip
def test_offices_carry_their_official_names(office, code, name_id, short_name, name_en):
    record = office[code]
    assert (record.name_id, record.short_name, record.name_en) == (name_id, short_name, name_en)


def test_the_24_commissions_of_aceh_and_no_others_are_kip():
    kip = [record for record in load_registry() if record.name_id.startswith("KIP ")]
    assert len(kip) == 24
    assert {record.province for record in kip} == {"11"}
    assert [r for r in load_registry() if r.province == "11" and r not in kip] == []
    assert all("Independent Election Commission" in record.name_en for record in kip)


def test_kabupaten_and_kota_are_never_dropped():
    word = {OfficeKind.REGENCY: "Kabupaten", OfficeKind.CITY: "Kota"}
    local = [record for record in load_registry() if record.kind in word]
    for record in local:
        for name in (record.name_id, record.short_name):
            assert name.split(" ")[1] == word[record.kind]
    bare = Counter(record.short_name.split(" ", 2)[2] for record in local)
    assert {name for name, count in bare.items() if count == 2} == TWICE_NAMED
    assert len(TWICE_NAMED) == 26


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("0", "Asia/Jakarta"), ("11", "Asia/Jakarta"), ("36.71", "Asia/Jakarta"),
        ("35", "Asia/Jakarta"), ("61", "Asia/Jakarta"), ("62", "Asia/Jakarta"),
        ("63", "Asia/Makassar"), ("64", "Asia/Makassar"), ("65", "Asia/Makassar"),
        ("51", "Asia/Makassar"), ("52", "Asia/Makassar"), ("53", "Asia/Makassar"),
        ("71", "Asia/Makassar"), ("76", "Asia/Makassar"),
        ("81", "Asia/Jayapura"), ("82", "Asia/Jayapura"), ("96", "Asia/Jayapura"),
    ],
)  # fmt: skip
def test_offices_keep_the_clock_of_their_province(office, code, zone):
    assert office[code].timezone == zone


def test_time_zones_are_real_and_shared_within_a_province(office):
    hours = Counter()
    for record in load_registry():
        if record.kind == OfficeKind.PROVINCE:
            offset = datetime(2025, 1, 1, tzinfo=ZoneInfo(record.timezone)).utcoffset()
            hours[offset // timedelta(hours=1)] += 1
        elif record.parent:
            assert record.timezone == office[record.parent].timezone
    assert hours == {7: 18, 8: 12, 9: 8}


def test_papua_barat_daya_follows_the_ministers_codes(office):
    assert {r.code: r.region_name for r in load_registry() if r.parent == "96"} == {
        "96.01": "Kabupaten Sorong",
        "96.02": "Kabupaten Sorong Selatan",
        "96.03": "Kabupaten Raja Ampat",
        "96.04": "Kabupaten Tambrauw",
        "96.05": "Kabupaten Maybrat",
        "96.71": "Kota Sorong",
    }


def test_area_flags_cover_whole_provinces_and_nothing_else():
    flagged = {"aceh": {"11"}, "dki": {"31"}, "diy": {"34"}}
    flagged["papua"] = {"91", "92", "93", "94", "95", "96"}
    for record in load_registry():
        expected = {flag for flag, codes in flagged.items() if record.province in codes}
        assert record.areas == expected
    counts = Counter(flag for record in load_registry() for flag in record.areas)
    assert counts == {"aceh": 24, "dki": 7, "diy": 6, "papua": 48}


def test_only_the_four_newest_provinces_state_their_beginning():
    assert {r.code: r.valid_from for r in load_registry() if r.valid_from} == {
        "93": date(2022, 7, 25),
        "94": date(2022, 7, 25),
        "95": date(2022, 7, 25),
        "96": date(2022, 12, 8),
    }
    assert [r for r in load_registry() if r.valid_to or r.successor] == []


def test_websites_are_those_seen_in_public(office):
    assert office["36"].url == "https://banten.kpu.go.id"
    assert office["33.74"].url == "https://kota-semarang.kpu.go.id"
    assert office["35.21"].short_name == "KPU Kabupaten Ngawi"
    assert office["35.21"].url == "https://kab-ngawi.kpu.go.id"
    assert office["36.71"].url is None


def test_tiles_cover_the_38_provinces_without_overlap():
    tiles = load_tiles()
    provinces = [r.code for r in load_registry() if r.kind == OfficeKind.PROVINCE]
    assert [tile.code for tile in tiles] == provinces
    assert len({(tile.row, tile.col) for tile in tiles}) == 38
    assert {tile.row for tile in tiles} == set(range(8))
    assert {tile.col for tile in tiles} == set(range(17))
    assert len({tile.abbreviation for tile in tiles}) == 38
    assert all(2 <= len(tile.abbreviation) <= 4 for tile in tiles)


def test_tiles_keep_west_to_east_and_north_to_south():
    tile = {tile.code: tile for tile in load_tiles()}
    for chain in ("11 12 13 36 31 32 33 35 51 52 53", "61 62 64 76 75 71 82 96 92 91"):
        columns = [tile[code].col for code in chain.split()]
        assert columns == sorted(set(columns))
    for chain in ("11 12 14 13 16 18 36", "33 34", "65 64 63", "71 72 76 73", "82 81", "91 95 93"):
        rows = [tile[code].row for code in chain.split()]
        assert rows == sorted(set(rows))


def test_the_file_is_what_the_generator_writes():
    areas = [{"code": r.code, "name": r.region_name} for r in load_registry() if r.parent]
    provinces = [area for area in areas if "." not in area["code"]]
    regencies = [area for area in areas if "." in area["code"]]
    written = (DATA / "offices.csv").read_bytes().decode("utf-8")
    assert render(build(regencies=regencies, provinces=provinces)) == written


def test_the_data_states_its_own_licence():
    notice = " ".join((DATA / "README.md").read_text(encoding="utf-8").split())
    assert "available under the Open Database License (ODbL)" in notice
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in notice
    assert "Open Database License" in (DATA / "LICENSE-ODbL.md").read_text(encoding="utf-8")
