"""What officers see of a case: where it stands, what is due, its papers; each read when asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from muara.cases.actions import day_zero_of
from muara.cases.limits import legal_limit
from muara.cases.models import (
    Attachment,
    Case,
    CaseLetter,
    CaseQuerySet,
    Correction,
    Disposition,
    Draft,
    DraftCopy,
    EarlyEnd,
    ElectronicDecree,
    Handover,
    Meeting,
    PowerOfAttorney,
    Presentation,
    Referral,
    SiteVisit,
    Submission,
    Task,
    Worksheet,
    WorksheetEndorsement,
)
from muara.cases.models.case import definition_of
from muara.cases.queries import Court, attachments_of, control_sheet, court_of, submitted
from muara.cases.terms import Terms, read_terms, together
from muara.contacts.models import Consultation
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.documents.uploads import readable_size
from muara.people.calendar import office_calendar
from muara.permits.models import Decision, Refusal
from muara.permits.queries import Remedies, remedies_of
from muara.sop.definition import CALLER, Limit, PrintedForm, Process, Requirement, Step
from muara.sop.form import Field, show, show_masked
from muara.sop.working_time import Calendar, working_days_in
from muara.steps.actions.drafting import decree
from muara.steps.actions.review import binding_terms, standing_recommendations
from muara.steps.letters import ELECTRONIC, printed_flows, printed_terms

FLOWS = {"per_day": "m³/hari", "per_hour": "m³/jam"}
CONTROL_SHEET = "control_sheet"  # the one letter that is set anew for every reader
BEFORE_THE_CASE = {"ask", "inform"}  # activities that are consultations (contacts), never tasks


def with_standing(cases: CaseQuerySet) -> CaseQuerySet:
    """Fetch what a row of a list says of a case, at the same cost for one row and for thirty."""
    return (
        cases.select_related("application__company", "permit__number", "refusal__number")
        .defer("application__data")
        .prefetch_related(
            Prefetch("tasks", Task.objects.open().main().prefetch_related("pauses")),
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
        return Due(on, working_days_in(calendar, after=today, until=on))
    late = working_days_in(calendar, after=on, until=today)
    return Due(on, -late if late else None)


def exposure(case: Case, *, today: date, calendar: Calendar) -> date | None:
    """The legal limit of a case that is past it and without a decision (UU 30/2014, Pasal 53)."""
    limit = legal_limit(case, calendar=calendar)
    return limit if limit is not None and limit < today else None


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
    case, limit = task.case, None if task.companion else task.step.limit
    if day_zero_of(task.step, case.process, case.registered_on, case.recommended_on) is not None:
        limit = None  # its clock runs: without a day, nothing bounds this pass
    return due_of(task.due_on, today=today, calendar=calendar, limit=limit)


# --- the 18 steps ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """A step as the stepper draws it: done (in Muara or on paper), now, again, skipped or next."""

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
    taken_over = process.step(case.paper.step_key).number if hasattr(case, "paper") else 0
    return [
        Leg(
            number=step.number,
            title=step.title,
            actor=process.actor(step.actor).label,
            state="now"
            if main and main.step_key == step.key
            else "again"
            if step.number == once_more
            else "paper"
            if step.number < taken_over and step.key not in ended and not _is_aside(process, step)
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


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk tied to a case, and where this reader opens it: its own page, or the case's part about it."""

    item: Consultation
    href: str


def talks(case: Case, *, reads: Collection[str], elsewhere: str = "") -> list[Talk]:
    """The talks of a case, the first asked first; `reads` names the desks whose talks the reader may open."""
    return [
        Talk(
            item,
            reverse("consultation", args=[item.pk])
            if item.desk in reads
            else elsewhere and f"{elsewhere}#konsultasi-{item.pk}",
        )
        for item in case.consultations.select_related("answered_by").order_by("asked_at", "pk")
    ]


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


def parts(
    case: Case, submission: Submission, *, previous: Submission | None, whole: bool = False
) -> list[Part]:
    """Lay out a submission by the form of the case's own revision; `whole` shows NIK and NPWP unmasked."""
    form = definition_of(case.revision_id).form
    values = answers_in(submission)
    before = answers_in(previous) if previous else values
    return [
        Part(
            section.key,
            section.title,
            tuple(
                Answer(
                    field=item,
                    text=(show if whole else show_masked)(item, values.get(item.key)),
                    rows=_rows(item, values.get(item.key)),
                    changed=values.get(item.key) != before.get(item.key),
                )
                for item in section.fields
            ),
        )
        for section in form.sections
    ]


