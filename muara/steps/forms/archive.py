"""The form of the archive: where a closed case's paper lies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import ArchivePlace, Case
from muara.people.models import User
from muara.steps.actions.archive import Shelf, file_paper
from muara.steps.forms.fields import Line, Paragraph

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
