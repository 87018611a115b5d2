"""Taking over cases that ran on paper when the office went live: with their papers, numbers and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, open_running_case
from muara.cases.models import Application, Case, PaperCase, PaperDocument, Referral
from muara.contacts.actions.consultations import link
from muara.documents.models import Blob
from muara.people.models import WITA, Office, User, office_day
from muara.permits.queries import may_be_given
from muara.sop.definition import Process, Step
from muara.steps.actions.intake import _snapshot

# Where a case may be taken over: not yet registered, or with the paper that the step needs. Later steps
# need Muara's own draft with its hash.
ENTRANCES = ("check", "verify", "deliver", "review")
MAY_ENTER = frozenset({"administrator", "customer_service"})


@dataclass(frozen=True, slots=True)
class PaperReferral:
    """The cover letter to the agency as it went out on paper; delivered or not yet."""

    agency: Office
    subject: str
    letter_number: str
    letter_date: date
    delivered_on: date | None = None
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A scanned paper: what it is, and the date on it."""

    title: str
    dated: date
    blob: Blob


@dataclass(frozen=True, slots=True)
class OnPaper:
    """How far a case came on paper: the step it stands at, its number, its days, its cover letter."""

    step: str
    note: str
    registration_number: str = ""
    registered_on: date | None = None
    recommended_on: date | None = None
    referral: PaperReferral | None = None


def may_enter_paper(user: User, *, at: datetime) -> bool:
    """The administrator or customer service takes running cases over."""
    return user.is_active and bool(user.actors(at) & MAY_ENTER)


def entrances(process: Process) -> list[Step]:
    """The steps at which a running case may be taken over, in their order."""
    return [step for step in process.steps if step.activity in ENTRANCES]


def enter_running_case(
    application: Application,
    *,
    told: OnPaper,
    papers: Sequence[Paper],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Open a case at the step where it stands on paper; what Muara did not see is marked as paper's.

    The application was entered at the counter and may have gaps: paper has been accepted as it was.

    Raises:
        Refused: something that the step builds on is missing or impossible. NotYours: neither
            administrator nor customer service.
    """
    if not may_enter_paper(by, at=at):
        raise NotYours
    with act(stamp):
        found = Application.objects.select_for_update().get(pk=application.pk)
        if found.applicant_id is not None or Case.objects.filter(application=found).exists():
            raise Refused("Hanya permohonan yang dientri di loket dan belum dikirim dapat dimasukkan.")
        process = found.revision.process
        _check(told, process, papers, today=office_day(at))
        snapshot = _snapshot(found, by=by, at=at, proof=None)
        moved = open_running_case(
            found,
            step=told.step,
            registration_number=told.registration_number or None,
            registered_on=told.registered_on,
            recommended_on=told.recommended_on,
            by=by,
            at=at,
            facts={"submission": snapshot.sha256, "papers": [paper.blob.sha256 for paper in papers]},
            stamp=stamp,
        )
        case = Case.objects.get(pk=moved.case_id)
        link(found, case=case)
        PaperCase.objects.create(
            case=case,
            step_key=told.step,
            registered_on=told.registered_on,
            recommended_on=told.recommended_on,
            note=told.note,
            entered_by=by,
            entered_at=at,
        )
        PaperDocument.objects.bulk_create(
            PaperDocument(case=case, title=paper.title, dated=paper.dated, blob=paper.blob)
            for paper in papers
        )
        if told.referral is not None:
            _refer(case, told.referral, by=by, at=at)
        return moved


def _check(told: OnPaper, process: Process, papers: Sequence[Paper], *, today: date) -> None:
    """Ask for what the step builds on; nothing on paper lies in the future."""
    step = next((item for item in entrances(process) if item.key == told.step), None)
    if step is None:
        raise Refused("Berkas dapat dimasukkan pada langkah 4, 7, 9, atau 10.", "step")
    if not told.note.strip():
        raise Refused("Tuliskan keterangan: mengapa berkas ini dimasukkan di tengah jalan.", "note")
    if not papers:
        raise Refused("Unggah paling sedikit satu surat dari map kertasnya.", "papers")
    if any(paper.dated > today for paper in papers):
        raise Refused("Tanggal di kertas tidak boleh sesudah hari ini.", "papers")
    _check_registration(told, registered=step.activity != "check", today=today)
    _check_referral(told, step, today=today)
    if told.recommended_on is not None:
        if step.activity != "review":
            raise Refused("Tanggal H hanya untuk berkas yang dimasukkan pada langkah OPD.", "recommended_on")
        if not (told.registered_on or today) <= told.recommended_on <= today:
            raise Refused("Tanggal H harus antara tanggal registrasi dan hari ini.", "recommended_on")


def _check_registration(told: OnPaper, *, registered: bool, today: date) -> None:
    if not registered:
        if told.registration_number or told.registered_on:
            raise Refused(
                "Berkas pada langkah 4 belum terdaftar: kosongkan nomor dan tanggal registrasi.",
                "registration_number",
            )
        return
    if not told.registration_number.strip():
        raise Refused("Isi nomor registrasi dari kertas.", "registration_number")
    if told.registered_on is None or told.registered_on > today:
        raise Refused("Isi tanggal registrasi dari kertas; tidak sesudah hari ini.", "registered_on")
    if Case.objects.filter(registration_number=told.registration_number).exists():
        raise Refused("Nomor registrasi ini sudah dipakai berkas lain.", "registration_number")
    if may_be_given(told.registration_number, day=today):
        raise Refused(
            "Nomor ini sudah atau masih akan diberikan Muara. Minta administrator mengatur nomor awal seri "
            "registrasi sesudah nomor kertas yang terakhir (Kantor, Seri nomor).",
            "registration_number",
        )


def _check_referral(told: OnPaper, step: Step, *, today: date) -> None:
    referral = told.referral
    needed = step.activity in {"deliver", "review"}
    if not needed:
        if referral is not None:
            raise Refused("Surat pengantar hanya untuk berkas pada langkah 9 atau 10.", "letter_number")
        return
    if referral is None or not referral.letter_number.strip() or not referral.subject.strip():
        raise Refused("Isi OPD, nomor, tanggal, dan isi surat pengantar dari kertas.", "letter_number")
    if referral.letter_date > today:
        raise Refused("Tanggal surat pengantar tidak boleh sesudah hari ini.", "letter_date")
    if step.activity == "deliver":
        if referral.delivered_on is not None:
            raise Refused("Berkas yang sudah diserahkan dimasukkan pada langkah OPD.", "delivered_on")
        return
    if referral.delivered_on is None or not referral.letter_date <= referral.delivered_on <= today:
        raise Refused(
            "Isi tanggal penyerahan ke OPD: sejak tanggal surat pengantar, paling lambat hari ini.",
            "delivered_on",
        )
    if not referral.receiver.strip():
        raise Refused("Isi nama penerima di OPD.", "receiver")


def _refer(case: Case, told: PaperReferral, *, by: User, at: datetime) -> None:
    """The referral as paper has it; paper gives days, so the moment is the beginning of that day."""
    delivered = told.delivered_on
    Referral.objects.create(
        case=case,
        agency=told.agency,
        subject=told.subject,
        letter_number=told.letter_number,
        letter_date=told.letter_date,
        made_by=by,
        made_at=at,
        delivered_by=by if delivered else None,
        delivered_at=datetime.combine(delivered, time(), WITA).astimezone(UTC) if delivered else None,
        receiver=told.receiver,
    )
