"""The form as data: what it asks for the 17 requirements, and what becomes of answers."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muara.sop.broken import BrokenSop
from muara.sop.form import (
    Field,
    Section,
    UnknownField,
    UnknownSection,
    clean_section,
    keep_section,
    proposals,
    read_form,
    show,
)
from muara.web.form_fields import as_typed
from tests.sop.folders import text

FORM = read_form(text("form.toml"))
POINTS = {
    "compliance_name": "TP-01",
    "compliance_coordinate": "1°15'00\" LS 116°53'00\" BT",
    "flow_meter": "Elektromagnetik",
    "outfall_name": "OF-01",
    "outfall_regency": "64.71",
    "outfall_coordinate": "1°17'30,5\" LS 116°54'10\" BT",
    "outfall_depth": "7,5",
    "outfall_distance": "450",
    "diffuser": "yes",
    "receiving_sea": "Selat Makassar",
    "designated_use": "port",
    "sensitive_areas": ["shipping", "coral"],
    "sea_points": [
        {"name": "AL-1", "coordinate": "-1,30; 116,91"},
        {"name": "", "coordinate": ""},
        {"name": "AL-2", "coordinate": {"latitude": "1°18'36\" LS", "longitude": "116°55'12\" BT"}},
    ],
}
CLEAN_POINTS = {
    "compliance_name": "TP-01",
    "compliance_coordinate": {"latitude": "-1.250000", "longitude": "116.883333"},
    "flow_meter": "Elektromagnetik",
    "outfall_name": "OF-01",
    "outfall_regency": "64.71",
    "outfall_coordinate": {"latitude": "-1.291806", "longitude": "116.902778"},
    "outfall_depth": "7.5",
    "outfall_distance": "450",
    "diffuser": "yes",
    "receiving_sea": "Selat Makassar",
    "designated_use": "port",
    "sensitive_areas": ["coral", "shipping"],
    "sea_points": [
        {"name": "AL-1", "coordinate": {"latitude": "-1.300000", "longitude": "116.910000"}},
        {"name": "AL-2", "coordinate": {"latitude": "-1.310000", "longitude": "116.920000"}},
    ],
}


def test_every_requirement_but_the_torn_one_is_asked_for() -> None:
    asked = {number for field in FORM.fields for number in field.requirements}

    assert asked == set(range(1, 18)) - {4}


def test_the_form_is_eight_pages_or_fewer() -> None:
    assert 6 <= len(FORM.sections) <= 8
    assert max(len(section.fields) for section in FORM.sections) <= 15


def test_obligations_are_undertaken_by_statement() -> None:
    stated = {number for field in FORM.fields if field.kind == "confirm" for number in field.requirements}

    assert {10, 11, 12, 13, 16, 17} <= stated
    assert all(field.statement.startswith("Kami ") for field in FORM.fields if field.kind == "confirm")


def test_a_section_is_cleaned_whole() -> None:
    cleaned = clean_section(FORM.section("points"), POINTS)

    assert (cleaned.values, cleaned.errors) == (CLEAN_POINTS, {})


def test_cleaned_values_are_json_and_are_cleaned_to_themselves() -> None:
    stored = json.loads(json.dumps(CLEAN_POINTS))

    again = clean_section(FORM.section("points"), stored)

    assert (again.values, again.errors) == (CLEAN_POINTS, {})


def test_each_wrong_answer_has_a_sentence_under_its_field() -> None:
    wrong = POINTS | {
        "outfall_regency": "64.72",
        "outfall_coordinate": "116°54'10\" BT",
        "outfall_depth": "-1",
        "outfall_distance": "1.000",
        "diffuser": "maybe",
        "receiving_sea": "",
        "sensitive_areas": ["moon"],
        "sea_points": [
            {"name": "AL-1", "coordinate": "-6.2, 106.8"},
            {"name": ""},
            {"coordinate": "-1,3; 116,9"},
        ],
    }

    errors = clean_section(FORM.section("points"), wrong).errors

    assert errors["outfall_regency"] == (
        "Kota Samarinda tidak mempunyai laut. Pilih kabupaten atau kota tempat outfall berada."
    )
    assert errors["outfall_coordinate"].startswith("Tulis lintang lalu bujur")
    assert errors["outfall_depth"] == "Paling sedikit 0."
    assert errors["outfall_distance"].startswith("“1.000” dapat berarti 1000")
    assert errors["diffuser"] == "Pilih salah satu jawaban dari daftar."
    assert errors["receiving_sea"] == "Isian ini wajib diisi."
    assert errors["sensitive_areas"] == "Pilih salah satu jawaban dari daftar."
    assert errors["sea_points"].startswith("Baris 1, Koordinat: Titik ini di luar wilayah")
    assert "Baris 2, Nama titik: Isian ini wajib diisi." in errors["sea_points"]
    right = {"compliance_name", "compliance_coordinate", "flow_meter", "outfall_name", "designated_use"}
    assert set(errors) == set(wrong) - right


def test_a_section_half_filled_may_be_saved_but_not_submitted() -> None:
    section = FORM.section("applicant")
    half = {"applicant_name": "Sari Contohwati"}

    assert clean_section(section, half, complete=False).errors == {}
    assert clean_section(section, half).errors["applicant_position"] == "Isian ini wajib diisi."
    assert "applicant_nik" not in clean_section(section, half).errors


def test_a_lost_sign_is_caught_by_the_regency_of_the_same_page() -> None:
    errors = clean_section(FORM.section("points"), POINTS | {"outfall_coordinate": "1,29; 116,90"}).errors

    assert list(errors) == ["outfall_coordinate"]
    assert "tulis LS" in errors["outfall_coordinate"]


def test_answers_from_a_toml_file_are_read_like_typed_ones() -> None:
    raw = tomllib.loads(
        """
        regime = "SOP-2017"
        business_licence_number = "503/1/CONTOH"
        business_licence_date = 2020-02-29
        business_licence_issuer = "Kantor Contoh"
        environment_document = "amdal"
        environment_permit_number = "660/2/CONTOH"
        environment_permit_date = 2021-03-01T08:00:00
        environment_permit_issuer = "Kantor Contoh"
        """
    )

    cleaned = clean_section(FORM.section("approvals"), raw)

    assert cleaned.errors == {}
    assert (cleaned.values["business_licence_date"], cleaned.values["environment_permit_date"]) == (
        "2020-02-29",
        "2021-03-01",
    )


@pytest.mark.parametrize(
    ("given", "kept"), [(1250, "1250"), (0.5, "0.5"), (1.125, "1.1250"), ("1,125", "1.1250")]
)
def test_a_number_of_a_file_is_never_taken_for_thousands(given: object, kept: str) -> None:
    depth = Field("depth", "Kedalaman", "decimal")

    cleaned = clean_section(Section("s", "S", "", (depth,)), {"depth": given})

    assert cleaned.values == {"depth": kept}


def test_a_pair_of_numbers_of_a_file_needs_no_sign() -> None:
    point = Field("point", "Titik", "coordinate", box="sea")

    cleaned = clean_section(Section("s", "S", "", (point,)), {"point": [0.14, 117.5]})

    assert cleaned.values == {"point": {"latitude": "+0.140000", "longitude": "117.500000"}}


@pytest.mark.parametrize("raw", [[1.0], [1.0, 2.0, 3.0], {"latitude": "1° LS"}, "", None, []])
def test_half_a_point_is_refused(raw: object) -> None:
    point = Field("point", "Titik", "coordinate", box="sea")

    assert clean_section(Section("s", "S", "", (point,)), {"point": raw}).errors.keys() == {"point"}


@given(st.decimals("-999999", "999999", places=4, allow_nan=False))
def test_any_number_is_stored_so_that_it_reads_back_as_itself(number: Decimal) -> None:
    section = Section("s", "S", "", (Field("n", "N", "decimal"),))
    once = clean_section(section, {"n": f"{number:f}".replace(".", ",")})

    assert once.errors == {}
    assert Decimal(str(once.values["n"])) == number
    assert clean_section(section, once.values) == once
    assert clean_section(section, {"n": as_typed(section.field("n"), once.values["n"])}) == once


@given(
    st.dictionaries(
        st.sampled_from([field.key for field in FORM.fields]), st.text() | st.none() | st.integers()
    )
)
def test_no_post_whatever_breaks_the_form(raw: dict[str, object]) -> None:
    for section in FORM.sections:
        cleaned = clean_section(section, raw)
        assert set(cleaned.values) | set(cleaned.errors) <= {field.key for field in section.fields}
        json.dumps(cleaned.values)
        kept = keep_section(section, raw)
        half_done = clean_section(section, raw, complete=False)
        assert (kept.values, kept.errors) == (half_done.values, half_done.errors)


def test_a_table_keeps_its_readable_cells_and_the_text_of_the_others() -> None:
    rows = [{"parameter": "TSS", "limit": "100"}, {}, {"parameter": "\N{GRINNING FACE}", "limit": "6–9"}]

    kept = keep_section(FORM.section("discharge"), {"parameters": rows})

    assert kept.values == {"parameters": [{"parameter": "TSS", "limit": "100"}, {"limit": "6–9"}]}
    assert kept.unread == {"parameters-1-parameter": "\N{GRINNING FACE}"}
    assert kept.errors.keys() == kept.unread.keys()


@pytest.mark.parametrize("raw", ["text", 5, [1], {"a": 1}, [[1]], True])
def test_a_table_that_is_none_is_refused(raw: object) -> None:
    errors = clean_section(FORM.section("discharge"), {"parameters": raw}).errors

    assert errors["parameters"] == "Isi tabel ini baris demi baris."


def test_too_many_rows_are_refused() -> None:
    rows = [{"parameter": f"P{number}", "limit": "1"} for number in range(61)]

    assert clean_section(FORM.section("discharge"), {"parameters": rows}).errors["parameters"] == (
        "Terlalu banyak baris: 61. Paling banyak 60."
    )


def test_emoji_and_nul_are_refused_in_names_and_markup_is_kept() -> None:
    section = FORM.section("company")

    assert "tidak dapat dicetak" in clean_section(section, {"company_name": "PT 🙂"}).errors["company_name"]
    assert "tak terlihat" in clean_section(section, {"company_name": "PT\x00"}).errors["company_name"]
    assert clean_section(section, {"company_name": "PT #strong[X]"}).values == {
        "company_name": "PT #strong[X]"
    }


def test_stored_values_are_shown_in_indonesian() -> None:
    points = FORM.section("points")

    assert show(points.field("outfall_coordinate"), CLEAN_POINTS["outfall_coordinate"]) == (
        "1°17′30,50″ LS 116°54′10,00″ BT"
    )
    assert show(points.field("outfall_regency"), "64.71") == "Kota Balikpapan"
    assert show(points.field("diffuser"), "yes") == "Ya"
    assert show(points.field("sensitive_areas"), ["coral", "shipping"]) == "Terumbu karang, Alur pelayaran"
    assert show(points.field("outfall_depth"), "1234.1250") == "1.234,125 m"
    assert show(points.field("sea_points"), CLEAN_POINTS["sea_points"]).splitlines()[0] == (
        "Nama titik: AL-1; Koordinat: 1°18′00,00″ LS 116°54′36,00″ BT"
    )
    assert show(FORM.field("business_licence_date"), "2026-12-10") == "10 Desember 2026"
    assert show(FORM.field("undertakes_load"), True) == "Ya"
    assert show(FORM.field("operating_days"), 25) == "25 hari/bulan"
    assert show(FORM.field("slo"), None) == ""


def test_unknown_sections_and_fields_have_named_errors() -> None:
    with pytest.raises(UnknownSection, match="'weather'"):
        FORM.section("weather")
    with pytest.raises(UnknownField, match="'weather'"):
        FORM.field("weather")
    with pytest.raises(UnknownField, match="'weather'"):
        FORM.section("points").field("weather")


BROKEN = [
    (
        'key = "company_nib"',
        'key = "company_npwp"',
        "form.toml, isian 'company_npwp': dipakai lebih dari sekali",
    ),
    ('kind = "nib"', 'kind = "barcode"', "fields 'company_nib': jenis isian 'barcode' tidak dikenal"),
    ('kind = "multichoice"', 'kind = "text"', "fields 'water_sources': 'choices' wajib bagi isian pilihan"),
    ('proposes = "limit"', 'proposes = "flow_per_day"', "tidak dapat mengusulkan 'flow_per_day'"),
    ('named_by = "outfall_name"', 'named_by = ""', "'named_by' wajib bagi koordinat yang diusulkan"),
    ('near = "outfall_regency"', 'near = "moon"', "menunjuk kabupaten 'moon' yang tidak ada di bagian ini"),
    ('box = "sea"', 'box = "moon"', "fields 'outfall_coordinate': kotak wilayah 'moon' tidak dikenal"),
    ('least = "0"', 'least = "nol"', "kunci 'least' harus angka dalam teks"),
    ('key = "port"', 'key = "biota"', "fields 'designated_use': pilihan 'biota' dipakai lebih dari sekali"),
    ('key = "company"\n', 'key = "applicant"\n', "form.toml, bagian 'applicant': dipakai lebih dari sekali"),
    ("max_length = 120", 'max_length = "120"', "kunci 'max_length' harus bilangan bulat"),
]


@pytest.mark.parametrize(("old", "new", "refusal"), BROKEN)
def test_a_broken_form_is_refused_by_field_and_reason(old: str, new: str, refusal: str) -> None:
    source = text("form.toml")
    assert old in source

    with pytest.raises(BrokenSop) as refused:
        read_form(source.replace(old, new, 1))

    assert refusal in str(refused.value)


def test_a_date_of_a_file_is_kept_as_a_day() -> None:
    section = Section("s", "S", "", (Field("d", "D", "date"),))

    assert clean_section(section, {"d": date(2026, 1, 2)}).values == {"d": "2026-01-02"}


def test_what_an_application_asks_for_is_marked_in_the_form() -> None:
    limits = [{"parameter": "BOD5", "limit": "100", "unit": "mg/L"}, {"parameter": "pH", "limit": "6-9"}]
    values = CLEAN_POINTS | {"flow_average": "1400", "flow_max_day": "1500", "parameters": limits}

    asked = [(item.kind, item.name) for item in proposals(FORM, values)]

    assert asked == [
        ("penaatan", "TP-01"),
        ("pembuangan", "OF-01"),
        ("pantau", "AL-1"),
        ("pantau", "AL-2"),
        ("flow_per_day", "Debit maksimum per hari"),
        ("limit", "BOD5"),
        ("limit", "pH"),
    ]
