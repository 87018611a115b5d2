"""What is asked of an applicant, beside where it is mended, and the form that answers it item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse

from muara.cases.models import Application, Correction, CorrectionItem, PowerOfAttorney
from muara.cases.models.case import definition_of
from muara.cases.rules import Doing, is_on_applicants_side
from muara.people.models import User
from muara.steps.actions.requests import Appeared, Reply
from muara.steps.forms.fields import Line, Paragraph, Scan, ScanForm
from muara.steps.forms.powers import WhoStands
from muara.steps.letters.correction import about

LONGEST = 2000
LAST = ("answer", "stands", "appeared", "identity_seen", "proof", "truth")
Kind = CorrectionItem.Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where something asked is mended: a section of the form, or the files of a requirement."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked, as its applicant reads it."""

    number: int
    about: str
    kind: str
    kind_label: str
    reason: str
    places: tuple[Place, ...]
    requirement: int | None


def asked_of(application: Application, correction: Correction | None) -> list[Asked]:
    """List what a round asks, each with the places where it is mended."""
    if correction is None:
        return []
    process = definition_of(application.revision_id).process
    return [
        Asked(
            number=item.number,
            about=about(item, process),
            kind=item.kind,
            kind_label=item.get_kind_display(),
            reason=item.reason,
            places=tuple(_places(application, item)),
            requirement=item.requirement,
        )
        for item in correction.items.all()
    ]


def _places(application: Application, item: CorrectionItem) -> Iterator[Place]:
    if item.requirement is None or item.kind == Kind.CONFIRM:
        return
    service = definition_of(application.revision_id)
    for section in service.form.sections:
        if any(item.requirement in field.requirements for field in section.fields):
            yield Place(
                f"Isian: {section.title}",
                reverse("application_section", args=[application.reference, section.key]),
            )
    wanted = service.process.requirement(item.requirement)
    number = wanted.covered_by or wanted.number
    if service.process.requirement(number).upload:
        yield Place(
            f"Berkas: {wanted.reading}", reverse("application_upload", args=[application.reference, number])
        )


