"""Evaluating staff every half year (SOP T.1), and what they learned (section O).

An official reads their own sheet and comments on it, a superior reads and closes those of their
subordinates, the head of the office and the auditor read all. A sheet that is not theirs is not there (404).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.contacts.actions import evaluation as acts
from muara.contacts.models import Evaluation
from muara.contacts.queries import comment_day
from muara.contacts.rules import may_close_evaluation, may_read_evaluation
from muara.people.actions import competences as learned
from muara.people.models import Competence, User, office_day
from muara.people.queries import Post, evaluated
from muara.people.rules import may_read_competence, may_record_competence
from muara.records import counted
from muara.records.evaluation import measure
from muara.records.evaluation_report import actor_labels, sheet_of, units_of
from muara.records.periods import Period, semester, semesters
from muara.records.rules import may_oversee
from muara.records.tabled import Report
from muara.web.acts import Came, form_page, new_key
from muara.web.desk import OUTSIDE_EVALUATIONS, Officer, attempt_once, beside_the_desk, desk_officer
from muara.web.office import record_once
from muara.web.office_forms import Day, Empty
from muara.web.report_files import answer_with

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
LOOK_BACK = 6  # semesters


@dataclass(frozen=True, slots=True)
class Row:
    """An official in a list of a half year."""

    post: Post
    posts: str
    evaluation: Evaluation | None
    mine: bool

    @property
    def standing(self) -> str:
        if self.evaluation and self.evaluation.closed_at:
            return "Ditutup"
        return "Ditanggapi" if self.evaluation and self.evaluation.commented_at else "Terbuka"

    @property
    def colour(self) -> str:
        return {"Ditutup": "green", "Ditanggapi": "blue"}.get(self.standing, "amber")


# --- the list ---------------------------------------------------------------------------------------------


def _here(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not here.actors - OUTSIDE_EVALUATIONS:
        raise PermissionDenied
    return here


def over(today: date) -> list[Period]:
    """The half years that are over, as far as they are listed, the newest first."""
    return semesters(today, count=LOOK_BACK + 1)[-2::-1]


def _half(key: str, today: date) -> Period:
    """A half year that is over, by its key; anything else is not there."""
    found = next((one for one in over(today) if one.key == key), None)
    if found is not None:
        return found
    year, _, half = key.partition("-")
    if not (year.isdecimal() and len(year) == 4 and int(year) > 2000 and half in {"1", "2"}):
        raise Http404
    older = semester(date(int(year), 1 if half == "1" else 7, 1))
    if older.last >= today:
        raise Http404
    return older


@login_required
@never_cache
@require_safe
def evaluations(request: HttpRequest) -> HttpResponse:
    """Whose sheets I may read in a half year; for the heads and the auditor the units beside each other."""
    here = _here(request)
    halves = over(here.today)
    wanted = request.GET.get("semester", "")
    half = next((one for one in halves if one.key == wanted), halves[0])
    labels = actor_labels()
    known = {one.user_id: one for one in Evaluation.objects.filter(semester=half.key)}
    rows = [
        Row(
            post,
            ", ".join(sorted(labels.get(actor, actor) for actor in post.actors)),
            known.get(pk),
            pk == here.user.pk,
        )
        for pk, post in evaluated(half.first, half.last).items()
        if may_read_evaluation(here.user, post, at=here.at)
    ]
    context: dict[str, Any] = {"half": half, "halves": halves, "period": half, "rows": rows}
    if may_oversee(here.user, at=here.at):
        found = counted.of_staff(half, at=here.at)
        units = units_of(found.value, period=half) if found else None
        if units is not None and (kind := request.GET.get("unduh")):
            return answer_with(units, kind, name=f"evaluasi-unit-{half.key}", dated=here.today)
        context |= {"oversees": True, "report": units, "counted_at": found.at if found else None}
    context |= {"query": f"semester={half.key}", **beside_the_desk(here, "evaluations")}
    return render(request, "evaluation/list.html", context)


# --- a sheet ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """An official's half year on the page, and what was said of it."""

    half: Period
    post: Post
    row: Evaluation | None
    until: date

    @property
    def closed(self) -> bool:
        return self.row is not None and self.row.closed_at is not None

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What was said of it, for paper."""
        row = self.row
        said = [("Tanggapan pegawai", row.comment if row and row.comment else "Belum ada tanggapan.")]
        if row is not None and row.closed_by is not None:
            said.append((f"Penilaian atasan: {row.closed_by.name}", row.conclusion))
        else:
            said.append(("Keadaan", "Belum ditutup: angkanya masih dapat berubah."))
        return said


def _sheet(here: Officer, key: str, pk: int) -> Sheet:
    half = _half(key, here.today)
    post = evaluated(half.first, half.last, user_id=pk).get(pk)
    if post is None or not may_read_evaluation(here.user, post, at=here.at):
        raise Http404
    row = Evaluation.objects.select_related("closed_by").filter(user=pk, semester=half.key).first()
    return Sheet(half, post, row, comment_day(half.key, post.user))


def _report(sheet: Sheet, *, on: date) -> Report:
    """The figures of a sheet: as it was closed, or as it counts now."""
    if sheet.row is not None and sheet.row.figures is not None:
        return Report.of_json(sheet.row.figures)
    pk = sheet.post.user.pk
    known = Competence.objects.filter(user=pk, withdrawn_at=None)
    return sheet_of(sheet.post, measure(sheet.half, only=pk).people[pk], known, period=sheet.half, on=on)


@login_required
@never_cache
@require_safe
def evaluation(request: HttpRequest, semester: str, pk: int) -> HttpResponse:
    """A sheet, with what its official said and what its superior concluded."""
    here = _here(request)
    sheet = _sheet(here, semester, pk)
    report = _report(sheet, on=here.today)
    if kind := request.GET.get("unduh"):
        name = f"penilaian-{sheet.half.key}-{pk}"
        dated = office_day(sheet.row.closed_at) if sheet.row and sheet.row.closed_at else here.today
        return answer_with(report, kind, name=name, dated=dated, texts=sheet.texts)
    mine = pk == here.user.pk
    context = {
        "sheet": sheet,
        "report": report,
        "mine": mine,
        "may_comment": mine and not sheet.closed and here.today <= sheet.until,
        "may_close": not sheet.closed and may_close_evaluation(here.user, sheet.post, at=here.at),
        "waits": not (sheet.row and sheet.row.commented_at) and here.today <= sheet.until,
        "reads_competences": may_read_competence(here.user, sheet.post.user, at=here.at),
        **beside_the_desk(here, "evaluations"),
    }
    return render(request, "evaluation/sheet.html", context)


class Words(forms.Form):
    """What an official, or their superior, says of a sheet."""

    use_required_attribute = False

    def __init__(self, *args: Any, name: str, label: str, lacking: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[name] = forms.CharField(
            label=label,
            max_length=acts.LONGEST,
            widget=forms.Textarea({"rows": 6}),
            error_messages={"required": lacking},
        )


@login_required
@never_cache
@GET_POST
def comment_evaluation(request: HttpRequest, semester: str, pk: int) -> HttpResponse:
    """The official's own words, before a superior closes the sheet."""
    here = _here(request)
    sheet = _sheet(here, semester, pk)
    if pk != here.user.pk:
        raise PermissionDenied
    if sheet.closed and request.method != "POST":
        return redirect("evaluation", sheet.half.key, pk)
    form = Words(
        request.POST if request.method == "POST" else None,
        initial={"comment": sheet.row.comment if sheet.row else ""},
        name="comment",
        label="Tanggapan Anda",
        lacking="Tuliskan tanggapan Anda, misalnya bahwa Anda sudah membaca dan tidak berkeberatan.",
    )
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.comment(
                sheet.half.key, text=form.cleaned_data["comment"], by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Tanggapan Anda tersimpan dan dibaca atasan sebelum menutup penilaian.")
            return redirect("evaluation", sheet.half.key, pk)
    context = {
        "sheet": sheet,
        "heading": "Tanggapan atas penilaian",
        "submit": "Simpan tanggapan",
        **beside_the_desk(here, "evaluations"),
    }
    return form_page(request, "evaluation/form.html", form, came, context)


@login_required
@never_cache
@GET_POST
def close_evaluation(request: HttpRequest, semester: str, pk: int) -> HttpResponse:
    """A superior's conclusion; from then on the sheet does not change."""
    here = _here(request)
    sheet = _sheet(here, semester, pk)
    if not may_close_evaluation(here.user, sheet.post, at=here.at):
        raise PermissionDenied
    if sheet.closed and request.method != "POST":
        return redirect("evaluation", sheet.half.key, pk)
    form = Words(
        request.POST if request.method == "POST" else None,
        name="conclusion",
        label="Penilaian atasan",
        lacking="Tuliskan penilaian Anda dan yang perlu dibantu atau ditingkatkan.",
    )
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.close(
                sheet.half.key,
                user_id=pk,
                conclusion=form.cleaned_data["conclusion"],
                figures=_report(sheet, on=here.today).as_json(),
                by=here.user,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Penilaian ditutup. Lembarnya tersimpan dan tidak berubah lagi.")
            return redirect("evaluation", sheet.half.key, pk)
    context = {
        "sheet": sheet,
        "heading": "Tutup penilaian",
        "submit": "Tutup penilaian",
        **beside_the_desk(here, "evaluations"),
    }
    return form_page(request, "evaluation/form.html", form, came, context)


# --- competences (section O) ------------------------------------------------------------------------------


class CompetenceForm(forms.Form):
    """An education, a training or a certificate."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label="Jenis",
        choices=[("", "Pilih jenis"), *Competence.Kind.choices],
        error_messages={"required": "Pilih jenisnya."},
    )
    title = forms.CharField(
        label="Pendidikan atau pelatihan",
        max_length=160,
        help_text="Misalnya D III Teknik Lingkungan, atau Pelatihan SOP perizinan.",
        error_messages={"required": "Tuliskan pendidikan atau pelatihannya."},
    )
    issuer = forms.CharField(
        label="Penyelenggara",
        max_length=160,
        error_messages={"required": "Tuliskan sekolah atau penyelenggaranya."},
    )
    number = forms.CharField(label="Nomor ijazah atau sertifikat", max_length=60, required=False)
    obtained_on = Day(label="Diperoleh", error_messages={"required": "Isi tanggalnya."})
    valid_until = Day(
        label="Berlaku sampai", required=False, help_text="Kosongkan bila tidak berbatas waktu."
    )


@login_required
@never_cache
@GET_POST
def competences(request: HttpRequest, pk: int) -> HttpResponse:
    """What an official learned; whoever answers for them writes it down."""
    here = desk_officer(request)
    of = get_object_or_404(User, pk=pk)
    if not may_read_competence(here.user, of, at=here.at):
        raise Http404
    may_record = may_record_competence(here.user, of, at=here.at)
    form, came = CompetenceForm(request.POST if request.method == "POST" else None), Came.DONE
    if request.method == "POST":
        if not may_record:
            raise PermissionDenied
        came = Came.REFUSED
        if form.is_valid():
            change = partial(learned.record_competence, pk, by=here.user, **form.cleaned_data)
            came = record_once(request, form, change)
        if came is Came.DONE:
            messages.success(request, "Kompetensi dicatat.")
            return redirect("competences", pk)
    rows = Competence.objects.filter(user=pk).select_related("recorded_by", "withdrawn_by")
    context = {
        "of": of,
        "rows": [(row, row.holds_on(here.today), new_key()) for row in rows],
        "may_record": may_record,
        **beside_the_desk(here, "evaluations"),
    }
    return form_page(request, "evaluation/competences.html", form, came, context)


@login_required
@require_POST
def withdraw_competence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was written down by mistake."""
    here = desk_officer(request)
    found = get_object_or_404(Competence.objects.select_related("user"), pk=pk)
    if not may_record_competence(here.user, found.user, at=here.at):
        raise Http404
    button = Empty(request.POST)
    button.is_valid()
    came = record_once(request, button, partial(learned.withdraw_competence, pk, by=here.user))
    if came is Came.DONE:
        messages.success(request, "Catatan dibatalkan; tetap terlihat sebagai riwayat.")
    else:
        told = " ".join(map(str, button.non_field_errors()))
        messages.error(request, told or "Halaman sudah usang. Coba sekali lagi.")
    return redirect("competences", found.user_id)
