"""The old register: a table is imported whole or not at all, and its permits live on among ours."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused
from muara.documents.tables import read_table
from muara.people.models import Company, Office, User, office_day
from muara.permits.actions import import_old_permits, preview_old_permits, set_up_series
from muara.permits.models import Number, OldPermit, Series, SeriesYear
from muara.permits.sheets import HEAD, NoRegister, OldRegister, read_old_register
from muara.steps.actions import filing
from muara.web.acts import new_key
from muara.web.demo import applicant, officer
from muara.web.sheets import Cell, as_csv, as_xlsx
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.renewals import LATER, fill, start, walk_to_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.both]

TODAY = date(2026, 7, 6)
PAGE = "/meja/izin-lama/impor/"


@pytest.fixture(autouse=True)
def _office(office: Office) -> None:
    """The fictional office."""


def line(number: str | None, **more: Cell) -> list[Cell]:
    """A row of the template: as it should be, but for what is named."""
    row: dict[str, Cell] = dict.fromkeys(HEAD)
    told: dict[str, Cell] = {}
    if number is not None:
        told = {
            "Nomor izin": number,
            "Pemegang izin": "PT Segara Contoh Makmur",
            "Tanggal izin": "09/05/2022",
            "Berlaku sampai": "09/05/2027",
            "Lokasi kegiatan": "Jalan Contoh 1",
            "Kabupaten/Kota": "Kab. Paser",
            "Dasar hukum": "Menurut surat izinnya",
        }
    return list((row | told | more).values())


def table(*rows: list[Cell]) -> bytes:
    return as_csv([HEAD, *rows])


OUTFALL_A: dict[str, Cell] = {
    "Nama titik": "Outfall A",
    "Lintang": "1,83 LS",
    "Bujur": "116,33",
    "TSS maks (mg/L)": "0,5",
}
OUTFALL_B: dict[str, Cell] = {
    "Nama titik": "Outfall B",
    "pH min": 6,
    "pH maks": 9,
    "Debit maks (m³/hari)": "1.200,5",
}
ENDED: dict[str, Cell] = {
    "Tanggal izin": "10/12/2016",
    "Berlaku sampai": "2021-12-10",
    "Pemegang izin": "PT Lain",
}
TWO_OUTFALLS = (
    line("503/77/BPPMD/2022", **OUTFALL_A),
    line(None, **OUTFALL_B),
    line("503/78/BPPMD/2016", **ENDED),
)


def read(data: bytes) -> OldRegister:
    return read_old_register(read_table(data), today=TODAY)


def service() -> str:
    return Series.objects.get(key="permit").service


def bring_in(data: bytes, *, by: User | None = None) -> tuple[int, int]:
    rows = read(data)
    assert rows.errors == {}
    found = import_old_permits(
        rows.rows, service=service(), sheet="x", by=by or officer("registrar"), at=MONDAY
    )
    return len(found.fresh), found.unchanged


def register_counts() -> list[object]:
    return [Number.objects.count(), list(SeriesYear.objects.values_list("series", "year", "last"))]


def test_a_register_is_kept_once_with_its_points_and_limits_and_no_series_moves() -> None:
    before = register_counts()

    assert bring_in(table(*TWO_OUTFALLS)) == (2, 0)
    assert bring_in(as_xlsx([HEAD, *TWO_OUTFALLS])) == (0, 2)

    old, ended = OldPermit.objects.order_by("-issued_on")
    assert (old.regency, old.expires_on, old.basis) == ("64.01", date(2027, 5, 9), "Menurut surat izinnya")
    assert old.points == [
        {
            "name": "Outfall A",
            "latitude": "-1.830000",
            "longitude": "116.330000",
            "limits": [{"parameter": "TSS", "unit": "mg/L", "maks": "0.5"}],
        },
        {
            "name": "Outfall B",
            "limits": [
                {"parameter": "Debit", "unit": "m³/hari", "maks": "1200.5"},
                {"parameter": "pH", "unit": "", "min": "6", "maks": "9"},
            ],
        },
    ]
    assert (old.status(TODAY), ended.status(date(2021, 12, 10)), ended.status(date(2021, 12, 11))) == (
        "berlaku",
        "berlaku",
        "berakhir",
    )
    assert [old.expires_soon(day) for day in (date(2026, 11, 10), date(2026, 11, 11))] == [False, True]
    assert register_counts() == before
    (entry,) = Entry.objects.filter(verb="old_permits.import")
    assert (entry.chain, json.loads(entry.text)["facts"]["new"]) == (f"old-permits:{service()}", 2)


@pytest.mark.parametrize(
    ("more", "cell", "says"),
    [
        ({"Berlaku sampai": "09/05/2022"}, "E2", "harus sesudah tanggal izin"),
        ({"Berlaku sampai": ""}, "E2", "Isi berlaku sampai"),
        ({"Tanggal izin": "31/02/2022"}, "D2", "tidak ada dalam kalender"),
        ({"Tanggal izin": "07/07/2026"}, "D2", "belum tiba"),
        ({"Pemegang izin": " "}, "B2", "nama pemegang"),
        ({"NIB": "123"}, "C2", "13 angka"),
        ({"Kabupaten/Kota": "Kota Surabaya"}, "G2", "Kalimantan Timur"),
        ({"Lintang": "1,83", "Bujur": "999"}, "J2", "bujur"),
        ({"TSS maks (mg/L)": "1.000"}, "O2", "1.000"),
        ({"pH min": 9, "pH maks": 6}, "N2", "lebih besar"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(more: dict[str, Cell], cell: str, says: str) -> None:
    found = read(table(line("1/2022", **more)))

    assert list(found.errors) == [cell]
    assert says in found.errors[cell]


def test_what_is_no_register_says_so() -> None:
    with pytest.raises(NoRegister, match="Judul kolom tidak ditemukan"):
        read(b"a;b\n1;2\n")
    with pytest.raises(NoRegister, match="belum berisi"):
        read(table())
    assert "Baris tanpa nomor" in read(table(line(None, **{"Nama titik": "A"}))).errors["A2"]


def test_a_number_of_ours_one_twice_and_one_with_other_content_are_refused_by_cell_and_keep_nothing() -> None:
    ours = case_at("end", at=MONDAY).permit.number
    series = ours.counter.series
    bring_in(table(line("1/LAMA/2022")))
    coming = ours.text.replace(str(ours.seq), str(ours.seq + 1), 1)
    rows = read(
        table(
            line(ours.text),
            line(" ".join(coming)),
            line("2/LAMA/2022"),
            line("2 / lama / 2022"),
            line("1/LAMA/2022", **{"Lokasi kegiatan": "Di tempat lain"}),
        )
    ).rows

    found = preview_old_permits(rows, service=series.service, at=MONDAY)
    assert list(found.errors) == ["A2", "A3", "A5", "A6"]
    assert "register Muara sendiri" in found.errors["A2"]
    assert "register Muara sendiri" in found.errors["A3"]
    assert "sel A4" in found.errors["A5"]
    assert "isi lain" in found.errors["A6"]
    with pytest.raises(Refused, match=r"Sel A2: .* Belum ada yang disimpan"):
        import_old_permits(rows, service=series.service, sheet="x", by=officer("registrar"), at=MONDAY)
    assert OldPermit.objects.count() == 1


def test_a_series_cannot_be_set_up_to_give_an_old_number_again() -> None:
    bring_in(table(line("7/LAMA/2026")))

    with pytest.raises(Refused, match="7/LAMA/2026 sudah bernomor"):
        set_up_series(
            service="lain",
            key="permit",
            label="x",
            pattern="{urut}/LAMA/{tahun}",
            values={},
            starts_at=7,
            by=None,
            at=MONDAY,
        )
    assert set_up_series(
        service="lain",
        key="permit",
        label="x",
        pattern="{urut}/LAMA/{tahun}",
        values={},
        starts_at=8,
        by=None,
        at=MONDAY,
    )


@pytest.mark.parametrize("actor", ["verifier", "auditor", "head_of_office"])
def test_only_the_registrar_and_an_administrator_import(actor: str, client: Client) -> None:
    with pytest.raises(NotYours):
        bring_in(table(line("1/2022")), by=officer(actor))
    client.force_login(officer(actor))
    assert client.get(PAGE).status_code == 403
    assert bring_in(table(line("1/2022")), by=officer("administrator")) == (1, 0)


def test_an_old_permit_is_renewed_and_ends_on_that_day(time_machine: TimeMachineFixture) -> None:
    bring_in(table(*TWO_OUTFALLS))
    old = OldPermit.objects.get(number="503/77/BPPMD/2022")
    company = Company.objects.create(name="PT. Segara Contoh Makmur")
    company.memberships.create(user=applicant())
    client = Client()
    time_machine.move_to(LATER)
    client.force_login(applicant())
    assert "503/77/BPPMD/2022, PT Segara Contoh Makmur" in client.get("/permohonan/baru/").content.decode()
    said = {"kind": "renewal", "company": company.pk, "previous": f"lama-{old.pk}", "kunci": new_key()}
    assert client.post("/permohonan/baru/", said).status_code == 302
    application = company.applications.get()
    assert application.data["previous_permit"] == old.number
    assert application.data["site_regency"] == "64.01"
    application.data = dict(case_at("end", at=MONDAY).application.data) | application.data
    application.save()
    fill(application)

    permit = walk_to_the_end(application).permit

    old.refresh_from_db()
    assert (permit.replaces, permit.replaces_old) == (None, old)
    assert old.replaced_on == permit.issued_on == office_day(LATER)
    assert old.status(permit.issued_on) == "diganti"
    said_first = json.loads(permit.draft.content)["considering"][0]
    assert "nomor 503/77/BPPMD/2022 tanggal 9 Mei 2022" in said_first
    public = client.get(f"/izin/{permit.draft.token}/").content.decode()
    assert "diimpor dari register lama" in public.partition(old.number)[2]
    client.force_login(officer("registrar"))
    book = client.get("/meja/buku/keputusan/?unduh=csv").content.decode()
    assert "Menggantikan 503/77/BPPMD/2022" in book
    client.force_login(applicant())
    with pytest.raises(Refused, match="sudah diganti"):
        start("renewal", old, company=company)


def test_a_company_with_another_nib_may_not_renew_it() -> None:
    bring_in(table(line("1/2022", NIB="1234567890123")))
    other = Company.objects.create(name="PT Segara Contoh Makmur", nib="9999000000101")
    other.memberships.create(user=applicant())

    with pytest.raises(Refused, match="atas nama perusahaan lain"):
        start("renewal", OldPermit.objects.get(), company=other)
    typed = filing.start_application(
        revision=case_at("end", at=MONDAY).revision,
        kind="renewal",
        company=other,
        company_name="",
        by=applicant(),
        at=LATER,
    )
    fill(typed, **dict(case_at("end", at=MONDAY).application.data) | {"previous_permit": "1 / 2022"})
    with pytest.raises(Refused, match="atas nama perusahaan lain"):
        filing.submit(typed, by=applicant(), at=LATER)


def test_the_pages_show_preview_keep_list_and_register(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(at("2026-07-06 09:00"), tick=False)
    client.force_login(officer("registrar"))
    assert (
        client.get("/meja/izin-lama/templat.csv")
        .content.decode("utf-8-sig")
        .split("\r\n")[0]
        .startswith("Nomor izin,Pemegang izin")
    )
    bad = client.post(PAGE, {"table": SimpleUploadedFile("a.csv", table(line("1/2022", NIB="12")))})
    assert bad.status_code == 422
    assert "C2" in bad.content.decode()
    page = client.post(PAGE, {"table": SimpleUploadedFile("a.csv", table(*TWO_OUTFALLS))})
    assert page.status_code == 200
    assert OldPermit.objects.count() == 0
    sealed = unescape(re.findall(r'name="read"\s+value="([^"]+)"', page.content.decode())[0])
    key = new_key()

    assert client.post(PAGE, {"read": sealed + "x", "kunci": key}).status_code == 409
    for _ in range(2):
        assert client.post(PAGE, {"read": sealed, "kunci": key}).status_code == 302
    assert OldPermit.objects.count() == 2

    listed = client.get("/meja/izin-lama/").content.decode()
    assert "503/77/BPPMD/2022" in listed
    shown = client.get(
        f"/meja/izin-lama/{OldPermit.objects.get(regency='64.01', company__contains='Segara').pk}/"
    )
    assert "pH 6 sampai 9" in shown.content.decode()
    assert "TSS paling banyak 0,5 mg/L" in shown.content.decode()
    public = Client().get("/izin/register/?cari=503/77").content.decode()
    assert "Diimpor dari register lama" in public
    (row,) = [
        row
        for row in json.loads(Client().get("/izin/register/register-izin.json").content)["izin"]
        if row["nomor_izin"] == "503/78/BPPMD/2016"
    ]
    assert (row["status"], row["asal"]) == ("berakhir", "diimpor dari register lama")


def test_a_list_of_thirty_costs_the_queries_of_one(client: Client) -> None:
    client.force_login(officer("registrar"))
    addresses = ("/meja/izin-lama/", "/izin/register/")
    bring_in(table(line("0/2022")))
    before = []
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        before.append(len(one))
    bring_in(table(*(line(f"{number}/2022") for number in range(1, 30))))

    for address, queries in zip(addresses, before, strict=True):
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == queries
