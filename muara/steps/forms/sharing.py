"""Assigning a task and handing a file to a colleague, beside the outcomes of every step of an officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import cached_property

from muara.cases.actions import Stamp
from muara.cases.models import Task
from muara.cases.rules import colleagues, may_assign, may_pass_on
from muara.people.models import Holding, User
from muara.steps.actions import sharing
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.step import ActForm


class Share(ActForm):
    """What both share: to whom of those who may do it and are there today."""

    to = forms.ChoiceField(
        label="Kepada",
        widget=forms.RadioSelect,
        help_text="Yang hari ini hadir dan boleh mengerjakan langkah ini.",
        error_messages={"required": "Pilih rekan yang akan mengerjakannya."},
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        chosen = self.fields["to"]
        assert isinstance(chosen, forms.ChoiceField)
        # Asked for only where the form is shown or judged: finding out who may costs queries a person.
        chosen.choices = lambda: [(str(user.pk), user.name) for user in self.choices]

    @cached_property
    def choices(self) -> list[User]:
        return colleagues(self.task, at=self.at)

    @classmethod
    def belongs_to(cls, task: Task) -> bool:
        return task.actor != "applicant" and not task.companion

    @classmethod
    def offered(cls, task: Task) -> bool:
        """Somebody else holds the actor; whether they may, and are there, is found out with the choices."""
        return Holding.objects.filter(actor=task.actor).exclude(user=task.received_by_id).exists()

    @property
    def chosen(self) -> User | None:
        return next((user for user in self.choices if str(user.pk) == self.cleaned_data["to"]), None)

    def told(self) -> str:
        return f"{self.chosen.name} diberi tahu. " if self.chosen else ""


class Assign(Share):
    """A superior gives a task to one of those who may do it."""

    slug = "tugaskan"
    for_holder = False  # it is a superior's
    title = "Tugaskan kepada seorang pelaksana"
    button = "Tugaskan"
    done = "Penugasan dicatat; pelaksana itu masih harus menerima berkasnya."
    note = Paragraph(
        label="Pesan (tidak wajib)",
        help_text="Dibaca pelaksana pada halaman tugas dan tercatat pada lembar pengendali.",
        rows=3,
        required=False,
    )

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return may_assign(user, task, at=at)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return sharing.assign(
            self.task, to=self.chosen, note=self.cleaned_data["note"], by=by, at=at, stamp=stamp
        )


class PassOn(Share):
    """Whoever received the file hands it to a colleague."""

    slug = "serahkan-rekan"
    title = "Serahkan kepada rekan"
    button = "Serahkan berkas"
    done = "Berkas dilepas; rekan itu masih harus menerimanya."
    note = Paragraph(
        label="Sampai di mana pekerjaannya, dan mengapa diserahkan",
        help_text="Dibaca rekan pada halaman tugas dan tercatat pada lembar pengendali. Isian yang Anda "
        "simpan dan belum dicatat tidak ikut diserahkan.",
        rows=3,
    )

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return may_pass_on(user, task, at=at)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return sharing.pass_on(
            self.task, to=self.chosen, note=self.cleaned_data["note"], by=by, at=at, stamp=stamp
        )
