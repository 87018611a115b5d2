"""Taking complaints, suggestions and requests for information, and answering them (SOP section Q).

What is written stands in the complaint's own rows; the chain `complaint:<pk>` holds no word of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from django.db.models import F, Q

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Case, Task
from muara.contacts.actions.words import cleaned
from muara.contacts.models import (
    Complainant,
    Complaint,
    ComplaintAct,
    ComplaintConcern,
    ComplaintFile,
    ComplaintYear,
)
from muara.contacts.queries import complaint_targets
from muara.contacts.rules import (
    BELATED,
    HANDLERS,
    SUPPLY,
    complaint_clocks,
    may_handle,
    may_record_complaint,
)
from muara.documents.indonesian import tanggal
from muara.documents.uploads import Accepted
from muara.people.actions.notices import Addressee, addressee, notify
from muara.people.calendar import office_calendar
from muara.people.models import Absence, Holding, Notice, User, office_day
from muara.people.queries import holder, issuing_office
from muara.people.rules import COMPLAINT_MANAGER, SUPERIORS
from muara.sop.values import ValueRefused, check_email, check_phone
from muara.sop.working_time import DAY

TEXT, LINE = 5000, 120
FILES = 10  # that one complaint takes
Kind, State, Act = Complaint.Kind, Complaint.State, ComplaintAct.Kind
MOVED = "Keadaan pengaduan ini sudah berubah. Muat ulang halaman."
# How people call the posts that handle complaints, where they name no person.
POSTS = {
    COMPLAINT_MANAGER: ("pengelola pengaduan",),
    "section_head": ("kepala seksi", "kasi"),
    "division_head": ("kepala bidang", "kabid"),
    "head_of_office": ("kepala dinas", "kadis"),
}
SHORT_WORD = 4  # letters of a name below which it is no sign of a person


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """What somebody says, and who they are unless they keep their name to themselves (Pasal 42)."""

    kind: str
    category: str
    text: str
    channel: str = Complaint.Channel.WEB
    harm: str = ""
    wanted: str = ""
    claims_compensation: bool = False
    served_on: date | None = None
    place: str = ""
    about: str = ""
    case_number: str = ""
    elsewhere: str = ""
    anonymous: bool = False
    confidential: bool = False
    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    proxy_for: str = ""


def file_complaint(
    said: Filing,
    *,
    at: datetime,
    upload: Accepted | None = None,
    by: User | None = None,
    stamp: Stamp = NO_FORM,
) -> Complaint:
    """Take a complaint from anybody, or from the officer (`by`) to whom it was said; it goes to its handler.

    Raises:
        NotYours: the officer takes none.
        Refused: nothing is said, nobody says it, or something cannot be read.
    """
    with act(stamp):
        if by is not None and not may_record_complaint(by, at=at):
            raise NotYours
        words = _words(said, at=at)
        person = None if said.anonymous else _complainant(said)
        late = said.served_on is not None and office_day(at) - said.served_on > BELATED
        input_only = said.kind in Complaint.FORMAL and (said.anonymous or late)
        complaint = Complaint.objects.create(
            **_next_number(at),
            **words,
            filed_as=said.kind,
            kind=Kind.INPUT if input_only else said.kind,
            category=said.category,
            channel=said.channel,
            anonymous=said.anonymous,
            confidential=said.confidential and not said.anonymous,
            claims_compensation=said.claims_compensation,
            served_on=said.served_on,
            case=_case(str(words["case_number"])),
            received_at=at,
            entered_by=by,
        )
        if person is not None:
            person.complaint = complaint
            person.save()
        if upload is not None:
            _attach(complaint, upload, at=at)
        ComplaintConcern.objects.bulk_create(
            ComplaintConcern(complaint=complaint, user_id=pk) for pk in _named_in(said, at=at)
        )
        facts = {"kind": complaint.kind, "channel": complaint.channel, "anonymous": complaint.anonymous}
        _note(complaint, Act.RECEIVE, by=by, at=at, stamp=stamp, facts=facts)
        _assign(complaint, at=at)
        _tell(
            complaint,
            "Kami menerima yang Anda sampaikan. Ikuti dengan nomor di atas dan kode rahasia "
            f"{complaint.code}.",
            at=at,
            secret=True,
        )
        return complaint


# --- the handler's acts ------------------------------------------------------------------------------------


def accept(complaint_id: int, *, handling: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Complaint:
    """Answer that it is complete (Pasal 44(3)), and say how much work it takes; raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.RECEIVED)
        complaint.state, complaint.handling = State.PROCESSED, handling
        complaint.responded_at = complaint.complete_at = at
        _note(complaint, Act.ACCEPT, by=by, at=at, stamp=stamp, facts={"handling": handling})
        _tell(complaint, "Yang Anda sampaikan sudah lengkap dan kami proses.", at=at)
        return _saved(complaint)


