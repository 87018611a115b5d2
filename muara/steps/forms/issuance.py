"""Numbering, handing over or sending, receiving (SOP steps 16, 17 and 18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Draft, Handover, PowerOfAttorney, Reminder, Task
from muara.cases.queries import latest_submission, submitted
from muara.cases.rules import Doing
from muara.people.models import User
from muara.permits.queries import decision_of
from muara.sop.definition import Outcome
from muara.steps.actions import collection, issuance, signing
from muara.steps.actions.drafting import decree
from muara.steps.actions.issuance import Mandate, Taker
from muara.steps.actions.powers import PowerLetter
from muara.steps.forms.fields import Day, Line, Paragraph, Scan
from muara.steps.forms.powers import described, powers_on_file
from muara.steps.forms.step import ActForm, StepForm
from muara.steps.letters import case_values, company_name, text_of

HERSELF, BY_MANDATE, ON_FILE = "self", "mandate", "power"
CAPACITIES = [(HERSELF, "Pemohon sendiri"), (BY_MANDATE, "Penerima kuasa (membawa surat kuasa pengurusan)")]
SENDING = [(way.value, way.label) for way in Handover.Way if way is not Handover.Way.COUNTER]
PICTURES = "PDF, JPEG, atau PNG."
COLLECTS = frozenset({"hand_over"})


class AssignNumber(ActForm):
    """Step 16.a: the next number and today's date, to be written and stamped, or filled in and sealed."""

    slug, activities = "nomor", frozenset({"number"})
    comes_first, done = True, "Nomor diberikan."
    template = "desk/steps/assign_number.html"
    title = "16.a Beri nomor dan tanggal pengesahan"
    button = "Ambil nomor"

    @classmethod
    def offered(cls, task: Task) -> bool:
        return decision_of(task.case_id) is None

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        signed = issuance.signature(task.case)
        self.electronic = signing.electronic_of(signed.draft) if signed else None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        decision = issuance.assign_number(self.task, by=by, at=at, stamp=stamp)
        if self.electronic is not None:
            signing.seal_pending(self.electronic, at=at)
        return decision

    def told(self) -> str:
        if self.electronic is None:
            return "Tulis nomor dan tanggalnya pada surat, lalu bubuhkan stempel. "
        if self.electronic.sealed_id:
            return "Nomor dan tanggal diisikan pada keputusan, dan segel elektronik dibubuhkan. "
        return "Segel elektronik belum dapat dibubuhkan dan dicoba lagi dengan sendirinya. "


class Number(StepForm):
    """Step 16.b–d: the final checklist and the scan of the signed, numbered, stamped original."""

    template = "desk/steps/number.html"
    checked = forms.MultipleChoiceField(
        label="Checklist akhir (16.b dan 16.c)",
        widget=forms.CheckboxSelectMultiple,
    )
    scan = Scan(
        label="Pindaian surat keputusan asli",
        help_text=f"Sudah bertanda tangan, bernomor, bertanggal, dan bercap. {PICTURES}",
    )
    asked = ("checked", "scan")
    aside = "Checklist akhir tidak terpenuhi: kembalikan kepada kepala dinas"

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)
        self.electronic = signing.electronic_of(self.decision.draft) if self.decision else None
        if self.decision is None:
            del self.fields["checked"], self.fields["scan"]
            return
        if self.electronic is not None:
            del self.fields["scan"]
        choice = self.fields["checked"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [
            (item.key, item.said(self.decision.kind, electronic=self.electronic is not None))
            for item in task.case.process.final_checklist
        ]
        self.fields["note"].help_text = (
            f"Wajib bila dikembalikan: nomor {self.decision.number.text} lalu dibatalkan dengan alasan ini "
            "dan tidak dipakai lagi; surat yang baru mendapat nomor berikutnya."
        )

    def outcomes(self) -> tuple[Outcome, ...]:
        """Without a number nothing is issued; with one, a faulty decree still goes back."""
        offered = self.task.step.outcomes
        if decision_of(self.task.case_id) is not None:
            return offered
        return tuple(item for item in offered if item.kind == "return")

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        checked = self.cleaned_data.get("checked", ())
        if not self.is_forward():
            return issuance.return_to_head(
                self.task, note=self.note_text, checked=checked, by=by, at=at, stamp=stamp
            )
        return issuance.issue(
            self.task,
            scan=self.cleaned_data.get("scan"),
            checked=checked,
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


MANDATE = ("power_company", "giver", "giver_position", "scope", "dated", "starts", "ends", "power_scan")
GIVEN = ("receiver", "identity", "number", "capacity", *MANDATE, "brought_receipt", "told_duties")
SENT = ("way", "address", "tracking_number", "proof")


class HandOver(StepForm):
    """Step 17: the permit goes to the right person against the receipt, or is sent to them."""

    template = "desk/steps/hand_over.html"
    goes_on = True
    receiver = Line(label="Nama yang mengambil", longest=120)
    identity = forms.ChoiceField(
        label="Bukti diri yang diperiksa",
        choices=Handover.Identity.choices,
        initial=Handover.Identity.KTP,
        widget=forms.RadioSelect,
    )
    number = Line(
        label="Nomor bukti diri",
        help_text="Salin dari kartunya. Yang disimpan hanya bentuk samarannya, misalnya 6472••••••••0001.",
        longest=30,
    )
    capacity = forms.ChoiceField(
        label="Sebagai", choices=CAPACITIES, initial=HERSELF, widget=forms.RadioSelect
    )
    power_company = Line(label="Perusahaan pemberi kuasa", help_text="Seperti tertulis dalam surat kuasa.")
    giver = Line(label="Nama pemberi kuasa", longest=120)
    giver_position = Line(label="Jabatan pemberi kuasa", longest=120, required=False)
    scope = forms.ChoiceField(
        label="Lingkup kuasa",
        choices=PowerOfAttorney.Scope.choices,
        initial=PowerOfAttorney.Scope.HANDLING,
        widget=forms.RadioSelect,
    )
    dated = Day(label="Tanggal surat kuasa", help_text="Misalnya 10/12/2026.")
    starts = Day(label="Berlaku sejak", help_text="Dikosongkan: sejak tanggal suratnya.", required=False)
    ends = Day(label="Berlaku sampai", help_text="Dikosongkan: tanpa batas.", required=False)
    power_scan = Scan(label="Pindaian surat kuasa", help_text=PICTURES)
    brought_receipt = forms.BooleanField(
        label="Bukti pengambilan (tanda terima berkas) sudah diterima", required=False
    )
    told_duties = forms.BooleanField(
        label="Isi keputusan sudah disampaikan: hak dan kewajiban, termasuk kepada OPD; atau upaya hukumnya",
        required=False,
    )
    way = forms.ChoiceField(label="Dikirim melalui", choices=SENDING, widget=forms.RadioSelect)
    address = Line(label="Alamat tujuan", longest=300)
    tracking_number = Line(label="Nomor resi atau bukti kirim", longest=80)
    proof = Scan(label="Pindaian bukti kirim", help_text=PICTURES)
    never_kept = ("number",)
    # Taking and sending share the form; the act says which of them an outcome lacks.
    asked = ("receiver", "identity", "number", "capacity", "power_company", "giver", "scope", "dated",
             "power_scan", "way", "address", "tracking_number", "proof")  # fmt: skip

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)
        refused = self.decision is not None and self.decision.kind == Draft.Kind.REFUSAL
        self.remedies = decree(self.decision.draft)["remedies"] if self.decision and refused else ()
        case = task.case
        if not any(outcome.key == "sent" for outcome in task.step.outcomes):
            for name in SENT:
                del self.fields[name]
        self.powers = {power.pk: power for power in powers_on_file(case.application, Doing.COLLECT)}
        capacity = self.fields["capacity"]
        assert isinstance(capacity, forms.ChoiceField)
        capacity.choices = [
            *CAPACITIES,
            *((f"{ON_FILE}:{pk}", described(power)) for pk, power in self.powers.items()),
        ]
        values: Any = submitted(latest_submission(case))["values"]
        self.fields["receiver"].initial = values.get("applicant_name", "")
        self.fields["power_company"].initial = company_name(case)
        self.fields["giver"].initial = values.get("applicant_name", "")
        if "address" in self.fields:
            self.fields["address"].initial = text_of(case, case_values(case), "office_address")
        self.sheet = case.letters.filter(kind="rights_and_duties").select_related("letter").last()

    def _fields(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields and not self[name].is_hidden]

    @property
    def taking(self) -> list[forms.BoundField]:
        return self._fields("receiver", "identity", "number", "capacity")

    @property
    def mandate(self) -> list[forms.BoundField]:
        return self._fields(*MANDATE)

    @property
    def telling(self) -> list[forms.BoundField]:
        return self._fields("brought_receipt", "told_duties")

    @property
    def sending(self) -> list[forms.BoundField]:
        return self._fields(*SENT)

    @property
    def closing(self) -> list[forms.BoundField]:
        return self._fields("outcome", "note")

    @property
    def needs_mandate(self) -> bool:
        return self.data.get("capacity") == BY_MANDATE

    @property
    def is_sent(self) -> bool:
        return self.data.get("outcome") == "sent"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.chosen == "sent":
            self._forget(*GIVEN)
        elif self.chosen:
            self.require("receiver", "identity", "number", "capacity")
            self._forget(*SENT)
            if cleaned.get("capacity") == BY_MANDATE:
                self.require("power_company", "giver", "scope", "dated", "power_scan")
            else:
                self._forget(*MANDATE)
        return cleaned

    def _forget(self, *names: str) -> None:
        """What was typed for the other way is not judged."""
        for name in names:
            self.errors.pop(name, None)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.cleaned_data
        if self.chosen == "sent":
            return issuance.send(
                self.task,
                way=said["way"],
                address=said["address"],
                tracking_number=said["tracking_number"],
                proof=said["proof"],
                by=by,
                at=at,
                note=self.note_text,
                stamp=stamp,
            )
        return issuance.hand_over(
            self.task,
            taker=Taker(
                name=said["receiver"],
                identity=said["identity"],
                number=said["number"],
                mandate=self._said_mandate() if said["capacity"] == BY_MANDATE else None,
                power=self._chosen_power(),
            ),
            brought_receipt=said["brought_receipt"],
            told_duties=said["told_duties"],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )

    def _chosen_power(self) -> PowerOfAttorney | None:
        kind, _, pk = self.cleaned_data["capacity"].partition(":")
        return self.powers[int(pk)] if kind == ON_FILE else None

    def _said_mandate(self) -> Mandate:
        said = self.cleaned_data
        letter = PowerLetter(
            scope=said["scope"],
            giver=said["giver"],
            giver_position=said["giver_position"],
            holder_name=said["receiver"],
            dated=said["dated"],
            starts=said["starts"] or said["dated"],
            ends=said["ends"],
            scan=said["power_scan"],
        )
        return Mandate(company=said["power_company"], letter=letter)


class TurnAway(ActForm):
    """Step 17: whoever came is not the right person; the permit stays here."""

    slug, activities = "tolak-serah", COLLECTS
    title = "Yang datang bukan orangnya: catat penolakan"
    button = "Catat penolakan"
    done = "Dicatat. Surat keputusan tetap di loket."
    who = Line(label="Nama orang yang datang", longest=120)
    reason = Paragraph(label="Mengapa tidak diserahkan", rows=2, longest=1000)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.cleaned_data
        return collection.turn_away(
            self.task, who=said["who"], reason=said["reason"], by=by, at=at, stamp=stamp
        )


class Remind(ActForm):
    """The applicant was told, by somebody, that the permit waits."""

    slug, activities = "ingatkan", COLLECTS
    title = "Ingatkan pemohon"
    button = "Catat pengingat"
    done = "Pengingat dicatat."
    template = "desk/steps/remind.html"
    channel = forms.ChoiceField(label="Melalui", choices=Reminder.Channel.choices, widget=forms.RadioSelect)
    note = Paragraph(label="Catatan", help_text="Dengan siapa berbicara, apa jawabannya.", required=False)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.reminders = list(task.case.reminders.select_related("by"))

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.cleaned_data
        return collection.remind(
            self.task, channel=said["channel"], note=said["note"], by=by, at=at, stamp=stamp
        )


class Receive(StepForm):
    """Step 18 at the counter: the applicant signs the printed receipt, and its scan is the proof."""

    template = "desk/steps/receive.html"
    proof = Scan(label="Pindaian bukti serah terima yang sudah ditandatangani", help_text=PICTURES)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)
        self.handover = Handover.objects.select_related("letter").filter(case=task.case_id).first()
        self.sheet = task.case.letters.filter(kind="rights_and_duties").select_related("letter").last()

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return issuance.confirm_receipt(
            self.task,
            proof=self.cleaned_data["proof"],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )
