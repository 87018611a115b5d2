"""A realistic content for each letter after the signature, about invented people."""

from __future__ import annotations

from datetime import date

from muara.documents.contents import Content
from muara.documents.contents.issuance import FinalChecklist, NumberRegister, RegisterRow, RightsAndDuties
from tests.documents import samples

NUMBER = "503/268/DPMPTSP-III/2026"


def final_checklist() -> FinalChecklist:
    return FinalChecklist(
        **samples.CASE,
        permit_number=NUMBER,
        permit_dated=date(2026, 12, 10),
        items=("Surat izin ditandatangani Kepala Dinas", "Nomor izin urut dan tercatat dalam register"),
        place="Samarinda",
        checked_by="Tuti Rekawati",
        checked_at=samples.REGISTERED,
    )


def rights_and_duties() -> RightsAndDuties:
    permit = samples.permit()
    return RightsAndDuties(
        **samples.CASE,
        permit_number=NUMBER,
        permit_dated=date(2026, 12, 10),
        valid_until=date(2031, 12, 10),
        supervising_agency=samples.AGENCY,
        rights=("Mengajukan perpanjangan sebelum izin berakhir.",),
        flows=("Titik penaatan 1: 1.440 m³/hari atau 60 m³/jam",),
        limits=permit.limits,
        monitoring=permit.monitoring,
        duties=permit.obligations,
        prohibitions=permit.prohibitions,
    )


def number_register() -> NumberRegister:
    return NumberRegister(
        letterhead=samples.HEAD,
        demo=True,
        register="Nomor izin",
        year="2026",
        rows=(
            RegisterRow(number="503/1/DPMPTSP-III/2026", dated=date(2026, 12, 9), company=samples.COMPANY),
            RegisterRow(
                number="503/2/DPMPTSP-III/2026",
                dated=date(2026, 12, 10),
                company="PT Muara Fiktif Energi",
                remark="BATAL: Nama perusahaan salah ketik.",
            ),
        ),
        printed_at=samples.REGISTERED,
    )


def contents() -> tuple[Content, ...]:
    return final_checklist(), rights_and_duties()
