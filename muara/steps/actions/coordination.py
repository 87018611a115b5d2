"""Coordinating with the agency beside the outcomes: questions that move nothing (7, 12, 13 remarks)."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stale,
    Stamp,
    act,
    note_from_outside,
    note_on,
)
from muara.cases.models import Question, Task
from muara.cases.models.coordination import Channel
from muara.cases.rules import TECHNICAL_TEAM, is_of_agency, is_recused
from muara.people.models import Office, User


def ask_agency(
    task: Task, *, agency: Office, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Ask an agency something about a case while its step is under way; the case stays where it is.

    Raises:
        Refused: nothing was asked, or the office is no agency.
    """
    if not text.strip():
        raise Refused("Tuliskan pertanyaannya.", "text")
    if agency.kind != Office.Kind.AGENCY:
        raise Refused("Pilih OPD yang ditanya.", "agency")
    with act(stamp):
        moved = note_on(
            task.pk,
            verb="question.ask",
            by=by,
            at=at,
            facts={"agency": agency.pk, "step": task.step_key},
            note=text,
            stamp=stamp,
        )
        Question.objects.create(
            case=task.case, agency=agency, step_key=task.step_key, text=text, asked_by=by, asked_at=at
        )
        return moved


def works_for(user: User, agency_id: int, *, at: datetime) -> bool:
    """The person is of the agency's technical team today."""
    return user.is_active and is_of_agency(user, agency_id, actor=TECHNICAL_TEAM, at=at)


def may_answer(user: User, question: Question, *, at: datetime) -> bool:
    """The agency answers itself; whoever asked records what came by letter, by telephone or in talk."""
    if question.answered_at is not None or is_recused(user, case_id=question.case_id):
        return False
    return works_for(user, question.agency_id, at=at) or _asked_it(user, question, at=at)


def _asked_it(user: User, question: Question, *, at: datetime) -> bool:
    return user.is_active and question.asked_by_id == user.pk and bool(user.actors(at))


def answer_question(
    question: Question,
    *,
    answer: str,
    channel: str = Channel.SYSTEM,
    answerer: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Record the agency's answer: its own, or what whoever asked heard of it and how.

    Raises:
        Refused: the answer, or who gave it and how, is missing; the case has ended. NotYours: neither of
            the agency nor the one who asked. Stale: it was answered before.
    """
    theirs = works_for(by, question.agency_id, at=at)
    if not answer.strip():
        raise Refused("Tuliskan jawabannya.", "answer")
    if theirs:
        channel, answerer = Channel.SYSTEM, by.name
    elif channel in {"", Channel.SYSTEM}:
        raise Refused("Sebutkan bagaimana jawaban itu sampai.", "channel")
    elif not answerer.strip():
        raise Refused("Sebutkan siapa di OPD yang menjawab.", "answerer")
    with act(stamp):
        found = Question.objects.select_for_update().get(pk=question.pk)
        if found.answered_at is not None:
            raise Stale
        if not may_answer(by, found, at=at):
            raise NotYours
        task = found.case.main_task
        if task is None:
            raise Refused("Berkas ini sudah selesai; pertanyaannya tidak perlu dijawab lagi.")
        moved = note_from_outside(
            task.pk,
            verb="question.answer",
            by=by,
            at=at,
            facts={"question": found.pk, "channel": channel},
            note=answer,
            stamp=stamp,
        )
        found.answer, found.channel, found.answerer = answer, channel, answerer
        found.recorded_by, found.answered_at = by, at
        found.save(update_fields=["answer", "channel", "answerer", "recorded_by", "answered_at"])
        return moved
