"""Receiving the recommendation and making the draft (SOP step 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import cached_property

from muara.cases.actions import Stamp
from muara.cases.models import Draft, Recommendation, Task
from muara.cases.terms import read_terms
from muara.documents.contents import Monitoring
from muara.documents.contents.refusal import Reason
from muara.people.models import User
from muara.sop.definition import Outcome
from muara.steps.actions import drafting, review
from muara.steps.forms.fields import Day, Items, Line, Paragraph
from muara.steps.forms.review import TermsForm, typed_terms
from muara.steps.forms.step import MORE, ActForm, StepForm
from muara.steps.letters import Wording, proposed_wording


class ReceiveRecommendation(ActForm):
    """Step 11: the recommendation is booked; its day of receipt is H, day 0 of the limits."""

    slug, activities = "rekomendasi", frozenset({"draft"})
    comes_first, done = True, "Rekomendasi teknis dibukukan; H ditetapkan."
    template = "desk/steps/recommendation.html"
    title = "Bukukan penerimaan rekomendasi teknis"
    button = "Bukukan penerimaan"
    agenda_number = Line(label="Nomor agenda surat masuk", help_text="Dari buku agenda kantor.", longest=40)
    received_on = Day(
        label="Tanggal diterima di kantor (H)",
        help_text="Batas waktu langkah 12 sampai 17 dihitung dari hari ini. Misalnya 10/12/2026.",
    )
    reason = Paragraph(
        label="Alasan bila tanggalnya sudah lewat",
        help_text="Hanya bila surat diterima sebelum hari ini tetapi baru dibukukan sekarang.",
        rows=2,
        required=False,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["received_on"].initial = self.today
        self.recommendation = review.unbooked_recommendation(task.case)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return review.unbooked_recommendation(task.case) is not None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return drafting.receive_recommendation(
            self.task,
            agenda_number=self.cleaned_data["agenda_number"],
            received_on=self.cleaned_data["received_on"],
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class RecommendationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A recommendation by agency and letter."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.referral.agency.name}, {obj.letter_number}"


class ChooseBinding(ActForm):
    """Step 11: recommendations contradict each other; the drafter records which one binds, and why."""

    slug, activities = "yang-mengikat", frozenset({"draft"})
    comes_first, done = True, "Rekomendasi yang mengikat dicatat."
    template = "desk/steps/disputes.html"
    title = "Rekomendasi teknis saling bertentangan"
    button = "Catat yang mengikat"
    recommendation = RecommendationChoice(
        label="Yang mengikat bila bertentangan",
        queryset=Recommendation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    reason = Paragraph(
        label="Alasan",
        help_text="Dasar pilihan ini, misalnya kewenangan OPD atau hasil koordinasi. Bila ragu, kembalikan "
        "rekomendasinya ke OPD.",
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        binding = review.binding_terms(task.case)
        self.disputes = binding.disputes if binding else ()
        choice = self.fields["recommendation"]
        assert isinstance(choice, forms.ModelChoiceField)
        standing = Recommendation.objects.filter(referral__case=task.case).standing()
        choice.queryset = standing.select_related("referral__agency")

    @classmethod
    def offered(cls, task: Task) -> bool:
        binding = review.binding_terms(task.case)
        return binding is not None and bool(binding.disputes)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return review.choose_binding(
            self.task,
            recommendation=self.cleaned_data["recommendation"],
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class AdjustTerms(TermsForm):
    """Step 11: terms otherwise than recommended; every difference will be marked to the heads."""

    slug, activities = "ketentuan", frozenset({"draft"})
    done = "Penyesuaian ketentuan dicatat dan masuk ke dalam draf."
    template = "desk/steps/adjust_terms.html"
    title = "Sesuaikan ketentuan teknis draf"
    button = "Catat penyesuaian"
    reason = Paragraph(
        label="Alasan penyimpangan dari rekomendasi",
        help_text="Setiap perbedaan ditandai kepada kepala seksi, kepala bidang, dan kepala dinas.",
        rows=3,
        required=False,
    )

    @classmethod
    def offered(cls, task: Task) -> bool:
        binding = review.binding_terms(task.case)
        return (
            drafting.may_draft(task.case)
            and binding is not None
            and binding.terms is not None
            and drafting.required_kind(task.case) == Draft.Kind.PERMIT
        )

    def begin(self) -> dict[str, Any]:
        binding = review.binding_terms(self.task.case)
        if binding is None or binding.terms is None:
            return {}
        adjusted = drafting.adjusted_terms(self.task.case, binding)
        return typed_terms(read_terms(adjusted.terms) if adjusted else binding.terms)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE not in self.data:
            self.read_terms()
        return cleaned

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        assert self.terms is not None
        return drafting.adjust_terms(
            self.task, terms=self.terms, reason=self.cleaned_data["reason"], by=by, at=at, stamp=stamp
        )


class DraftDecree(StepForm):
    """Step 11: the wording of a permit around its terms, or a refusal; or the recommendation goes back."""

    template = "desk/steps/draft.html"
    considering = Items(
        label="Menimbang",
        help_text='Satu baris satu butir, masing-masing diawali "bahwa". Huruf a, b, c diberi sendiri.',
        rows=8,
    )
    laws = Items(
        label="Mengingat",
        help_text="Satu baris satu peraturan, menurut urutan surat. Periksa keberlakuannya: daftar ini dari "
        "bagian A SOP, dan sebagian peraturannya sudah dicabut (lihat catatan di halaman layanan).",
        rows=14,
    )
    monitoring = Items(
        label="Pemantauan",
        help_text="Satu baris satu pemantauan: yang dipantau | titik | frekuensi | laporan. Misalnya: "
        "Debit dan pH | Titik penaatan | setiap hari | triwulan",
        rows=4,
        required=False,
    )
    tembusan = Items(label="Tembusan", help_text="Satu baris satu penerima.", rows=4, required=False)
    more_copies = Items(
        label="Rangkap tambahan",
        help_text="Di luar rangkap menurut SOP, satu baris satu tujuan, misalnya: Untuk OPD teknis.",
        rows=2,
        required=False,
    )

    returned = forms.MultipleChoiceField(
        label="Rekomendasi yang dikembalikan",
        help_text="Hanya bila dikembalikan ke OPD. Tidak memilih berarti semuanya.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    reasons = Paragraph(
        label="Alasan penolakan",
        help_text="Satu baris satu alasan, dasar hukumnya sesudah garis tegak. Misalnya: "
        "Titik pembuangan berada di kawasan konservasi | Pasal 20 UU 32 Tahun 2009",
        rows=6,
    )

    aside = "Rekomendasi teknis belum lengkap: kembalikan ke OPD"
    worded = ("reasons", "considering", "laws", "monitoring", "tembusan", "more_copies")
    asked = ("reasons", "considering", "laws")

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        self.binding = review.binding_terms(task.case)
        self.recommendation = self.binding.recommendation if self.binding else None
        self.remarks = drafting.open_remarks(task.case)
        super().__init__(task, at=at, **options)
        standing = review.standing_recommendations(task.case)
        choice = self.fields["returned"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [
            (str(item.pk), f"{item.letter_number}, {item.referral.agency.short_name}") for item in standing
        ]
        if len(standing) < 2:
            del self.fields["returned"]
        if not self.may_draft:
            for name in self.worded:
                del self.fields[name]
            return
        proposed = self._start()
        for name in ("considering", "laws", "tembusan"):
            self.fields[name].initial = getattr(proposed, name)
        self.fields["monitoring"].initial = [" | ".join(astuple(item)) for item in proposed.monitoring]
        if self.is_refusal or not proposed.monitoring:
            del self.fields["monitoring"]
        for remark in self.remarks:
            self.fields[f"answer_{remark.pk}"] = Paragraph(
                label=f"Tanggapan atas catatan {remark.by.name}, {remark.place}: {remark.text}",
                help_text="Sudah diperbaiki bagaimana, atau mengapa tidak.",
                rows=2,
            )
            self.lenient = {*self.lenient, f"answer_{remark.pk}"}  # not where the recommendation goes back

        if self.is_refusal:
            self.fields["reasons"].initial = "\n".join(
                f"{reason.text} | {reason.basis}" for reason in proposed.reasons
            )
        else:
            del self.fields["reasons"]
        self.order_fields([f"answer_{remark.pk}" for remark in self.remarks] + list(self.fields))

    @property
    def may_draft(self) -> bool:
        """H is set, where the service asks an agency."""
        return drafting.may_draft(self.task.case)

    @cached_property
    def kind(self) -> str:
        return drafting.required_kind(self.task.case)

    @property
    def is_refusal(self) -> bool:
        return self.kind == Draft.Kind.REFUSAL

    def outcomes(self) -> tuple[Outcome, ...]:
        """Before H is booked a draft is not offered; sending the recommendation back is."""
        offered = self.task.step.outcomes
        return offered if self.may_draft else tuple(item for item in offered if item.kind != "forward")

    def _proposed(self) -> Wording:
        return proposed_wording(self.task.case, self.recommendation, kind=self.kind, on=self.today)

    def _start(self) -> Wording:
        """The wording of the draft before, where it was of this kind and from the same recommendation."""
        proposed, previous = self._proposed(), drafting.latest_draft(self.task.case)
        if previous is None or (previous.kind, previous.recommendation) != (self.kind, self.recommendation):
            return proposed
        said: Any = drafting.decree(previous)
        return replace(
            proposed,
            considering=tuple(said["considering"]),
            laws=tuple(said["laws"]),
            monitoring=tuple(Monitoring(**row) for row in said.get("monitoring", ())),
            tembusan=tuple(said["tembusan"]),
            reasons=tuple(Reason(**reason) for reason in said.get("reasons", ())),
        )

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        if not self.is_forward():
            chosen = set(self.cleaned_data.get("returned") or ())
            standing = review.standing_recommendations(self.task.case)
            return drafting.return_recommendation(
                self.task,
                only=[item for item in standing if str(item.pk) in chosen],
                note=self.note_text,
                by=by,
                at=at,
                stamp=stamp,
            )
        return drafting.draft(
            self.task,
            wording=self._typed(),
            answers={item.pk: str(self.cleaned_data.get(f"answer_{item.pk}") or "") for item in self.remarks},
            more_copies=self.cleaned_data["more_copies"],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )

    def _typed(self) -> Wording:
        said = self.cleaned_data
        return replace(
            self._proposed(),
            considering=said["considering"],
            laws=said["laws"],
            monitoring=monitoring_of(said.get("monitoring", ())),
            tembusan=said["tembusan"],
            reasons=reasons_of(said.get("reasons", "")),
        )

    @property
    def previewable(self) -> bool:
        """What was typed of the decree can be printed; the rest of the form is not asked for yet."""
        return not set(self.errors) & set(self.worded)

    def preview(self) -> bytes:
        """The decree with what is typed, or with what the form starts from; raises Refused."""
        wording = self._typed() if self.is_bound else self._start()
        return drafting.preview(self.task, wording=wording, at=self.at)


def reasons_of(text: str) -> tuple[Reason, ...]:
    """Read the reasons of a refusal as they are typed: one a line, the legal basis after a bar."""
    parts = [line.partition("|") for line in text.splitlines() if line.strip()]
    return tuple(Reason(text=said.strip(), basis=basis.strip()) for said, _, basis in parts)


def monitoring_of(lines: Iterable[str]) -> tuple[Monitoring, ...]:
    """Read the monitoring as it is typed: what is watched, where, how often, in which report."""
    names = ("subject", "point", "frequency", "report")
    rows = ((*(part.strip() for part in line.split("|", 3)), "", "", "") for line in lines)
    return tuple(Monitoring(**dict(zip(names, row, strict=False))) for row in rows)
