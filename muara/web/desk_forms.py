"""The forms of the desk: narrowing a list, recording a talk, entering an application at the counter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from muara.cases.actions import Stamp
from muara.cases.models import Application, Case, Revision, Task
from muara.people.models import Company, User
from muara.permits.models import Earlier
from muara.records.searching import found_by
from muara.sop.definition import Step
from muara.steps.actions.filing import start_application
from muara.web.form_fields import PreviousPermit, offer_permits

LABEL = re.compile(r"/meja/berkas/(\d{1,9})/")


class CaseFilter(forms.Form):
    """Narrow the list of cases."""

    cari = forms.CharField(label="Nomor atau perusahaan", max_length=100, required=False)
    langkah = forms.ChoiceField(label="Langkah", required=False)
    keadaan = forms.ChoiceField(
        label="Keadaan",
        required=False,
        choices=[
            ("", "Semua"),
            ("berjalan", "Sedang berjalan"),
            ("terlambat", "Langkahnya lewat jatuh tempo"),
            ("selesai", "Selesai"),
        ],
    )

    def __init__(self, *args: Any, steps: Iterable[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["langkah"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", "Semua langkah"), *((s.key, f"{s.number}. {s.title}") for s in steps)]

    def scanned(self) -> int | None:
        """The case whose folder's label was read into the search box by a hand scanner."""
        found = LABEL.search(str(self.data.get("cari") or ""))
        return int(found[1]) if found else None

    def narrow(self, cases: QuerySet[Case], *, today: date) -> QuerySet[Case]:
        """Apply what was chosen; a choice that does not exist narrows nothing."""
        said = self.cleaned_data if self.is_valid() else {}
        if text := str(said.get("cari") or "").strip():
            cases = cases.filter(pk__in=found_by(text))
        if step := said.get("langkah"):
            cases = cases.filter(tasks__step_key=step, tasks__closed_at=None, tasks__companion=False)
        state = said.get("keadaan")
        if state == "terlambat":
            cases = cases.filter(pk__in=Task.objects.open().main().filter(due_on__lt=today).values("case"))
        elif state:
            cases = cases.filter(closed_at__isnull=state == "berjalan")
        return cases


class OnBehalf(forms.Form):
    """Whose application it is, and of which kind."""

    NEW = "baru"
    company = forms.ChoiceField(label="Perusahaan", widget=forms.RadioSelect)
    company_name = forms.CharField(
        label="Nama perusahaan baru",
        help_text="Sesuai akta, misalnya PT Contoh Sejahtera.",
        error_messages={"required": "Tuliskan nama perusahaan sesuai akta."},
        max_length=160,
        required=False,
    )
    kind = forms.ChoiceField(label="Jenis permohonan", widget=forms.RadioSelect)
    previous = PreviousPermit()

    def __init__(
        self,
        *args: Any,
        services: list[Revision],
        companies: Iterable[Company],
        permits: Sequence[Earlier],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_permits(self, permits)
        company, kind = self.fields["company"], self.fields["kind"]
        assert isinstance(company, forms.ChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        found = [(str(item.pk), _describe(item)) for item in companies]
        company.choices = [*found, (self.NEW, "Perusahaan lain, yang belum tercatat")]
        if not found:
            company.widget, company.initial = forms.HiddenInput(), self.NEW
            self.fields["company_name"].label = "Nama perusahaan"
            self.fields["company_name"].required = True
        self.services = {item.service: item for item in services}
        kind.choices = [
            (
                f"{item.service}:{option.key}",
                f"{option.label} – {item.process.title}" if len(services) > 1 else option.label,
            )
            for item in services
            for option in item.process.kinds
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("company") == self.NEW and not str(data.get("company_name") or "").strip():
            self.add_error("company_name", "Tuliskan nama perusahaan sesuai akta.")
        return data

    def start(self, *, by: User, at: datetime, stamp: Stamp) -> Application:
        service, _, kind = self.cleaned_data["kind"].partition(":")
        chosen = self.cleaned_data["company"]
        return start_application(
            revision=self.services[service],
            kind=kind,
            company=None if chosen == self.NEW else Company.objects.get(pk=chosen),
            company_name=self.cleaned_data["company_name"],
            by=by,
            at=at,
            on_behalf=True,
            previous=self.cleaned_data.get("previous"),
            stamp=stamp,
        )


def _describe(company: Company) -> str:
    return f"{company.name} (NIB {company.nib})" if company.nib else company.name
