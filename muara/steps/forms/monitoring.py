"""Monitoring the agency's work, beside step 10 (SOP step 11.a)."""

from __future__ import annotations

from datetime import datetime

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import MonitoringNote
from muara.cases.models.coordination import Channel
from muara.people.models import User
from muara.steps.actions.monitoring import monitor
from muara.steps.forms.fields import Day, Line, Paragraph
from muara.steps.forms.step import ActForm


class Monitor(ActForm):
    """Step 11.a: what the monitoring of the agency's work found; it moves nothing."""

    slug, activities, companion = "pantau", frozenset({"draft"}), True
    comes_first, done = True, "Pemantauan dicatat."
    template = "desk/steps/monitor.html"
    title = "Catat pemantauan"
    button = "Catat pemantauan"
    whom = Line(label="Dengan siapa", longest=120, help_text="Nama dan jabatan di OPD.")
    channel = forms.ChoiceField(
        label="Melalui",
        choices=[item for item in Channel.choices if item[0] != Channel.SYSTEM],
        widget=forms.RadioSelect,
    )
    status = Paragraph(
        label="Status kemajuan di OPD", help_text="Sampai mana pekerjaannya, dan apa yang menghambat."
    )
    expected_on = Day(label="Perkiraan selesai menurut OPD", required=False, help_text="Misalnya 10/12/2026.")
    follow_up_on = Day(
        label="Pantau lagi pada", required=False, help_text="Berkas naik di daftar pemantauan pada hari itu."
    )

    def earlier(self) -> list[MonitoringNote]:
        """What was noted before, the newest first."""
        return list(self.task.case.monitoring.select_related("by").order_by("-at", "-pk"))

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.typed("whom", "channel", "status", "expected_on", "follow_up_on")
        return monitor(self.task, by=by, at=at, stamp=stamp, **said)
