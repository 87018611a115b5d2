"""What officers see of a case: where it stands, what is due, its papers; each read when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.urls import reverse

from muara.cases.models import (
    Attachment,
    Case,
    CaseLetter,
    CaseQuerySet,
    Checklist,
    ChecklistMark,
    Confirmation,
    Correction,
    Draft,
    DraftCopy,
    EarlyEnd,
    LateDefectPermission,
    Meeting,
    Referral,
    Submission,
    Task,
)
from muara.cases.models.case import definition_of
from muara.cases.queries import Court, attachments_of, court_of, submitted
from muara.cases.terms import Terms, read_terms
from muara.contacts.models import Consultation
from muara.documents.models import Blob
from muara.documents.uploads import readable_size
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.permits.models import Permit
from muara.sop.definition import CALLER, Limit, Process, Requirement, Step
from muara.sop.form import Field, show
from muara.sop.working_time import Calendar, TraceDay, add_working_days, due, is_guess, is_working_day, trace
from muara.steps.letters.correction import about

DAY = timedelta(days=1)
BEFORE_THE_CASE = {"ask", "inform"}  # activities that are consultations (contacts), never tasks


def with_standing(cases: CaseQuerySet) -> CaseQuerySet:
    """Fetch what a row of a list says of a case, at the same cost for one row and for thirty."""
    return (
        cases.select_related("application__company", "permit__number")
        .defer("application__data")
        .prefetch_related(
            Prefetch("tasks", Task.objects.open().main()),
            Prefetch("corrections", Correction.objects.open()),
        )
    )


# --- whose court, how long still ---------------------------------------------------------------------


def who(court: Court, process: Process) -> str:
    """Say for the colour of a badge whose side the court is on: office, agency, applicant, or closed."""
    if court.actor is None:
        return "closed"
    side = process.actor(court.actor).side
    return side if side in {"applicant", "agency"} else "office"


@dataclass(frozen=True, slots=True)
class Due:
    """A limit's last day, with the working days still left of it (negative: late)."""

    on: date | None = None
    days: int | None = None
    waits: bool = False  # the SOP sets a limit, but its clock has not begun

    @property
    def just_passed(self) -> bool:
        """The limit is over, but no working day has gone by since (a weekend)."""
        return self.days is None and self.on is not None


def due_of(on: date | None, *, today: date, calendar: Calendar, limit: Limit | None = None) -> Due:
    """Count the working days between today and a limit's day; today itself is not counted."""
    if on is None:
        return Due(waits=limit is not None and limit.days is not None)
    if on >= today:
        return Due(on, _working_days(calendar, after=today, until=on))
    late = _working_days(calendar, after=on, until=today)
    return Due(on, -late if late else None)


def _working_days(calendar: Calendar, *, after: date, until: date) -> int:
    days = (after + DAY * n for n in range(1, (until - after).days + 1))
    return sum(is_working_day(calendar, day) for day in days)


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list: where it stands, in whose court, and by when."""

    case: Case
    court: Court
    who: str
    due: Due


def row(case: Case, *, task: Task | None, today: date, calendar: Calendar) -> Row:
    court = court_of(case)
    return Row(case, court, who(court, case.process), task_due(task, today=today, calendar=calendar))


def task_due(task: Task | None, *, today: date, calendar: Calendar) -> Due:
    """A task's limit; the monitoring beside step 10 has none."""
    if task is None:
        return Due()
    limit = None if task.companion else task.step.limit
    return due_of(task.due_on, today=today, calendar=calendar, limit=limit)


# --- the 18 steps ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """A step as the stepper draws it: done, now, again (to be done once more), skipped or next."""

    number: int
    title: str
    actor: str
    state: str
    at: datetime | None = None


def legs(case: Case, *, talk: Consultation | None) -> list[Leg]:
    """Draw the case's way; `talk` is the consultation it came of (steps 1 and 2), if there was one."""
    process, main = case.process, case.main_task
    ended: dict[str, datetime | None] = {
        task.step_key: task.closed_at
        for task in case.tasks.all()
        if task.closed_at is not None and not task.companion
    }
    if talk is not None:
        moments = {"ask": talk.asked_at, "inform": talk.answered_at}
        ended |= {s.key: moments[s.activity] for s in process.steps if s.activity in BEFORE_THE_CASE}
    frontier = _frontier(case, main.step) if main else len(process.steps) + 1
    # On a detour through the applicant (8) the step after it (7) is done once more before the caller's.
    once_more = _ahead(process, main.step) if main and case.call_stack else 0
    return [
        Leg(
            number=step.number,
            title=step.title,
            actor=process.actor(step.actor).label,
            state="now"
            if main and main.step_key == step.key
            else "again"
            if step.number == once_more
            else _state(step, ended, frontier, aside=_is_aside(process, step)),
            at=ended.get(step.key),
        )
        for step in process.steps
    ]


