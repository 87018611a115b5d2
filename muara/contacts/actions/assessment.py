"""The yearly self-assessment of quality (SOP T.2): questions, answers with evidence, closing by the head."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.contacts.actions.words import cleaned
from muara.contacts.assessment import read_questions
from muara.contacts.models import Assessment, AssessmentFile, AssessmentItem
from muara.contacts.rules import may_answer_assessment, may_close_assessment
from muara.documents.uploads import Accepted
from muara.people.models import User, office_day
from muara.sop.values import ValueRefused

LONGEST = 2000  # characters of an explanation or a conclusion
FIRST = 2000  # year
CLOSED = "Penilaian tahun ini sudah ditutup dan tidak berubah lagi."


def open_assessment(
    year: int, *, questions: str, basis: str = "", by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Assessment:
    """Begin a year's self-assessment with these questions; without `basis` they are an example.

    Raises:
        NotYours: only the heads do.
        Refused: the year is not begun, or has one already; a line of the questions cannot be read.
    """
    if not may_answer_assessment(by, at=at):
        raise NotYours
    if not FIRST <= year <= office_day(at).year:
        raise Refused("Isi tahun yang sudah berjalan atau sudah lewat.", "year")
    told = cleaned(basis, "basis", limit=200)
    try:
        asked = read_questions(questions)
    except ValueRefused as refusal:
        raise Refused(refusal.message, "questions") from None
    with act(stamp):
        if Assessment.objects.filter(year=year).exists():
            raise Refused("Penilaian tahun itu sudah dibuka.", "year")
        made = Assessment.objects.create(year=year, basis=told, opened_by=by, opened_at=at)
        AssessmentItem.objects.bulk_create(
            AssessmentItem(
                assessment=made,
                order=order,
                code=one.code,
                weight=one.weight,
                needs_evidence=one.needs_evidence,
                question=one.text,
            )
            for order, one in enumerate(asked, start=1)
        )
        facts = {"questions": len(asked), "official": made.is_official}
        _record(made, "assessment.open", facts, by=by, at=at, stamp=stamp)
        return made


def answer(
    item_id: int,
    *,
    mark: int,
    note: str = "",
    file: Accepted | None = None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> AssessmentItem:
    """Answer a question, or answer it anew; a file is added to the evidence that is there.

    Raises:
        NotYours: only the heads do. Refused: it is closed, or the mark is none.
    """
    if not may_answer_assessment(by, at=at):
        raise NotYours
    if mark not in AssessmentItem.Mark.values:
        raise Refused("Pilih nilai 0 sampai 4.", "mark")
    said = cleaned(note, "note", limit=LONGEST, lines=True)
    with act(stamp):
        item = AssessmentItem.objects.get(pk=item_id)
        _open(item.assessment_id)
        item.mark, item.note, item.answered_by, item.answered_at = mark, said, by, at
        item.save(update_fields=["mark", "note", "answered_by", "answered_at"])
        if file is not None:
            AssessmentFile.objects.create(
                item=item, blob=file.blob, filename=file.filename, added_by=by, added_at=at
            )
        facts = {"code": item.code, "mark": mark, "file": file.blob.sha256 if file else None}
        _record(item.assessment, "assessment.answer", facts, by=by, at=at, stamp=stamp)
        return item


def close_assessment(
    year: int, *, conclusion: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Assessment:
    """The head of the office closes a year's self-assessment.

    Raises:
        NotYours: only the head does.
        Refused: it is closed, a question is open, evidence is missing, or nothing is concluded.
    """
    if not may_close_assessment(by, at=at):
        raise NotYours
    lacking = "Tuliskan kesimpulan dan rencana perbaikannya."
    said = cleaned(conclusion, "conclusion", limit=LONGEST, lines=True, lacking=lacking)
    with act(stamp):
        found = _open(Assessment.objects.get(year=year).pk)
        items = list(found.items.prefetch_related("files"))
        if unanswered := [one.code for one in items if one.mark is None]:
            raise Refused(f"Belum dijawab: {', '.join(unanswered)}.")
        unproven = [one.code for one in items if one.needs_evidence and one.mark and not one.files.all()]
        if unproven:
            raise Refused(f"Belum ada berkas bukti untuk: {', '.join(unproven)}. Unggah, atau beri nilai 0.")
        found.conclusion, found.closed_by, found.closed_at = said, by, at
        found.save(update_fields=["conclusion", "closed_by", "closed_at"])
        marks = {one.code: one.mark for one in items}
        _record(found, "assessment.close", {"marks": marks}, by=by, at=at, stamp=stamp)
        return found


def _open(pk: int) -> Assessment:
    """The row, held until the act is done: nobody answers while it is closed."""
    found = Assessment.objects.select_for_update().get(pk=pk)
    if found.closed_at is not None:
        raise Refused(CLOSED)
    return found


def _record(
    row: Assessment, verb: str, facts: Mapping[str, object], *, by: User, at: datetime, stamp: Stamp
) -> None:
    chain = f"assessment:{row.year}"
    record(chain=chain, verb=verb, by_id=by.pk, at=at, facts=facts, key=stamp.key, body=stamp.body)
