"""One realistic content for each of the agency's papers, about invented companies and people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from muara.documents.contents import Content, Letterhead, Limit, Point
from muara.documents.contents.agency import Party, Photo, Sample, VisitForm, VisitRecord, WorksheetPaper
from tests.documents.samples import AGENCY, CASE, LOCATION

HEAD = Letterhead(
    government="Pemerintah Provinsi Kalimantan Timur",
    office=AGENCY,
    address="Jalan Contoh Nomor 2, Samarinda 75000",
)
TAKEN = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
AGENCY_SIDE = (
    Party(name="Teguh Fiktif", position="Tim Teknis"),
    Party(name="Lestari Rekaan", position="PPLH"),
)
APPLICANT_SIDE = (Party(name="Sari Contohwati", position="Manajer Lingkungan"),)
SAMPLES = (
    Sample(
        code="AL-001",
        point="TP-01 Outlet kolam sedimentasi",
        taken_at=TAKEN,
        parameters="pH, BOD5, COD, TSS",
        laboratory="Laboratorium Contoh",
    ),
)


OF_THE_AGENCY: dict[str, Any] = CASE | {"letterhead": HEAD, "location": LOCATION, "agency": AGENCY}
VISIT: dict[str, Any] = OF_THE_AGENCY | {
    "place": "Lokasi IPAL dan outfall",
    "held_on": date(2026, 11, 18),
    "purpose": "Memeriksa titik penaatan dan outfall; mengambil contoh uji.",
    "findings": "Letak titik penaatan dan outfall sesuai permohonan. Alat ukur debit terpasang.",
    "samples": SAMPLES,
    "agency_side": AGENCY_SIDE,
}


def visit_form() -> VisitForm:
    return VisitForm(
        **VISIT,
        conditions="Cerah, laut surut, pabrik beroperasi.",
        tests="pH di tempat 7,2.",
        photos=(
            Photo(taken_at=TAKEN, place="0°30'15,0\" LU 117°35'00,0\" BT", caption="Outfall saat surut"),
        ),
        recorded_by="Teguh Fiktif",
    )


def visit_record() -> VisitRecord:
    return VisitRecord(**VISIT, applicant_side=APPLICANT_SIDE)


def worksheet() -> WorksheetPaper:
    return WorksheetPaper(
        **OF_THE_AGENCY,
        subject="rekomendasi teknis pembuangan air limbah ke laut",
        number=2,
        made_on=date(2026, 11, 19),
        made_by="Teguh Fiktif",
        analysis="Berkas lengkap dan benar. Kapasitas IPAL memadai untuk debit yang dimohon.",
        verdict="Mendukung: dapat diterbitkan dengan ketentuan teknis",
        flows=("1.500 m³/hari", "75 m³/jam"),
        limits=(Limit(parameter="BOD₅", level="≤ 100", unit="mg/L", load="150", basis="Rekomendasi teknis"),),
        points=(
            Point(
                kind="Titik penaatan", name="TP-01", latitude="0°30'15,0\" LU", longitude="117°35'00,0\" BT"
            ),
        ),
        obligations=("Mencatat debit dan pH air limbah setiap hari",),
        prohibitions=("Mengencerkan air limbah untuk menaati baku mutu",),
        omitted=("Amonia: tidak ada dalam air limbah ini",),
        signers=(Party(name="Lestari Rekaan", position="Kepala Bidang"),),
    )


def contents() -> tuple[Content, ...]:
    """One of each."""
    return visit_form(), visit_record(), worksheet()
