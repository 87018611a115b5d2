"""The satisfaction survey: the questionnaire by code, its results, the counter's and the heads' pages.

A questionnaire is sent without a form key: the digest that goes with one would tell what was answered
(adr/0023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import Refused
from muara.contacts import survey
from muara.contacts.actions import survey as acts
from muara.contacts.models import Questionnaire, SurveyFollowUp
from muara.contacts.rules import may_give_questionnaires, may_plan_follow_up
from muara.contacts.survey import CODES, ELEMENTS, FEWEST, QUESTIONS, Question
from muara.documents.indonesian import angka
from muara.people.models import office_day
from muara.people.queries import issuing_office
from muara.records import board
from muara.records.survey import Results, results, running, suggestions
from muara.records.survey_report import questionnaire_pdf, report_pdf, told
from muara.web.acts import Came, form_page
from muara.web.charts import Chart, columns
from muara.web.desk import A_PAGE, Officer, attempt_once, beside_the_desk, desk_officer
from muara.web.files import pdf_answer
from muara.web.oversight import overseer
from muara.web.paging import AT_MOST, Pages
from muara.web.sheets import Cell, download

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
GUESSES = {"survey": "30/m/ip"}
TREND = 6  # semesters
NOT_OF_A_CODE = re.compile(r"[^0-9A-Z]")
UNKNOWN = (
    "Kode ini tidak dikenal. Periksa lagi: 12 huruf dan angka, tanpa huruf I, L, dan O, tanpa angka 0 dan 1."
)


# --- the questionnaire ------------------------------------------------------------------------------------


class CodeForm(forms.Form):
    """The code of a questionnaire, as it is typed off paper."""

    use_required_attribute = False
    kode = forms.CharField(
        label="Kode kuesioner",
        help_text="12 huruf dan angka pada kuesioner atau pemberitahuan, misalnya 7K2M-9QXA-3FDH.",
        max_length=30,
        error_messages={"required": "Tulis kode kuesionernya."},
        widget=forms.TextInput(
            {"class": "govuk-input--width-10", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )

    def clean_kode(self) -> str:
        code = plain(self.cleaned_data["kode"])
        if not Questionnaire.objects.filter(code=code).exists():
            raise forms.ValidationError(UNKNOWN)
        return code


def plain(typed: str) -> str:
    """Write a code as it is printed: three times four characters."""
    letters = NOT_OF_A_CODE.sub("", typed.upper())
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class MayBeLeftOpen(forms.TypedChoiceField):
    """A question that may be left open; that all may is said once, not nine times."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class AnswerForm(forms.Form):
    """The nine questions in the order of the form, each of which may be left open, and one open question."""

    use_required_attribute = False
    suggestion = forms.CharField(
        label="Saran atau masukan",
        required=False,
        max_length=acts.LONGEST,
        help_text="Jangan tulis nama atau nomor berkas. Keluhan yang perlu dijawab sampaikan kepada petugas.",
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {
            question.code: MayBeLeftOpen(
                label=f"{number}. {question.text}",
                choices=list(enumerate(question.choices, start=1)),
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect({"class": "m-scale"}),
                error_messages={"invalid_choice": "Pilih salah satu jawaban yang ada."},
            )
            for number, question in enumerate(QUESTIONS, start=1)
        }
        self.fields = {**asked, **self.fields}

    @property
    def marks(self) -> dict[str, int | None]:
        return {code: self.cleaned_data[code] for code in CODES}


@never_cache
@GET_POST
def survey_code(request: HttpRequest) -> HttpResponse:
    """Where a questionnaire is begun from its code: on paper, at the touch screen, on a phone."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not ratelimit.consume(request, app="muara", action="survey", config=GUESSES):
            form.add_error(None, "Terlalu banyak percobaan. Tunggu semenit, lalu coba lagi.")
        elif form.is_valid():
            return redirect("survey_answer", form.cleaned_data["kode"])
    return render(request, "survey/code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@GET_POST
def survey_answer(request: HttpRequest, code: str) -> HttpResponse:
    """One questionnaire: its questions until it is handed in, thanks after that."""
    given = Questionnaire.objects.filter(code=plain(code)).first()
    if given is None:
        unknown = CodeForm({"kode": code[:30]})
        return render(request, "survey/code.html", {"form": unknown}, status=404)
    at, posted = timezone.now(), request.method == "POST"
    form = AnswerForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            acts.take_back(given.code, marks=form.marks, suggestion=form.cleaned_data["suggestion"], at=at)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            given.refresh_from_db()
        else:
            return redirect("survey_answer", given.code)
    over = survey.is_counted(given.semester, on=office_day(at))
    refused = 409 if given.returned or over else 422
    context = {
        "form": form,
        "given": given,
        "over": over,
        "until": survey.last_day(given.semester),
        "service": board.newest(given.service).title,
    }
    answer = render(request, "survey/answer.html", context, status=refused if posted else 200)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


# --- what was published -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A semester on the page: its figures, its pictures, its plans."""

    result: Results
    chart: Chart | None
    rows: list[Sequence[str]]
    plans: list[SurveyFollowUp]


def _service(request: HttpRequest) -> str:
    known = board.services()
    if not known:
        raise Http404
    wanted = request.GET.get("layanan", "")
    return wanted if wanted in known else known[0]


def _chosen(found: Sequence[Results], wanted: str) -> Results | None:
    """The semester that was asked for, else the newest."""
    return next((one for one in found if one.semester == wanted), found[0] if found else None)


def _shown(result: Results, *, service: str) -> Shown:
    values = [
        (one.question.code.upper(), float(one.value) if one.value is not None else None, _told(one.value))
        for one in result.elements
    ]
    chart = columns("unsur", "Nilai tiap unsur (25 sampai 100)", values)
    return Shown(
        result,
        chart if result.is_told else None,
        [
            (
                one.question.code.upper(),
                one.question.element,
                str(one.answers) if one.is_told else f"< {FEWEST}",
                _told(one.average and survey.rounded(one.average, 3)),
                _told(one.value),
                told(one.quality) or "–",
            )
            for one in result.elements
        ],
        list(SurveyFollowUp.objects.filter(service=service, semester=result.semester)),
    )


def _told(value: Any) -> str:
    return "–" if value is None else angka(value)


def _trend(found: Sequence[Results]) -> Chart | None:
    """The index of the last semesters, the oldest first."""
    shown = found[:TREND][::-1]
    if sum(one.index is not None for one in shown) < 2:
        return None
    values = [
        (
            f"{one.semester[-1]}/{one.semester[:4]}",
            None if one.index is None else float(one.index),
            _told(one.index),
        )
        for one in shown
    ]
    return columns("indeks", "Indeks kepuasan per semester", values)


def _results_page(request: HttpRequest, service: str, *, semester: str) -> dict[str, Any]:
    found = results(service, on=office_day(timezone.now()))
    chosen = _chosen(found, semester)
    return {
        "service": service,
        "services": board.services(),
        "title": board.newest(service).title,
        "semesters": found,
        "shown": _shown(chosen, service=service) if chosen else None,
        "trend": _trend(found),
        "fewest": FEWEST,
    }


@require_safe
def survey_results(request: HttpRequest) -> HttpResponse:
    """The published index, its elements and what is done about the lowest."""
    if not board.services():
        return render(request, "survey/results.html")
    semester = request.GET.get("semester", "")
    return render(
        request, "survey/results.html", _results_page(request, _service(request), semester=semester)
    )


@require_safe
def survey_report(request: HttpRequest, semester: str) -> HttpResponse:
    """The report of a semester as a PDF."""
    service = _service(request)
    found = results(service, on=office_day(timezone.now()))
    chosen = next((one for one in found if one.semester == semester), None)
    if chosen is None or issuing_office() is None:
        raise Http404
    content = report_pdf(
        chosen,
        service=board.newest(service).title,
        plans=list(SurveyFollowUp.objects.filter(service=service, semester=semester)),
        history=[one for one in found if one.semester <= semester][:TREND][::-1],
    )
    return pdf_answer(content, f"laporan-skm-{service.lower()}-{semester}.pdf")


HEAD = (
    "layanan",
    "semester",
    "kode",
    "unsur",
    "kuesioner_diberikan",
    "kuesioner_kembali",
    "jawaban_unsur",
    "rata_rata",
    "nilai",
    "mutu",
)


@require_safe
def survey_download(request: HttpRequest, form: str) -> HttpResponse:
    """Every published figure as a table; IKM is the index, U1 to U9 its elements."""
    service = _service(request)
    found = results(service, on=office_day(timezone.now()))
    return download(form, name=f"skm-{service.lower()}", head=HEAD, rows=_sheet(service, found))


def _sheet(service: str, found: Sequence[Results]) -> Iterator[Sequence[Cell]]:
    for one in found:
        if not one.is_told:
            continue
        whole = (service, one.semester)
        counted = (one.given, one.answers)
        value = None if one.index is None else float(one.index)
        yield (
            *whole,
            "IKM",
            "Indeks",
            *counted,
            None,
            None,
            value,
            one.quality.letter if one.quality else "",
        )
        for element in one.elements:
            if element.average is not None and element.value is not None and element.quality is not None:
                yield (
                    *whole,
                    element.question.code.upper(),
                    element.question.element,
                    *counted,
                    element.answers,
                    float(survey.rounded(element.average, 4)),
                    float(element.value),
                    element.quality.letter,
                )


# --- the counter ------------------------------------------------------------------------------------------


def _giver(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_give_questionnaires(here.user, at=here.at):
        raise PermissionDenied
    return here


@login_required
@never_cache
@require_safe
def survey_desk(request: HttpRequest) -> HttpResponse:
    """The questionnaires of the handed-over cases: to print, and to enter what came back on paper."""
    here = _giver(request)
    rows = Questionnaire.objects.select_related("case__application__company").order_by("returned", "-pk")
    page = Pages(rows, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    context = {
        "page": page,
        "rows": [(one, one.is_open(on=here.today)) for one in page.object_list],
        "form": CodeForm(),
        **beside_the_desk(here, "survey_desk"),
    }
    return render(request, "survey/desk.html", context)


@login_required
@never_cache
@require_safe
def questionnaire(request: HttpRequest, pk: int) -> HttpResponse:
    """F29 on paper, with the code of its case."""
    here = _giver(request)
    given = get_object_or_404(Questionnaire, pk=pk)
    if not given.is_open(on=here.today):
        raise Http404
    return pdf_answer(
        questionnaire_pdf(given, service=board.newest(given.service).title), f"kuesioner-{given.code}.pdf"
    )


# --- the heads --------------------------------------------------------------------------------------------


class PlanForm(forms.Form):
    """What is done about an element, by whom, until when."""

    use_required_attribute = False
    element = forms.ChoiceField(label="Unsur", error_messages={"required": "Pilih unsurnya."})
    plan = forms.CharField(
        label="Rencana tindak lanjut",
        max_length=acts.LONGEST,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Tuliskan yang akan dilakukan."},
    )
    owner = forms.CharField(
        label="Penanggung jawab",
        max_length=120,
        help_text="Jabatan, misalnya Kepala Seksi Layanan. Dibaca umum.",
        error_messages={"required": "Tuliskan jabatan yang bertanggung jawab."},
    )
    due = forms.DateField(
        label="Selesai paling lambat",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Isi tanggalnya.",
            "invalid": "Tulis tanggal seperti 2026-12-31.",
        },
    )

    def __init__(self, *args: Any, lowest: Sequence[Question] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["element"]
        assert isinstance(chosen, forms.ChoiceField)
        rest = [one for one in ELEMENTS if one not in lowest]
        chosen.choices = [
            *((one.code, f"{one.element} (terendah)") for one in lowest),
            *((one.code, one.element) for one in rest),
        ]


class ResultForm(forms.Form):
    """What came of a plan."""

    use_required_attribute = False
    result = forms.CharField(
        label="Hasil tindak lanjut",
        max_length=acts.LONGEST,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Tuliskan hasilnya."},
    )


def _beside(here: Officer) -> dict[str, Any]:
    return {
        "plans": may_plan_follow_up(here.user, at=here.at),
        **beside_the_desk(here, "survey_oversight"),
    }


@login_required
@never_cache
@require_safe
def survey_oversight(request: HttpRequest) -> HttpResponse:
    """The results with what is done about them, and how many have answered in the semesters still open."""
    here, service = overseer(request), _service(request)
    context = {
        **_results_page(request, service, semester=request.GET.get("semester", "")),
        "running": running(service, on=here.today),
        "here": here,
        **_beside(here),
    }
    return render(request, "survey/oversight.html", context)


@login_required
@never_cache
@require_safe
def survey_suggestions(request: HttpRequest) -> HttpResponse:
    """What was written in the open question, to search; apart from the marks, in no order of time."""
    here, service = overseer(request), _service(request)
    wanted = request.GET.get("cari", "").replace("\0", "").strip()[:100]
    page = Pages(suggestions(service, on=here.today, wanted=wanted), A_PAGE, at_most=AT_MOST)
    query = request.GET.copy()
    query.pop("halaman", None)
    context = {
        "page": page.get_page(request.GET.get("halaman")),
        "cari": wanted,
        "query": query.urlencode(),
        "service": service,
        "services": board.services(),
        "fewest": FEWEST,
        **_beside(here),
    }
    return render(request, "survey/suggestions.html", context)


@login_required
@never_cache
@GET_POST
def plan_follow_up(request: HttpRequest, semester: str) -> HttpResponse:
    """Plan what is done about an element of a semester."""
    here, service = overseer(request), _service(request)
    if not may_plan_follow_up(here.user, at=here.at):
        raise PermissionDenied
    result = next((one for one in results(service, on=here.today, only=semester)), None)
    if result is None:
        raise Http404
    said = request.POST if request.method == "POST" else None
    form = PlanForm(said, lowest=[one.question for one in result.lowest])
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.plan_follow_up(
                service=service, semester=semester, **form.cleaned_data, by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Rencana tindak lanjut tersimpan.")
            return redirect(f"{reverse('survey_oversight')}?layanan={service}&semester={semester}")
    context = {"result": result, "heading": "Rencana tindak lanjut", "submit": "Simpan rencana"}
    return form_page(request, "survey/follow_up.html", form, came, context | _beside(here))


@login_required
@never_cache
@GET_POST
def finish_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of a plan."""
    here = overseer(request)
    if not may_plan_follow_up(here.user, at=here.at):
        raise PermissionDenied
    found = get_object_or_404(SurveyFollowUp, pk=pk)
    form, came = ResultForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.finish_follow_up(
                pk, result=form.cleaned_data["result"], by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Hasil tindak lanjut tersimpan.")
            return redirect(
                f"{reverse('survey_oversight')}?layanan={found.service}&semester={found.semester}"
            )
    context = {"follow_up": found, "heading": "Hasil tindak lanjut", "submit": "Simpan hasil"}
    return form_page(request, "survey/follow_up.html", form, came, context | _beside(here))
