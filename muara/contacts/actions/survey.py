"""The satisfaction survey: giving the questionnaire, taking it back once, planning what follows.

An answer is no act of somebody: it leaves no entry, no form key and no time, for each of these would lead
from a person to what they said (adr/0023).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case as Choose
from django.db.models import F, Value, When

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Case
from muara.contacts.actions.words import EMPTY, cleaned
from muara.contacts.models import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.rules import may_plan_follow_up
from muara.contacts.survey import CODES, counted_from, is_counted, last_day, semester_of
from muara.documents.indonesian import tanggal
from muara.people.models import User, office_day

LONGEST = 2000  # characters of a suggestion
ANSWERED = "Kuesioner ini sudah diisi. Satu berkas diisi satu kali; terima kasih."


def give(case: Case, *, at: datetime) -> Questionnaire:
    """SOP 17.4: the questionnaire of a case that was handed over; the same one whenever it is asked for."""
    fixed = {"service": case.process.code, "semester": semester_of(office_day(at))}
    return Questionnaire.objects.get_or_create(case=case, defaults=fixed)[0]


def take_back(code: str, *, marks: Mapping[str, int | None], suggestion: str = "", at: datetime) -> None:
    """SOP 18.3: take an answered questionnaire, once; whoever holds its code may hand it in.

    All questionnaires of the semester are written in the same statement, so that neither a row's place nor
    the number of its transaction tells which of them was this answer's.

    Raises:
        Questionnaire.DoesNotExist: there is no such code; before the handover there is none.
        Refused: it was answered before, its time is over, or nothing was marked.
    """
    text = cleaned(suggestion, "suggestion", limit=LONGEST, lines=True)
    said = {name: marks.get(name) for name in CODES}
    if not any(said.values()):
        raise Refused("Pilih jawaban paling sedikit untuk satu pertanyaan.")
    with transaction.atomic():
        given = Questionnaire.objects.get(code=code)
        group = Questionnaire.objects.filter(service=given.service, semester=given.semester)
        # In one order, so that two who hand in at once wait for each other.
        box = dict(group.select_for_update().order_by("pk").values_list("pk", "returned"))
        if box[given.pk]:
            raise Refused(ANSWERED)
        if is_counted(given.semester, on=office_day(at)):
            raise Refused(f"Kuesioner ini diterima sampai {tanggal(last_day(given.semester))}.")
        group.update(returned=Choose(When(pk=given.pk, then=Value(True)), default=F("returned")))
        SurveyAnswer.objects.create(service=given.service, semester=given.semester, **said)
        if text:
            _mix_in(text, service=given.service, semester=given.semester)


def _mix_in(text: str, *, service: str, semester: str) -> None:
    """Write the suggestions of a semester anew with one more, in an order that tells nothing.

    Else the third suggestion would be the third answer's, and both would name the same transaction.
    """
    before = SurveySuggestion.objects.filter(service=service, semester=semester)
    texts = [*before.values_list("text", flat=True), text]
    random.SystemRandom().shuffle(texts)
    before.delete()
    SurveySuggestion.objects.bulk_create(
        SurveySuggestion(service=service, semester=semester, text=one) for one in texts
    )


def plan_follow_up(
    *,
    service: str,
    semester: str,
    element: str,
    plan: str,
    owner: str,
    due: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> SurveyFollowUp:
    """Say what is done about an element, who does it and until when.

    Raises:
        NotYours: only the heads plan.
        Refused: the semester is not counted yet, the day is past, or something is missing.
    """
    _demand_head(by, at)
    if not is_counted(semester, on=office_day(at)):
        raise Refused(f"Hasil semester ini dibuka pada {tanggal(counted_from(semester))}.")
    if element not in CODES:
        raise Refused("Pilih unsur yang ditindaklanjuti.", "element")
    if due < office_day(at):
        raise Refused("Tanggal selesai sudah lewat; pilih hari ini atau sesudahnya.", "due")
    what = cleaned(plan, "plan", limit=LONGEST, lines=True, lacking=EMPTY)
    who = cleaned(owner, "owner", limit=120, lacking=EMPTY)
    with act(stamp):
        made = SurveyFollowUp.objects.create(
            service=service,
            semester=semester,
            element=element,
            plan=what,
            owner=who,
            due=due,
            planned_by=by,
            planned_at=at,
        )
        facts = {"plan": made.pk, "element": element, "due": due.isoformat()}
        _record(made, "survey.plan", facts, by=by, at=at, stamp=stamp)
        return made


def finish_follow_up(
    follow_up_id: int, *, result: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> SurveyFollowUp:
    """Say what came of a plan.

    Raises:
        NotYours: only the heads do. Refused: it was done before, or the result is missing.
    """
    _demand_head(by, at)
    came = cleaned(result, "result", limit=LONGEST, lines=True, lacking=EMPTY)
    with act(stamp):
        found = SurveyFollowUp.objects.select_for_update().get(pk=follow_up_id)
        if found.done_at is not None:
            raise Refused("Tindak lanjut ini sudah dicatat selesai.")
        found.result, found.done_by, found.done_at = came, by, at
        found.save(update_fields=["result", "done_by", "done_at"])
        _record(found, "survey.follow_up_done", {"plan": found.pk}, by=by, at=at, stamp=stamp)
        return found


def _demand_head(by: User, at: datetime) -> None:
    if not may_plan_follow_up(by, at=at):
        raise NotYours


def _record(
    plan: SurveyFollowUp, verb: str, facts: Mapping[str, object], *, by: User, at: datetime, stamp: Stamp
) -> None:
    record(
        chain=f"survey:{plan.service}:{plan.semester}",
        verb=verb,
        by_id=by.pk,
        at=at,
        facts=facts,
        key=stamp.key,
        body=stamp.body,
    )
