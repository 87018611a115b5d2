"""What the applicant is told of their case, and when: one function a notice, called inside the act.

A notice goes to everybody whom the company lets see the application: its members, and who holds a power of
attorney for it; for somebody without an account to the e-mail address or telephone number of what they last
submitted. Its key says what is told (`case:17:registered`; to a second person `case:17:registered:user:5`),
so it is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q

from muara.cases.models import Application, Case, Correction, Draft, EarlyEnd, Handover, SiteVisit
from muara.cases.queries import promise_due, promise_starts
from muara.cases.rules import who_sees
from muara.contacts.models import PhoneTask, Questionnaire
from muara.contacts.survey import last_day
from muara.documents.indonesian import angka_huruf, tanggal, waktu
from muara.people.actions.notices import Addressee, addressee, notify, withdraw
from muara.people.calendar import office_calendar
from muara.people.models import Notice, User, office_day
from muara.permits.models import Decision, LaterDecision, Permit
from muara.permits.standing import moved_end
from muara.steps.letters import (
    COLLECTION,
    FOLLOW_UP,
    applicant_name,
    case_values,
    company_name,
    status_url,
    text_of,
    the_office,
)
from muara.steps.letters.correction import about, how_it_ended


def who_is_told(case: Case, *, at: datetime) -> list[Addressee]:
    """Whom a case's notices are for, and how they are reached; first whom the office has to reach.

    That is whoever started the application, or once they left the company its member of longest standing;
    for somebody without an account the contact of what they last submitted.
    """
    values, starter = case_values(case), case.application.applicant_id
    name = applicant_name(case, values) or company_name(case)
    typed = Addressee(
        name=name,
        email=text_of(case, values, "applicant_email"),
        phone=text_of(case, values, "applicant_phone"),
    )
    told = [addressee(user) for user in who_sees(case.application, at=at)]
    if starter is None or not told:
        addresses = {one.email.lower() for one in told}
        return [typed, *told] if typed.email.lower() not in addresses else told
    first = told[0]
    if first.user is not None and first.user.pk == starter:
        first = replace(first, name=name)
    return [replace(first, phone=first.phone or typed.phone), *told[1:]]


def _tell(case: Case, what: str, *, subject: str, body: str, at: datetime, important: bool = True) -> Notice:
    """Tell everybody who may see the case, each once; return the notice to whom the office has to reach.

    Only that one is important: customer service need not telephone a second time what one of them knows.
    Who joins the company later is not told anew.
    """
    key, reference = f"{case.chain}:{what}", case.application.reference
    before = Notice.objects.filter(key=key).first()
    if before is not None:
        return before

    def tell(to: Addressee, *, key: str, important: bool) -> Notice:
        return notify(
            key=key,
            kind=what.partition(":")[0],
            about=case.chain,
            to=to,
            subject=subject,
            text=f"Yth. {to.name},\n\n{body}\n\n{the_office().name}",
            link=f"/permohonan/{reference}/" if to.user else f"/lacak/?nomor={reference}",
            important=important,
            at=at,
        )

    first, *others = who_is_told(case, at=at)
    told = tell(first, key=key, important=important)
    for other in others:
        assert other.user is not None
        tell(other, key=f"{key}:user:{other.user.pk}", important=False)
    return told


def is_still_theirs(notice: Notice, *, at: datetime) -> bool:
    """Whether a notice may still reach whom it was written to: about a case, only who may see it today."""
    return notice.recipient is None or bool(still_theirs([notice], notice.recipient, at=at))


def still_theirs(notices: Sequence[Notice], user: User, *, at: datetime) -> list[Notice]:
    """Those of a person's notices that are no case's, or of a case which they may see today."""
    case_of = {
        one.pk: int(one.about.removeprefix("case:")) for one in notices if one.about.startswith("case:")
    }
    visible = Application.objects.of_applicant(user, on=office_day(at)).filter(case__in=case_of.values())
    seen = set(visible.values_list("case", flat=True)) if user.is_active else set()
    return [one for one in notices if one.pk not in case_of or case_of[one.pk] in seen]


# --- before the registration -------------------------------------------------------------------------------


def tell_submitted(case: Case, *, number: int, at: datetime) -> Notice:
    """Step 3: the submission number, at once; the promise comes with the registration."""
    again = f" (penyampaian ke-{number})" if number > 1 else ""
    return _tell(
        case,
        f"submitted:{number}",
        subject=f"Permohonan {case.application.reference} sudah kami terima{again}",
        body=(
            f"Permohonan {case.process.title} atas nama {company_name(case)} sudah masuk{again} dengan nomor "
            f"pengajuan {case.application.reference}. Ikuti perkembangannya tanpa akun di {status_url(case)} "
            f"dengan kode rahasia {case.application.follow_code}.\n\n"
            "Customer service memeriksa kelengkapannya. Nomor registrasi, tanda terima, dan janji waktu "
            "penyelesaian diberikan setelah berkas dinyatakan lengkap dan didaftarkan di loket."
        ),
        at=at,
        important=False,
    )


def tell_registered(case: Case, *, at: datetime) -> Notice:
    """Step 6.d and "g": the registration number, the promise, how to follow and how to collect."""
    follow = f"Ikuti perkembangannya tanpa akun di {status_url(case)} dengan kode rahasia "
    lines = (f"{follow}{case.application.follow_code}.", FOLLOW_UP, *COLLECTION)
    days, listed = angka_huruf(case.process.promise_days), "\n".join(f"- {line}" for line in lines)
    started = promise_starts(case)
    since = "sejak hari ini" if started else "sejak rekomendasi teknis diterima di kantor kami"
    return _tell(
        case,
        "registered",
        subject=f"Terdaftar dengan nomor {case.registration_number}",
        body=(
            f"Berkas permohonan {case.process.title} atas nama {company_name(case)} terdaftar pada "
            f"{waktu(at)} dengan nomor registrasi {case.registration_number}.\n\n"
            f"Janji pelayanan kami: selesai paling lama {days} hari kerja {since}. Tidak dipungut biaya.\n\n"
            f"{listed}"
        ),
        at=at,
    )


# --- what is asked of the applicant ------------------------------------------------------------------------


def tell_correction(asked: Correction, *, at: datetime) -> Notice:
    """Steps 4 and 8: what is wanting, item by item, and until when to answer."""
    case, process = asked.case, asked.case.process
    items = "\n".join(f"{item.number}. {about(item, process)}: {item.reason}" for item in asked.items.all())
    until = f"\n\nKami menunggu jawaban Anda sampai {tanggal(asked.due_on)}." if asked.due_on else ""
    return _tell(
        case,
        f"correction:{asked.number}",
        subject=f"Permohonan {case} perlu diperbaiki",
        body=(
            f"Ada yang perlu diperbaiki atau dijelaskan pada permohonan {case} atas nama "
            f"{company_name(case)}:\n\n{items}{until}"
        ),
        at=at,
    )


def tell_correction_is_due(asked: Correction, *, at: datetime) -> Notice:
    """Before the day that was set: it is still waited for."""
    assert asked.due_on is not None
    return _tell(
        asked.case,
        f"correction:{asked.number}:reminder",
        subject=f"Perbaikan permohonan {asked.case} ditunggu sampai {tanggal(asked.due_on)}",
        body=(
            f"Kami belum menerima perbaikan permohonan {asked.case} atas nama {company_name(asked.case)}. "
            f"Batas jawabannya {tanggal(asked.due_on)}. "
            "Bila Anda menemui kesulitan, hubungi customer service."
        ),
        at=at,
    )


def tell_correction_is_late(asked: Correction, *, may_lapse_from: date | None, at: datetime) -> Notice:
    """After the day that was set: what may come of further silence."""
    assert asked.due_on is not None
    lapse = (
        f" Bila tetap tidak dijawab, berkas dapat digugurkan mulai {tanggal(may_lapse_from)}."
        if may_lapse_from
        else ""
    )
    return _tell(
        asked.case,
        f"correction:{asked.number}:late",
        subject=f"Perbaikan permohonan {asked.case} melewati batas waktu",
        body=(
            f"Batas jawaban atas permintaan perbaikan permohonan {asked.case} adalah "
            f"{tanggal(asked.due_on)}, dan jawaban Anda belum kami terima.{lapse}"
        ),
        at=at,
    )


def tell_recorded(case: Case, *, number: int, name: str, by: User, at: datetime) -> Notice:
    """An answer was given on paper at the counter, for somebody who has an account."""
    return _tell(
        case,
        f"recorded:{number}",
        subject=f"Jawaban Anda dicatat di loket, permohonan {case}",
        body=(
            f"Jawaban atas permintaan perbaikan permohonan {case} atas nama {company_name(case)} dicatat "
            f"{by.name} di loket pada {waktu(at)} untuk {name}, dengan pindaian surat yang ditandatangani. "
            "Bila ini tidak Anda ketahui, segera hubungi kantor kami."
        ),
        at=at,
    )


def tell_visit(visit: SiteVisit, *, seq: int, at: datetime) -> Notice:
    """Step 10.b: time and place that the agency proposes; `seq` is the entry of this plan."""
    case = visit.referral.case
    return _tell(
        case,
        f"visit:{seq}",
        subject=f"Usulan peninjauan lapangan, permohonan {case}",
        body=(
            f"{visit.referral.agency.name} mengusulkan peninjauan lapangan untuk permohonan {case}:\n\n"
            f"Waktu: {waktu(visit.starts_at)}\nTempat: {visit.place}\nTujuan: {visit.purpose}\n\n"
            "Setujui waktunya atau usulkan waktu lain di halaman permohonan Anda, atau melalui customer "
            "service."
        ),
        at=at,
    )


def tell_visit_is_off(visit: SiteVisit, *, seq: int, at: datetime) -> Notice:
    case = visit.referral.case
    return _tell(
        case,
        f"visit-cancelled:{seq}",
        subject=f"Peninjauan lapangan dibatalkan, permohonan {case}",
        body=(
            f"Peninjauan lapangan pada {waktu(visit.starts_at)} di {visit.place} dibatalkan: "
            f"{visit.cancel_reason}"
        ),
        at=at,
    )


# --- towards the decision ----------------------------------------------------------------------------------


def tell_recommended(case: Case, *, at: datetime) -> Notice:
    """Step 11: H is set, so the promise of section I has its date."""
    assert case.recommended_on is not None
    promised = promise_due(case, calendar=office_calendar())
    until = (
        f" Permohonan Anda kami selesaikan paling lambat {tanggal(promised)} "
        f"({angka_huruf(case.process.promise_days)} hari kerja)."
        if promised
        else ""
    )
    return _tell(
        case,
        "recommended",
        subject=f"Rekomendasi teknis diterima, permohonan {case}",
        body=(
            f"Rekomendasi teknis untuk permohonan {case} atas nama {company_name(case)} diterima di kantor "
            f"kami pada {tanggal(case.recommended_on)}.{until}"
        ),
        at=at,
        important=False,
    )


def tell_ready(decision: Decision, *, at: datetime) -> Notice:
    """Step 16.d: the permit is in force, or the application is refused; the paper waits at the counter."""
    case = decision.case
    refused = decision.kind == Draft.Kind.REFUSAL
    came = (
        f"Permohonan {case} atas nama {company_name(case)} ditolak dengan keputusan"
        if refused
        else f"{case.process.product} atas nama {company_name(case)} terbit dengan"
    )
    further = "Alasan dan upaya hukum yang tersedia tertulis dalam keputusan itu. " if refused else ""
    return _tell(
        case,
        "ready",
        subject=f"{'Permohonan ditolak' if refused else 'Izin terbit'}: siap diambil, {case}",
        body=(
            f"{came} nomor {decision.number.text} tanggal {tanggal(decision.issued_on)}. {further}"
            f"Suratnya siap diambil di loket pengambilan.\n\nYang dibawa:\n{_bring(case)}"
        ),
        at=at,
    )


def tell_later_decision(decision: LaterDecision, *, at: datetime) -> Notice:
    """What was decided about an issued permit, the day that it counts (UU 30/2014, Pasal 62)."""
    permit, number = decision.permit, decision.number
    assert number is not None
    told = {
        LaterDecision.Kind.CORRECTION: "Kekeliruan penulisan dalam surat izin diperbaiki. Simpan ralatnya "
        "bersama surat izin.",
        LaterDecision.Kind.SUSPENSION: "Selama dibekukan, kegiatan yang diizinkan tidak boleh dilakukan; "
        "kewajiban Saudara tetap berlaku.",
        LaterDecision.Kind.LIFTING: "Pembekuannya berakhir. Izin berlaku kembali sampai dengan "
        f"{tanggal(permit.expires_on)}.",
        LaterDecision.Kind.REVOCATION: "Izin tidak berlaku lagi sejak tanggal itu.",
        LaterDecision.Kind.ANNULMENT: "Izin tidak berlaku lagi sejak tanggal itu.",
    }[LaterDecision.Kind(decision.kind)]
    label = decision.get_kind_display()
    return _tell(
        permit.case,
        f"later:{decision.pk}",
        subject=f"{label} izin nomor {permit.number.text}",
        body=(
            f"{label} izin nomor {permit.number.text} atas nama {permit.company} ditetapkan dengan Keputusan "
            f"nomor {number.text} tanggal {tanggal(number.dated)}. {told}\n\nAlasan, dasar hukum, dan upaya "
            "hukumnya tertulis dalam keputusan itu, yang dapat diunduh di halaman permohonan atau diambil di "
            "loket."
        ),
        at=at,
    )


def tell_expiry(permit: Permit, *, days: int, important: bool, at: datetime) -> Notice:
    """So many days before its end: an invitation to renew the permit, told once of each (SOP B.9, L)."""
    printed, later = permit.expires_on, moved_end(permit)
    moved = (
        f" Karena tanggal itu hari Minggu atau hari libur nasional, masa berlakunya berakhir pada "
        f"{tanggal(later)}."
        if later
        else ""
    )
    return _tell(
        permit.case,
        f"expiry:{days}",
        subject=f"Izin nomor {permit.number.text} berlaku sampai {tanggal(printed)}",
        body=(
            f"{permit.case.process.product} nomor {permit.number.text} atas nama {permit.company} berlaku "
            f"sampai {tanggal(printed)}, {(printed - office_day(at)).days} hari lagi.{moved}\n\n"
            "Bila kegiatan diteruskan, ajukan perpanjangannya sekarang: isian permohonan yang lama disalin "
            f"ke permohonan baru. Mulai di {settings.MUARA_BASE_URL}/permohonan/baru/, atau datang ke loket. "
            "Sesudah masa berlaku habis, air limbah tidak boleh dibuang ke laut."
        ),
        at=at,
        important=important,
    )


def tell_uncollected(decision: Decision, *, after: int, at: datetime) -> Notice:
    """Step 17: the paper still waits, so many working days after it was ready."""
    case = decision.case
    return _tell(
        case,
        f"uncollected:{after}",
        subject=f"{decision.kind.label} Anda siap diambil: {decision.number.text}",
        body=(
            f"{decision.kind.label} nomor {decision.number.text} tanggal {tanggal(decision.issued_on)} atas "
            f"nama {company_name(case)} sudah {after} hari kerja siap diambil di loket pengambilan.\n\n"
            f"Yang dibawa:\n{_bring(case)}"
        ),
        at=at,
    )


def _bring(case: Case) -> str:
    return "\n".join(f"- {item}" for item in case.process.collection.bring)


def tell_delivered(handover: Handover, decision: Decision, *, at: datetime) -> Notice:
    """Step 17: who took the paper, or how it was sent: whoever did not expect that can speak up at once."""
    case = handover.case
    how = (
        f"diserahkan kepada {handover.receiver} ({handover.capacity}) pada {waktu(at)}"
        if handover.way == Handover.Way.COUNTER
        else f"dikirim pada {waktu(at)} melalui {handover.get_way_display()}, nomor resi "
        f"{handover.tracking_number}"
    )
    return _tell(
        case,
        "delivered",
        subject=f"{decision.kind.label} {decision.number.text} sudah diserahkan",
        body=(
            f"{decision.kind.label} nomor {decision.number.text} atas nama {company_name(case)} {how}. Bila "
            "ini tidak Anda ketahui, segera hubungi kantor kami."
        ),
        at=at,
        important=False,
    )


def tell_questionnaire(given: Questionnaire, *, at: datetime) -> Notice:
    """SOP 17.4: the questionnaire by link; told once, when the decree is in the applicant's hands."""
    return _tell(
        given.case,
        "questionnaire",
        subject="Bagaimana pelayanan kami?",
        body=(
            f"Mohon isi kuesioner kepuasan atas pelayanan berkas {given.case}, sembilan pertanyaan, paling "
            f"lambat {tanggal(last_day(given.semester))}:\n\n"
            f"{settings.MUARA_BASE_URL}/survei/{given.code}/\n\n"
            "Satu berkas diisi satu kali. Jawaban Anda tidak dihubungkan dengan nama atau berkas Anda."
        ),
        at=at,
        important=False,
    )


