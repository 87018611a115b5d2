"""A permit after its issue: how it stands, what was decided about it, and the decisions on their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.audit.checkpoints import witness_of
from muara.cases.actions import BINDING, Refused, Stamp
from muara.cases.models import Case
from muara.cases.rules import is_on_applicants_side
from muara.documents.contents.later import Misprint
from muara.people.calendar import office_calendar
from muara.people.models import User
from muara.people.rules import may_read_administration
from muara.permits.actions import MOST_LOST, reconcile
from muara.permits.models import LaterDecision, Permit, Series, SeriesYear
from muara.permits.queries import differences
from muara.permits.rules import may_reconcile
from muara.permits.standing import moved_end
from muara.records.rules import reads_registers
from muara.sop.definition import Step
from muara.steps.actions import later, later_delivery
from muara.steps.forms.fields import Day, Items, Line, Paragraph, Scan, ScanForm
from muara.steps.letters.later import BURDENS, Said, Verdict, Warned, decision_pdf
from muara.web.acts import Came, attempt, new_key, read_number, was_answered
from muara.web.desk import A_PAGE, desk_links, desk_officer, later_turns
from muara.web.dossier import scan_paper
from muara.web.files import file_name, pdf_answer, person
from muara.web.lives import life_of
from muara.web.second_factor import ask_for_proof, came_back, doorway

Kind = LaterDecision.Kind
GET_POST = require_http_methods(["GET", "HEAD", "POST"])
SLIPS = 3  # misprints that one correction mends; more is better typed as an amendment
# What a kind asks for beside reasons, bases and the day; the act says what the law wants of them.
NEEDED = {
    Kind.CORRECTION: ("printed_1", "corrected_1"),
    Kind.SUSPENSION: ("warnings", "told_on", "heard"),
    Kind.REVOCATION: ("told_on", "heard"),
    Kind.ANNULMENT: ("court", "court_number", "verdict_dated", "evidence"),
}
PICTURES = "PDF, JPEG, atau PNG."


# --- the forms -----------------------------------------------------------------------------------------


class PrepareForm(ScanForm):
    """What an officer says to prepare a decision; each kind asks only for what it needs."""

    use_required_attribute = False
    reasons = Items(label="Alasan", rows=4, help_text="Satu alasan satu baris.")
    bases = Items(label="Dasar hukum", rows=4, help_text="Satu ketentuan satu baris.")
    found_on = Day(label="Alasan diketahui pada", help_text="Misalnya 10/12/2026.")
    printed_1 = Line(label="Tertulis (1)", required=False, help_text="Salin persis dari surat izin.")
    corrected_1 = Line(label="Seharusnya (1)", required=False)
    printed_2 = Line(label="Tertulis (2)", required=False)
    corrected_2 = Line(label="Seharusnya (2)", required=False)
    printed_3 = Line(label="Tertulis (3)", required=False)
    corrected_3 = Line(label="Seharusnya (3)", required=False)
    warnings = Items(
        label="Surat teguran",
        rows=3,
        required=False,
        help_text="Satu surat satu baris: tanggal, lalu nomornya. Misalnya: 10/12/2026 660/12/DLH/2026.",
    )
    told_on = Day(label="Rencana keputusan diberitahukan pada", required=False)
    heard = Paragraph(
        label="Tanggapan pemegang izin",
        rows=3,
        required=False,
        help_text="Apa jawabannya dan kapan, atau bahwa ia tidak menjawab sampai batas yang diberikan.",
    )
    court = Line(label="Pengadilan", required=False)
    court_number = Line(label="Nomor putusan", required=False)
    verdict_dated = Day(label="Tanggal putusan", required=False)
    evidence = Scan(label="Bukti", required=False, help_text=PICTURES)

    def __init__(self, kind: Kind, *args: Any, at: datetime, owner: str, **options: Any) -> None:
        self.at, self.owner, self.kind = at, owner, kind
        super().__init__(*args, **options)
        slips = [f"{side}_{n}" for n in range(1, SLIPS + 1) for side in ("printed", "corrected")]
        if kind is not Kind.CORRECTION:
            self._without(*slips)
        if kind not in BURDENS:
            self._without("warnings", "told_on", "heard")
        if kind is Kind.ANNULMENT:
            self.fields["evidence"].label = "Salinan putusan"
        else:
            self._without("court", "court_number", "verdict_dated")
        for name in NEEDED.get(kind, ()):
            field = self.fields[name]
            field.required = True
            field.error_messages["required"] = f"Isi bagian ini: {str(field.label).lower()}."

    def _without(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def clean_warnings(self) -> tuple[Warned, ...]:
        """Read a date and a number from each line."""
        warned = []
        for line in self.cleaned_data["warnings"]:
            day, _, number = line.partition(" ")
            try:
                dated = Day().clean(day.strip(",;"))
            except forms.ValidationError:
                dated = None
            if dated is None or not number.strip():
                raise forms.ValidationError(
                    f"Tulis tanggal lalu nomornya, misalnya 10/12/2026 660/12: “{line}”."
                )
            warned.append(Warned(dated=dated, number=number.strip()))
        return tuple(warned)

    def said(self) -> Said:
        """What was typed, as the act takes it."""
        typed = self.cleaned_data
        pairs = [(typed.get(f"printed_{n}"), typed.get(f"corrected_{n}")) for n in range(1, SLIPS + 1)]
        court = (typed.get("court"), typed.get("court_number"), typed.get("verdict_dated"))
        return Said(
            reasons=typed["reasons"],
            bases=typed["bases"],
            found_on=typed["found_on"],
            misprints=tuple(Misprint(printed=a, corrected=b or "") for a, b in pairs if a),
            warnings=typed.get("warnings", ()),
            told_on=typed.get("told_on"),
            heard=typed.get("heard", ""),
            verdict=Verdict(court=court[0], number=court[1], dated=court[2])
            if court[0] and court[1] and court[2]
            else None,
        )


class FileForm(ScanForm):
    """Step 16: the scan of the signed, numbered and stamped original."""

    use_required_attribute = False
    scan = Scan(
        label="Pindaian surat yang sudah bertanda tangan, bernomor, dan bercap",
        help_text=PICTURES,
        error_messages={"required": "Unggah pindaian surat aslinya."},
    )

    def __init__(self, *args: Any, at: datetime, owner: str, **options: Any) -> None:
        self.at, self.owner = at, owner
        super().__init__(*args, **options)


class DeliveryForm(ScanForm):
    """How a decision came to the holder on paper: who received it, when, and the proof."""

    use_required_attribute = False
    way = forms.ChoiceField(
        label="Cara penyampaian",
        choices=[(way.value, way.label) for way in later_delivery.ON_PAPER],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih cara penyampaiannya."},
    )
    receiver = Line(
        label="Diterima oleh",
        longest=120,
        error_messages={"required": "Tuliskan nama orang yang menerimanya."},
    )
    capacity = Line(
        label="Sebagai",
        help_text="Misalnya direktur, petugas penerima surat, atau penerima kuasa.",
        error_messages={"required": "Tuliskan kedudukan penerimanya."},
    )
    received_on = Day(
        label="Diterima pada",
        help_text="Misalnya 10/12/2026.",
        error_messages={"required": "Isi tanggal surat diterima."},
    )
    tracking_number = Line(
        label="Nomor resi", longest=80, required=False, help_text="Untuk pos tercatat dan kurir."
    )
    proof = Scan(
        label="Pindaian tanda terima",
        help_text=f"Ditandatangani penerima, atau bukti terima dari pos atau kurir. {PICTURES}",
        error_messages={"required": "Unggah pindaian tanda terimanya."},
    )

    def __init__(self, *args: Any, at: datetime, owner: str, **options: Any) -> None:
        self.at, self.owner = at, owner
        super().__init__(*args, **options)


class DropForm(forms.Form):
    """Why a decision goes no further."""

    use_required_attribute = False
    note = Paragraph(
        label="Alasan", rows=3, error_messages={"required": "Tuliskan alasan keputusan ini dibatalkan."}
    )


class ReconcileForm(forms.Form):
    """What an official found when the register was compared with paper."""

    use_required_attribute = False
    last_used = forms.IntegerField(
        label="Nomor urut terakhir yang pernah dipakai",
        help_text="Cocokkan dengan buku register dan salinan surat keluar.",
        min_value=1,
        error_messages={
            "required": "Isi nomor urut terakhir yang pernah dipakai.",
            "invalid": "Isi dengan angka.",
            "min_value": "Isi dengan angka mulai dari 1.",
        },
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = Paragraph(
        label="Alasan",
        rows=3,
        help_text="Kapan dan mengapa basis data dipulihkan, dan bagaimana nomornya dicocokkan.",
        error_messages={"required": "Tuliskan alasan rekonsiliasi."},
    )


# --- a permit ------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def permit_life(request: HttpRequest, pk: int) -> HttpResponse:
    """How a permit stands, the picture of its life, its later decisions, and what may be decided now."""
    here = desk_officer(request)
    permit = _permit(here.user, pk, at=here.at)
    prepares = later.may_prepare(here.user, permit, at=here.at)
    on_its_way = next((one for one in permit.later.all() if one.is_open), None)
    context = {
        "permit": permit,
        "life": life_of(permit, on=here.today),
        "moved_to": moved_end(permit),
        "decisions": list(permit.later.all()),
        "on_its_way": on_its_way,
        "lines": later.log_of(permit),
        "seen": witness_of(permit.chain),
        "kinds": later.kinds_open_to(permit, at=here.at) if prepares and on_its_way is None else [],
        "side": desk_links(here, "later_decisions"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/permit_life.html", context)


@login_required
@never_cache
@GET_POST
def propose_later(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Prepare a decision of one kind about a permit."""
    here = desk_officer(request)
    permit = _permit(here.user, pk, at=here.at)
    if kind not in Kind.values:
        raise Http404
    if not later.may_prepare(here.user, permit, at=here.at):
        raise PermissionDenied
    chosen = Kind(kind)
    form = PrepareForm(
        chosen,
        request.POST or None,
        request.FILES or None,
        at=here.at,
        owner=f"later:{permit.pk}:{kind}",
        initial={"found_on": here.today},
    )
    came = Came.DONE
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            made: list[LaterDecision] = []

            def carry_out(stamp: Stamp, at: datetime) -> None:
                evidence = form.cleaned_data["evidence"]
                said = form.said()
                made.append(
                    later.propose(
                        permit, kind=chosen, said=said, evidence=evidence, by=here.user, at=at, stamp=stamp
                    )
                )

            came = attempt(request, form, carry_out)
        if came is Came.DONE:
            messages.success(request, f"{chosen.label} disiapkan. Keputusan menunggu paraf.")
            return redirect("later_decision", made[0].pk) if made else redirect("permit_life", permit.pk)
    return _proposal(request, permit, form, came)