def _state(step: Step, ended: Mapping[str, datetime | None], frontier: int, *, aside: bool) -> str:
    if ended.get(step.key) is None:
        return "skipped" if step.number < frontier else "next"
    return "done" if step.number < frontier or aside else "again"


def _frontier(case: Case, step: Step) -> int:
    """The number of the first step of the main line that is still to be done."""
    if case.call_stack:
        return case.process.step(case.call_stack[0]).number
    return min(step.number, _ahead(case.process, step))


def _is_aside(process: Process, step: Step) -> bool:
    """A step off the main line (5, 8 and 14): it leads back to where it came from."""
    return _ahead(process, step) <= step.number


def _ahead(process: Process, step: Step) -> int:
    """The number of the step that a step's forward outcome leads to; 0 for "back to the caller"."""
    way = next((outcome.to for outcome in step.outcomes if outcome.kind == "forward"), None)
    if way is None:
        return len(process.steps) + 1
    return 0 if way == CALLER else process.step(way).number


def talk_before(case: Case) -> Consultation | None:
    """The consultation that the application came of."""
    return case.consultations.filter(asked_at__lte=case.opened_at).order_by("-asked_at").first()


# --- data --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of the form as it was submitted; `rows` for a table; changed since the submission before."""

    field: Field
    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form with its answers."""

    key: str
    title: str
    answers: tuple[Answer, ...]


def parts(case: Case, submission: Submission, *, previous: Submission | None) -> list[Part]:
    """Lay out a submission by the form of the case's own revision."""
    form = definition_of(case.revision_id).form
    values = _values(submission)
    before = _values(previous) if previous else values
    return [
        Part(
            section.key,
            section.title,
            tuple(
                Answer(
                    field=item,
                    text=show(item, values.get(item.key)),
                    rows=_rows(item, values.get(item.key)),
                    changed=values.get(item.key) != before.get(item.key),
                )
                for item in section.fields
            ),
        )
        for section in form.sections
    ]


def _values(submission: Submission) -> Mapping[str, object]:
    values = submitted(submission)["values"]
    assert isinstance(values, dict)
    return values


def _rows(item: Field, value: object) -> tuple[tuple[str, ...], ...]:
    if item.kind != "table" or not isinstance(value, list):
        return ()
    return tuple(
        tuple(show(column, line.get(column.key)) for column in item.columns)
        for line in value
        if isinstance(line, Mapping)
    )


# --- papers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as `<c-pages>` shows it."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file with its page pictures and the address of its original."""

    title: str
    note: str
    download: str
    pages: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """A requirement of section G with the files handed in for it."""

    requirement: Requirement
    papers: tuple[Paper, ...]


def attachment_paper(item: Attachment) -> Paper:
    return Paper(
        title=item.filename,
        note=readable_size(item.blob.size),
        download=reverse("attachment", args=[item.pk]),
        pages=tuple(
            Picture(number, reverse("attachment_page", args=[item.pk, number]))
            for number in range(1, (item.blob.pages or 1) + 1)
        ),
    )


def scan_paper(case: Case, blob: Blob, *, title: str, note: str = "") -> Paper:
    size = readable_size(blob.size)
    return Paper(
        title=title,
        note=f"{note} · {size}" if note else size,
        download=reverse("scan", args=[case.pk, blob.sha256]),
        pages=tuple(
            Picture(number, reverse("scan_page", args=[case.pk, blob.sha256, number]))
            for number in range(1, (blob.pages or 1) + 1)
        ),
    )


def folders(case: Case, submission: Submission) -> list[Folder]:
    """The files of a submission under the requirements that ask for one, empty ones too."""
    papers: dict[int, list[Paper]] = {}
    for item in attachments_of(submission):
        papers.setdefault(item.requirement, []).append(attachment_paper(item))
    return [
        Folder(requirement, tuple(papers.get(requirement.number, ())))
        for requirement in case.process.requirements
        if requirement.upload or requirement.number in papers
    ]


