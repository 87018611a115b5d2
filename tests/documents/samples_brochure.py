"""The brochure, with texts as long as the shipped service has them."""

from __future__ import annotations

from muara.documents.contents.brochure import Brochure, Described
from tests.documents.samples import HEAD, SERVICE


def brochure() -> Brochure:
    return Brochure(
        letterhead=HEAD,
        demo=True,
        qr="https://muara.contoh.example/layanan/pembuangan-air-limbah-ke-laut/",
        service=SERVICE,
        document="SOP-LP2N-LHP-02 revisi 03",
        notice="Sejak PP 22/2021 pembuangan air limbah ke laut diatur melalui Persetujuan Teknis dan SLO.",
        promise="14 hari kerja sejak rekomendasi teknis diterima",
        validity="5 tahun",
        documents=tuple(
            Described(
                title=f"Persyaratan contoh {number}",
                text="Akta pendirian, NIB, NPWP, nama dan jabatan penanggung jawab, alamat kantor.",
            )
            for number in range(1, 7)
        ),
        obligations=tuple(f"Kewajiban contoh {number}" for number in range(1, 11)),
        phases=tuple(
            Described(title=f"Tahap {number}", text="Isi formulir dan unggah berkas. Petugas memeriksa.")
            for number in range(1, 7)
        ),
        hours="Senin-Kamis 08.00-19.00 WITA Jum'at 08.00-11.00 WITA",
    )