def _proposal(request: HttpRequest, permit: Permit, form: PrepareForm, came: Came) -> HttpResponse:
    chosen = form.kind
    context = {
        "permit": permit,
        "kind": chosen,
        "form": form,
        "burden": chosen in BURDENS,
        "legal_days": later.LEGAL_DAYS.get(chosen),
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "desk/propose_later.html", context, status=came.value)


@login_required
@never_cache
@require_POST
def later_preview(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The letter from what is typed now, marked as a draft; nothing is recorded and no file is kept."""
    here = desk_officer(request)
    permit = _permit(here.user, pk, at=here.at)
    if kind not in Kind.values:
        raise Http404
    if not later.may_prepare(here.user, permit, at=here.at):
        raise PermissionDenied
    form = PrepareForm(Kind(kind), request.POST, at=here.at, owner=f"later:{permit.pk}:{kind}")
    form.lenient = ("evidence",)
    if not form.is_valid():
        return _proposal(request, permit, form, Came.REFUSED)
    try:
        paper = later.preview(permit, kind=form.kind, said=form.said(), by=here.user, at=here.at)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _proposal(request, permit, form, Came.REFUSED)
    return pdf_answer(paper, file_name(f"Pratinjau {form.kind.label.lower()} izin {permit.number.text}"))


# --- a decision on its way -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A decision that is neither in force nor dropped, the step it waits at, and whether that is mine."""

    decision: LaterDecision
    step: Step
    mine: bool


@login_required
@never_cache
@require_safe
def later_decisions(request: HttpRequest) -> HttpResponse:
    """The decisions about issued permits: those on their way, then those in force, the newest first."""
    here = desk_officer(request)
    rows = _decisions().filter(permit__case__in=Case.objects.visible_to(here.user, at=here.at).values("pk"))
    turns = {one.pk for one in later.turns_of(here.user, at=here.at)}
    waiting = [
        OnItsWay(one, step, one.pk in turns)
        for one in rows.filter(since=None, dropped_at=None).order_by("pk")[:A_PAGE]
        if (step := later.next_step(one)) is not None
    ]
    settled = rows.exclude(since=None).order_by("-since", "-pk")
    context = {
        "undelivered": [one for one in later_turns(here) if one.step.activity == "hand_over"],
        "waiting": sorted(waiting, key=lambda one: not one.mine),
        "page": Paginator(settled, A_PAGE).get_page(request.GET.get("halaman")),
        "side": desk_links(here, "later_decisions"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/later_decisions.html", context)


@login_required
@never_cache
@GET_POST
def later_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision: what it says, where it is, and for whoever's turn it is what to do with it."""
    here = desk_officer(request)
    decision = _decision(here.user, pk, at=here.at)
    step, mine = later.next_step(decision), later.may_do_next(here.user, decision, at=here.at)
    delivers = later_delivery.waits_for_delivery(decision) and later_delivery.may_deliver(
        here.user, decision, at=here.at
    )
    form = _empty_form(decision, delivers=delivers, at=here.at)
    drop_form, came = DropForm(), Came.DONE
    if request.method == "POST":
        wanted = request.POST.get("lakukan", "")
        if was_answered(request):  # sent twice: by now it is somebody else's turn
            return redirect("later_decision", decision.pk)
        if wanted not in ACTS or not (delivers if wanted == "sampaikan" else mine):
            raise PermissionDenied
        form, came = _carry_out(request, decision, wanted, by=here.user, at=here.at)
        if came is Came.DONE:
            messages.success(request, ACTS[wanted][1])
            return redirect("later_decision", decision.pk)
        if came is Came.UNPROVEN:
            return ask_for_proof(request, back=request.path)
        if isinstance(form, DropForm):
            drop_form, form = form, _empty_form(decision, delivers=False, at=here.at)
    given = later_delivery.delivery_of(decision)
    case = decision.permit.case
    said = json.loads(decision.content)
    context = {
        "decision": decision,
        "permit": decision.permit,
        "said": said,
        "step": step,
        "mine": mine,
        "form": form,
        "drop_form": drop_form,
        "endorsements": decision.endorsements.select_related("by"),
        "scans": [
            scan_paper(case, blob, title=title)
            for blob, title in (
                (decision.scan, "Surat asli"),
                (decision.evidence, "Bukti"),
                (given.proof if given else None, "Tanda terima"),
            )
            if blob is not None
        ],
        "due": later.legal_limit(decision, calendar=office_calendar()),
        "given": given,
        "delivers": delivers,
        "deliver_by": later_delivery.delivery_limit(decision, calendar=office_calendar())
        if decision.since
        else None,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "doorway": doorway(request, at=here.at) if mine and step and step.activity in BINDING else None,
        "side": desk_links(here, "later_decisions"),
        "side_title": "Meja kerja",
    }
    came_back(request)
    return render(request, "desk/later_decision.html", context, status=came.value)


def _empty_form(decision: LaterDecision, *, delivers: bool, at: datetime) -> forms.Form:
    form = DeliveryForm if delivers else FileForm
    return form(at=at, owner=f"later:{decision.pk}")


Act = Callable[[LaterDecision, forms.Form, HttpRequest, User, Stamp, datetime], object]
ACTS: dict[str, tuple[Act, str]] = {
    "paraf": (
        lambda decision, form, request, by, stamp, at: later.endorse(
            decision, shown=request.POST.get("ditampilkan", ""), by=by, at=at, stamp=stamp
        ),
        "Paraf atau tanda tangan dicatat.",
    ),
    "nomor": (
        lambda decision, form, request, by, stamp, at: later.number(decision, by=by, at=at, stamp=stamp),
        "Nomor diberikan. Tulis nomor dan tanggalnya pada surat, lalu unggah pindaiannya.",
    ),
    "sahkan": (
        lambda decision, form, request, by, stamp, at: later.bring_into_force(
            decision, scan=form.cleaned_data["scan"], by=by, at=at, stamp=stamp
        ),
        "Keputusan berlaku. Pemegang izin sudah diberi tahu; suratnya masih harus disampaikan.",
    ),
    "sampaikan": (
        lambda decision, form, request, by, stamp, at: later_delivery.deliver(
            decision, **form.cleaned_data, by=by, at=at, stamp=stamp
        ),
        "Penyampaian keputusan dicatat.",
    ),
    "batalkan": (
        lambda decision, form, request, by, stamp, at: later.drop(
            decision, reason=form.cleaned_data["note"], by=by, at=at, stamp=stamp
        ),
        "Keputusan dibatalkan. Siapkan kembali bila perlu.",
    ),
}


def _carry_out(
    request: HttpRequest, decision: LaterDecision, wanted: str, *, by: User, at: datetime
) -> tuple[forms.Form, Came]:
    form: forms.Form
    if wanted == "sahkan":
        form = FileForm(request.POST, request.FILES, at=at, owner=f"later:{decision.pk}")
    elif wanted == "sampaikan":
        form = DeliveryForm(request.POST, request.FILES, at=at, owner=f"later:{decision.pk}")
    elif wanted == "batalkan":
        form = DropForm(request.POST)
    else:
        form = forms.Form(request.POST)
    if not form.is_valid():
        return form, Came.REFUSED
    act, _ = ACTS[wanted]
    return form, attempt(request, form, lambda stamp, at: act(decision, form, request, by, stamp, at))


@login_required
@require_safe
def later_decision_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision on paper: on its way set anew, once signed the print that was filed."""
    here = desk_officer(request)
    decision = _decision(here.user, pk, at=here.at)
    if decision.letter_id is not None:
        return redirect("letter", decision.letter_id)
    content = decision_pdf(decision, boxes=later.boxes(decision))
    return pdf_answer(content, file_name(f"{decision.get_kind_display()} {decision.permit.number.text}"))


# --- when the database was restored --------------------------------------------------------------------


@login_required
@never_cache
@GET_POST
def number_difference(request: HttpRequest, service: str, key: str) -> HttpResponse:
    """What a restored database does not know of a series, what to do, and the act that settles it."""
    at, me = timezone.now(), person(request)
    if not (reads_registers(me, at=at) or may_read_administration(me, at=at)):
        raise PermissionDenied
    series = get_object_or_404(Series, service=service, key=key)
    found, may = differences(series), may_reconcile(me, series, at=at)
    if request.method == "POST" and not may:
        raise PermissionDenied
    if request.method == "POST" and was_answered(request):
        return redirect("number_difference", service, key)
    wanted = read_number(request.POST.get("tahun"))
    bound = next((one for one in found if one.counter.year == wanted), None)
    form, came = ReconcileForm(request.POST if bound else None), Came.DONE
    if request.method == "POST":
        came = Came.REFUSED if bound else Came.STALE
        if bound is not None and form.is_valid():
            came = _reconcile(request, bound.counter, form, by=me)
        if came is Came.DONE:
            messages.success(request, "Register sudah direkonsiliasi. Nomor dapat diberikan lagi.")
            return redirect("number_difference", service, key)
    rows = [
        (
            one,
            form
            if one is bound
            else ReconcileForm(initial={"last_used": max(one.counter.last, _known(one))}),
        )
        for one in found
    ]
    context = {
        "series": series,
        "rows": rows,
        "may": may,
        "most": MOST_LOST,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "reads_registers": reads_registers(me, at=at),
    }
    return render(request, "desk/number_difference.html", context, status=came.value)


def _known(one: Any) -> int:
    return one.mark.issued if one.mark else 0


def _reconcile(request: HttpRequest, counter: SeriesYear, form: ReconcileForm, *, by: User) -> Came:
    said = form.cleaned_data
    return attempt(
        request,
        form,
        lambda stamp, at: reconcile(
            counter, last_used=said["last_used"], reason=said["reason"], by=by, at=at, stamp=stamp
        ),
    )


# --- who sees what -------------------------------------------------------------------------------------


def _permit(user: User, pk: int, *, at: datetime) -> Permit:
    """A permit of a case that the person may see, else 404; its holder has a page of their own."""
    rows = Permit.objects.filter(case__in=Case.objects.visible_to(user, at=at).values("pk"))
    found = (
        rows.select_related("number", "draft", "case__revision", "case__application__company")
        .prefetch_related(Prefetch("later", _decisions()))
        .filter(pk=pk)
        .first()
    )
    if found is None or is_on_applicants_side(user, found.case.application):
        raise Http404
    return found


def _decision(user: User, pk: int, *, at: datetime) -> LaterDecision:
    found: LaterDecision | None = _decisions().filter(pk=pk).first()
    if found is None:
        raise Http404
    _permit(user, found.permit_id, at=at)
    return found


def _decisions() -> QuerySet[LaterDecision]:
    return (
        LaterDecision.objects.select_related(
            "number__given_by",
            "scan",
            "evidence",
            "proposed_by",
            "dropped_by",
            "delivery__proof",
            "delivery__recorded_by",
            "permit__number",
            "permit__case__revision",
            "permit__case__application__company",
        )
        .prefetch_related("endorsements__by")
        .order_by("pk")
    )
