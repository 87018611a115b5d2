"""Reading cases for pages: whose court, what was last submitted, what is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from muara.audit.models import Entry
from muara.audit.queries import Head
from muara.cases.models import (
    Application,
    Attachment,
    AuthorityCheck,
    Case,
    Correction,
    PaperCase,
    Revision,
    Submission,
    Task,
    TaskQuerySet,
)
from muara.cases.models.case import chain_of, definition_of, stored_revisions
from muara.people.models import User
from muara.people.reading import answered
from muara.sop.authority import authority_warnings
from muara.sop.definition import END, Process
from muara.sop.working_time import Calendar, add_working_days


def newest_processes() -> dict[str, Process]:
    """Each service's process as it stands in its newest revision, by the service's code."""
    newest = dict(Revision.objects.order_by("effective_from", "pk").values_list("service", "pk"))
    return {service: definition_of(newest[service]).process for service in sorted(newest)}


def case_by_number(number: str) -> Case | None:
    """The case with a registration number, or else with the number of its application, as it was typed."""
    wanted = number.strip()
    found = Case.objects.filter(registration_number=wanted).first()
    return found or Case.objects.filter(application__reference=wanted.upper()).first()


def latest_submission(case: Case) -> Submission:
    rows = Submission.objects.filter(application=case.application_id).order_by("-number")
    return answered(("submission", case.application_id), lambda: rows[0])


def submitted(submission: Submission) -> dict[str, object]:
    """What a submission says: `values` by field key, `files`, `company`, `kind`."""
    content: dict[str, object] = json.loads(submission.content)
    return content


def attachments_of(submission: Submission) -> list[Attachment]:
    """The files as they were submitted, in the order of the requirements."""
    files = submitted(submission)["files"]
    wanted = [row["attachment"] for row in files]  # type: ignore[attr-defined]
    return list(Attachment.objects.filter(pk__in=wanted).select_related("blob").order_by("requirement", "pk"))


def material(submission: Submission, requirement: int | None) -> tuple[object, ...]:
    """What a submission gives for a requirement: its answers and the hashes of its files.

    With None, the whole: every answer and every file.
    """
    content = submitted(submission)
    values, files = content["values"], content["files"]
    assert isinstance(values, dict)
    assert isinstance(files, list)
    definition = definition_of(submission.application.revision_id)
    if requirement is None:
        return (values, sorted((row["requirement"], row["sha256"]) for row in files))
    wanted = {requirement, definition.process.requirement(requirement).covered_by}
    return (
        {f.key: values.get(f.key) for f in definition.form.fields if requirement in f.requirements},
        sorted((row["requirement"], row["sha256"]) for row in files if row["requirement"] in wanted),
    )


def open_correction(case: Case) -> Correction | None:
    """The correction that waits for an answer; uses a prefetch where a page made one."""
    return next((one for one in case.corrections.all() if one.is_open), None)


def is_with_applicant(application: Application) -> bool:
    """Nothing was submitted yet, the case stands at step 3 again, or a correction request is with them."""
    case = Case.objects.filter(application=application).first()
    if case is None:
        return True
    if case.closed_at is not None:
        return False
    at_step_3 = case.process.doing("apply")
    if case.tasks.filter(closed_at=None, companion=False, step_key__in=at_step_3).exists():
        return True
    return Correction.objects.with_applicant().filter(case=case).exists()


def promise_starts(case: Case) -> date | None:
    """Day 0 of the service's promise; None while its clock has not begun."""
    process = case.process
    return process.day_zero(
        process.promise_clock, registered_on=case.registered_on, recommended_on=case.recommended_on
    )


def promise_due(case: Case, *, calendar: Calendar) -> date | None:
    """The last day of the service's promise; None while its clock has not begun."""
    started = promise_starts(case)
    return add_working_days(calendar, started, case.process.promise_days) if started else None


def ready_at(case: Case) -> datetime | None:
    """When the decision lay ready for whoever collects it (16.d): what section I promises ends there."""
    ways = {
        (step, outcome.key)
        for step in case.process.doing("number")
        for outcome in case.process.step(step).outcomes
        if outcome.kind == "forward"
    }
    done = [
        task.closed_at
        for task in case.tasks.all()
        if task.closed_at and (task.step_key, task.outcome) in ways
    ]
    return max(done, default=None)


@dataclass(frozen=True, slots=True)
class Court:
    """Who has to act now: an actor of the SOP, or nobody any more."""

    actor: str | None
    label: str
    step_number: int | None
    step_title: str


def court_of(case: Case, *, task: Task | None = None, correction: Correction | None = None) -> Court:
    """Whose court the case is in: the open task's actor, unless a request is out or a pause runs."""
    task = task or case.main_task
    if task is None:
        told = ended_early(case) or "Selesai"
        return Court(None, told, None, told)
    step = task.step
    asked = correction or open_correction(case)
    if asked is not None and asked.with_applicant:
        return Court("applicant", case.process.actor("applicant").label, step.number, step.title)
    pause = next((one for one in task.pauses.all() if one.ends is None), None)
    label = f" ({_in_a_sentence(pause.get_category_display())})" if pause else ""
    return Court(task.actor, case.process.actor(task.actor).label + label, step.number, step.title)


