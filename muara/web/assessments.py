"""The yearly self-assessment of quality (SOP T.2): questions with weights, evidence, closing by the head."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.contacts.actions import assessment as acts
from muara.contacts.assessment import MOST, SHAPE, example
from muara.contacts.models import Assessment, AssessmentFile, AssessmentItem
from muara.contacts.rules import may_answer_assessment, may_close_assessment
from muara.people.models import office_day
from muara.records.evaluation_report import assessment_of
from muara.web.acts import Came, form_page
from muara.web.complaint_forms import one_file, taken
from muara.web.desk import Officer, attempt_once, beside_the_desk
from muara.web.files import original
from muara.web.oversight import overseer
from muara.web.report_files import answer_with

GET_POST = require_http_methods(["GET", "HEAD", "POST"])


def _beside(here: Officer) -> dict[str, Any]:
    return {
        "may_answer": may_answer_assessment(here.user, at=here.at),
        **beside_the_desk(here, "assessments"),
    }


def _answering(request: HttpRequest) -> Officer:
    here = overseer(request)
    if not may_answer_assessment(here.user, at=here.at):
        raise PermissionDenied
    return here


@login_required
@never_cache
@require_safe
def assessments(request: HttpRequest) -> HttpResponse:
    """The years, the newest first."""
    here = overseer(request)
    return render(request, "assessment/list.html", {"rows": Assessment.objects.all(), **_beside(here)})


class OpenForm(forms.Form):
    """A year, and its questions as lines."""

    use_required_attribute = False
    year = forms.IntegerField(
        label="Tahun",
        widget=forms.TextInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={"required": "Isi tahunnya.", "invalid": "Tulis tahun seperti 2026."},
    )
    basis = forms.CharField(
        label="Dasar daftar pertanyaan",
        max_length=200,
        required=False,
        help_text="Nomor dan nama pedoman resminya. Kosong: ditandai “contoh, belum resmi”.",
    )
    questions = forms.CharField(
        label="Pertanyaan",
        max_length=400 * MOST,
        help_text=f"Satu baris satu pertanyaan: {SHAPE}. “Ya” berarti bukti wajib bila nilainya di atas 0.",
        widget=forms.Textarea({"rows": 14}),
        error_messages={"required": "Tulis pertanyaannya."},
    )


@login_required
@never_cache
@GET_POST
def open_assessment(request: HttpRequest) -> HttpResponse:
    """Begin a year with the newest questions that there are, or others."""
    here = _answering(request)
    first = {"year": here.today.year, "questions": _newest_questions()}
    form = OpenForm(request.POST if request.method == "POST" else None, initial=first)
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.open_assessment(**form.cleaned_data, by=here.user, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, "Penilaian dibuka. Jawab pertanyaannya satu per satu.")
            return redirect("assessment", form.cleaned_data["year"])
    context = {"heading": "Buka penilaian tahunan", "submit": "Buka penilaian"}
    return form_page(request, "assessment/form.html", form, came, context | _beside(here))


def _newest_questions() -> str:
    newest = Assessment.objects.first()
    if newest is None:
        return example()
    return "\n".join(
        f"{one.code} | {one.weight} | {'ya' if one.needs_evidence else 'tidak'} | {one.question}"
        for one in newest.items.all()
    )


@login_required
@never_cache
@require_safe
def assessment(request: HttpRequest, year: int) -> HttpResponse:
    """A year's questions with what was answered."""
    here = overseer(request)
    found = get_object_or_404(Assessment.objects.select_related("closed_by"), year=year)
    items = list(found.items.select_related("answered_by").prefetch_related("files"))
    report = assessment_of(found, items)
    if kind := request.GET.get("unduh"):
        who = found.closed_by.name if found.closed_by else ""
        texts = [(f"Kesimpulan: {who}", found.conclusion)] if found.closed_at else []
        dated = here.today if found.closed_at is None else office_day(found.closed_at)
        return answer_with(report, kind, name=f"penilaian-mutu-{year}", dated=dated, texts=texts)
    context = {
        "found": found,
        "items": items,
        "report": report,
        "may_close": found.closed_at is None and may_close_assessment(here.user, at=here.at),
        **_beside(here),
    }
    return render(request, "assessment/page.html", context)


class AnswerForm(forms.Form):
    """A mark with its explanation and evidence."""

    use_required_attribute = False
    mark = forms.TypedChoiceField(
        label="Nilai",
        choices=AssessmentItem.Mark.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih nilai 0 sampai 4.", "invalid_choice": "Pilih nilai 0 sampai 4."},
    )
    note = forms.CharField(
        label="Penjelasan", max_length=acts.LONGEST, required=False, widget=forms.Textarea({"rows": 4})
    )
    file = one_file()


@login_required
@never_cache
@GET_POST
def answer(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Answer one question."""
    here = _answering(request)
    item = get_object_or_404(AssessmentItem, assessment__year=year, code=code)
    first = {"mark": item.mark, "note": item.note}
    posted = request.method == "POST"
    form = AnswerForm(request.POST if posted else None, request.FILES if posted else None, initial=first)
    came = None
    if posted:
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.answer(
                item.pk,
                mark=form.cleaned_data["mark"],
                note=form.cleaned_data["note"],
                file=taken(form.cleaned_data["file"], at=at),
                by=here.user,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Jawaban {item.code} tersimpan.")
            return redirect("assessment", year)
    context = {"heading": item.question, "submit": "Simpan jawaban", "year": year, "item": item}
    return form_page(request, "assessment/form.html", form, came, context | _beside(here))


class CloseForm(forms.Form):
    """What the head concludes."""

    use_required_attribute = False
    conclusion = forms.CharField(
        label="Kesimpulan dan rencana perbaikan",
        max_length=acts.LONGEST,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Tuliskan kesimpulan dan rencana perbaikannya."},
    )


@login_required
@never_cache
@GET_POST
def close_assessment(request: HttpRequest, year: int) -> HttpResponse:
    """The head closes a year; nothing of it changes afterwards."""
    here = overseer(request)
    if not may_close_assessment(here.user, at=here.at):
        raise PermissionDenied
    get_object_or_404(Assessment, year=year)
    form, came = CloseForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.close_assessment(
                year, conclusion=form.cleaned_data["conclusion"], by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Penilaian ditutup dan tidak berubah lagi.")
            return redirect("assessment", year)
    context = {"heading": f"Tutup penilaian {year}", "submit": "Tutup penilaian", "year": year}
    return form_page(request, "assessment/form.html", form, came, context | _beside(here))


@login_required
@never_cache
@require_safe
def evidence(request: HttpRequest, year: int, file: int) -> HttpResponseBase:
    """A file of evidence, for those who oversee."""
    overseer(request)
    found = get_object_or_404(
        AssessmentFile.objects.select_related("blob"), pk=file, item__assessment__year=year
    )
    return original(found.blob, found.filename)
