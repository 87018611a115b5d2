"""Who saw whose personal data, what people ask about theirs, and breaches (UU 27/2022).

Words stand in rows of ours; the chains `personal_data:<case>`, `data_request:<pk>` and `data_breach:<pk>`
hold kinds, moments and ids, and reasons only as salted digests.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import F

from muara.audit.actions import record
from muara.audit.models import Entry
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Case
from muara.cases.queries import case_by_number
from muara.contacts.actions.words import cleaned
from muara.contacts.models import (
    BreachAct,
    Consultation,
    DataAccess,
    DataBreach,
    DataRequest,
    PrivacyYear,
)
from muara.contacts.rules import (
    IN_A_FILE,
    may_answer_request,
    may_protect_data,
    may_read_privacy,
    may_record_data_request,
    may_reveal_numbers,
    why_not_erase,
)
from muara.documents.indonesian import waktu
from muara.people.actions.notices import Addressee, addressee, notify
from muara.people.models import Holding, Notice, User, office_day
from muara.people.queries import holder
from muara.people.rules import PRIVACY_OFFICER
from muara.sop.values import CARDS, ValueRefused, check_card, masked

TEXT, LINE = 4000, 200
Kind, Verdict, Erased = DataRequest.Kind, DataRequest.Verdict, DataRequest.Erased
NUMBERS = "NIK dan NPWP"


# --- the log of accesses -----------------------------------------------------------------------------------


def note_access(
    viewer: User,
    *,
    place: str,
    what: str,
    at: datetime,
    kind: str = DataAccess.Kind.PAGE,
    case: Case | None = None,
    subject: User | None = None,
    about: str = "",
    step_key: str = "",
) -> None:
    """Keep that somebody's data were shown: once a viewer, subject, page and day, and never one's own."""
    if subject is not None and subject.pk == viewer.pk:
        return
    about = about or (f"case:{case.pk}" if case else f"user:{subject.pk if subject else 0}")
    day = office_day(at)
    if DataAccess.objects.filter(viewer=viewer, about=about, place=place, day=day).exists():
        return
    row = DataAccess(
        viewer=viewer,
        subject=subject,
        case=case,
        about=about,
        kind=kind,
        place=place,
        what=what,
        step_key=step_key,
        at=at,
        day=day,
    )
    DataAccess.objects.bulk_create([row], ignore_conflicts=True)  # two pages at once: one row


def reveal_numbers(case: Case, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> DataAccess:
    """Open the whole NIK and NPWP of a case's applicant, and keep who did and why.

    Raises:
        NotYours: the person's work needs no whole number, or they keep out of this case.
        Refused: no reason is given.
    """
    with act(stamp):
        if not may_reveal_numbers(by, case, at=at):
            raise NotYours
        why = _line(reason, "reason", "Tuliskan mengapa nomornya dibuka.")
        main = case.main_task
        row = DataAccess.objects.create(
            viewer=by,
            subject=case.application.applicant,
            case=case,
            about=f"case:{case.pk}",
            kind=DataAccess.Kind.REVEAL,
            place="berkas/data",
            what=NUMBERS,
            step_key=main.step_key if main else "",
            reason=why,
            at=at,
            day=office_day(at),
        )
        record(
            chain=f"personal_data:{case.pk}",
            verb="personal_data.reveal",
            by_id=by.pk,
            at=at,
            facts={"access": row.pk, "case": case.pk},
            note=why,
            key=stamp.key,
            body=stamp.body,
        )
        return row


def note_export(
    *, what: str, persons: int, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> DataAccess:
    """Keep that a list of persons was taken along; raises NotYours and Refused like `reveal_numbers`."""
    with act(stamp):
        if not may_read_privacy(by, at=at):
            raise NotYours
        why = _line(reason, "reason", "Tuliskan untuk apa daftar ini diunduh.")
        row = DataAccess.objects.create(
            viewer=by,
            about="log",
            kind=DataAccess.Kind.EXPORT,
            place="privasi/akses",
            what=what[:160],
            reason=why,
            at=at,
            day=office_day(at),
        )
        record(
            chain="personal_data:exports",
            verb="personal_data.export",
            by_id=by.pk,
            at=at,
            facts={"access": row.pk, "persons": persons},
            note=why,
            key=stamp.key,
            body=stamp.body,
        )
        return row


# --- requests ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What somebody asks about their data; who they are is their account, or the card that was shown."""

    kind: str
    text: str
    name: str = ""
    contact: str = ""
    identity: str = ""
    number: str = ""
    email: str = ""
    case_number: str = ""


