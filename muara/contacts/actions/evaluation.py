"""Evaluating an official's half year (SOP T.1): they may comment first, then a superior closes the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from muara.audit.actions import record
from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.contacts.actions.words import EMPTY, cleaned
from muara.contacts.models import Evaluation
from muara.contacts.queries import comment_day
from muara.contacts.rules import may_close_evaluation
from muara.contacts.survey import days_of
from muara.documents.indonesian import tanggal
from muara.people.models import User, office_day
from muara.people.queries import Post, evaluated

LONGEST = 4000  # characters of a comment or a conclusion
CLOSED = "Penilaian ini sudah ditutup dan tidak berubah lagi."


def comment(semester: str, *, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Evaluation:
    """An official says what they think of their sheet; until it is closed they may say it anew.

    Raises:
        NotYours: the person did not carry out the SOP in that half year.
        Refused: the half year is not over, the time to comment is, the sheet is closed, or nothing is said.
    """
    post = _post(semester, by.pk)
    _demand_over(semester, at)
    said = cleaned(text, "comment", limit=LONGEST, lines=True, lacking=EMPTY)
    with act(stamp):
        found = _locked(semester, post)
        if found.closed_at is not None:
            raise Refused(CLOSED)
        until = comment_day(semester, by)
        if office_day(at) > until:
            raise Refused(f"Waktu menanggapi berakhir {tanggal(until)}. Sampaikan langsung kepada atasan.")
        found.comment, found.commented_at = said, at
        found.save(update_fields=["comment", "commented_at"])
        _record(found, "evaluation.comment", {}, note=said, by=by, at=at, stamp=stamp)
        return found


def close(
    semester: str,
    *,
    user_id: int,
    conclusion: str,
    figures: Mapping[str, object],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Evaluation:
    """A superior closes a sheet: `figures` are kept as they are now, and their hash stands in the log.

    Raises:
        NotYours: the person is no superior of the official, or is the official.
        Refused: the half year is not over, the official may still comment, it is closed, or nothing is said.
    """
    post = _post(semester, user_id)
    if not may_close_evaluation(by, post, at=at):
        raise NotYours
    _demand_over(semester, at)
    said = cleaned(conclusion, "conclusion", limit=LONGEST, lines=True, lacking=EMPTY)
    with act(stamp):
        found = _locked(semester, post)
        if found.closed_at is not None:
            raise Refused(CLOSED)
        until = comment_day(semester, post.user)
        if found.commented_at is None and office_day(at) <= until:
            raise Refused(
                f"{post.user.name} masih dapat menanggapi sampai {tanggal(until)}. Tutup setelah "
                "tanggapannya masuk, atau setelah tanggal itu."
            )
        found.conclusion, found.figures = said, dict(figures)
        found.closed_by, found.closed_at = by, at
        found.save(update_fields=["conclusion", "figures", "closed_by", "closed_at"])
        facts = {"sha256": digest(canonical(figures))}
        _record(found, "evaluation.close", facts, note=said, by=by, at=at, stamp=stamp)
        return found


def _post(semester: str, user_id: int) -> Post:
    post = evaluated(*days_of(semester), user_id=user_id).get(user_id)
    if post is None:
        raise NotYours
    return post


def _demand_over(semester: str, at: datetime) -> None:
    last = days_of(semester)[1]
    if office_day(at) <= last:
        raise Refused(f"Semester ini berjalan sampai {tanggal(last)}; penilaiannya dibuka sesudahnya.")


def _locked(semester: str, post: Post) -> Evaluation:
    Evaluation.objects.get_or_create(user=post.user, semester=semester)
    return Evaluation.objects.select_for_update().get(user=post.user, semester=semester)


def _record(
    row: Evaluation,
    verb: str,
    facts: Mapping[str, object],
    *,
    note: str,
    by: User,
    at: datetime,
    stamp: Stamp,
) -> None:
    record(
        chain=f"user:{row.user_id}",
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"semester": row.semester, **facts},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )
