"""Declaring a conflict of interest, beside the outcomes of every step of an officer."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import Stamp
from muara.cases.models import Task
from muara.people.models import User
from muara.steps.actions import recusal
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.step import ActForm


class Recuse(ActForm):
    """UU 30/2014, Pasal 42-45: an official with a conflict of interest says so and keeps out."""

    slug = "konflik-kepentingan"
    for_holder = False  # one who has a conflict should not receive the file first
    done = "Konflik kepentingan dicatat. Berkas dilepas untuk dikerjakan pejabat lain."
    title = "Nyatakan konflik kepentingan"
    button = "Nyatakan dan lepaskan berkas"
    reason = Paragraph(
        label="Konflik kepentingan Anda",
        help_text="Misalnya hubungan keluarga atau usaha dengan pemohon. Hanya Kepala Dinas dan auditor yang "
        "membacanya. Sesudah ini Anda tidak dapat lagi mengerjakan langkah apa pun pada berkas ini.",
        rows=3,
    )

    @classmethod
    def belongs_to(cls, task: Task) -> bool:
        return task.actor != "applicant"

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return recusal.recuse(self.task, reason=self.cleaned_data["reason"], by=by, at=at, stamp=stamp)