def ask_to_complete(
    complaint_id: int, *, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Complaint:
    """Answer that something lacks (Pasal 44(3)): the complainant has 30 days; raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.RECEIVED)
        asked = _text(text, "text", "Sebutkan apa yang perlu dilengkapi.")
        complaint.state, complaint.responded_at = State.INCOMPLETE, at
        _note(complaint, Act.ASK, by=by, at=at, text=asked, stamp=stamp)
        _tell(complaint, "Ada yang perlu Anda lengkapi dalam 30 hari. Buka halaman pelacakan.", at=at)
        return _saved(complaint)


def forward(
    complaint_id: int,
    *,
    recipient: str,
    name: str,
    text: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Complaint:
    """Pass it on to whom it is for: an agency, the inspectorate, another authority; raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.RECEIVED, State.PROCESSED)
        why = _text(text, "text", "Tuliskan mengapa pengaduan ini diteruskan.")
        to = _line(name, "name", 160) or _lacking("name", "Sebutkan nama instansi yang dituju.")
        complaint.state, complaint.recipient, complaint.recipient_name = State.FORWARDED, recipient, to
        complaint.responded_at = complaint.responded_at or at
        facts = {"recipient": recipient}
        _note(complaint, Act.FORWARD, by=by, at=at, text=f"{to}: {why}", stamp=stamp, facts=facts)
        _tell(complaint, f"Kami teruskan kepada {to}, yang berwenang menanganinya.", at=at)
        return _saved(complaint)


