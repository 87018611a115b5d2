"""An application as its applicant sees it: what is filled in, what lacks, what happened, what is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from muara.cases.models import Application, Attachment, Case, Correction, Task
from muara.cases.queries import court_of, ended_early
from muara.cases.rules import is_on_applicants_side
from muara.people.models import User
from muara.sop.definition import CALLER, Ending, Outcome, Process
from muara.sop.form import Section, field_of
from muara.sop.service import Service
from muara.steps.actions import filing
from muara.steps.actions.filing import Gap
from muara.steps.letters.forms import unsent_form
from muara.web.dossier import who

# What the applicant does while the case stands at an activity; elsewhere there is nothing to do but wait.
NEXT = {
    "apply": "Lengkapi berkas, lalu kirim kembali.",
    "register": "Datang ke loket pendaftaran untuk menandatangani bukti awal proses di map berkas.",
    "hand_over": "Ambil surat keputusan di loket pengambilan. Bawa tanda terima berkas dan kartu identitas.",
    "receive": "Konfirmasi bahwa surat keputusan sudah Anda terima.",
}
# What happened, in the applicant's words, by the activity that was finished.
HAPPENED = {
    "apply": "Permohonan disampaikan",
    "check": "Berkas dinyatakan lengkap oleh customer service",
    "advise": "Help desk memberikan penjelasan",
    "register": "Berkas terdaftar; tanda terima dibuat",
    "verify": "Berkas terverifikasi; surat pengantar ke OPD teknis dibuat",
    "correct": "Perbaikan Anda diteruskan kepada petugas verifikasi",
    "deliver": "Berkas diserahkan kepada OPD teknis",
    "review": "Rekomendasi teknis diterbitkan",
    "draft": "Draf keputusan disusun",
    "endorse": "Draf keputusan diperiksa dan diparaf",
    "meet": "Rapat gabungan mengambil keputusan",
    "decide": "Surat keputusan ditandatangani",
    "number": "Surat keputusan diberi nomor dan disahkan",
    "hand_over": "Surat keputusan diserahkan",
    "receive": "Penerimaan surat keputusan dikonfirmasi",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands: a tag, whose court, what its applicant does next."""

    tag: str
    colour: str
    who: str
    court: str
    todo: str = ""
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section or a document in the task list, with how far it is."""

    key: str | int
    title: str
    href: str
    state: str
    files: tuple[Attachment, ...] = ()
    asked: bool = False  # an open request is about it

    @property
    def colour(self) -> str:
        return {"Belum": "grey", "Sebagian": "amber", "Lengkap": "green"}[self.state]


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the applicant's timeline."""

    at: datetime
    title: str
    kind: str = "forward"
    text: str = ""
    by: str = ""


def case_of(application: Application) -> Case | None:
    """The case that came of an application, when it was submitted."""
    return application.case if hasattr(application, "case") else None


def standing(application: Application) -> Standing:
    """Say where an application stands; reads nothing when tasks, corrections and permit are prefetched."""
    case = case_of(application)
    if case is None:
        return Standing(
            tag="Belum dikirim",
            colour="grey",
            who="applicant",
            court="Pemohon",
            todo="Lengkapi isian dan berkas, lalu kirim.",
            label="Lanjutkan mengisi",
            href=address_of(application),
        )
    court, task = court_of(case), case.main_task
    side, refused = who(court, case.process), hasattr(case, "refusal")
    if task is None:
        early = ended_early(case)
        if early:
            return Standing("Ditutup", "grey", side, court.label)
        return Standing("Ditolak" if refused else "Selesai", "red" if refused else "green", side, court.label)
    activity, todo = task.step.activity, NEXT.get(task.step.activity, "")
    if open_request(case) is not None and activity == "correct":
        href, todo = address_of(application, "answer_correction"), "Perbaiki yang diminta, lalu jawab."
        return Standing("Perlu diperbaiki", "amber", side, court.label, todo, "Jawab permintaan", href)
    if activity == "apply":
        href = address_of(application)
        return Standing("Perlu dilengkapi", "amber", side, court.label, todo, "Perbaiki berkas", href)
    if activity == "receive":
        href = address_of(application, "confirm_receipt")
        tag, colour = ("Ditolak", "red") if refused else ("Izin terbit", "green")
        return Standing(tag, colour, side, court.label, todo, "Konfirmasi penerimaan", href)
    if activity == "hand_over":
        return Standing("Keputusan siap diambil", "teal" if refused else "green", side, court.label, todo)
    return Standing("Diproses" if case.registration_number else "Diperiksa", "teal", side, court.label, todo)


def touched(application: Application) -> datetime:
    """When something last happened: at the office or the applicant's; before submitting, what was typed."""
    case = case_of(application)
    if case is None:
        return application.updated_at
    moments = [case.opened_at, case.closed_at]
    moments += [moment for task in case.tasks.all() for moment in (task.opened_at, task.closed_at)]
    moments += [moment for one in case.corrections.all() for moment in (one.sent_at, one.answered_at)]
    return max(moment for moment in moments if moment is not None)


def open_request(case: Case) -> Correction | None:
    """The correction request that waits for the applicant's answer."""
    return next((item for item in case.corrections.all() if item.with_applicant), None)


def address_of(application: Application, name: str = "application") -> str:
    return reverse(name, args=[application.reference])