def scans(case: Case, *, referrals: Sequence[Referral], permit: Permit | None) -> list[Paper]:
    """The papers that officers scanned: proof of delivery, recommendations, minutes, the permit."""
    found = [
        scan_paper(case, item.receipt_scan, title=f"Bukti tanda terima {item.agency.short_name}")
        for item in referrals
        if item.receipt_scan
    ]
    found += [
        scan_paper(case, told.scan, title=f"Rekomendasi teknis {told.letter_number}", note=item.agency.name)
        for item in referrals
        for told in item.recommendations.all()
    ]
    found += [
        scan_paper(case, meeting.scan, title="Daftar hadir dan notulen rapat", note=meeting.place)
        for meeting in meetings(case)
        if meeting.scan
    ]
    handed_in = Submission.objects.filter(application=case.application_id, proof__isnull=False)
    found += [
        scan_paper(
            case, item.proof, title=f"Bukti penyampaian ke-{item.number}", note="ditandatangani pemohon"
        )
        for item in handed_in.select_related("proof")
        if item.proof
    ]
    found += [
        scan_paper(case, end.proof, title="Surat penarikan permohonan", note="ditandatangani pemohon")
        for end in EarlyEnd.objects.filter(case=case, proof__isnull=False).select_related("proof")
        if end.proof
    ]
    if permit is not None and permit.scan:
        found.append(scan_paper(case, permit.scan, title=f"Surat izin {permit.number.text}", note="asli"))
    return found


@dataclass(frozen=True, slots=True)
class Filed:
    """The letters of one kind, those in force and those that a newer print replaced."""

    title: str
    letters: list[CaseLetter] = field(default_factory=list)
    replaced: list[CaseLetter] = field(default_factory=list)


def filed_letters(case: Case) -> list[Filed]:
    """The letters filed in a case's folder, by kind; a draft's copies only as last printed."""
    definition = definition_of(case.revision_id)
    titles = {letter.key: letter.title for letter in definition.process.letters}
    printed = set(DraftCopy.objects.filter(draft__case=case).values_list("letter_id", flat=True))
    newest = case.drafts.order_by("-number").first()
    current = set(newest.copies.values_list("letter_id", flat=True)) if newest else printed
    kinds: dict[str, Filed] = {}
    for item in case.letters.select_related("letter"):
        kind = kinds.setdefault(item.kind, Filed(titles.get(item.kind, item.letter.title)))
        stands = item.kind != "permit" or item.letter_id in current
        (kind.letters if stands else kind.replaced).append(item)
    for kind in kinds.values():
        kind.letters.sort(key=lambda item: item.letter.title)  # a draft's copies by their number
    return list(kinds.values())


def referrals_of(case: Case) -> list[Referral]:
    rows = case.referrals.select_related("agency", "delivered_by", "receipt_scan", "cover_letter")
    return list(rows.prefetch_related("recommendations__scan", "recommendations__received_by"))


def terms_of(referrals: Iterable[Referral]) -> Terms | None:
    """The terms of the newest recommendation: what the permit will bind to."""
    told = [item for referral in referrals for item in referral.recommendations.all()]
    return read_terms(max(told, key=lambda item: item.issued_at).terms) if told else None


def meetings(case: Case) -> list[Meeting]:
    return list(Meeting.objects.filter(task__case=case).select_related("scan", "task").order_by("held_on"))


def drafts(case: Case) -> list[Draft]:
    """Every draft, the newest first, with its copies and all that was ever given to it."""
    rows = case.drafts.select_related("made_by").prefetch_related("copies__letter", "endorsements__by")
    return list(rows.order_by("-number"))


# --- examinations and corrections ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Against:
    """A requirement that was not found in order, with the reason."""

    requirement: Requirement
    mark: ChecklistMark


@dataclass(frozen=True, slots=True)
class Verdict:
    """A signed checklist, and what it says against the file."""

    checklist: Checklist
    step: Step
    against: tuple[Against, ...]


def verdicts(case: Case) -> list[Verdict]:
    process = case.process
    rows = Checklist.objects.filter(task__case=case).select_related("task", "submission", "signed_by")
    return [
        Verdict(
            checklist=item,
            step=process.step(item.task.step_key),
            against=tuple(
                Against(process.requirement(mark.requirement), mark)
                for mark in item.marks.all()
                if mark.verdict != ChecklistMark.Verdict.FIT
            ),
        )
        for item in rows.prefetch_related("marks").order_by("signed_at")
    ]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked, with what the applicant said of it."""

    number: int
    about: str
    kind: str
    kind_label: str
    reason: str
    answer: str
    disputed: bool
    grounds: str
    requirement: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """A round of requests with the step that raised it."""

    correction: Correction
    step: Step
    items: tuple[Item, ...]
    late: bool = False


def rounds(case: Case, *, on: date) -> list[Round]:
    """Every round of requests to the applicant, the first one first."""
    rows = case.corrections.select_related("raised_by", "sent_by", "answered_by", "submission")
    return [a_round(item, case, on=on) for item in rows.prefetch_related("items")]


def a_round(correction: Correction, case: Case, *, on: date) -> Round:
    return Round(
        correction,
        case.process.step(correction.raised_at_step),
        tuple(
            Item(
                number=item.number,
                about=about(item, case.process),
                kind=item.kind,
                kind_label=item.get_kind_display(),
                reason=item.reason,
                answer=item.answer,
                disputed=item.disputed,
                grounds=item.grounds,
                requirement=item.requirement,
            )
            for item in correction.items.all()
        ),
        late=correction.is_late(on),
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """A field whose answer differs between two submissions."""

    section: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A requirement whose files differ: what was there beside what is there now."""

    requirement: Requirement
    before: tuple[Paper, ...]
    after: tuple[Paper, ...]