class AnswerForm(ScanForm):
    """An answer to every item, or a dispute with its grounds; on somebody's behalf with what they signed."""

    use_required_attribute = False
    doing = Doing.ANSWER
    answer = Paragraph(label="Catatan lain untuk petugas", required=False, longest=LONGEST, rows=3)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: Any,
        *,
        application: Application,
        correction: Correction | None,
        by: User,
        at: datetime,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.at, self.owner = at, f"application:{application.pk}"
        super().__init__(data, files, initial=dict(initial or {}))
        self.items = asked_of(application, correction)
        for item in self.items:
            self._ask(item)
        self.stands = None if is_on_applicants_side(by, application) else WhoStands(application, self.doing)
        if self.stands is not None:
            self.fields["stands"] = self.stands
            self.fields["proof"] = Scan(
                label="Pindaian surat atau formulir yang ditandatangani pemohon atau kuasanya",
                help_text="PDF, JPEG, atau PNG. Wajib karena Anda mencatatnya atas nama pemohon.",
                error_messages={"required": "Unggah surat yang ditandatangani pemohon."},
            )
            if application.applicant_id is not None:
                self.fields["appeared"] = Line(
                    label="Nama yang menghadap",
                    help_text="Seperti tertulis pada kartu identitasnya. Pemohon diberi tahu.",
                    error_messages={"required": "Tuliskan nama yang menghadap sesuai kartu identitasnya."},
                )
                self.fields["identity_seen"] = forms.BooleanField(
                    label="Identitas yang menghadap sudah saya cocokkan dengan kartunya.",
                    error_messages={"required": "Cocokkan dahulu identitas yang menghadap dengan kartunya."},
                )
        self.order_fields([name for name in self.fields if name not in LAST])
        self.recall(self.initial)

    def _ask(self, item: Asked) -> None:
        confirms = item.kind == Kind.CONFIRM
        self.fields[f"answer_{item.number}"] = Paragraph(
            label="Jawaban Anda" if confirms else "Apa yang sudah Anda perbaiki?",
            longest=LONGEST,
            rows=3,
        )
        self.lenient = {*self.lenient, f"answer_{item.number}"}  # not where it is disputed
        self.fields[f"disputed_{item.number}"] = forms.BooleanField(
            label="Saya berkeberatan atas hal ini", required=False
        )
        self.fields[f"grounds_{item.number}"] = Paragraph(
            label="Alasan keberatan",
            help_text="Hanya bila Anda berkeberatan. Untuk hal itu tidak perlu ada yang diubah.",
            longest=LONGEST,
            rows=3,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for item in self.items:
            answer, disputed, grounds = self._said(item.number)
            if disputed and not grounds:
                self.add_error(
                    f"grounds_{item.number}", f"Hal {item.number}: tuliskan alasan keberatan Anda."
                )
            if not disputed and not answer:
                self.add_error(
                    f"answer_{item.number}",
                    f"Hal {item.number}: tuliskan jawaban Anda, atau nyatakan keberatan.",
                )
        return cleaned

    def _said(self, number: int) -> tuple[str, bool, str]:
        said = self.cleaned_data
        return (
            str(said.get(f"answer_{number}") or ""),
            bool(said.get(f"disputed_{number}")),
            str(said.get(f"grounds_{number}") or ""),
        )

    def replies(self) -> dict[int, Reply]:
        """The replies by the items' numbers."""
        return {item.number: Reply(*self._said(item.number)) for item in self.items}

    def shown(self) -> PowerOfAttorney | None:
        """The power of whoever stands at the counter; None for the applicant themself."""
        return self.stands.shown(self.cleaned_data) if self.stands is not None else None

    def appeared(self) -> Appeared | None:
        """Who came to the counter, where the applicant has an account."""
        if "appeared" not in self.fields:
            return None
        return Appeared(self.cleaned_data["appeared"], bool(self.cleaned_data["identity_seen"]))

    def rows(self) -> list[dict[str, Any]]:
        """Each item with its fields, as the page lays them out."""
        return [
            {
                "item": item,
                "fields": [self[f"{name}_{item.number}"] for name in ("answer", "disputed", "grounds")],
            }
            for item in self.items
        ]

    @property
    def closing(self) -> list[forms.BoundField]:
        """The fields after the items."""
        mine = {field.name for row in self.rows() for field in row["fields"]}
        return [field for field in self.visible_fields() if field.name not in mine]


class SubmitForm(AnswerForm):
    """The statement of truth; after a return also an answer to what was asked."""

    doing = Doing.SIGN
    truth = forms.BooleanField(
        label="Saya sudah memeriksa permohonan ini dan menyatakan bahwa isinya benar.",
        error_messages={"required": "Periksa permohonan ini, lalu nyatakan bahwa isinya benar."},
    )

    def __init__(self, data: Mapping[str, Any] | None, files: Any, *, again: bool, **options: Any) -> None:
        super().__init__(data, files, **options)
        if not again:
            del self.fields["answer"]


class WithdrawForm(ScanForm):
    """Why an application is withdrawn, and that it is meant."""

    use_required_attribute = False
    reason = Paragraph(
        label="Mengapa permohonan ini ditarik?",
        longest=LONGEST,
        rows=3,
        error_messages={"required": "Tuliskan alasan penarikan."},
    )
    sure = forms.BooleanField(
        label="Saya mengerti bahwa berkas ini ditutup dan tidak dapat dibuka lagi.",
        error_messages={"required": "Nyatakan bahwa Anda mengerti."},
    )

    def __init__(
        self, data: Any, files: Any, *, application: Application, at: datetime, on_behalf: bool
    ) -> None:
        self.at, self.owner = at, f"application:{application.pk}"
        super().__init__(data, files)
        if on_behalf:
            self.fields["proof"] = Scan(
                label="Pindaian surat penarikan yang ditandatangani pemohon",
                error_messages={"required": "Unggah surat yang ditandatangani pemohon."},
            )
