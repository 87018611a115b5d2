"""Contents about what is asked of the applicant and about early ends, on invented people."""

from __future__ import annotations

from datetime import date

from muara.documents.contents import Content
from muara.documents.contents.correction import AskedItem, CorrectionRequest, EndingNotice, ProblemNote
from tests.documents.samples import (
    CASE,
    COMPANY,
    HEAD,
    LOCATION,
    REGISTERED,
    REGISTRATION,
    SERVICE,
    SIGNATORY,
    URL,
)

ITEMS = (
    AskedItem(
        number=1,
        kind="Perbaiki / lengkapi berkas",
        about="Nomor 5, Skematik sistem IPAL",
        reason="Skema belum menunjukkan kapasitas kolam aerobik.",
    ),
    AskedItem(
        number=2,
        kind="Konfirmasi kejelasan & kelengkapan data",
        about="Nomor 8, Debit maksimum",
        reason="Pastikan debit maksimum per jam: 60 m³ atau 600 m³?",
    ),
    AskedItem(
        number=3,
        kind="Tambahan persyaratan",
        about="Seluruh formulir",
        reason="Lampirkan hasil uji air limbah tiga bulan terakhir.",
    ),
)


def problem_note() -> ProblemNote:
    return ProblemNote(
        **CASE,
        round=2,
        submission=3,
        location=LOCATION,
        step="Langkah 7: Memverifikasi berkas",
        items=ITEMS,
        note="Semua kekurangan disampaikan sekaligus.",
        raised_by="Vino Andaikata",
        raised_by_nip="19900101 201501 1 003",
        raised_by_position="Petugas Verifikasi",
        raised_at=REGISTERED,
        place="Samarinda",
    )


def correction_request() -> CorrectionRequest:
    return CorrectionRequest(
        letterhead=HEAD,
        demo=True,
        qr=URL,
        place="Samarinda",
        dated=date(2026, 11, 17),
        subject="Pemberitahuan kekurangan dan permintaan perbaikan",
        reference=REGISTRATION,
        round=2,
        service=SERVICE,
        applicant="Sari Contohwati",
        company=COMPANY,
        items=ITEMS,
        explanation="Hasil uji boleh dari laboratorium terakreditasi mana pun.",
        due_on=date(2026, 12, 1),
        status_url=URL,
        officer="Citra Contohan",
        officer_nip="19920202 201602 2 004",
    )


def ending_notice() -> EndingNotice:
    return EndingNotice(
        letterhead=HEAD,
        demo=True,
        qr=URL,
        place="Samarinda",
        dated=date(2026, 11, 17),
        reference=REGISTRATION,
        service=SERVICE,
        applicant="Sari Contohwati",
        company=COMPANY,
        how="ditutup agar Saudara mengajukan permohonan baru",
        reason="Lokasi outfall berpindah ke kabupaten lain.",
        successor="7K2M-Q9XA",
        status_url=URL,
        signatory=SIGNATORY,
    )


def contents() -> tuple[Content, ...]:
    return problem_note(), correction_request(), ending_notice()
