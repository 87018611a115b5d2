"""One realistic content a letter, about invented companies and people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from muara.documents.contents import (
    Content,
    ControlRow,
    ControlSheet,
    CoverLetter,
    Enclosure,
    EndorsementBox,
    Flow,
    HandoverReceipt,
    Letterhead,
    Limit,
    Monitoring,
    Permit,
    Point,
    Receipt,
    Signatory,
    Verdict,
    VerificationForm,
)
from muara.documents.letters import SAMPLE_EMBLEM

REGISTERED = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
HEAD = Letterhead(
    government="Pemerintah Provinsi Kalimantan Timur",
    office="Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    address="Jalan Contoh Nomor 1, Samarinda 75000",
    logo_svg=SAMPLE_EMBLEM.read_text(),
    contact="Telepon (0541) 000001 · Laman dpmptsp.contoh.example · Pos-el layanan@contoh.example",
)
OFFICE = "Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Provinsi Kalimantan Timur"
SERVICE = "Izin Pembuangan Air Limbah ke Laut"
COMPANY = "PT Segara Contoh Makmur"
LOCATION = "Desa Contoh, Kecamatan Contoh, Kabupaten Kutai Timur"
AGENCY = "Dinas Lingkungan Hidup Provinsi Kalimantan Timur"
REGISTRATION = "LHP/2026/0017"
CASE: dict[str, Any] = {
    "letterhead": HEAD,
    "demo": True,
    "registration_number": REGISTRATION,
    "service": SERVICE,
    "company": COMPANY,
}
URL = "https://muara.contoh.example/izin/3f9a1c7be0d84d52a6b1c2d3e4f50617"
SIGNATORY = Signatory(
    position="Kepala Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Provinsi Kalimantan Timur",
    name="Rahmat Andaian, S.E., M.M.",
    rank="Pembina Utama Muda",
    nip="19700101 199501 1 001",
)
DOCUMENTS = (
    Enclosure(title="Formulir permohonan izin", amount="1 berkas", remark="3 halaman, ditandatangani"),
    Enclosure(title="Profil perusahaan", amount="1 berkas", remark="24 halaman"),
    Enclosure(title="Izin dan Amdal", amount="2 berkas", remark="SK kelayakan lingkungan, 118 halaman"),
    Enclosure(title="Layout sistem pembuangan", amount="1 lembar", remark="Ukuran A1"),
    Enclosure(title="Skematik sistem IPAL", amount="1 berkas", remark="6 halaman"),
    Enclosure(title="Titik penaatan", amount="1 berkas", remark="2 halaman"),
    Enclosure(title="Lokasi outfall", amount="1 berkas", remark="Peta dan batimetri"),
    Enclosure(title="Skema SOP IPAL", amount="1 berkas", remark="11 halaman"),
    Enclosure(title="Rencana penanggulangan dampak", amount="1 berkas", remark="9 halaman"),
)


def receipt() -> Receipt:
    return Receipt(
        **CASE,
        qr="https://muara.contoh.example/status/LHP-2026-0017",
        registered_at=REGISTERED,
        applicant="Sari Contohwati",
        applicant_position="Direktur",
        nib="9999000000011",
        location=LOCATION,
        items=DOCUMENTS,
        recommending_agency=AGENCY,
        status_url="https://muara.contoh.example/status/LHP-2026-0017",
        follow_code="7K2M-9QXA",
        follow_up=(
            "Pindai kode QR pada lembar ini, atau masuk ke akun pemohon.",
            "Tanyakan kepada petugas layanan informasi dengan menyebut nomor registrasi.",
        ),
        collection=(
            "Surat izin diambil di loket pengambilan setelah ada pemberitahuan.",
            "Bawa lembar ini dan tanda pengenal; wakil membawa surat kuasa pengurusan.",
        ),
        place="Samarinda",
        officer="Budi Misalnya",
        officer_nip="19900101 201501 1 002",
    )


def cover_letter() -> CoverLetter:
    return CoverLetter(
        **CASE,
        place="Samarinda",
        attachment="1 (satu) berkas",
        nature="Segera",
        subject="Permintaan rekomendasi teknis pembuangan air limbah ke laut",
        addressee=("Kepala Dinas Lingkungan Hidup", "Provinsi Kalimantan Timur"),
        addressee_place="Samarinda",
        registered_on=date(2026, 11, 16),
        location=LOCATION,
        items=DOCUMENTS,
        signatory=SIGNATORY,
        tembusan=("Kepala Dinas (sebagai laporan)", COMPANY),
    )


COPIES = {
    1: "Untuk proses verifikasi (dengan paraf lengkap proses)",
    2: "Untuk diberikan kepada pemohon",
    3: "Untuk arsip tertinggal",
}


def permit(
    *, copy: int = 2, status: str = "draft", company: str = COMPANY, number: str = "", demo: bool = True
) -> Permit:
    issued = date(2026, 12, 29) if number else None
    return Permit(
        letterhead=HEAD,
        demo=demo,
        status="final" if status == "final" else "draft",
        copy=copy,
        copy_purpose=COPIES[copy],
        number=number,
        number_after="/DPMPTSP-III/2026",
        place="Samarinda",
        dated=issued,
        valid_until=date(2031, 12, 29) if number else None,
        issuer=OFFICE,
        service=SERVICE,
        considering=(
            f"bahwa {company} telah mengajukan permohonan {SERVICE} dengan nomor registrasi {REGISTRATION} "
            "tanggal 16 November 2026 dan melengkapi persyaratannya;",
            f"bahwa {AGENCY} telah memberikan rekomendasi teknis nomor 660/123/DLH/2026 "
            "tanggal 8 Desember 2026 yang diterima pada tanggal 10 Desember 2026;",
            "bahwa berdasarkan pertimbangan sebagaimana dimaksud dalam huruf a dan huruf b, perlu menetapkan "
            f"Keputusan Kepala Dinas tentang {SERVICE} atas nama {company};",
        ),
        laws=(
            "Undang-Undang Nomor 32 Tahun 2009 tentang Perlindungan dan Pengelolaan Lingkungan Hidup;",
            "Undang-Undang Nomor 23 Tahun 2014 tentang Pemerintahan Daerah;",
            "Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan;",
            "Peraturan Menteri Negara Lingkungan Hidup Nomor 12 Tahun 2006 tentang Persyaratan dan Tata Cara "
            "Perizinan Pembuangan Air Limbah ke Laut;",
        ),
        noting=("Berita acara peninjauan lapangan nomor 660/098/DLH/2026 tanggal 1 Desember 2026;",),
        company=company,
        business="Industri minyak mentah kelapa sawit (KBLI 10431)",
        location=LOCATION,
        office_address="Jalan Rekaan Nomor 9, Sangatta, Kabupaten Kutai Timur",
        responsible="Sari Contohwati",
        responsible_position="Direktur",
        nib="9999000000011",
        npwp="99.999.999.9-999.000",
        receiving_sea="perairan Selat Makassar",
        flows=(
            Flow(
                point="Titik penaatan TP-1",
                source="IPAL kolam",
                per_day=Decimal("1440"),
                per_hour=Decimal("60"),
            ),
            Flow(point="Titik penaatan TP-2", source="pendingin", per_day=Decimal("72.5")),
        ),
        points=(
            Point(
                kind="Titik penaatan",
                name="TP-1, outlet IPAL",
                latitude="0°31'12,4\" LU",
                longitude="117°35'48,0\" BT",
                remark="Flow meter elektromagnetik",
            ),
            Point(
                kind="Titik penaatan", name="TP-2", latitude="0°31'14,0\" LU", longitude="117°35'50,2\" BT"
            ),
            Point(
                kind="Titik pembuangan",
                name="Outfall 1",
                latitude="0°31'20,9\" LU",
                longitude="117°36'31,7\" BT",
                remark="Kedalaman 14 m, 1.300 m dari pantai, diffuser",
            ),
            Point(kind="Titik pantau", name="TL-1", latitude="0°31'25,0\" LU", longitude="117°36'40,0\" BT"),
            Point(kind="Titik pantau", name="TL-2", latitude="0°31'02,3\" LU", longitude="117°36'44,8\" BT"),
            Point(
                kind="Titik pantau",
                name="Titik kontrol",
                latitude="0°29'58,1\" LU",
                longitude="117°38'10,6\" BT",
                remark="Di luar sebaran",
            ),
        ),
        limits=(
            Limit(parameter="BOD₅", level="100", unit="mg/L", load="144", basis="Rekomendasi teknis"),
            Limit(parameter="COD", level="350", unit="mg/L", load="504", basis="Rekomendasi teknis"),
            Limit(parameter="TSS", level="250", unit="mg/L", load="360", basis="Rekomendasi teknis"),
            Limit(
                parameter="Minyak dan lemak", level="25", unit="mg/L", load="36", basis="Rekomendasi teknis"
            ),
            Limit(parameter="Nitrogen total (sebagai N)", level="50", unit="mg/L", load="72"),
            Limit(parameter="Amonia (NH₃-N)", level="≤ 10", unit="mg/L", load="14,4"),
            Limit(parameter="pH", level="6–9", unit="–"),
            Limit(parameter="Suhu", level="≤ 40", unit="°C"),
        ),
        monitoring=(
            Monitoring(
                subject="Debit dan pH", point="TP-1 dan TP-2", frequency="setiap hari", report="Triwulan"
            ),
            Monitoring(
                subject="Mutu air limbah (seluruh parameter)",
                point="TP-1 dan TP-2",
                frequency="1 (satu) kali sebulan",
                report="Triwulan",
            ),
            Monitoring(
                subject="Mutu air laut",
                point="TL-1, TL-2, dan titik kontrol",
                frequency="1 (satu) kali 6 (enam) bulan",
                report="Semester",
            ),
        ),
        obligations=(
            "membuang air limbah tidak melebihi debit maksimum;",
            "menaati baku mutu air limbah;",
            "mencatat debit dan pH air limbah setiap hari;",
            "mencatat bahan baku dan produksi senyatanya setiap bulan;",
            "memantau mutu air limbah dan air laut dengan laboratorium yang terdaftar;",
            "menghitung dan menaati beban pencemaran;",
            "menjalankan IPAL menurut skema SOP, termasuk sistem tanggap darurat;",
            "menanggulangi pencemaran laut paling lama 24 (dua puluh empat) jam sejak diketahui;",
            f"menyampaikan laporan triwulan kepada Kepala Dinas dengan tembusan {AGENCY}; dan",
            "menyampaikan laporan semester tentang pemantauan air laut dan pelaksanaan izin.",
        ),
        prohibitions=(
            "membuang air limbah sekaligus dalam 1 (satu) kali pembuangan;",
            "mengencerkan air limbah untuk memenuhi baku mutu; dan",
            "membuang air limbah di luar titik penaatan.",
        ),
        supervising_agency=AGENCY,
        signatory=SIGNATORY,
        tembusan=(
            "Gubernur Kalimantan Timur (sebagai laporan);",
            f"Kepala {AGENCY};",
            "Bupati Kutai Timur;",
            "Arsip.",
        ),
        endorsements=(
            EndorsementBox(position="Petugas Pemrosesan (Verifikasi)", name="Budi Misalnya", at=REGISTERED),
            EndorsementBox(position="Petugas Pemrosesan (Adm & Monitoring)"),
            EndorsementBox(position="Kepala Seksi Layanan"),
            EndorsementBox(position="Kepala Bidang Layanan"),
        )
        if copy == 1
        else (),
        verification_url=URL,
    )


def control_sheet() -> ControlSheet:
    steps = (
        ("3 · Pengajuan permohonan", "Pemohon", "Sari Contohwati", "Diajukan", ""),
        ("4 · Pemeriksaan berkas", "Customer Service", "Budi Misalnya", "Perlu penjelasan teknis",
         "Neraca air belum dipahami pemohon."),
        ("5 · Penjelasan teknis", "Help Desk", "Budi Misalnya", "Sudah dijelaskan", ""),
        ("4 · Pemeriksaan berkas", "Customer Service", "Budi Misalnya", "Lengkap", ""),
        ("6 · Pendaftaran", "Loket Pendaftaran", "Rahmat Andaian", "Diregistrasi", ""),
        ("7 · Verifikasi berkas", "Petugas Pemrosesan (Verifikasi)", "Sari Contohwati", "Dikembalikan",
         "Skematik IPAL tidak memuat kapasitas kolam aerasi; peta outfall tanpa koordinat."),
        ("8 · Perbaikan", "Customer Service", "Budi Misalnya", "Diperbaiki", ""),
        ("7 · Verifikasi berkas", "Petugas Pemrosesan (Verifikasi)", "Sari Contohwati", "Lengkap", ""),
        ("9 · Penyampaian ke OPD", "Petugas Penghubung", "Budi Misalnya", "Disampaikan", ""),
        ("10 · Telaah teknis", "Tim Teknis (OPD)", "Rahmat Andaian", "Direkomendasikan",
         "Rekomendasi 660/123/DLH/2026."),
        ("11 · Penyusunan draf", "Petugas Pemrosesan (Adm & Monitoring)", "Budi Misalnya", "Draf selesai",
         ""),
        ("12 · Pemeriksaan draf", "Kepala Seksi Layanan", "Sari Contohwati", "Diparaf", ""),
        ("13 · Pemeriksaan draf", "Kepala Bidang Layanan", "Rahmat Andaian", "Diparaf", ""),
        ("15 · Keputusan", "Kepala DPMPTSP", "Rahmat Andaian", "Ditandatangani", ""),
        ("16 · Penomoran", "Petugas Tata Usaha", "Budi Misalnya", "Diterbitkan", "503/0042/DPMPTSP-III/2026"),
        ("17 · Penyerahan", "Loket Pengambilan", "Budi Misalnya", "Diserahkan", ""),
        ("18 · Penerimaan", "Pemohon", "Sari Contohwati", "", ""),
    )  # fmt: skip
    return ControlSheet(
        **CASE,
        qr="https://muara.contoh.example/berkas/17",
        registered_at=REGISTERED,
        applicant="Sari Contohwati",
        location=LOCATION,
        rows=tuple(
            ControlRow(
                number=number,
                step=step,
                actor=actor,
                name=name,
                received_at=datetime(2026, 11, 10 + number, 1, 5, tzinfo=UTC),
                done_at=datetime(2026, 11, 10 + number, 6, 40, tzinfo=UTC) if result else None,
                result=result,
                note=note,
                digest=f"{number:02x}9f86d081884c7d659a2feaa0c55ad015" if result else "",
            )
            for number, (step, actor, name, result, note) in enumerate(steps, start=1)
        ),
        chain="catatan proses berkas permohonan nomor 17 dalam sistem",
        chain_head="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        chain_length=21,
        checkpoint="nomor 1.204, 30 Desember 2026 pukul 09.59 WITA; menyaksikan semua catatan",
        checkpoint_digest="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
        printed_at=datetime(2026, 12, 30, 2, 0, tzinfo=UTC),
    )


def handover_receipt() -> HandoverReceipt:
    return HandoverReceipt(
        **CASE,
        qr=URL,
        permit_number="503/0042/DPMPTSP-III/2026",
        permit_dated=date(2026, 12, 29),
        valid_until=date(2031, 12, 29),
        items=(
            Enclosure(
                title="Keputusan Kepala Dinas beserta Lampiran (rangkap 2)",
                amount="1 (satu) berkas",
                remark="Asli",
            ),
            Enclosure(title="Kuesioner survei kepuasan pelanggan", amount="1 (satu) lembar"),
        ),
        recipient="Sari Contohwati",
        recipient_capacity="Pemohon",
        recipient_identity="KTP 6400••••••••9999",
        handed_at=datetime(2026, 12, 30, 2, 15, tzinfo=UTC),
        officer="Budi Misalnya",
        officer_nip="19900101 201501 1 002",
        rights=(
            "Membuang air limbah ke laut menurut ketentuan izin selama izin berlaku.",
            "Mengajukan perpanjangan selama masih memenuhi persyaratan.",
        ),
        duties=(
            "Menaati baku mutu, debit maksimum, dan seluruh ketentuan dalam izin.",
            f"Menyampaikan laporan triwulan dan laporan semester kepada Kepala Dinas dan {AGENCY}.",
        ),
        place="Samarinda",
    )


ITEMS = (
    "Profil perusahaan", "Izin dan Amdal", "Layout sistem", "Pembuangan", "Skematik sistem IPAL",
    "Titik penataan", "Lokasi outfall", "Debit maksimum", "Baku mutu", "Pencatatan debit dan pH",
    "Mean produksi", "Pemantauan kualitas air", "Beban pencemaran", "Skema SOP", "Penanggulangan dampak",
    "Laporan triwulan", "Laporan semester",
)  # fmt: skip


def verification_form() -> VerificationForm:
    reasons = {5: "Kapasitas kolam aerasi tidak tercantum.", 7: "Peta tidak memuat koordinat outfall."}
    return VerificationForm(
        **CASE,
        qr="https://muara.contoh.example/berkas/17",
        registered_at=REGISTERED,
        applicant="Sari Contohwati",
        location=LOCATION,
        verdicts=tuple(
            Verdict(
                number=number,
                group="A. Persyaratan" if number <= 7 else "B. Kewajiban",
                title=title,
                fits=None if number == 11 else number not in reasons,
                reason=reasons.get(number, ""),
            )
            for number, title in enumerate(ITEMS, start=1)
        ),
        complete=False,
        conclusion="Berkas dikembalikan melalui Customer Service untuk diperbaiki pada nomor 5 dan 7.",
        recommendations=(f"rekomendasi teknis {AGENCY}",),
        verifier="Sari Contohwati",
        verifier_nip="19880202 201402 2 003",
        verified_at=datetime(2026, 11, 16, 5, 50, tzinfo=UTC),
        place="Samarinda",
    )


def every_content() -> dict[str, Content]:
    """Return one content for each letter of the service, by template name."""
    from tests.documents import (
        samples_agency,
        samples_brochure,
        samples_coordination,
        samples_correction,
        samples_forms,
        samples_issuance,
        samples_meeting,
        samples_refusal,
        samples_review,
    )

    contents: tuple[Content, ...] = (
        receipt(), cover_letter(), permit(copy=1), control_sheet(), handover_receipt(), verification_form(),
        *samples_meeting.contents(), *samples_coordination.contents(), *samples_forms.contents(),
        *samples_review.contents(), *samples_agency.contents(), *samples_issuance.contents(),
        *samples_refusal.contents(), *samples_correction.contents(),
        samples_brochure.brochure(),
    )  # fmt: skip
    return {content.template: content for content in contents}