def changed_fields(case: Case, before: Submission, after: Submission) -> list[Changed]:
    old, new = _values(before), _values(after)
    return [
        Changed(section.title, item.label, show(item, old.get(item.key)), show(item, new.get(item.key)))
        for section in definition_of(case.revision_id).form.sections
        for item in section.fields
        if old.get(item.key) != new.get(item.key)
    ]


def replaced_files(case: Case, before: Submission, after: Submission) -> list[Replaced]:
    old, new = _by_requirement(before), _by_requirement(after)
    found = []
    for requirement in case.process.requirements:
        gone, came = old.get(requirement.number, {}), new.get(requirement.number, {})
        if gone.keys() != came.keys():
            found.append(
                Replaced(
                    requirement,
                    tuple(attachment_paper(item) for item in gone.values()),
                    tuple(attachment_paper(item) for item in came.values()),
                )
            )
    return found


def _by_requirement(submission: Submission) -> dict[int, dict[str, Attachment]]:
    files: dict[int, dict[str, Attachment]] = {}
    for item in attachments_of(submission):
        files.setdefault(item.requirement, {})[item.blob.sha256] = item
    return files


def late_defects(case: Case) -> list[LateDefectPermission]:
    rows = LateDefectPermission.objects.filter(task__case=case).select_related("task", "granted_by")
    return list(rows.order_by("granted_at"))


def confirmations(case: Case) -> list[Confirmation]:
    rows = Confirmation.objects.filter(task__case=case).select_related("task__case", "made_by")
    return list(rows.order_by("made_at"))


# --- limits and clocks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step's limit: what the SOP prints, the day it means, and when the step was first done."""

    step: Step
    state: str  # of the step, as the stepper draws it
    limit: Limit
    due: Due
    done_at: datetime | None
    late: bool
    guess: bool

    @property
    def counts(self) -> bool:
        """Time still runs for this step: it is neither done nor passed over."""
        return self.done_at is None and self.state != "skipped" and not self.step.optional


@dataclass(frozen=True, slots=True)
class Clocks:
    """A case's two clocks and all that hangs on them."""

    deadlines: list[Deadline]
    promise: Due
    promise_days: int
    days: tuple[TraceDay, ...]


def clocks(case: Case, *, today: date) -> Clocks:
    """Compute every limit of a case from its two clocks (domain 1.8.3), day by day."""
    calendar, process, started = office_calendar(), case.process, case.recommended_on
    first: dict[str, datetime] = {}
    for task in case.tasks.all():
        if task.closed_at is not None and not task.companion:
            first.setdefault(task.step_key, task.closed_at)
    state = {leg.number: leg.state for leg in legs(case, talk=None)}
    deadlines = [
        _deadline(
            step,
            step.limit,
            case,
            state=state[step.number],
            calendar=calendar,
            today=today,
            done_at=first.get(step.key),
        )
        for step in process.steps
        if step.limit is not None and step.limit.days is not None
    ]
    days = process.promise_days
    return Clocks(
        deadlines=deadlines,
        promise=due_of(add_working_days(calendar, started, days), today=today, calendar=calendar)
        if started
        else Due(),
        promise_days=days,
        days=trace(calendar, started, days) if started else (),
    )


def _deadline(
    step: Step,
    limit: Limit,
    case: Case,
    *,
    state: str,
    calendar: Calendar,
    today: date,
    done_at: datetime | None,
) -> Deadline:
    base = case.registered_on if limit.clock == "registration" else case.recommended_on
    on = due(calendar, limit, base) if base else None
    return Deadline(
        step=step,
        state=state,
        limit=limit,
        due=due_of(on, today=today, calendar=calendar, limit=limit),
        done_at=done_at,
        late=on is not None and done_at is not None and office_day(done_at) > on,
        guess=on is not None and is_guess(calendar, on),
    )