# --- ends before a decision --------------------------------------------------------------------------------


def tell_ended(
    end: EarlyEnd, *, step: str, at: datetime, successor: Application | None = None, apply_to: str = ""
) -> Notice:
    """Withdrawn, lapsed, another authority's, or to be applied for anew."""
    case = end.case
    how = how_it_ended(case.process.way_out(step, end.ending))
    onward = (
        f"Permohonan baru sudah disiapkan dengan nomor pengajuan {successor.reference}; isian dan berkas "
        "terakhir Anda ada di dalamnya."
        if successor
        else f"Ajukan permohonan Anda kepada {apply_to}."
        if apply_to
        else "Anda dapat mengajukan permohonan baru kapan saja."
    )
    return _tell(
        case,
        "ended",
        subject=f"Berkas permohonan {case} ditutup",
        body=(
            f"Permohonan {case} atas nama {company_name(case)} {how}, tanpa keputusan. Alasannya: "
            f"{end.reason}\n\n{onward}"
        ),
        at=at,
    )


# --- what need not be told any more ------------------------------------------------------------------------


def moot(case: Case, *whats: str, at: datetime) -> None:
    """There is nothing left to say of these: what waits is not sent any more. Who telephones, sees it."""
    withdraw([f"{case.chain}:{what}" for what in whats], at=at)


def no_longer(case: Case, *whats: str, by: User, at: datetime) -> None:
    """What still waits to be sent or telephoned of these is moot: the person has done what it asks."""
    keys = [f"{case.chain}:{what}" for what in whats]
    withdraw(keys, at=at)
    calls = PhoneTask.objects.filter(closed_at=None).filter(
        reduce(or_, (Q(notice__key=key) | Q(notice__key__startswith=f"{key}:") for key in keys))
    )
    calls.update(outcome=PhoneTask.Outcome.MOOT, closed_at=at, closed_by=by)