def confirm_forwarding(
    complaint_id: int, *, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Complaint:
    """Note how the other body confirmed that it has the complaint; ours ends here; raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.FORWARDED)
        told = _text(text, "text", "Tuliskan nomor dan tanggal surat, atau siapa yang mengonfirmasi.")
        complaint.state, complaint.confirmed_at = State.DONE, at
        _note(complaint, Act.CONFIRM, by=by, at=at, text=told, stamp=stamp)
        _tell(complaint, f"{complaint.recipient_name} sudah menerima yang kami teruskan.", at=at)
        return _saved(complaint)


def link_case(
    complaint_id: int,
    *,
    number: str,
    step_key: str,
    cause: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Complaint:
    """Tie it to a case, the step complained of and the cause of a delay; who did that step is concerned.

    Raises like `decide`.
    """
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        found = _case(_line(number, "number", 60))
        if found is None:
            raise Refused("Tidak ada berkas dengan nomor itu. Periksa di daftar berkas.", "number")
        if step_key and step_key not in {step.key for step in found.process.steps}:
            raise Refused("Langkah itu bukan langkah berkas ini.", "step_key")
        complaint.case, complaint.step_key, complaint.cause = found, step_key, cause
        facts = {"case": found.pk, "step": step_key, "cause": cause}
        _note(complaint, Act.LINK, by=by, at=at, text=str(found), stamp=stamp, facts=facts)
        _saved(complaint)
        if step_key:
            done = Task.objects.filter(case=found, step_key=step_key).values_list("received_by", "closed_by")
            _concern(complaint, {pk for pair in done for pk in pair if pk}, at=at)
        return complaint


def add_concern(
    complaint_id: int, *, user_id: int, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Complaint:
    """Note that it concerns an official, oneself perhaps: from now on others handle it.

    Raises like `decide`.
    """
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        if user_id not in officials(at):
            raise Refused("Pilih pegawai yang bertugas hari ini.", "user_id")
        _note(complaint, Act.CONCERN, by=by, at=at, stamp=stamp, facts={"user": user_id})
        _concern(complaint, {user_id}, at=at)
        return complaint


def decide(
    complaint_id: int, *, verdict: str, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Complaint:
    """Decide on a complaint, or answer what is none.

    Raises:
        NotYours: the person does not handle it, or it concerns them.
        Refused: it is not in a state for this, or something is missing.
    """
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.PROCESSED)
        told = _text(text, "text", "Tuliskan keputusan atau jawabannya.")
        if complaint.is_formal == (verdict == Complaint.Verdict.ANSWERED):
            raise Refused(
                "Pengaduan diputus beralasan atau tidak."
                if complaint.is_formal
                else "Ini bukan pengaduan: pilih “Dijawab”.",
                "verdict",
            )
        complaint.state, complaint.verdict, complaint.decision = State.DECIDED, verdict, told
        complaint.decided_at = at
        _note(complaint, Act.DECIDE, by=by, at=at, text=told, stamp=stamp, facts={"verdict": verdict})
        return _saved(complaint)


def deliver(complaint_id: int, *, how: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Complaint:
    """Let the complainant have the decision: it stands on their page from now on; raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        _demand_state(complaint, State.DECIDED)
        way = _line(how, "how", LINE) or _lacking("how", "Tuliskan bagaimana jawaban disampaikan.")
        complaint.state, complaint.delivered_at = State.DELIVERED, at
        _note(complaint, Act.DELIVER, by=by, at=at, text=way, stamp=stamp)
        _tell(complaint, "Jawaban kami sudah ada. Baca di halaman pelacakan, lalu nilai jawabannya.", at=at)
        return _saved(complaint)


def look(
    complaint_id: int, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Complainant | None:
    """Open who complains, and keep who looked and why (Pasal 42(5) and 49); raises like `decide`."""
    with act(stamp):
        complaint = _mine(complaint_id, by=by, at=at)
        why = _line(reason, "reason", LINE) or _lacking("reason", "Tuliskan mengapa identitas dibuka.")
        _note(complaint, Act.LOOK, by=by, at=at, text=why, stamp=stamp)
        return Complainant.objects.filter(complaint=complaint).first()


# --- the complainant's acts --------------------------------------------------------------------------------


def supply(
    complaint_id: int, *, text: str, at: datetime, upload: Accepted | None = None, stamp: Stamp = NO_FORM
) -> Complaint:
    """Complete what was asked for (Pasal 44(4)): the 60 days run from now. Raises Refused.

    Whoever calls has shown the number and its code.
    """
    with act(stamp):
        complaint = _locked(complaint_id)
        _demand_state(complaint, State.INCOMPLETE)
        if _lapses_on(complaint) < office_day(at):
            raise Refused("Waktu 30 hari untuk melengkapi sudah lewat. Sampaikan pengaduan baru.")
        words = _text(text, "text", "Tuliskan yang Anda lengkapi.")
        if upload is not None:
            _attach(complaint, upload, at=at)
        complaint.state, complaint.complete_at = State.PROCESSED, at
        _note(complaint, Act.COMPLETE, by=None, at=at, text=words, stamp=stamp)
        _tell_handler(complaint, "dilengkapi pelapor", at=at)
        return _saved(complaint)


def rate(
    complaint_id: int, *, satisfied: bool, text: str = "", at: datetime, stamp: Stamp = NO_FORM
) -> Complaint:
    """Say whether the answer satisfies; raises Refused. Whoever calls has shown the number and its code."""
    with act(stamp):
        complaint = _locked(complaint_id)
        _demand_state(complaint, State.DELIVERED)
        words = cleaned(text, "text", limit=TEXT, lines=True)
        complaint.state, complaint.satisfied = State.DONE, satisfied
        _note(complaint, Act.RATE, by=None, at=at, text=words, stamp=stamp, facts={"satisfied": satisfied})
        return _saved(complaint)


def reopen(complaint_id: int, *, text: str, at: datetime, stamp: Stamp = NO_FORM) -> Complaint:
    """Have an answered complaint looked at again, once; the 60 days run anew. Raises Refused.

    Whoever calls has shown the number and its code.
    """
    with act(stamp):
        complaint = _locked(complaint_id)
        if not complaint.may_be_reopened:
            raise Refused("Pengaduan hanya dapat dibuka kembali satu kali, sesudah jawabannya disampaikan.")
        why = _text(text, "text", "Tuliskan apa yang belum terjawab.")
        complaint.state, complaint.reopened_at, complaint.complete_at = State.PROCESSED, at, at
        complaint.verdict = complaint.decision = ""
        complaint.decided_at = complaint.delivered_at = complaint.satisfied = None
        _note(complaint, Act.REOPEN, by=None, at=at, text=why, stamp=stamp)
        _tell_handler(complaint, "dibuka kembali", at=at)
        return _saved(complaint)


# --- by the clock ------------------------------------------------------------------------------------------


def lapse_uncompleted(*, at: datetime) -> Iterator[Complaint]:
    """What was not completed within 30 days counts as withdrawn (Pasal 44(5))."""
    waiting = Complaint.objects.filter(state=State.INCOMPLETE).values_list("pk", flat=True)
    for pk in list(waiting):
        with act():
            complaint = _locked(pk)
            if complaint.state != State.INCOMPLETE or _lapses_on(complaint) >= office_day(at):
                continue
            complaint.state = State.LAPSED
            _note(complaint, Act.LAPSE, by=None, at=at)
            _tell(complaint, "Tidak dilengkapi dalam 30 hari, jadi dianggap dicabut.", at=at)
            _saved(complaint)
        yield complaint


def find_handlers(*, at: datetime) -> Iterator[Complaint]:
    """Give each open complaint that nobody handles to somebody: there was none, or they left their post."""
    posts = Holding.objects.current(office_day(at)).filter(actor__in=HANDLERS).values("user")
    left = Q(handler=None) | ~Q(handler__in=posts) | Q(handler__is_active=False)
    for pk in list(Complaint.objects.open().filter(left).values_list("pk", flat=True)):
        with act():
            complaint = _locked(pk)
            if _assign(complaint, at=at):
                yield complaint


def warn_of_limits(*, at: datetime) -> Iterator[Notice]:
    """Tell the handler once the day before a limit, and the superiors once the law's is past."""
    today, calendar = office_day(at), office_calendar()
    targets = complaint_targets(on=today)
    for complaint in Complaint.objects.open().select_related("handler"):
        for clock in complaint_clocks(complaint, calendar=calendar, targets=targets):
            if clock.met is not None or clock.theirs or clock.due is None:
                continue
            key, told = f"{complaint.chain}:limit:{clock.due:%Y%m%d}", list[tuple[User, str]]()
            if complaint.handler and clock.due <= today + DAY:
                told.append(
                    (complaint.handler, f": {clock.label.lower()} paling lambat {tanggal(clock.due)}")
                )
            if clock.is_late(on=today):
                told += [(one, " lewat batas UU 25/2009") for one in _above(complaint, on=today)]
            for to, what in told:
                if not Notice.objects.filter(key=f"{key}:{to.pk}").exists():
                    yield _tell_official(complaint, to, what, key=f"{key}:{to.pk}", at=at)


def _above(complaint: Complaint, *, on: date) -> list[User]:
    """The superiors of whoever handles it whom it does not concern."""
    barred = {*complaint.concerns.values_list("user", flat=True), complaint.handler_id or 0}
    held = (holder(actor, on=on, barred=barred) for actor in SUPERIORS)
    return [holding.user for holding in held if holding]


# --- who it goes to ----------------------------------------------------------------------------------------


def officials(at: datetime) -> dict[int, str]:
    """Who holds a post of the issuing office today, by name."""
    held = Holding.objects.current(office_day(at)).filter(office__kind="issuing", user__is_active=True)
    return dict(held.order_by("user__name").values_list("user", "user__name"))


def _named_in(said: Filing, *, at: datetime) -> set[int]:
    """The officials whom a complaint seems to name: rather one too many than its subject as its judge.

    A whole name anywhere; where it is asked who is meant, also one word of a name, or the post.
    """
    everything = f"{said.about} {said.text} {said.harm}".casefold()
    meant = set(said.about.casefold().replace(",", " ").replace(".", " ").split())
    named = {
        pk
        for pk, name in officials(at).items()
        if name.casefold() in everything
        or any(len(word) >= SHORT_WORD and word in meant for word in name.casefold().split())
    }
    day, about = office_day(at), said.about.casefold()
    called = [actor for actor, names in POSTS.items() if any(name in about for name in names)]
    posts = Holding.objects.current(day).filter(actor__in=called, office__kind="issuing")
    return named | set(posts.values_list("user", flat=True))


def _concern(complaint: Complaint, users: Collection[int], *, at: datetime) -> None:
    for pk in users:
        ComplaintConcern.objects.get_or_create(complaint=complaint, user_id=pk)
    if complaint.handler_id in users:
        _assign(complaint, at=at)


def _assign(complaint: Complaint, *, at: datetime) -> bool:
    """Give it to its manager, or to the nearest superior whom it does not concern; tell whether there is one.

    Who is away is passed over as long as somebody else is there.
    """
    day = office_day(at)
    barred = set(complaint.concerns.values_list("user", flat=True))
    away = set(Absence.objects.on(day).values_list("user", flat=True))
    found = _first_holder(day, barred | away) or _first_holder(day, barred)
    before, complaint.handler = complaint.handler_id, found
    if complaint.handler_id == before:
        return False
    complaint.save(update_fields=["handler"])
    facts = {"handler": complaint.handler_id}
    _note(complaint, Act.ASSIGN, by=None, at=at, text=found.name if found else "", facts=facts)
    _tell_handler(complaint, "menunggu Anda", at=at)
    return found is not None


def _first_holder(day: date, barred: Collection[int]) -> User | None:
    held = (holder(actor, on=day, barred=barred) for actor in HANDLERS)
    return next((holding.user for holding in held if holding), None)


# --- reading what was typed --------------------------------------------------------------------------------


def _words(said: Filing, *, at: datetime) -> dict[str, str]:
    if said.served_on is not None and said.served_on > office_day(at):
        raise Refused("Tanggal pelayanan tidak boleh sesudah hari ini.", "served_on")
    return {
        "text": _text(said.text, "text", "Tuliskan apa yang ingin Anda sampaikan."),
        "harm": cleaned(said.harm, "harm", limit=TEXT, lines=True),
        "wanted": cleaned(said.wanted, "wanted", limit=TEXT, lines=True),
        "place": _line(said.place, "place", LINE),
        "about": _line(said.about, "about", LINE),
        "case_number": _line(said.case_number, "case_number", 60),
        "elsewhere": _line(said.elsewhere, "elsewhere", 60),
    }


def _complainant(said: Filing) -> Complainant:
    return Complainant(
        name=_line(said.name, "name", LINE)
        or _lacking("name", "Tuliskan nama lengkap, atau pilih tanpa nama."),
        address=_line(said.address, "address", 300),
        phone=_checked(check_phone, said.phone, "phone"),
        email=_checked(check_email, said.email, "email"),
        proxy_for=_line(said.proxy_for, "proxy_for", LINE),
    )


def _checked(check: Callable[[str], str], typed: str, field: str) -> str:
    if not typed.strip():
        return ""
    try:
        return check(typed.strip())
    except ValueRefused as refusal:
        raise Refused(refusal.message, field) from None


def _line(typed: str, field: str, limit: int) -> str:
    return cleaned(typed, field, limit=limit)


def _text(typed: str, field: str, lacking: str) -> str:
    return cleaned(typed, field, limit=TEXT, lines=True, lacking=lacking)


def _lacking(field: str, sentence: str) -> NoReturn:
    raise Refused(sentence, field)


def _case(number: str) -> Case | None:
    if not number:
        return None
    wanted = Q(registration_number__iexact=number) | Q(application__reference__iexact=number)
    return Case.objects.filter(wanted).first()


# --- rows --------------------------------------------------------------------------------------------------


def _next_number(at: datetime) -> dict[str, int]:
    year = office_day(at).year
    ComplaintYear.objects.get_or_create(year=year)
    ComplaintYear.objects.filter(year=year).update(last=F("last") + 1)
    return {"year": year, "serial": ComplaintYear.objects.values_list("last", flat=True).get(year=year)}


def _locked(complaint_id: int) -> Complaint:
    found: Complaint = Complaint.objects.select_for_update().get(pk=complaint_id)
    return found


def _mine(complaint_id: int, *, by: User, at: datetime) -> Complaint:
    """Lock a complaint for whoever handles it."""
    found = _locked(complaint_id)
    if not may_handle(by, found, at=at):
        raise NotYours
    return found


def _demand_state(complaint: Complaint, *states: Complaint.State) -> None:
    if complaint.state not in states:
        raise Refused(MOVED)


def _lapses_on(complaint: Complaint) -> date:
    assert complaint.responded_at is not None
    return office_day(complaint.responded_at) + SUPPLY


def _attach(complaint: Complaint, upload: Accepted, *, at: datetime) -> None:
    if complaint.files.count() >= FILES:
        raise Refused(f"Satu pengaduan paling banyak {FILES} lampiran.", "file")
    ComplaintFile.objects.create(complaint=complaint, blob=upload.blob, filename=upload.filename, added_at=at)


def _saved(complaint: Complaint) -> Complaint:
    complaint.save()
    return complaint


def _note(
    complaint: Complaint,
    kind: ComplaintAct.Kind,
    *,
    by: User | None,
    at: datetime,
    text: str = "",
    stamp: Stamp = NO_FORM,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Write the act down: its words in a row of ours, in the chain that and when it was."""
    ComplaintAct.objects.create(complaint=complaint, kind=kind, at=at, by=by, text=text)
    record(
        chain=complaint.chain,
        verb=f"complaint.{kind.value}",
        by_id=by.pk if by else None,
        at=at,
        facts={"number": complaint.number, "state": complaint.state, **(facts or {})},
        key=stamp.key,
        body=stamp.body,
    )


# --- telling -----------------------------------------------------------------------------------------------


def _tell(complaint: Complaint, what: str, *, at: datetime, secret: bool = False) -> None:
    """Send word that there is news, never what it is about.

    To a confidential complainant nothing is sent: a notice keeps an address that others may read.
    """
    person = None if complaint.confidential else Complainant.objects.filter(complaint=complaint).first()
    if person is None or not (person.email or person.phone):
        return
    office = issuing_office()
    signed = f"\n\n{office.name}" if office else ""
    notify(
        key=f"{complaint.chain}:{complaint.acts.count()}",
        kind="complaint",
        about=complaint.chain,
        to=Addressee(name="Pelapor", email=person.email, phone=person.phone),
        subject=f"{complaint.get_filed_as_display()} {complaint.number}",
        text=f"Yth. pelapor {complaint.number},\n\n{what}{signed}",
        link=f"/pengaduan/lacak/?nomor={complaint.number}",
        secret=secret,
        at=at,
    )


def _tell_handler(complaint: Complaint, what: str, *, at: datetime) -> None:
    if complaint.handler is not None:
        key = f"{complaint.chain}:handler:{complaint.acts.count()}"
        _tell_official(complaint, complaint.handler, f" {what}", key=key, at=at)


def _tell_official(complaint: Complaint, to: User, what: str, *, key: str, at: datetime) -> Notice:
    return notify(
        key=key,
        kind="complaint_work",
        about=complaint.chain,
        to=addressee(to),
        subject=f"Pengaduan {complaint.number}{what}",
        text=f"Yth. {to.name},\n\nPengaduan {complaint.number}{what}.",
        link=f"/meja/pengaduan/{complaint.pk}/",
        at=at,
    )
