"""The queue: taking a number, calling, serving, sending on, leaving, and the end of a day.

Every act begins by raising the version of its day (`QueueDay`). That row is the lock: acts of one day follow
each other, so numbers have no gap and two officers never call the same one; and it is what displays ask for.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import F, Max

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Application
from muara.contacts.models import Consultation, Counter, Kiosk, QueueDay, QueueSeries, Ticket, TicketEvent
from muara.contacts.queries import priority_limit, priority_run
from muara.contacts.rules import may_serve, next_ticket, series_served
from muara.documents.indonesian import tanggal
from muara.people.hours import next_opening, open_at
from muara.people.models import User, office_day
from muara.people.rules import may_administer
from muara.sop.values import ValueRefused, clean_text

State, Kind = Ticket.State, TicketEvent.Kind
SETUP = "queue"
DAY_ENDED = "Hari pelayanan berakhir sebelum nomor ini selesai."
GONE = "Nomor ini sudah tidak di loket Anda. Muat ulang halaman untuk melihat keadaannya."
# What the SOP names (F01, F02), for an office that has set up nothing yet.
SHIPPED = (
    ("A", "Layanan informasi", "Bertanya tentang syarat, cara, dan formulir", "information_officer"),
    ("B", "Layanan CS", "Menyerahkan berkas permohonan kepada customer service", "customer_service"),
)


# --- taking a number -------------------------------------------------------------------------------------


def take(
    *,
    series_id: int,
    priority: str,
    channel: str,
    at: datetime,
    browser: str = "",
    kiosk: Kiosk | None = None,
    by: User | None = None,
    stamp: Stamp = NO_FORM,
) -> Ticket:
    """Give the next number of a series, in service hours; the first one of a day closes the days before.

    `browser` is a phone's own mark: it holds at most one number of a series that has not had its turn.

    Raises:
        Refused: the office is closed, the series too, or this phone has a number already.
        AlreadyDone: the same form was sent before.
    """
    day = office_day(at)
    with act(stamp):
        if open_at(at) is None:
            raise Refused(_closed(at))
        close_earlier_days(at=at)
        _lock(day)
        series = QueueSeries.objects.filter(pk=series_id, active=True).first()
        if series is None:
            raise Refused("Pilih keperluan Anda.", "series")
        if priority not in Ticket.Priority.values:
            raise Refused("Pilih jenis prioritas.", "priority")
        held = Ticket.objects.filter(browser=browser, waits_in=series, day=day)
        if browser and (mine := held.filter(state__in=(State.WAITING, State.CALLED)).first()):
            raise Refused(f"Anda sudah memegang nomor {mine}. Tunggu panggilannya, atau tinggalkan dahulu.")
        last = series.tickets.filter(day=day).aggregate(last=Max("number"))["last"] or 0
        ticket = Ticket.objects.create(
            series=series,
            waits_in=series,
            day=day,
            number=last + 1,
            token=secrets.token_hex(16),
            key=stamp.key,
            browser=browser,
            channel=channel,
            priority=priority,
            taken_at=at,
        )
        facts: dict[str, object] = {"channel": channel, **({"kiosk": kiosk.pk} if kiosk else {})}
        _write(ticket, Kind.TAKE, by=by, at=at, stamp=stamp, facts=facts)
        return ticket


def leave(ticket: Ticket, *, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """A visitor gives up waiting; whoever is being served has not left."""
    with act(stamp):
        found = _locked(ticket)
        if found.state not in (State.WAITING, State.CALLED):
            raise Refused("Nomor ini sudah tidak menunggu.")
        _move(found, State.LEFT, ended_at=at)
        _write(found, Kind.LEAVE, by=None, at=at, stamp=stamp)


def _closed(at: datetime) -> str:
    following = next_opening(at)
    if following is None:
        return "Kantor sedang tutup. Nomor antrean diberikan dalam jam pelayanan."
    return (
        "Kantor sedang tutup. Nomor antrean diberikan lagi "
        f"{tanggal(following.day)} pukul {following.opens:%H.%M} WITA."
    )


# --- at a counter ----------------------------------------------------------------------------------------


def call_next(counter: Counter, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Ticket:
    """Call whom the fair order puts next in the series that this person serves here.

    Raises:
        NotYours: the person serves no series of this counter.
        Refused: the counter still has somebody, or nobody waits.
    """
    series = _demand(counter, by=by, at=at)
    day = office_day(at)
    with act(stamp):
        _lock(day)
        _demand_free(counter)
        limit = priority_limit(day)
        waiting = list(Ticket.objects.waiting().filter(day=day, waits_in__in=series))
        chosen = next_ticket(waiting, run=priority_run(day, series, limit=limit), limit=limit)
        if chosen is None:
            raise Refused("Tidak ada yang menunggu.")
        _call(chosen, counter, by=by, at=at, stamp=stamp)
        return chosen


def call_back(ticket: Ticket, *, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Call a number of today again that was skipped: its visitor has come after all."""
    series = _demand(counter, by=by, at=at)
    with act(stamp):
        found = _locked(ticket)
        if found.state != State.SKIPPED or found.waits_in not in series or found.day != office_day(at):
            raise Refused(GONE)
        _demand_free(counter)
        _call(found, counter, by=by, at=at, stamp=stamp)


