"""Between office and agency: questions that move nothing, the liaison's round, the monitoring form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.models import Case, Question
from muara.people.models import User
from muara.steps.actions.coordination import may_answer, works_for
from muara.steps.forms.coordination import AnswerQuestion
from muara.web.acts import Came, attempt, new_key, was_answered
from muara.web.desk import _officer, _side


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """A question to an agency, with its answer or the form for it."""
    here = _officer(request)
    found = _question(here.user, pk, at=here.at)
    theirs = works_for(here.user, found.agency_id, at=here.at)
    may = may_answer(here.user, found, at=here.at)
    form = AnswerQuestion(found, request.POST or None, for_agency=theirs)
    came = None
    if request.method == "POST":
        if not may and found.answered_at is None and not was_answered(request):
            raise PermissionDenied
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, "Jawaban tersimpan. Berkas tetap pada langkahnya.")
            return redirect("question", found.pk)
    return render(
        request,
        "desk/question.html",
        {
            "question": found,
            "case": found.case,
            "step": found.case.process.step(found.step_key),
            "may_answer": may,
            "theirs": theirs,
            "reads_case": Case.objects.visible_to(here.user, at=here.at).filter(pk=found.case_id).exists(),
            "form": form,
            "kunci": new_key(),
            "stale": came is Came.STALE,
            **_beside(here),
        },
        status=came.value if came else 200,
    )


def _question(user: User, pk: int, *, at: datetime) -> Question:
    """A question to the person's agency, or of a case that they may read; else 404."""
    rows = Question.objects.select_related(
        "agency", "asked_by", "recorded_by", "case__application__company", "case__revision"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    seen = Case.objects.visible_to(user, at=at).filter(pk=found.case_id).exists()
    if not works_for(user, found.agency_id, at=at) and (not seen or _is_other_agencys(user, at=at)):
        raise Http404
    return found


def _is_other_agencys(user: User, *, at: datetime) -> bool:
    return user.actors(at) == {"technical_team"}


def _beside(here: Any, current: str = "") -> dict[str, Any]:
    return {"here": here, "side": _side(here, current), "side_title": "Meja kerja"}
