"""A correction and a revocation of an invented company's permit."""

from __future__ import annotations

from muara.documents.contents import Content
from muara.documents.contents.later import LaterDecision, Misprint, Ruling
from tests.documents.samples import COMPANY, HEAD, OFFICE, SERVICE, SIGNATORY, URL

LAW = "Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan"


def decision(subject: str, *rulings: Ruling, remedies: tuple[str, ...] = ()) -> LaterDecision:
    return LaterDecision(
        letterhead=HEAD,
        demo=True,
        status="final",
        number_before="503/",
        number_after="/PASCA/DPMPTSP-III/……",
        place="Samarinda",
        issuer=OFFICE,
        subject=f"{subject} {SERVICE} atas nama {COMPANY}",
        considering=("bahwa telah diterbitkan izin", "bahwa ada alasan untuk menetapkan Keputusan ini"),
        laws=(LAW,),
        rulings=rulings,
        remedies=remedies,
        signatory=SIGNATORY,
        copies_to=("Arsip",),
        verification_url=URL,
    )


def contents() -> list[Content]:
    misprints = (Misprint(printed="Jalan Contoh Nomor 10", corrected="Jalan Contoh Nomor 1"),)
    return [
        decision("Ralat", Ruling(text="Memperbaiki kekeliruan penulisan:", misprints=misprints)),
        decision(
            "Pencabutan",
            Ruling(text="Mencabut izin."),
            Ruling(
                text="Alasan pencabutan:", items=("debit melampaui ketentuan", "laporan tidak disampaikan")
            ),
            remedies=("Keberatan diajukan paling lama 21 (dua puluh satu) hari kerja",),
        ),
    ]
