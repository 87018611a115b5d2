"""The forms of the information desk and the help desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from muara.cases.models import Revision
from muara.contacts.models import Consultation
from muara.sop.document import Clause


class Answering(forms.Form):
    """Step 2, or 5 at the help desk: what was explained and given, the SOP's letters a guide to tick off."""

    covered = forms.MultipleChoiceField(
        label="Yang sudah dilakukan menurut SOP", widget=forms.CheckboxSelectMultiple, required=False
    )
    given = forms.CharField(
        label="Penjelasan yang diberikan", widget=forms.Textarea(attrs={"rows": 6}), max_length=5000
    )
    papers = forms.MultipleChoiceField(
        label="Formulir yang diberikan",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Di kertas, atau tautannya lewat surel bila penanya tidak datang.",
    )
    send_to = forms.EmailField(
        label="Kirim tautan formulir ke surel",
        required=False,
        help_text="Kosongkan bila formulirnya diserahkan langsung.",
        error_messages={"invalid": "Tulis alamat surel seperti nama@contoh.com."},
    )

    def __init__(
        self, *args: Any, letters: Iterable[Clause], revision: Revision | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        covered, given = self.fields["covered"], self.fields["papers"]
        assert isinstance(covered, forms.MultipleChoiceField)
        assert isinstance(given, forms.MultipleChoiceField)
        covered.choices = [
            (letter_of(clause), f"{letter_of(clause)}. {clause.reading}") for clause in letters
        ]
        offered = revision.process.forms if revision else ()
        given.choices = [(item.code, item.title) for item in offered if item.empty]

    def said(self) -> dict[str, Any]:
        """What was given, for the act."""
        said = {name: self.cleaned_data[name] for name in ("given", "covered", "send_to")}
        return said | {"forms": self.cleaned_data["papers"]}


class Asking(Answering):
    """Steps 1 and 2 together: a visitor, a telephone call or an e-mail, recorded by the officer."""

    CHANNELS = (Consultation.Channel.VISIT, Consultation.Channel.PHONE, Consultation.Channel.EMAIL)
    channel = forms.ChoiceField(
        label="Disampaikan melalui",
        choices=[(item.value, item.label) for item in CHANNELS],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="Nama penanya", max_length=120)
    contact = forms.CharField(
        label="Telepon atau surel",
        max_length=120,
        required=False,
        help_text="Perlu bila jawabannya menyusul.",
    )
    question = forms.CharField(
        label="Yang ditanyakan", widget=forms.Textarea(attrs={"rows": 4}), max_length=5000
    )
    service = forms.ChoiceField(label="Layanan", widget=forms.RadioSelect)
    field_order = [
        "service",
        "channel",
        "name",
        "contact",
        "question",
        "covered",
        "given",
        "papers",
        "send_to",
    ]

    def __init__(self, *args: Any, services: list[Revision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["service"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(item.service, item.process.title) for item in services]
        if len(services) == 1:
            chosen.widget = forms.HiddenInput()
            chosen.initial = services[0].service
        self.fields["given"].required = False
        self.fields["given"].help_text = "Kosongkan bila akan dijawab kemudian."


class LinkForm(forms.Form):
    """Which application a talk led to."""

    use_required_attribute = False
    number = forms.CharField(
        label="Nomor pengajuan atau nomor registrasi",
        max_length=60,
        error_messages={"required": "Tulis nomor permohonannya."},
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )


def letter_of(clause: Clause) -> str:
    return clause.id.rpartition(".")[2]
