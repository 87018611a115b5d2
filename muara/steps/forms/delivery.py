"""The liaison's round: which cases, who received them, the signed receipt (SOP step 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import DeliveryRound, Task
from muara.people.models import Office, User
from muara.steps.actions.delivery import deliver_round
from muara.steps.forms.fields import Line, Scan, ScanForm


class DeliverRound(ScanForm):
    """Several cases for one agency, in one go; whether each may go is the engine's to say."""

    use_required_attribute = False
    tasks = forms.ModelMultipleChoiceField(
        label="Berkas yang diserahkan",
        queryset=Task.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu berkas."},
    )
    receiver = Line(
        label="Diterima di OPD oleh", longest=120, help_text="Nama penerima sesuai bukti tanda terima."
    )
    scan = Scan(
        label="Pindaian bukti tanda terima",
        required=False,
        help_text="Daftar yang sudah ditandatangani OPD: PDF, JPEG, atau PNG.",
    )

    def __init__(
        self, agency: Office, waiting: list[Task], data: Any = None, files: Any = None, *, at: datetime
    ) -> None:
        self.agency, self.at, self.owner = agency, at, f"agency:{agency.pk}"
        super().__init__(data, files, auto_id=f"opd{agency.pk}_%s")
        self.fields["receiver"].error_messages["required"] = "Isian ini wajib diisi."
        chosen = self.fields["tasks"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        # Also what has gone meanwhile: the engine answers a form sent twice, and refuses a stale one.
        chosen.queryset = Task.objects.filter(case__referrals__agency=agency).distinct()
        chosen.choices = [(task.pk, f"{task.case}, {task.case.application.company}") for task in waiting]

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> DeliveryRound:
        tasks = self.cleaned_data["tasks"].select_related("case").order_by("pk")
        return deliver_round(
            list(tasks),
            agency=self.agency,
            receiver=self.cleaned_data["receiver"],
            receipt_scan=self.cleaned_data["scan"],
            by=by,
            at=at,
            stamp=stamp,
        )