def _in_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class Folder:
    """Who holds the paper folder: whoever took it over last, until somebody takes it over from them."""

    holder: User
    since: datetime
    waits_for: str  # the actor who has not taken it over yet; empty while the holder works on it


def folder_of(case: Case) -> Folder | None:
    """Say where the folder is, from who took what over; None before anybody did. Tasks may be prefetched."""
    for task in reversed(case.main_line):
        if task.is_open and task.received_by is not None and task.received_at is not None:
            return Folder(task.received_by, task.received_at, "")
        if task.closed_by is not None and task.closed_at is not None and task.actor != "applicant":
            waiting = case.main_task
            label = case.process.actor(waiting.actor).label if waiting else ""
            return Folder(task.closed_by, task.closed_at, label)
    return None


def warnings_of(case: Case) -> tuple[str, ...]:
    """What the last submission says against the province's authority (PP 22/2021, Pasal 221)."""
    values = submitted(latest_submission(case))["values"]
    assert isinstance(values, dict)
    return authority_warnings(definition_of(case.revision_id).form, values)


@dataclass(frozen=True, slots=True)
class Authority:
    """What speaks against the province's authority, and what was decided on just that."""

    warnings: tuple[str, ...]
    check: AuthorityCheck | None

    @property
    def undecided(self) -> bool:
        return bool(self.warnings) and self.check is None


def authority_of(case: Case) -> Authority:
    """The warnings of a case as it stands, with the last decision on these very warnings."""
    warnings = warnings_of(case)
    if not warnings:
        return Authority((), None)
    checks = case.authority_checks.select_related("by").order_by("-at", "-pk")
    return Authority(warnings, next((one for one in checks if tuple(one.warnings) == warnings), None))


def approved_on_paper(case: Case) -> PaperCase | None:
    """The CS's approval on paper of a case taken over at step 6, until a CS checks it here."""
    if case.tasks.filter(step_key__in=case.process.doing("check")).exists():
        return None
    return PaperCase.objects.filter(case=case, checked_on__isnull=False).first()


def ended_early(case: Case) -> str:
    """How a case ended without a decision, in the words of its SOP; empty where it did not."""
    process = case.process
    ways = [
        *((way.key, way.label) for way in process.endings),
        *(
            (way.key, "Ditutup: permohonan baru diminta")
            for step in process.steps
            for way in step.outcomes
            if way.to == END and step.actor != "applicant"
        ),
    ]
    return dict(ways).get(case.result, "")


