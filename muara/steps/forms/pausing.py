"""Pausing the net clock, beside the outcomes of every step of an officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Pause, Task
from muara.people.models import User
from muara.steps.actions import pausing
from muara.steps.forms.fields import Moment, Paragraph
from muara.steps.forms.step import ActForm


class PauseForm(ActForm):
    """What both ends of a pause share: who may record them."""

    for_holder = False  # a superior may, too

    @classmethod
    def belongs_to(cls, task: Task) -> bool:
        return task.actor != "applicant" and not task.companion

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return pausing.may_pause(user, task, at=at)


class BeginPause(PauseForm):
    """The file waits for somebody outside the office from some moment on."""

    slug = "jeda"
    done = "Jeda dicatat. Hitungan bruto tetap berjalan; hitungan neto berhenti sampai jeda diakhiri."
    title = "Catat jeda waktu"
    button = "Catat jeda"
    category = forms.ChoiceField(
        label="Yang ditunggu", choices=Pause.Category.choices, widget=forms.RadioSelect
    )
    starts = Moment(label="Menunggu sejak", help_text="Waktu WITA; tidak boleh di masa depan.")
    reason = Paragraph(
        label="Mengapa berkas menunggu",
        help_text="Tercatat pada lembar pengendali. Janji layanan menurut SOP tetap dihitung bruto.",
        rows=3,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["starts"].initial = at

    @classmethod
    def offered(cls, task: Task) -> bool:
        return pausing.running_pause(task) is None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return pausing.begin_pause(
            self.task, **self.typed("category", "starts", "reason"), by=by, at=at, stamp=stamp
        )


class EndPause(PauseForm):
    """What the file waited for has come."""

    slug = "akhiri-jeda"
    done = "Jeda diakhiri. Hitungan neto berjalan lagi."
    title = "Akhiri jeda waktu"
    button = "Akhiri jeda"
    ends = Moment(label="Menunggu sampai", help_text="Waktu WITA; tidak boleh di masa depan.")

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["ends"].initial = at

    @classmethod
    def offered(cls, task: Task) -> bool:
        return pausing.running_pause(task) is not None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return pausing.end_pause(self.task, **self.typed("ends"), by=by, at=at, stamp=stamp)
