"""A refusal about an invented company."""

from __future__ import annotations

from muara.documents.contents import Content, Particular
from muara.documents.contents.refusal import Reason, Refusal
from tests.documents.samples import COMPANY, HEAD, LOCATION, OFFICE, REGISTRATION, SERVICE, SIGNATORY, URL


def contents() -> list[Content]:
    return [
        Refusal(
            letterhead=HEAD,
            demo=True,
            status="final",
            number_before="503/",
            number_after="/TOLAK/DPMPTSP-III/……",
            place="Samarinda",
            issuer=OFFICE,
            service=SERVICE,
            considering=(
                f"bahwa {COMPANY} telah mengajukan permohonan",
                "bahwa permohonan tersebut tidak dapat dikabulkan",
            ),
            laws=("Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan",),
            company=COMPANY,
            registration_number=REGISTRATION,
            particulars=(Particular(label="Lokasi kegiatan", value=LOCATION),),
            reasons=(
                Reason(
                    text="Titik pembuangan berada di daerah penyangga terumbu karang",
                    basis="Peraturan Menteri Lingkungan Hidup Nomor 12 Tahun 2006",
                ),
            ),
            remedies=(
                "Keberatan diajukan paling lama 21 (dua puluh satu) hari kerja",
                "Banding diajukan paling lama 10 (sepuluh) hari kerja",
            ),
            signatory=SIGNATORY,
            tembusan=("Arsip",),
            verification_url=URL,
        )
    ]