def _call(ticket: Ticket, counter: Counter, *, by: User, at: datetime, stamp: Stamp) -> None:
    _move(ticket, State.CALLED, counter=counter, called_by=by, called_at=at, recalls=0, ended_at=None)
    _write(ticket, Kind.CALL, by=by, at=at, stamp=stamp)


def recall(ticket: Ticket, *, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Call the number at the counter once more."""
    with act(stamp):
        found = _here(ticket, counter, State.CALLED, by=by, at=at)
        _move(found, State.CALLED, recalls=found.recalls + 1)
        _write(found, Kind.RECALL, by=by, at=at, stamp=stamp)


def skip(ticket: Ticket, *, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Nobody came: free the counter; the number may be called back today."""
    with act(stamp):
        found = _here(ticket, counter, State.CALLED, by=by, at=at)
        _move(found, State.SKIPPED, ended_at=at, browser="")
        _write(found, Kind.SKIP, by=by, at=at, stamp=stamp)


def start(ticket: Ticket, *, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """The visitor is here: "menerima nomor antrian" (steps 2.a and 4.a)."""
    with act(stamp):
        found = _here(ticket, counter, State.CALLED, by=by, at=at)
        _move(found, State.SERVING, started_at=at)
        _write(found, Kind.START, by=by, at=at, stamp=stamp)


def finish(ticket: Ticket, *, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """The visitor has been served."""
    with act(stamp):
        found = _here(ticket, counter, State.SERVING, by=by, at=at)
        _move(found, State.DONE, ended_at=at)
        _write(found, Kind.FINISH, by=by, at=at, stamp=stamp)


def transfer(
    ticket: Ticket, *, to_id: int, counter: Counter, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> None:
    """Send a visitor on to another series: number and place by arrival stay, the wait there begins anew.

    Raises:
        Refused: the other series is closed or is where the visitor is.
    """
    with act(stamp):
        found = _here(ticket, counter, State.CALLED, State.SERVING, by=by, at=at)
        to = QueueSeries.objects.filter(pk=to_id, active=True).exclude(pk=found.waits_in_id).first()
        if to is None:
            raise Refused("Pilih seri tujuan yang lain.", "to")
        # The event belongs to the series that the visitor leaves; the ticket says where it waits now.
        _write(found, Kind.TRANSFER, by=by, at=at, stamp=stamp, facts={"to": to.letter})
        _move(
            found,
            State.WAITING,
            waits_in=to,
            browser="",
            counter=None,
            called_by=None,
            called_at=None,
            started_at=None,
            recalls=0,
        )


def attach_consultation(ticket: Ticket, consultation: Consultation, *, by: User, at: datetime) -> None:
    """Tie a ticket to the talk that came of it; call inside the talk's own act."""
    ticket.consultation = consultation
    ticket.save(update_fields=["consultation"])
    _record_attached(ticket, by=by, at=at, facts={"consultation": consultation.pk}, stamp=NO_FORM)


def attach_application(
    ticket: Ticket,
    application: Application,
    *,
    counter: Counter,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> None:
    """Tie the visitor at this counter to the application that they came about."""
    with act(stamp):
        found = _here(ticket, counter, State.CALLED, State.SERVING, by=by, at=at)
        found.application = application
        found.save(update_fields=["application"])
        _record_attached(found, by=by, at=at, facts={"application": application.pk}, stamp=stamp)


def _record_attached(
    ticket: Ticket, *, by: User, at: datetime, facts: Mapping[str, object], stamp: Stamp
) -> None:
    record(
        chain=f"ticket:{ticket.pk}",
        verb="ticket.attach",
        by_id=by.pk,
        at=at,
        facts=facts,
        key=stamp.key,
        body=stamp.body,
    )


# --- the end of a day ------------------------------------------------------------------------------------


def close_earlier_days(*, at: datetime) -> int:
    """Close what earlier days left open, with a reason; return how many. As often as one likes."""
    days = Ticket.objects.open().filter(day__lt=office_day(at)).order_by("day")
    closed = 0
    for day in list(days.values_list("day", flat=True).distinct()):
        with act():
            _lock(day)
            left = list(Ticket.objects.open().filter(day=day).select_related("waits_in"))
            TicketEvent.objects.bulk_create(
                TicketEvent(
                    ticket=ticket,
                    kind=Kind.CLOSE,
                    at=at,
                    series=ticket.waits_in,
                    counter_id=ticket.counter_id,
                )
                for ticket in left
            )
            Ticket.objects.open().filter(day=day).update(state=State.CLOSED, ended_at=at, reason=DAY_ENDED)
            if left:
                facts = {"day": day.isoformat(), "tickets": [ticket.pk for ticket in left]}
                record(chain=SETUP, verb="queue.close_day", by_id=None, at=at, facts=facts)
            closed += len(left)
    return closed


# --- setting the queue up --------------------------------------------------------------------------------


def open_shipped_queue(*, at: datetime) -> None:
    """Set up the series that the SOP names, and a counter for each."""
    for letter, name, purpose, actor in SHIPPED:
        series = save_series(
            None, letter=letter, name=name, purpose=purpose, actor=actor, active=True, by=None, at=at
        )
        save_counter(
            None, name=f"Loket {QueueSeries.objects.count()}", series=[series.pk], active=True, by=None, at=at
        )


def save_series(
    series_id: int | None,
    *,
    letter: str,
    name: str,
    purpose: str,
    actor: str,
    active: bool,
    by: User | None,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> QueueSeries:
    """Add a series, or change one; the letter of a series that has given numbers stays.

    Raises:
        NotYours: the person does not administer the office.
        Refused: a field cannot be used, or the letter is taken.
    """
    _demand_administrator(by, at)
    letter = letter.strip().upper()
    if len(letter) != 1 or not ("A" <= letter <= "Z"):
        raise Refused("Huruf seri adalah satu huruf A sampai Z.", "letter")
    values = {"name": _clean(name, "name", 60), "purpose": _clean(purpose, "purpose", 120)}
    with act(stamp):
        series = QueueSeries.objects.get(pk=series_id) if series_id else QueueSeries()
        if QueueSeries.objects.filter(letter=letter).exclude(pk=series.pk).exists():
            raise Refused("Huruf ini sudah dipakai seri lain.", "letter")
        if series.pk and series.letter != letter and series.tickets.exists():
            raise Refused("Seri ini sudah memberi nomor; hurufnya tetap.", "letter")
        series.letter, series.name, series.purpose = letter, values["name"], values["purpose"]
        series.actor, series.active = actor, active
        series.save()
        _record_setup(
            "queue.series",
            {"letter": letter, **values, "actor": actor, "active": active},
            by=by,
            at=at,
            stamp=stamp,
        )
        return series


def save_counter(
    counter_id: int | None,
    *,
    name: str,
    series: Sequence[int],
    active: bool,
    by: User | None,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Counter:
    """Add a counter, or change one and what is called there.

    Raises:
        NotYours: the person does not administer the office.
        Refused: the name is missing or taken, it serves nothing, or it still has a visitor.
    """
    _demand_administrator(by, at)
    name = _clean(name, "name", 40)
    with act(stamp):
        counter = Counter.objects.get(pk=counter_id) if counter_id else Counter()
        if Counter.objects.filter(name__iexact=name).exclude(pk=counter.pk).exists():
            raise Refused("Nama loket ini sudah dipakai.", "name")
        served = list(QueueSeries.objects.filter(pk__in=series))
        if not served:
            raise Refused("Pilih paling sedikit satu seri yang dipanggil di loket ini.", "series")
        if counter.pk and not active:
            _demand_free(counter)
        counter.name, counter.active = name, active
        counter.save()
        counter.series.set(served)
        facts = {"name": name, "series": [item.letter for item in served], "active": active}
        _record_setup("queue.counter", facts, by=by, at=at, stamp=stamp)
        return counter


def add_kiosk(name: str, *, secret: str, by: User | None, at: datetime, stamp: Stamp = NO_FORM) -> Kiosk:
    """Set up a kiosk; whoever opens the link with the secret makes their browser this kiosk.

    Raises:
        NotYours: the person does not administer the office. Refused: the name is missing or taken.
    """
    _demand_administrator(by, at)
    name = _clean(name, "name", 40)
    with act(stamp):
        if Kiosk.objects.filter(name__iexact=name).exists():
            raise Refused("Nama kios ini sudah dipakai, mungkin oleh kios yang sudah dicabut.", "name")
        made = Kiosk.objects.create(name=name, secret_hash=_hash(secret), made_by=by, made_at=at)
        _record_setup("queue.kiosk", {"kiosk": made.pk, "name": name}, by=by, at=at, stamp=stamp)
        return made


def revoke_kiosk(kiosk: Kiosk, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """A kiosk that was lost or replaced gives no numbers any more, from this moment."""
    _demand_administrator(by, at)
    with act(stamp):
        if not Kiosk.objects.filter(pk=kiosk.pk, revoked_at=None).update(revoked_by=by, revoked_at=at):
            raise Refused("Kios ini sudah dicabut.")
        _record_setup("queue.kiosk_revoked", {"kiosk": kiosk.pk}, by=by, at=at, stamp=stamp)


def kiosk_by_secret(secret: str) -> Kiosk | None:
    """The kiosk whose link holds this secret, unless it was revoked."""
    return Kiosk.objects.filter(secret_hash=_hash(secret), revoked_at=None).first()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- shared by the acts above ----------------------------------------------------------------------------


def _lock(day: date) -> None:
    """Let the acts of a day follow each other, and tell the displays that something happens."""
    QueueDay.objects.get_or_create(day=day)
    QueueDay.objects.filter(day=day).update(version=F("version") + 1)


def _locked(ticket: Ticket) -> Ticket:
    """The ticket as it stands, under the lock of its day."""
    _lock(ticket.day)
    return Ticket.objects.select_related("series", "waits_in").get(pk=ticket.pk)


def _here(ticket: Ticket, counter: Counter, *states: str, by: User, at: datetime) -> Ticket:
    """The ticket that this counter has, in one of these states."""
    _demand(counter, by=by, at=at)
    found = _locked(ticket)
    if found.counter_id != counter.pk or found.state not in states or found.day != office_day(at):
        raise Refused(GONE)
    return found


def _demand(counter: Counter, *, by: User, at: datetime) -> list[QueueSeries]:
    if not may_serve(by, counter, at=at):
        raise NotYours
    return series_served(by, counter, at=at)


def _demand_free(counter: Counter) -> None:
    if there := Ticket.objects.at_a_counter().filter(counter=counter).select_related("series").first():
        raise Refused(f"Loket ini masih melayani {there}. Selesaikan, lewati, atau alihkan dahulu.")


def _demand_administrator(by: User | None, at: datetime) -> None:
    if by is not None and not may_administer(by, at=at):
        raise NotYours


def _move(ticket: Ticket, state: Ticket.State, **fields: object) -> None:
    ticket.state = state
    for name, value in fields.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=["state", *fields])


def _write(
    ticket: Ticket,
    kind: TicketEvent.Kind,
    *,
    by: User | None,
    at: datetime,
    stamp: Stamp,
    facts: Mapping[str, object] | None = None,
) -> None:
    TicketEvent.objects.create(
        ticket=ticket, kind=kind, at=at, series_id=ticket.waits_in_id, counter_id=ticket.counter_id, by=by
    )
    record(
        chain=f"ticket:{ticket.pk}",
        verb=f"ticket.{kind}",
        by_id=by.pk if by else None,
        at=at,
        facts={"ticket": str(ticket), "day": ticket.day.isoformat(), "counter": ticket.counter_id}
        | dict(facts or {}),
        key=stamp.key,
        body=stamp.body,
    )


def _record_setup(
    verb: str, facts: Mapping[str, object], *, by: User | None, at: datetime, stamp: Stamp
) -> None:
    record(
        chain=SETUP,
        verb=verb,
        by_id=by.pk if by else None,
        at=at,
        facts=facts,
        key=stamp.key,
        body=stamp.body,
    )


def _clean(text: str, field: str, limit: int) -> str:
    try:
        value = clean_text(text, max_length=limit)
    except ValueRefused as refusal:
        raise Refused(refusal.message, field) from None
    if not value:
        raise Refused("Isi bagian ini.", field)
    return value
