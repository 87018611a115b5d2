"""The SOP's own forms, filled in and empty, about an invented company."""

from __future__ import annotations

from datetime import UTC, datetime

from muara.documents.contents import Content
from muara.documents.contents.forms import (
    ApplicationForm,
    Approver,
    Box,
    ChecklistForm,
    FirstProof,
    HandedIn,
    PowerToHandle,
    PowerToSign,
    Question,
    QuestionGroup,
    Revised,
    RevisionStatus,
    Tick,
)
from tests.documents.samples import COMPANY, HEAD, ITEMS, LOCATION, REGISTERED, REGISTRATION, SERVICE

REFERENCE = "7K2M-9QXA"
SIGNED = datetime(2026, 11, 16, 1, 5, tzinfo=UTC)
DIGEST = "9f2c4e1ab07d5e38" * 4


def application_form(*, blank: bool = False) -> ApplicationForm:
    def said(text: str) -> str:
        return "" if blank else text

    return ApplicationForm(
        letterhead=HEAD,
        demo=True,
        blank=blank,
        service=SERVICE,
        kinds=(Box(label="Izin baru", ticked=not blank), Box(label="Perpanjangan"), Box(label="Perubahan")),
        company=COMPANY,
        reference=said(REFERENCE),
        submission=0 if blank else 2,
        submitted_at=None if blank else SIGNED,
        digest=said(DIGEST),
        sections=(
            QuestionGroup(
                title="Perusahaan",
                intro="Data perusahaan sesuai akta dan NIB.",
                questions=(
                    Question(kind="line", label="NIB", help="13 angka.", answer=said("9999000000011")),
                    Question(kind="lines", label="Alamat lokasi kegiatan", answer=said(LOCATION)),
                    Question(
                        kind="choices",
                        label="Outfall memakai diffuser",
                        answer=said("Ya"),
                        boxes=(Box(label="Ya"), Box(label="Tidak")),
                    ),
                    Question(
                        kind="line", label="Kapasitas IPAL", unit="m³/hari", answer=said("1.200 m³/hari")
                    ),
                ),
            ),
            QuestionGroup(
                title="Kegiatan dan kesanggupan",
                intro="",
                questions=(
                    Question(
                        kind="table",
                        label="Hasil produksi",
                        help="Setiap jenis hasil produksi.",
                        columns=("Jenis", "Kapasitas", "Satuan"),
                        rows=() if blank else (("Tepung ikan", "1.250,5", "ton/bulan"),),
                    ),
                    Question(
                        kind="statement",
                        label="Laporan triwulan",
                        statement="Kami sanggup menyampaikan laporan setiap tiga bulan.",
                        answer=said("Ya"),
                    ),
                ),
            ),
        ),
        files=(
            HandedIn(
                number=1, title="Profil perusahaan", filename=said("profil.pdf"), digest=said(DIGEST[:16])
            ),
            HandedIn(
                number=3, title="Layout sistem pembuangan", filename=said("layout.pdf"), digest=said("0" * 16)
            ),
        ),
        place="Samarinda",
        applicant=said("Sari Contohwati"),
    )


def ticks(*, ticked: bool = True) -> tuple[Tick, ...]:
    return tuple(
        Tick(
            number=number,
            group="A. Persyaratan" if number <= 7 else "B. Kewajiban",
            title=title,
            help="" if ticked else "Keterangan singkat tentang yang diserahkan.",
            verdict=("unfit" if number == 5 else "none" if number == 4 else "fit") if ticked else None,
            reason="Kapasitas kolam aerasi tidak tercantum." if ticked and number == 5 else "",
        )
        for number, title in enumerate(ITEMS, start=1)
    )


def checklist(*, blank: bool = False) -> ChecklistForm:
    return ChecklistForm(
        letterhead=HEAD,
        demo=True,
        service=SERVICE,
        company=COMPANY,
        applicant="" if blank else "Sari Contohwati",
        reference="" if blank else REFERENCE,
        ticks=ticks(ticked=not blank),
        approved=None if blank else False,
        place="Samarinda",
        officer="" if blank else "Citra Contohan",
        signed_at=None if blank else SIGNED,
    )


def power_to_sign() -> PowerToSign:
    return PowerToSign(letterhead=HEAD, demo=True, service=SERVICE, company=COMPANY, place="Samarinda")


def power_to_handle() -> PowerToHandle:
    return PowerToHandle(letterhead=HEAD, demo=True, service=SERVICE, company=COMPANY, place="Samarinda")


def first_proof(*, numbered: bool = True) -> FirstProof:
    return FirstProof(
        letterhead=HEAD,
        demo=True,
        registration_number=REGISTRATION if numbered else "",
        registered_at=REGISTERED if numbered else None,
        service=SERVICE,
        applicant="Sari Contohwati",
        applicant_position="Direktur",
        company=COMPANY,
        phone="+628110000001",
        email="sari@contoh.example",
        location=LOCATION,
        reference=REFERENCE,
        ticks=ticks(),
        checked_by="Citra Contohan",
        checked_at=SIGNED,
        place="Samarinda",
        officer="Rina Misalkan" if numbered else "",
    )


def revision_status() -> RevisionStatus:
    return RevisionStatus(
        letterhead=HEAD,
        demo=True,
        form_code="FM-CONTOH-02",
        document="SOP-CONTOH-01",
        document_title=SERVICE,
        revision="01",
        created="1 Januari 2025",
        revised="2 Januari 2026",
        effective="2 Januari 2026",
        history=(
            Revised(
                number="01.",
                dated="2 Jan 26",
                text="Penyesuaian susunan organisasi.",
                revised_by="Kepala Bidang",
                approved_by="Kepala Dinas",
            ),
        ),
        approvals=(
            Approver(
                role="DISETUJUI OLEH", name="Guntur Andaian", position="Kepala Dinas", dated="2 Januari 2026"
            ),
        ),
    )


def contents() -> tuple[Content, ...]:
    """One content for each of the SOP's own forms."""
    return (
        application_form(), checklist(), power_to_sign(), power_to_handle(), first_proof(), revision_status(),
    )  # fmt: skip