def timeline(case: Case) -> list[Event]:
    """What happened, newest first, told to the applicant: no names, no internal notes."""
    process = case.process
    events = [event for task in case.tasks.all() if (event := _event(task, process))]
    for item in case.corrections.all():
        if item.sent_at is not None:
            asked = "\n".join(f"{one.number}. {one.reason}" for one in item.items.all())
            events.append(Event(item.sent_at, "Dikembalikan kepada Anda untuk diperbaiki", "return", asked))
        if item.answered_at is not None and process.step(item.raised_at_step).activity != "check":
            events.append(Event(item.answered_at, "Anda menyampaikan perbaikan", "forward", item.answer))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _event(task: Task, process: Process) -> Event | None:
    if task.companion or task.closed_at is None:
        return None
    outcome = process.way_out(task.step_key, task.outcome)
    if isinstance(outcome, Ending):
        return Event(task.closed_at, outcome.label, "close")
    if outcome.kind in {"return", "detour"}:
        title = _turned(outcome, process)
        return Event(task.closed_at, title, outcome.kind) if title else None
    kind = "close" if outcome.kind == "close" else "forward"
    by = process.actor(task.actor).label if task.actor != "applicant" else ""
    return Event(task.closed_at, HAPPENED.get(task.step.activity, task.step.title), kind, by=by)


def _turned(outcome: Outcome, process: Process) -> str:
    """Tell a way back or a detour; a return to the applicant is told by its correction request."""
    if outcome.to == CALLER:
        return "Dilanjutkan kepada yang memintanya"
    target = process.step(outcome.to)
    if target.actor == "applicant":
        return ""
    if target.activity == "correct":
        return "Ada yang perlu diperbaiki; customer service menyiapkan permintaannya"
    if outcome.kind == "detour":
        return f"Dibahas lebih dahulu: {target.title}"
    return "Diperiksa kembali di dalam kantor"


def section_state(application: Application, section: Section) -> str:
    """Say how far a section is filled in."""
    if not filing.lacking(application, section):
        return "Lengkap"
    return "Sebagian" if is_begun(application, section) else "Belum"


def is_begun(application: Application, section: Section) -> bool:
    """Something of the section was saved."""
    own = {item.key for item in section.fields}
    return any(field_of(control) in own for control in (*application.data, *application.unread))


def requirements_asked(case: Case | None) -> frozenset[int]:
    """The requirements that an open request wants changed."""
    asked = open_request(case) if case else None
    items = asked.items.all() if asked else ()
    return frozenset(item.requirement for item in items if item.requirement and item.kind != "confirm")


def parts(application: Application, service: Service) -> list[Part]:
    """The sections of the form as a task list."""
    asked = requirements_asked(case_of(application))
    return [
        Part(
            section.key,
            section.title,
            reverse("application_section", args=[application.reference, section.key]),
            section_state(application, section),
            asked=any(asked.intersection(field.requirements) for field in section.fields),
        )
        for section in service.form.sections
    ]


def papers(application: Application, service: Service) -> list[Part]:
    """The documents to hand in as a task list."""
    asked = requirements_asked(case_of(application))
    held: dict[int, list[Attachment]] = {}
    for item in application.attachments.filter(withdrawn_at=None).select_related("blob"):
        held.setdefault(item.requirement, []).append(item)
    return [
        Part(
            item.number,
            item.reading,
            reverse("application_upload", args=[application.reference, item.number]),
            "Lengkap" if item.number in held else "Belum",
            tuple(held.get(item.number, ())),
            asked=item.number in asked
            or any(
                one.covered_by == item.number for one in service.process.requirements if one.number in asked
            ),
        )
        for item in service.process.uploads()
    ]


def prefilled(application: Application, service: Service, *, by: User) -> dict[str, object]:
    """The application's values, with what is known already proposed where nothing was typed yet."""
    company = application.company
    known: dict[str, object] = {"company_name": company.name}
    own = {} if not is_on_applicants_side(by, application) else {"phone": by.phone, "email": by.email}
    by_kind = {"nib": company.nib, "npwp": company.npwp}
    for section in service.form.sections:
        for field in section.fields:
            if by_kind.get(field.kind):
                known[field.key] = by_kind[field.kind]
    for kind, value in own.items():
        first = next((f for f in service.form.fields if f.kind == kind), None)
        if first is not None and value:
            known[first.key] = value
    if own:
        known["applicant_name"] = by.name
    stored: dict[str, object] = application.data
    return known | stored


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap with the page that closes it."""

    label: str
    href: str


def gaps(application: Application) -> list[Missing]:
    """What keeps an application from being sent, each with where to mend it."""
    return [Missing(gap.label, _mend(application, gap)) for gap in filing.gaps(application)]


def _mend(application: Application, gap: Gap) -> str:
    if gap.section is not None:
        return reverse("application_section", args=[application.reference, gap.section])
    return reverse("application_upload", args=[application.reference, gap.requirement])


def lacking_in(application: Application, part: Section) -> list[Missing]:
    return [
        Missing(part.field(key).label, f"#{'tabel' if part.field(key).kind == 'table' else 'isian'}-{key}")
        for key in filing.lacking(application, part)
    ]


def review_of(found: Application, service: Service) -> Iterator[dict[str, object]]:
    """Each section with what the printed form says of it, and where to change it."""
    printed = unsent_form(found, filing.content_of(found))
    for part, group in zip(service.form.sections, printed.sections, strict=True):
        yield {
            "title": part.title,
            "href": reverse("application_section", args=[found.reference, part.key]),
            "lines": [one for one in group.questions if one.kind != "table"],
            "tables": [
                {"asked": one, "rows": [list(zip(one.columns, row, strict=True)) for row in one.rows]}
                for one in group.questions
                if one.kind == "table"
            ],
        }