VERBS = {
    "take_over": "Menerima berkas",
    "confirm": "Konfirmasi kepada pemohon",
    "late_defect.permit": "Mengizinkan kekurangan susulan",
    "correct.again": "Meminta perbaikan sekali lagi",
    "correct.ask": "Menyampaikan permintaan perbaikan kepada pemohon",
    "correct.extend": "Memperpanjang waktu menjawab bagi pemohon",
    "correct.answer": "Pemohon menyampaikan perbaikan",
    "review.recommend": "Memberi salah satu rekomendasi teknis",
    "review.dispose": "Mendisposisikan berkas di OPD",
    "review.need_visit": "Memutuskan perlu tidaknya peninjauan lapangan",
    "review.plan_visit": "Merencanakan peninjauan lapangan",
    "review.agree_visit": "Pemohon menyetujui waktu peninjauan",
    "review.wish_visit": "Pemohon mengusulkan waktu peninjauan lain",
    "review.cancel_visit": "Membatalkan peninjauan lapangan",
    "review.photo": "Menambahkan foto peninjauan",
    "review.sample": "Mencatat contoh uji",
    "review.findings": "Mencatat hasil peninjauan dan mencetak berita acara",
    "review.report_visit": "Melaporkan peninjauan dengan berita acara yang ditandatangani",
    "review.present": "Mencatat pertemuan dengan pemohon",
    "review.worksheet": "Membuat lembar kerja rekomendasi",
    "review.paraf": "Memaraf lembar kerja rekomendasi",
    "draft.copy": "Menyalin rekomendasi teknis dari kertas",
    "draft.bind": "Menetapkan rekomendasi yang mengikat",
    "draft.receive": "Membukukan rekomendasi teknis (H)",
    "draft.adjust": "Menyesuaikan ketentuan draf",
    "draft.remark": "Memberi catatan pada draf",
    "decide.sign": "Memutuskan menandatangani secara elektronik",
    "number.seal": "Nomor dan tanggal diisikan; segel elektronik dibubuhkan",
    "decide.care": "Mencatat kegiatan pemastian (15.b)",
    "draft.monitor": "Mencatat pemantauan di OPD",
    "meet.plan": "Mengundang rapat gabungan",
    "meet.attend": "Mencatat kehadiran rapat",
    "meet.minutes": "Menyusun notulen rapat",
    "meet.approve": "Menyetujui notulen rapat",
    "meet.opinion": "Melampirkan pendapat hukum",
    "check.authority": "Memutuskan kewenangan",
    "question.ask": "Bertanya kepada OPD",
    "question.answer": "OPD menjawab pertanyaan",
    "paper.open": "Memasukkan berkas berjalan dari kertas",
    "recuse": "Menyatakan konflik kepentingan",
    "assign": "Menugaskan berkas kepada seorang pelaksana",
    "pass_on": "Menyerahkan berkas kepada rekan",
    "limit.before": "Pengingat otomatis sebelum jatuh tempo",
    "limit.due": "Pengingat otomatis jatuh tempo",
    "limit.section_head": "Keterlambatan diberitahukan kepada kepala seksi",
    "limit.division_head": "Keterlambatan diberitahukan kepada kepala bidang",
    "limit.head_of_office": "Keterlambatan diberitahukan kepada kepala dinas",
    "limit.legal": "Peringatan otomatis: lewat batas hukum keputusan",
    "pause.begin": "Mencatat jeda waktu",
    "pause.end": "Mencatat akhir jeda waktu",
    "hand_over.refuse": "Menolak menyerahkan surat keputusan kepada yang datang",
    "hand_over.remind": "Mengingatkan pemohon untuk mengambil surat keputusan",
    "number.assign": "Memberi nomor keputusan",
    "receive.download": "Pemohon mengunduh surat keputusan",
    "archive.file": "Mengarsipkan berkas kertas",
    "archive.move": "Memindahkan berkas kertas dalam arsip",
    "archive.lend": "Meminjamkan berkas kertas dari arsip",
    "archive.return": "Menerima kembali berkas kertas ke arsip",
    "sop.migrate": "Memindahkan berkas ke revisi SOP lain",
}


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One act on the control sheet, with its task where it belongs to one."""

    entry: Entry
    task: Task | None
    by: str
    label: str


def control_sheet(case: Case) -> list[ControlLine]:
    """Every act of a case in order: the digital "map pengendali proses" (SOP P.5)."""
    entries = list(Entry.objects.filter(chain=chain_of(case.pk)).order_by("seq"))
    tasks = {task.pk: task for task in case.tasks.select_related("case")}
    names = dict(User.objects.filter(pk__in={e.by_id for e in entries}).values_list("pk", "name"))
    drafted = list(case.drafts.order_by("number").values_list("made_at", "kind"))
    processes = processes_of(case, entries)
    return [
        ControlLine(
            entry,
            tasks.get(entry.task_id or 0),
            _by(entry, tasks.get(entry.task_id or 0), names),
            verb_label(
                processes[entry.seq],
                entry.verb,
                kind=next((k for at, k in reversed(drafted) if at <= entry.at), ""),
            ),
        )
        for entry in entries
    ]


def processes_of(case: Case, entries: Sequence[Entry]) -> dict[int, Process]:
    """Under which revision each entry of a case was written, by its number; a case may have been moved."""
    found, process = {}, case.process
    for entry in sorted(entries, key=lambda entry: entry.seq, reverse=True):
        found[entry.seq] = process
        if entry.verb == "sop.migrate":
            process = definition_of(json.loads(entry.text)["facts"]["from"]["id"]).process
    return found


def _by(entry: Entry, task: Task | None, names: Mapping[int, str]) -> str:
    """Name who acted; an applicant's act says by a power, or recorded by an officer, where it was."""
    name, facts = names.get(entry.by_id or 0, ""), json.loads(entry.text)["facts"]
    if task is not None and task.actor == "applicant" and facts.get("on_behalf"):
        return f"direkam oleh {name}" + (", untuk kuasa pemohon" if facts.get("power") else "")
    return f"{name}, selaku kuasa" if facts.get("power") else name


def tasks_doing(activity: str) -> TaskQuerySet:
    """The open tasks of an activity, under any revision of any service."""
    tasks: TaskQuerySet = Task.objects.open().main()
    return tasks.filter(at_step_doing(activity))


def at_step_doing(activity: str) -> Q:
    """The condition for tasks of an activity; it asks for the revision only where a key is ambiguous."""
    processes = {pk: definition_of(pk).process for pk in stored_revisions()}
    keys = {key for process in processes.values() for key in process.doing(activity)}
    other = {
        step.key for process in processes.values() for step in process.steps if step.activity != activity
    }
    plain = Q(step_key__in=sorted(keys - other)) if keys - other else Q(pk__in=[])
    mixed = (
        Q(case__revision=pk, step_key__in=sorted(both))
        for pk, process in processes.items()
        if (both := set(process.doing(activity)) & other)
    )
    return reduce(or_, mixed, plain)


def verb_label(process: Process, verb: str, *, kind: str) -> str:
    """Say an act in the officer's words: an outcome's label, or what was done beside the outcomes.

    `kind` is that of the newest draft at the act: a refusal is not told as a permit.
    """
    if verb in VERBS:
        return VERBS[verb]
    step, _, outcome = verb.partition(".")
    if step == END:
        return process.ending(outcome).label
    return process.step(step).outcome(outcome).said(kind)


def case_heads() -> list[Head]:
    """Where every case says that its chain ends (for `audit verify`)."""
    rows = Case.objects.order_by("pk").values_list("pk", "version", "head")
    return [Head(chain_of(pk), version, head) for pk, version, head in rows.iterator()]
