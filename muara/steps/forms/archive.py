"""The forms of the archive: where a closed case's paper lies, who borrows it, how it came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import ArchiveLoan, ArchivePlace, Case
from muara.people.models import User
from muara.steps.actions.archive import Shelf, file_paper, lend_paper, take_paper_back
from muara.steps.forms.fields import Day, Line, Paragraph

PART = 60
MISSING = "Tuliskan mengapa berkas kertas dipindahkan."


class FilePaper(forms.Form):
    """Room, cabinet, box and folder; for paper that was filed before also why it moves."""

    use_required_attribute = False
    room = Line(label="Ruang", longest=PART)
    cabinet = Line(label="Lemari", longest=PART)
    box = Line(label="Boks", longest=PART)
    folder = Line(label="Folder", longest=PART)
    reason = Paragraph(label="Mengapa dipindahkan", rows=2, longest=300)

    def __init__(self, case: Case, *args: Any, place: ArchivePlace | None, **options: Any) -> None:
        self.case = case
        super().__init__(*args, **options)
        if place is None:
            del self.fields["reason"]
        else:
            self.initial = {name: getattr(place, name) for name in ("room", "cabinet", "box", "folder")}
        for name, field in self.fields.items():
            field.error_messages["required"] = MISSING if name == "reason" else "Isian ini wajib diisi."

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> ArchivePlace:
        said = self.cleaned_data
        return file_paper(
            self.case,
            shelf=Shelf(said["room"], said["cabinet"], said["box"], said["folder"]),
            reason=said.get("reason", ""),
            by=by,
            at=at,
            stamp=stamp,
        )


class LendPaper(forms.Form):
    """Who takes a filed paper out of the archive, for what, until when."""

    use_required_attribute = False
    borrower = Line(label="Peminjam", longest=120, help_text="Nama orang yang membawanya.")
    unit = Line(label="Bagian atau instansi", longest=120)
    purpose = Paragraph(label="Keperluan", rows=2, longest=300)
    due_on = Day(label="Harus kembali", help_text="Misalnya 10/12/2026.")

    def __init__(self, case: Case, *args: Any, **options: Any) -> None:
        self.case = case
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = "Isian ini wajib diisi."

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> ArchiveLoan:
        return lend_paper(self.case, **self.cleaned_data, by=by, at=at, stamp=stamp)


class TakePaperBack(forms.Form):
    """In which state a lent paper came back."""

    use_required_attribute = False
    condition = Line(
        label="Keadaan ketika kembali",
        longest=300,
        help_text="Misalnya: lengkap dan baik; atau lembar mana yang kurang atau rusak.",
        error_messages={"required": "Tuliskan keadaan berkas ketika kembali, misalnya lengkap dan baik."},
    )

    def __init__(self, loan: ArchiveLoan, *args: Any, **options: Any) -> None:
        self.loan = loan
        super().__init__(*args, **options)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> ArchiveLoan:
        return take_paper_back(self.loan, **self.cleaned_data, by=by, at=at, stamp=stamp)
