"""Contents of the letters of steps 12, 13 and 15, as a case could make them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from muara.documents.contents import Content
from muara.documents.contents.review import ExaminationForm, Fact, Said, Summary, Ticked
from tests.documents.samples import HEAD


def examination_form() -> ExaminationForm:
    return ExaminationForm(
        letterhead=HEAD,
        demo=True,
        registration_number="LHP/2026/0001",
        service="Izin Pembuangan Air Limbah ke Laut",
        company="PT Segara Contoh Makmur",
        position="Kepala Seksi Layanan",
        draft="draf ke-2, sidik 0123456789abcdef",
        clauses=(
            Ticked(text="Memastikan Format dan isi surat benar dan lengkap", sure=True),
            Ticked(text="Tidak ada kesalahan ketik / entry data", sure=False),
        ),
        remarks=(Said(place="Menimbang: b", text="Tanggal surat DLH salah ketik."),),
        deviations=(
            Said(place="Baku mutu: TSS", before="paling banyak 250 mg/L", after="paling banyak 200 mg/L"),
        ),
        deviation_reason="Disepakati dalam rapat gabungan.",
        advice="Perhatikan kedalaman outfall.",
        outcome="Ada kesalahan: kembalikan untuk diperbaiki",
        examiner="Seno Contohadi",
        examiner_nip="198001012005011001",
        examined_at=datetime(2026, 11, 18, 2, 0, tzinfo=UTC),
        place="Samarinda",
    )


def summary() -> Summary:
    return Summary(
        letterhead=HEAD,
        demo=True,
        registration_number="LHP/2026/0001",
        service="Izin Pembuangan Air Limbah ke Laut",
        company="PT Segara Contoh Makmur",
        facts=(
            Fact(label="Kegiatan", value="Pengolahan kelapa sawit"),
            Fact(label="Titik pembuangan", value="Outfall 1, 0°30′20,00″ LU 117°35′00,00″ BT"),
            Fact(label="Debit maksimum", value="1.200 m³/hari"),
        ),
        limits=(Fact(label="BOD₅", value="≤ 100 mg/L"), Fact(label="pH", value="6–9")),
        way=(
            Fact(label="Terdaftar", value="9 November 2026"),
            Fact(label="Putaran perbaikan pemohon", value="1"),
        ),
        authority=(
            Fact(label="Yang meragukan", value="Lokasinya di dalam atau dekat Ibu Kota Nusantara."),
            Fact(label="Keputusan", value="Lanjutkan: tetap kewenangan provinsi"),
            Fact(label="Alasan", value="Titik outfall di luar batas kawasan menurut peta."),
            Fact(label="Diputuskan oleh", value="Citra Contohan, 9 November 2026"),
        ),
        concerns=(Said(place="Baku mutu: TSS", before="≤ 250 mg/L", after="≤ 200 mg/L"),),
        advice=(Said(place="Kepala Seksi Layanan, Seno Contohadi", text="Perhatikan kedalaman outfall."),),
        due_on=date(2026, 12, 4),
        printed_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    )


def contents() -> tuple[Content, ...]:
    """Both letters."""
    return examination_form(), summary()
