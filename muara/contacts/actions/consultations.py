"""Recording what citizens asked and what they were given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Application, Case
from muara.contacts.models import Consultation
from muara.people.models import User


def ask(
    *,
    service: str,
    channel: str,
    name: str,
    question: str,
    at: datetime,
    contact: str = "",
    person: User | None = None,
    by: User | None = None,
    application: Application | None = None,
    stamp: Stamp = NO_FORM,
) -> Consultation:
    """Step 1: somebody asks about a permit, in person, by telephone, by e-mail or online."""
    if not question.strip():
        raise Refused("Tuliskan apa yang ingin diketahui.", "question")
    with act(stamp):
        consultation = Consultation.objects.create(
            service=service,
            channel=channel,
            person=person,
            name=name,
            contact=contact,
            question=question,
            asked_at=at,
            application=application,
        )
        _record(consultation, verb="ask", by=by or person, at=at, note=question, stamp=stamp)
        return consultation


def inform(
    consultation_id: int,
    *,
    given: str,
    covered: Sequence[str],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Consultation:
    """Step 2: an information officer gives forms and explanations (letters a–f are the guide)."""
    if not by.holds("information_officer", at):
        raise NotYours
    with act(stamp):
        consultation = Consultation.objects.select_for_update().get(pk=consultation_id)
        if consultation.answered_at is not None:
            raise Refused("Pertanyaan ini sudah dijawab petugas lain.")
        if not given.strip():
            raise Refused("Tuliskan penjelasan yang diberikan.", "given")
        consultation.given, consultation.covered = given, list(covered)
        consultation.answered_by, consultation.answered_at = by, at
        consultation.save(update_fields=["given", "covered", "answered_by", "answered_at"])
        _record(consultation, verb="inform", by=by, at=at, note=given, stamp=stamp)
        return consultation


def link(application: Application, *, case: Case) -> None:
    """Tie the applicant's earlier consultations to the case that came of them."""
    Consultation.objects.filter(application=application, case=None).update(case=case)
    if application.applicant_id is not None:
        Consultation.objects.filter(
            person=application.applicant_id, service=application.service, case=None, application=None
        ).update(case=case, application=application)


def _record(
    consultation: Consultation, *, verb: str, by: User | None, at: datetime, note: str, stamp: Stamp
) -> None:
    record(
        chain=f"consultation:{consultation.pk}",
        verb=f"consultation.{verb}",
        by_id=by.pk if by else None,
        at=at,
        facts={"service": consultation.service, "channel": consultation.channel},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )
