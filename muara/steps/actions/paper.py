"""Taking over cases that ran on paper when the office went live: their papers, numbers, days, and advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, note_on, open_running_case
from muara.cases.models import (
    Application,
    Case,
    PaperCase,
    PaperDocument,
    Recommendation,
    Referral,
    Task,
)
from muara.contacts.actions.consultations import link
from muara.documents.models import Blob
from muara.people.models import Office, User, midnight, office_day
from muara.permits.queries import may_be_given
from muara.sop.definition import Process, Step
from muara.steps.actions.filing import take_snapshot
from muara.steps.actions.review import Substance, check_substance, demand_letter

# Where a case may be taken over: not yet registered, or with the paper that the step needs. From step 12
# on there is a draft with its hash and parafs given to that hash, which only Muara can make.
ENTRANCES = ("check", "register", "verify", "deliver", "review", "draft")
REFERRED = frozenset({"deliver", "review", "draft"})
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
    """How far a case came on paper: the step it stands at, its number, its days, its cover letter.

    `checked_by` and `checked_on` are the CS's signature on the paper checklist, for step 6.
    """

    step: str
    note: str
    checked_by: str = ""
    checked_on: date | None = None
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
        snapshot = take_snapshot(found, by=by, at=at, proof=None)
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
            checked_by=told.checked_by,
            checked_on=told.checked_on,
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
        raise Refused("Berkas dapat dimasukkan pada langkah 4, 6, 7, 9, 10, atau 11.", "step")
    if not told.note.strip():
        raise Refused("Tuliskan keterangan: mengapa berkas ini dimasukkan di tengah jalan.", "note")
    if not papers:
        raise Refused("Unggah paling sedikit satu surat dari map kertasnya.", "papers")
    if any(paper.dated > today for paper in papers):
        raise Refused("Tanggal di kertas tidak boleh sesudah hari ini.", "papers")
    _check_approval(told, step, today=today)
    _check_registration(told, registered=step.activity not in {"check", "register"}, today=today)
    _check_referral(told, step, today=today)
    if told.recommended_on is not None:
        if step.activity != "review":
            raise Refused(
                "Tanggal H hanya diisi di sini untuk berkas pada langkah OPD; pada langkah 11 H ditetapkan "
                "ketika rekomendasi yang disalin dibukukan.",
                "recommended_on",
            )
        if not (told.registered_on or today) <= told.recommended_on <= today:
            raise Refused("Tanggal H harus antara tanggal registrasi dan hari ini.", "recommended_on")


def _check_approval(told: OnPaper, step: Step, *, today: date) -> None:
    """Step 6, remark 1: the counter accepts nothing that the CS has not signed; so on paper too."""
    if step.activity != "register":
        if told.checked_by or told.checked_on:
            raise Refused("Persetujuan CS dari kertas hanya untuk berkas pada langkah 6.", "checked_by")
        return
    if not told.checked_by.strip():
        raise Refused("Isi nama CS yang menandatangani daftar periksa kertas.", "checked_by")
    if told.checked_on is None or told.checked_on > today:
        raise Refused("Isi tanggal daftar periksa kertas; tidak sesudah hari ini.", "checked_on")


def _check_registration(told: OnPaper, *, registered: bool, today: date) -> None:
    if not registered:
        if told.registration_number or told.registered_on:
            raise Refused(
                "Berkas pada langkah 4 atau 6 belum terdaftar: kosongkan nomor dan tanggal registrasi.",
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
    if step.activity not in REFERRED:
        if referral is not None:
            raise Refused("Surat pengantar hanya untuk berkas pada langkah 9, 10, atau 11.", "letter_number")
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
        delivered_at=midnight(delivered).astimezone(UTC) if delivered else None,
        receiver=told.receiver,
    )


def referral_to_copy(task: Task) -> Referral | None:
    """The letter whose answer came on paper, of a case taken over at step 11; None once it is copied."""
    taken_over = PaperCase.objects.filter(case=task.case_id, step_key=task.step_key).exists()
    if task.companion or task.step.activity != "draft" or not taken_over:
        return None
    return task.case.referrals.unanswered().select_related("agency").first()


def copy_recommendation(
    task: Task,
    *,
    letter_number: str,
    letter_date: date,
    signed_by_name: str,
    scan: Blob | None,
    said: Substance,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 11 of a case taken over there: copy what the agency recommended on paper; booking it sets H.

    It is marked as entered on the agency's behalf. Visit and parafs of the agency were on paper too.

    Raises:
        Refused: nothing is to be copied, something of the letter is missing or impossible, or the
            application asked for something that is left out without a reason.
    """
    demand_letter(
        letter_number=letter_number,
        letter_date=letter_date,
        signed_by_name=signed_by_name,
        scan=scan,
        today=office_day(at),
    )
    assert scan is not None
    with act(stamp):
        referral = referral_to_copy(task)
        if referral is None:
            raise Refused("Tidak ada rekomendasi dari kertas yang masih harus disalin untuk berkas ini.")
        check_substance(task.case, said)
        moved = note_on(
            task.pk,
            verb="draft.copy",
            by=by,
            at=at,
            facts={
                "referral": referral.pk,
                "scan": scan.sha256,
                "verdict": said.verdict,
                "terms": digest(canonical(said.data())),
                "from_paper": True,
            },
            stamp=stamp,
            activity="draft",
        )
        Recommendation.objects.create(
            referral=referral,
            letter_number=letter_number,
            letter_date=letter_date,
            signed_by_name=signed_by_name,
            scan=scan,
            on_behalf=True,
            issued_by=by,
            issued_at=at,
            **said.data(),
        )
        return moved
