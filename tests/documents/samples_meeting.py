"""A realistic content for each letter of the joint meeting, about invented people."""

from __future__ import annotations

from datetime import date
from typing import Any

from muara.documents.contents import Content, Signatory
from muara.documents.contents.meeting import (
    AttendanceList,
    MeetingDecision,
    MeetingInvitation,
    MinutesOfMeeting,
    Seat,
)
from tests.documents import samples

CALLER = Signatory(
    position="Kepala Seksi Layanan",
    name="Seno Contohadi",
    rank="Penata Tingkat I",
    nip="19800101 200501 1 001",
)
PEOPLE = (
    Seat(name="Seno Contohadi", institution="Kepala Seksi Layanan", side="DPMPTSP", present="Hadir"),
    Seat(name="Teguh Fiktif", institution=samples.AGENCY, side="OPD teknis", present="Hadir"),
    Seat(name="Sari Contohwati", institution=samples.COMPANY, side="Pemohon", present="Tidak hadir"),
    Seat(name="Nara Umpamawan", institution="Universitas Contoh", side="Nara sumber"),
)
FRAME: dict[str, Any] = {
    "letterhead": samples.HEAD,
    "demo": True,
    "registration_number": samples.REGISTRATION,
    "service": samples.SERVICE,
    "company": samples.COMPANY,
    "day": "Kamis, 10 Desember 2026",
    "starts": "09.00 WITA",
    "place": "Ruang rapat kantor",
    "agenda": "Pembahasan debit maksimum dan titik pantau air laut",
}


def invitation() -> MeetingInvitation:
    return MeetingInvitation(
        **FRAME,
        number="005/12/DPMPTSP-III/2026",
        seat="Samarinda",
        dated=date(2026, 12, 7),
        subject="Undangan rapat gabungan",
        invited=PEOPLE,
        signatory=CALLER,
    )


def attendance() -> AttendanceList:
    return AttendanceList(**FRAME, people=PEOPLE, blank_rows=8)


def minutes() -> MinutesOfMeeting:
    return MinutesOfMeeting(
        **FRAME,
        people=PEOPLE[:2],
        minutes=("Tim teknis menjelaskan dasar debit maksimum.", "Pemohon menyatakan sanggup."),
        opinion=("Kewenangan ada pada Pemerintah Provinsi.",),
        minuted_by="Dewi Umpamawati",
        approved_at=samples.REGISTERED,
        seat="Samarinda",
        signatory=CALLER,
    )


def decision() -> MeetingDecision:
    return MeetingDecision(
        **FRAME,
        decision=("Draf dapat diteruskan tanpa perubahan.",),
        outcome="Keputusan bersama diambil: kembali kepada pengusul rapat",
        reason=("Tidak ada keberatan.",),
        draft="Draf ke-1, sidik 0f3a9b7c11d2e4f5",
        present=2,
        seat="Samarinda",
        dated=date(2026, 12, 10),
        signatory=CALLER,
    )


def contents() -> tuple[Content, ...]:
    return invitation(), attendance(), minutes(), decision()