def ask_about_own_data(said: Asking, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> DataRequest:
    """Record what a signed-in person asks about their own data (Pasal 14); raises Refused."""
    with act(stamp):
        asked = _text(said.text, "text", "Tuliskan apa yang Anda minta.")
        if DataRequest.objects.filter(subject=by, kind=said.kind, answered_at=None).exists():
            raise Refused("Permintaan sejenis dari Anda masih kami kerjakan. Tunggu jawabannya.", "kind")
        found = DataRequest.objects.create(
            **_next_number(DataRequest.REGISTER, at),
            kind=_kind(said.kind),
            channel=DataRequest.Channel.WEB,
            subject=by,
            name=by.name,
            contact=by.email,
            identity=DataRequest.Identity.ACCOUNT,
            text=asked,
            received_at=at,
        )
        return _received(found, by=by, at=at, stamp=stamp)


def record_data_request(said: Asking, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> DataRequest:
    """Write down what somebody asks in person, having seen their card; of its number a mask is kept.

    Raises:
        NotYours: the officer takes none.
        Refused: something is missing or cannot be read.
    """
    with act(stamp):
        if not may_record_data_request(by, at=at):
            raise NotYours
        if said.identity not in CARDS:
            raise Refused("Pilih bukti diri yang diperlihatkan.", "identity")
        try:
            number = masked(check_card(said.identity, said.number))
        except ValueRefused as refusal:
            raise Refused(refusal.message, "number") from None
        name = _line(said.name, "name", "Tulis nama seperti pada kartunya.", limit=120)
        contact = _line(said.contact, "contact", "Tulis ke mana jawaban dikirim.")
        subject = _account(said.email)
        case = _case(said.case_number)
        found = DataRequest.objects.create(
            **_next_number(DataRequest.REGISTER, at),
            kind=_kind(said.kind),
            channel=DataRequest.Channel.COUNTER,
            subject=subject,
            name=name,
            contact=contact,
            identity=said.identity,
            masked_number=number,
            case=case,
            text=_text(said.text, "text", "Tuliskan apa yang diminta."),
            received_at=at,
            entered_by=by,
        )
        return _received(found, by=by, at=at, stamp=stamp)


def answer_request(
    request_id: int,
    *,
    verdict: str,
    text: str,
    erase: Collection[str] = (),
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> DataRequest:
    """Answer a request with its reason; what is to be erased is erased in the same act.

    Raises:
        NotYours: the person does not answer for personal data, or it is their own request.
        Refused: it was answered before, the reason is missing, or the law forbids what is chosen.
    """
    with act(stamp):
        found: DataRequest = DataRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
        if not may_answer_request(by, found, at=at):
            raise NotYours
        if not found.is_open:
            raise Refused("Permintaan ini sudah dijawab. Muat ulang halaman.")
        if verdict not in Verdict.values:
            raise Refused("Pilih hasilnya.", "verdict")
        why = _text(text, "text", "Tuliskan jawaban dengan alasannya.")
        chosen = sorted(set(erase))
        _demand_lawful(found, verdict, chosen, at=at)
        # The address is needed for the answer, so the answer goes first.
        _tell_answer(found, verdict, why, at=at, keep_account=Erased.ACCOUNT not in chosen)
        found.verdict, found.answer, found.erased = verdict, why, chosen
        found.answered_at, found.answered_by = at, by
        found.save()
        record(
            chain=found.chain,
            verb="data_request.answer",
            by_id=by.pk,
            at=at,
            facts={"number": found.number, "verdict": verdict, "erased": chosen},
            note=why,
            key=stamp.key,
            body=stamp.body,
        )
        if found.subject is not None:
            for what in chosen:
                _ERASERS[what](found.subject, by=by, at=at, number=found.number)
        return found


def _demand_lawful(found: DataRequest, verdict: str, chosen: list[str], *, at: datetime) -> None:
    if not chosen and found.kind != Kind.ERASURE:
        return
    if chosen and (found.kind != Kind.ERASURE or found.subject is None):
        raise Refused("Yang dihapus hanya dipilih pada permintaan penghapusan pemilik akun.", "erase")
    if (verdict == Verdict.REFUSED) == bool(chosen):
        raise Refused(
            "Permintaan yang ditolak tidak menghapus apa pun."
            if chosen
            else "Pilih apa yang dihapus, atau tolak dengan alasannya.",
            "erase",
        )
    for what in chosen:
        assert found.subject is not None
        if what not in Erased.values or (why := why_not_erase(found.subject, what, at=at)):
            raise Refused(why if what in Erased.values else "Pilih dari daftar.", "erase")
    if verdict == Verdict.DONE and Erased.ACCOUNT not in chosen:
        raise Refused(f"Penghapusan ini tidak seluruhnya: pilih dipenuhi sebagian. {IN_A_FILE}", "verdict")


def _erase_phone(user: User, *, by: User, at: datetime, number: str) -> None:
    user.phone = ""
    user.save(update_fields=["phone"])
    Notice.objects.filter(recipient=user).update(phone="")
    _erase_notes(user, by=by, at=at, number=number, what=Erased.PHONE)


def _erase_account(user: User, *, by: User, at: datetime, number: str) -> None:
    """Leave an account that belongs to nobody: rows that point to it stay, and say nothing of a person."""
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.memberships.all().delete()
    user.name, user.email = "Akun dihapus", f"dihapus-{user.pk}@muara.invalid"
    user.phone = ""
    user.is_active = False
    user.set_unusable_password()  # signs every browser out, too
    user.save()
    told = Notice.objects.filter(recipient=user)
    told.waiting().update(withdrawn_at=at)
    told.update(name="Akun dihapus", address="", phone="", text="")
    Consultation.objects.filter(person=user).update(
        name="Akun dihapus", contact="", sent_to="", forms_given=[]
    )
    DataRequest.objects.filter(subject=user).update(name="Akun dihapus", contact="dihapus")
    _erase_notes(user, by=by, at=at, number=number, what=Erased.ACCOUNT)


_ERASERS = {Erased.PHONE.value: _erase_phone, Erased.ACCOUNT.value: _erase_account}


def _erase_notes(user: User, *, by: User, at: datetime, number: str, what: str) -> None:
    """Former names and numbers stand in the notes of the account's chain; its hashes stand without them."""
    chain = f"user:{user.pk}"
    Entry.objects.filter(chain=chain, note__isnull=False).update(note=None, salt=None)
    record(chain=chain, verb="user.erase", by_id=by.pk, at=at, facts={"what": what, "request": number})


# --- breaches ----------------------------------------------------------------------------------------------


def record_breach(
    *,
    began_at: datetime,
    ended_at: datetime | None,
    known_at: datetime,
    exposed: str,
    how: str,
    handling: str,
    persons: int | None = None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> DataBreach:
    """Record that personal data got out: the 3 x 24 hours run from when it was known (Pasal 46).

    Raises:
        NotYours: the person does not answer for personal data.
        Refused: something is missing, or the times cannot be.
    """
    with act(stamp):
        if not may_protect_data(by, at=at):
            raise NotYours
        if known_at > at:
            raise Refused("Waktu diketahui tidak mungkin sesudah sekarang.", "known_at")
        if began_at > known_at:
            raise Refused("Kejadian tidak mungkin dimulai sesudah diketahui.", "began_at")
        if ended_at is not None and ended_at < began_at:
            raise Refused("Akhir kejadian lebih awal dari mulainya.", "ended_at")
        breach = DataBreach.objects.create(
            **_next_number(DataBreach.REGISTER, at),
            began_at=began_at,
            ended_at=ended_at,
            known_at=known_at,
            data=_text(exposed, "exposed", "Sebutkan data apa yang terungkap."),
            how=_text(how, "how", "Ceritakan bagaimana terjadinya."),
            handling=_text(handling, "handling", "Tuliskan penanganan dan pemulihannya."),
            persons=persons,
            recorded_by=by,
            recorded_at=at,
        )
        _breach_act(breach, BreachAct.Kind.RECORD, "Insiden dicatat.", by=by, at=at, stamp=stamp)
        return breach


def note_breach(
    breach_id: int, *, kind: str, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> DataBreach:
    """Note what was done about a breach: handled, subjects told, agency told, closed; raises like above."""
    with act(stamp):
        if not may_protect_data(by, at=at):
            raise NotYours
        breach: DataBreach = DataBreach.objects.select_for_update().get(pk=breach_id)
        said = _text(text, "text", "Tuliskan apa yang dilakukan: bagaimana, kepada siapa, nomor suratnya.")
        if breach.closed_at is not None:
            raise Refused("Insiden ini sudah ditutup.")
        if kind == BreachAct.Kind.SUBJECTS:
            breach.subjects_told_at = breach.subjects_told_at or at
        elif kind == BreachAct.Kind.AGENCY:
            breach.agency_told_at = breach.agency_told_at or at
        elif kind == BreachAct.Kind.CLOSE:
            if breach.told_at is None:
                raise Refused("Pemilik data dan lembaga harus diberi tahu lebih dahulu (Pasal 46).", "kind")
            breach.closed_at = at
        elif kind != BreachAct.Kind.NOTE:
            raise Refused("Pilih apa yang dilakukan.", "kind")
        breach.save()
        _breach_act(breach, kind, said, by=by, at=at, stamp=stamp)
        return breach


# --- by all of them ----------------------------------------------------------------------------------------


def _breach_act(breach: DataBreach, kind: str, text: str, *, by: User, at: datetime, stamp: Stamp) -> None:
    BreachAct.objects.create(breach=breach, kind=kind, at=at, by=by, text=text)
    _record(breach.chain, f"data_breach.{kind}", {"number": breach.number}, by=by, at=at, stamp=stamp)


def _received(found: DataRequest, *, by: User, at: datetime, stamp: Stamp) -> DataRequest:
    facts = {"number": found.number, "kind": found.kind, "channel": found.channel}
    _record(found.chain, "data_request.receive", facts, by=by, at=at, stamp=stamp)
    answers = holder(PRIVACY_OFFICER, on=office_day(at)) or holder("head_of_office", on=office_day(at))
    if answers is not None:
        _tell_official(found, answers, at=at)
    return found


def _record(
    chain: str, verb: str, facts: Mapping[str, object], *, by: User, at: datetime, stamp: Stamp
) -> None:
    record(chain=chain, verb=verb, by_id=by.pk, at=at, facts=facts, key=stamp.key, body=stamp.body)


def _tell_official(found: DataRequest, to: Holding, *, at: datetime) -> None:
    notify(
        key=f"{found.chain}:received",
        kind="data_request_work",
        about=found.chain,
        to=addressee(to.user),
        subject=f"Permintaan data pribadi {found.number}",
        text=f"Yth. {to.user.name},\n\n{found.number} dijawab paling lambat {waktu(found.due_at)}.",
        link=f"/meja/privasi/permintaan/{found.pk}/",
        at=at,
    )


def _tell_answer(found: DataRequest, verdict: str, why: str, *, at: datetime, keep_account: bool) -> None:
    """Send the answer; to an account that goes, to its address without the account."""
    email = found.subject.email if found.subject else found.contact if "@" in found.contact else ""
    if not email:
        return
    user = found.subject if keep_account else None
    notify(
        key=f"{found.chain}:answer:{uuid4()}",
        kind="data_request",
        about=found.chain,
        to=Addressee(name=found.name, user=user, email=email),
        subject=f"Jawaban atas permintaan data pribadi {found.number}",
        text=f"Yth. {found.name},\n\n{Verdict(verdict).label}.\n\n{why}",
        link="/akun/data-pribadi/" if user else "",
        at=at,
    )


def _next_number(register: str, at: datetime) -> dict[str, int]:
    year = office_day(at).year
    PrivacyYear.objects.get_or_create(register=register, year=year)
    rows = PrivacyYear.objects.filter(register=register, year=year)
    rows.update(last=F("last") + 1)
    return {"year": year, "serial": rows.values_list("last", flat=True).get()}


def _kind(kind: str) -> str:
    if kind not in Kind.values:
        raise Refused("Pilih apa yang diminta.", "kind")
    return kind


def _account(email: str) -> User | None:
    if not email.strip():
        return None
    found: User | None = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise Refused("Tidak ada akun dengan surel itu. Kosongkan bila pemohon tidak punya akun.", "email")
    return found


def _case(number: str) -> Case | None:
    if not number.strip():
        return None
    found = case_by_number(number)
    if found is None:
        raise Refused("Tidak ada berkas dengan nomor itu. Periksa di daftar berkas.", "case_number")
    return found


def _line(text: str, field: str, lacking: str, *, limit: int = LINE) -> str:
    return cleaned(text, field, limit=limit, lacking=lacking)


def _text(text: str, field: str, lacking: str) -> str:
    return cleaned(text, field, limit=TEXT, lines=True, lacking=lacking)
