"""Asking the agency, and recording what it answered (steps 7, 12, 13: remarks)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Question, Task
from muara.cases.models.coordination import Channel
from muara.people.models import Office, User
from muara.steps.actions import coordination
from muara.steps.forms.fields import Line, Paragraph
from muara.steps.forms.step import ActForm


class AskAgency(ActForm):
    """ "Koordinasi dengan tim teknis/OPD terkait": a question; the file stays on this desk."""

    slug = "tanya-opd"
    activities = frozenset({"verify", "draft", "endorse", "meet", "decide"})
    done = "Pertanyaan disampaikan kepada OPD. Berkas tetap pada Anda."
    title = "Tanyakan kepada OPD"
    button = "Sampaikan pertanyaan"
    agency = forms.ModelChoiceField(
        label="OPD yang ditanya", queryset=Office.objects.none(), empty_label=None
    )
    text = Paragraph(
        label="Pertanyaan",
        help_text="Berkas tidak berpindah. OPD menjawab di mejanya; jawaban lewat surat atau telepon Anda "
        "catat sendiri.",
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        choice = self.fields["agency"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Office.objects.filter(kind=Office.Kind.AGENCY)
        referred = task.case.referrals.order_by("-made_at").values_list("agency", flat=True).first()
        choice.initial = referred or choice.queryset.values_list("pk", flat=True).first()

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return coordination.ask_agency(
            self.task,
            agency=self.cleaned_data["agency"],
            text=self.cleaned_data["text"],
            by=by,
            at=at,
            stamp=stamp,
        )


class AnswerQuestion(forms.Form):
    """The answer of an agency; whoever asked says also who gave it and how it came."""

    answer = Paragraph(label="Jawaban", rows=6)
    channel = forms.ChoiceField(
        label="Jawaban disampaikan melalui",
        choices=[item for item in Channel.choices if item[0] != Channel.SYSTEM],
        widget=forms.RadioSelect,
    )
    answerer = Line(label="Yang menjawab di OPD", longest=120, help_text="Nama dan jabatannya.")
    use_required_attribute = False

    def __init__(self, question: Question, *args: Any, for_agency: bool, **options: Any) -> None:
        self.question = question
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.error_messages["required"] = (
                "Pilih salah satu." if name == "channel" else "Isian ini wajib diisi."
            )
        if for_agency:
            del self.fields["channel"], self.fields["answerer"]

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return coordination.answer_question(
            self.question,
            answer=self.cleaned_data["answer"],
            channel=self.cleaned_data.get("channel", Channel.SYSTEM),
            answerer=self.cleaned_data.get("answerer", ""),
            by=by,
            at=at,
            stamp=stamp,
        )