def answers_in(submission: Submission) -> Mapping[str, object]:
    values = submitted(submission)["values"]
    assert isinstance(values, dict)
    return values


def _rows(item: Field, value: object) -> tuple[tuple[str, ...], ...]:
    if item.kind != "table" or not isinstance(value, list):
        return ()
    return tuple(
        tuple(show_masked(column, line.get(column.key)) for column in item.columns)
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


def scans(case: Case, *, referrals: Sequence[Referral], decision: Decision | None) -> list[Paper]:
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
    for meeting in meetings(case):
        if meeting.opinion_scan:
            found.append(scan_paper(case, meeting.opinion_scan, title="Pendapat hukum", note=meeting.place))
        if meeting.scan:
            found.append(
                scan_paper(case, meeting.scan, title="Daftar hadir dan notulen rapat", note=meeting.place)
            )
    found += [
        scan_paper(case, visit.signed_record, title="Berita acara peninjauan", note=visit.place)
        for item in referrals
        for visit in item.visits.all()
        if visit.signed_record
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
    found += [
        scan_paper(case, item.scan, title=f"Bukti {item.get_kind_display().lower()}", note=item.result)
        for item in case.care.select_related("scan")
        if item.scan
    ]
    found += [
        scan_paper(case, item.blob, title=item.title, note=f"dari kertas, tanggal {tanggal(item.dated)}")
        for item in case.papers.select_related("blob")
    ]
    for power in PowerOfAttorney.objects.covering(case.application).select_related("scan"):
        until = f", sampai {tanggal(power.ends)}" if power.ends else ""
        note = f"{power.holder_name}, {power.get_scope_display().lower()}{until}"
        if power.revoked_at:
            note += ", dicabut"
        found.append(scan_paper(case, power.scan, title="Surat kuasa", note=note))
    handover = Handover.objects.filter(case=case).select_related("sending_proof", "receipt_scan").first()
    if handover is not None and handover.sending_proof:
        way = handover.get_way_display()
        found.append(scan_paper(case, handover.sending_proof, title="Bukti kirim izin", note=way))
    if handover is not None and handover.receipt_scan:
        signed = f"ditandatangani {handover.receiver}"
        found.append(scan_paper(case, handover.receipt_scan, title="Bukti serah terima", note=signed))
    if sealed := sealed_paper(case, decision):
        found.append(sealed)
    if decision is not None and decision.scan:
        title = f"Surat {decision.kind.label.lower()} {decision.number.text}"
        found.append(scan_paper(case, decision.scan, title=title, note="asli"))
    return found


def sealed_paper(case: Case, decision: Decision | None) -> Paper | None:
    """The electronic original, numbered and sealed, while step 16 has not put it in force yet."""
    if decision is None or decision.scan_id is not None:
        return None
    waiting = ElectronicDecree.objects.standing().filter(draft=decision.draft_id, sealed__isnull=False)
    row = waiting.select_related("sealed").first()
    if row is None or row.sealed is None:
        return None
    return scan_paper(case, row.sealed, title="Keputusan bernomor dan bersegel", note="belum disahkan")


def remedies(decision: Decision | None) -> Remedies | None:
    """How long a refused applicant may object; None where nothing was refused, or it was not received yet."""
    return remedies_of(decision, calendar=office_calendar()) if isinstance(decision, Refusal) else None


@dataclass(frozen=True, slots=True)
class Filed:
    """The letters of one kind, those in force and those that a newer print replaced."""

    key: str
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
    for item in case.letters.select_related("letter").defer("letter__content"):
        kind = kinds.setdefault(item.kind, Filed(item.kind, titles.get(item.kind, item.letter.title)))
        stands = item.kind not in Draft.Kind.values or item.letter_id in current
        if item.kind == ELECTRONIC and newest is not None:
            stands = item.made_at >= newest.made_at
        (kind.letters if stands else kind.replaced).append(item)
    for kind in kinds.values():
        kind.letters.sort(key=lambda item: item.letter.title)  # a draft's copies by their number
    return list(kinds.values())


@dataclass(frozen=True, slots=True)
class Made:
    """A form as it was made: what it is, when, by whom; `href` where it is a letter."""

    title: str
    at: datetime | None = None
    by: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form that the SOP names: its step, who signs it, what there is of it, and its state."""

    form: PrintedForm
    step: Step | None
    signed_by: tuple[str, ...]
    made: tuple[Made, ...]
    state: str  # one of STATES


# The states of forms in the order of the page; what waits for its time or lies elsewhere is folded.
STATES = (
    ("missing", "Kurang", True),
    ("made", "Ada", True),
    ("paper", "Di map kertas", False),
    ("next", "Menunggu langkahnya", False),
    ("optional", "Bila perlu", False),
    ("outside", "Di luar berkas", False),
)


@dataclass(frozen=True, slots=True)
class FormGroup:
    """The forms of one state, under its heading."""

    state: str
    title: str
    opened: bool
    lines: list[FormLine]


def forms_by_state(case: Case) -> list[FormGroup]:
    """The forms of the SOP as the case page groups them: first what is missing."""
    lines = forms(case)
    groups = (
        FormGroup(state, title, opened, [line for line in lines if line.state == state])
        for state, title, opened in STATES
    )
    return [group for group in groups if group.lines]


def forms(case: Case) -> list[FormLine]:
    """Every form of the SOP, with who made it when, and what the case still lacks (domain 1.5)."""
    process = case.process
    standing = {leg.number: leg.state for leg in legs(case, talk=None)}
    filed = {kind.key: kind.letters for kind in filed_letters(case)}
    acts = {line.entry.at: line.by for line in control_sheet(case)}
    done = {
        task.step_key: task
        for task in case.tasks.select_related("closed_by").order_by("closed_at")
        if task.closed_at is not None and not task.companion
    }
    given = powers_given(case)
    lines = []
    for form in process.forms:
        step = process.step(form.born) if form.born else None
        if form.letter == CONTROL_SHEET:
            made: tuple[Made, ...] = (
                Made("Keadaan saat ini", href=reverse("control_sheet", args=[case.pk])),
            )
        elif form.letter:
            made = tuple(
                Made(
                    item.letter.title,
                    item.made_at,
                    acts.get(item.made_at, ""),
                    reverse("letter", args=[item.letter_id]),
                )
                for item in filed.get(form.letter, ())
            )
            made += tuple(given.get(form.letter, ()))
        else:
            made = _recorded(form, step, done.get(form.born), standing)
        signers = tuple(process.actor(key).label for key in form.signed_by)
        lines.append(FormLine(form, step, signers, made, _form_state(form, step, made, standing)))
    return lines


POWERS = {
    PowerOfAttorney.Scope.SIGNING: "power_to_sign",
    PowerOfAttorney.Scope.HANDLING: "power_to_handle",
}


def powers_given(case: Case) -> dict[str, list[Made]]:
    """The signed letters of power on file (F05, F06), by the form that each is."""
    found: dict[str, list[Made]] = {}
    rows = PowerOfAttorney.objects.covering(case.application).select_related("recorded_by", "scan")
    for power in rows:
        href = reverse("scan", args=[case.pk, power.scan.sha256])
        made = Made(
            f"{power.giver} kepada {power.holder_name}", power.recorded_at, power.recorded_by.name, href
        )
        found.setdefault(POWERS[PowerOfAttorney.Scope(power.scope)], []).append(made)
    return found


def _recorded(
    form: PrintedForm, step: Step | None, task: Task | None, standing: Mapping[int, str]
) -> tuple[Made, ...]:
    """What is no letter was made when its step was done; an optional one may or may not have been."""
    if step is None or task is None or form.optional or standing[step.number] != "done":
        return ()
    return (
        Made(
            f"Tercatat pada langkah {step.number}",
            task.closed_at,
            task.closed_by.name if task.closed_by else "",
        ),
    )


def _form_state(
    form: PrintedForm, step: Step | None, made: tuple[Made, ...], standing: Mapping[int, str]
) -> str:
    if made:
        return "made"
    if step is None:
        return "outside"
    if standing[step.number] == "paper":
        return "paper"
    if form.optional or standing[step.number] == "skipped":
        return "optional"
    return "missing" if standing[step.number] == "done" else "next"


def referrals_of(case: Case) -> list[Referral]:
    rows = case.referrals.select_related("agency", "delivered_by", "receipt_scan", "cover_letter")
    return list(
        rows.prefetch_related(
            "recommendations__scan",
            "recommendations__received_by",
            "recommendations__issued_by",
            "dispositions__by",
            "dispositions__to",
            "presentations",
            "visits__signed_record",
            "visits__samples",
            "visits__photos__blob",
            "worksheets__made_by",
            "worksheets__endorsements__by",
            "agency__signers__user",
        )
    )


@dataclass(frozen=True, slots=True)
class Paraf:
    """A place in an agency's signing order, and the paraf given there, if it is."""

    position: str
    name: str
    given: WorksheetEndorsement | None


@dataclass(frozen=True, slots=True)
class AgencyWork:
    """What an agency did on a referral: dispositions, visits, presentations, the worksheet."""

    referral: Referral
    dispositions: list[Disposition]
    presentations: list[Presentation]
    visits: list[SiteVisit]
    worksheet: Worksheet | None
    parafs: list[Paraf]


def agency_work(referrals: Iterable[Referral]) -> list[AgencyWork]:
    """The agencies' work, from referrals as `referrals_of` fetched them; undelivered ones have none."""
    return [_work(item) for item in referrals if item.delivered_at is not None]


def _work(referral: Referral) -> AgencyWork:
    sheets = list(referral.worksheets.all())
    current = sheets[-1] if sheets else None
    valid = [one for one in current.endorsements.all() if one.voided_at is None] if current else []
    given = {one.by_id: one for one in valid}
    return AgencyWork(
        referral=referral,
        dispositions=list(referral.dispositions.all()),
        presentations=list(referral.presentations.all()),
        visits=list(referral.visits.all()),
        worksheet=current,
        parafs=[
            Paraf(signer.position, signer.user.name, given.get(signer.user_id))
            for signer in referral.agency.signers.all()
        ],
    )


@dataclass(frozen=True, slots=True)
class ShownTerms:
    """The technical terms of a case as a page reads them, and the paper that says so."""

    origin: str
    flows: tuple[str, ...]
    limits: Sequence[Any]
    points: Sequence[Any]
    obligations: tuple[str, ...]
    prohibitions: tuple[str, ...]


def terms_of(case: Case) -> ShownTerms | None:
    """What the permit binds to: the newest draft's terms, else what the agencies have recommended so far.

    A recommendation that came after the draft counts again, since the next draft is made from it.
    """
    standing = standing_recommendations(case)
    draft = case.drafts.filter(kind=Draft.Kind.PERMIT).order_by("-number").first()
    if draft is not None and all(item.issued_at <= draft.made_at for item in standing):
        return _drafted(draft)
    binding = binding_terms(case)
    told = [read_terms(item.terms) for item in standing if item.is_for]
    terms = binding.terms if binding else together(*told) if told else None
    return _recommended(terms) if terms else None


def _drafted(draft: Draft) -> ShownTerms | None:
    said: Any = decree(draft)
    if not said.get("limits"):
        return None  # a service whose decree has no such terms
    return ShownTerms(
        origin=f"menurut draf ke-{draft.number}",
        flows=tuple(
            f"{flow[name]} {unit}" for flow in said["flows"] for name, unit in FLOWS.items() if flow[name]
        ),
        limits=said["limits"],
        points=said["points"],
        obligations=tuple(said["obligations"]),
        prohibitions=tuple(said["prohibitions"]),
    )


def _recommended(terms: Terms) -> ShownTerms:
    return ShownTerms(origin="menurut rekomendasi teknis", flows=printed_flows(terms), **printed_terms(terms))


def meetings(case: Case) -> list[Meeting]:
    rows = Meeting.objects.filter(task__case=case).select_related(
        "scan", "opinion_scan", "task", "approved_by", "minuted_by"
    )
    return list(rows.prefetch_related("participants").order_by("called_at"))


def drafts(case: Case) -> list[Draft]:
    """Every draft, the newest first, with its copies and all that was ever given to it."""
    rows = case.drafts.select_related("made_by").prefetch_related("copies__letter", "endorsements__by")
    return list(rows.order_by("-number"))
