"""The outbox: telling somebody something in the transaction of an act, and sending it afterwards.

A row is the queue (docs/adr/0011). `notify` writes it; `send_due` is the worker's: it claims one row at a
time by a single UPDATE, so that two workers never hold the same one, sends it outside any transaction, and
writes down what came of it. A worker that is killed between sending and writing leaves a lease that runs
out: the notice is sent again under the same Message-ID, once too often rather than never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from muara.audit.actions import record
from muara.people.actions import NotAdministrator, Refused
from muara.people.channels import Channel, Rejected, Undelivered, channel
from muara.people.models import Holding, Notice, NoticeAttempt, User, office_day
from muara.people.rules import may_administer

LEASE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
AT_ONCE = 20  # candidates that a look at the outbox reads
DIGEST = "digest"
LISTED = 20
GONE = "Penerima tidak lagi bertindak untuk pemohon."


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Whom a notice is for, and how they are reached."""

    name: str
    user: User | None = None
    email: str = ""
    phone: str = ""


def addressee(user: User) -> Addressee:
    return Addressee(name=user.name, user=user, email=user.email, phone=user.phone)


def notify(
    *,
    key: str,
    kind: str,
    to: Addressee,
    subject: str,
    text: str,
    at: datetime,
    about: str = "",
    link: str = "",
    important: bool = False,
    secret: bool = False,
    due_at: datetime | None = None,
) -> Notice:
    """Tell a person something, by e-mail or else by a message to their phone; the same key only once.

    Call inside the transaction of the act. `link` is a path of this site. `important`: if it cannot be
    sent, customer service telephones or writes. `secret`: its text is kept only until it is sent.
    """
    way, address = _way(to)
    made, new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "about": about,
            "recipient": to.user,
            "name": to.name[:160],
            "channel": way,
            "address": address,
            "phone": to.phone,
            "subject": " ".join(subject.split())[:200],
            "text": text,
            "link": link,
            "important": important,
            "secret": secret,
            "made_at": at,
            "due_at": due_at or at,
            "next_try_at": due_at or at,
        },
    )
    if new and not way:
        made.failed_at, made.last_error = at, "Tidak ada alamat surel atau nomor telepon yang dapat dikirimi."
        made.save(update_fields=["failed_at", "last_error"])
    return made


def _way(to: Addressee) -> tuple[str, str]:
    for way, address in ((Notice.Channel.EMAIL, to.email), (Notice.Channel.MESSAGE, to.phone)):
        if address and settings.MUARA_CHANNELS.get(way.value):
            return way, address
    return Notice.Channel.NONE, ""


def withdraw(keys: Iterable[str], *, at: datetime) -> None:
    """Send no more of these, each key with what begins by it: there is nothing left to say."""
    for key in keys:
        told = Q(key=key) | Q(key__startswith=f"{key}:")
        Notice.objects.filter(told, sent_at=None, withdrawn_at=None).update(withdrawn_at=at)


# --- the worker's ----------------------------------------------------------------------------------------


class StillTheirs(Protocol):
    """Whether a notice may still reach whom it was written to."""

    def __call__(self, notice: Notice, *, at: datetime) -> bool: ...


def send_due(
    *, clock: Callable[[], datetime], still_theirs: StillTheirs, stop: Callable[[], bool] = lambda: False
) -> Iterator[Notice]:
    """Send what has fallen due, one notice after the other, giving each after its try.

    `clock` is asked anew for each, because sending takes time; `stop` ends it between two notices. What is
    not its recipient's business any more (they left the company; a power ended) is not sent.
    """
    while claimed := _claim(at=clock()):
        if still_theirs(claimed, at=clock()):
            yield _try(claimed, clock=clock)
        else:
            yield _settle(claimed, at=clock(), error=GONE, last_error=GONE, withdrawn_at=clock())
        if stop():
            return


def _due(at: datetime) -> Q:
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    return free & Q(sent_at=None, failed_at=None, withdrawn_at=None, next_try_at__lte=at)


def _claim(*, at: datetime) -> Notice | None:
    """Take one notice for as long as a lease lasts; None when nothing is due or others hold it all."""
    waiting = Notice.objects.filter(_due(at)).order_by("next_try_at", "pk").values_list("pk", "attempts")
    for pk, tried in waiting[:AT_ONCE]:
        with transaction.atomic():
            mine = Notice.objects.filter(_due(at), pk=pk, attempts=tried).update(
                leased_until=at + LEASE, attempts=tried + 1
            )
            if mine:
                found: Notice = Notice.objects.get(pk=pk)
                NoticeAttempt.objects.create(
                    notice=found, number=found.attempts, channel=found.channel, began_at=at
                )
                return found
    return None


def _try(notice: Notice, *, clock: Callable[[], datetime]) -> Notice:
    way: Channel | None = channel(notice.channel)
    if _tried(notice) > settings.MUARA_NOTICE_TRIES:  # every try before was cut short: leave it alone
        return _failed(notice, "Pengiriman berulang kali terputus.", for_good=True, at=clock())
    try:
        if way is None:
            raise Undelivered("Saluran ini sedang dimatikan.")
        way.send(notice)
    except Undelivered as problem:
        return _failed(notice, str(problem), for_good=isinstance(problem, Rejected), at=clock())
    return _sent(notice, at=clock())


def _sent(notice: Notice, *, at: datetime) -> Notice:
    return _settle(notice, at=at, sent_at=at, last_error="", **_kept(notice))


def _failed(notice: Notice, why: str, *, for_good: bool, at: datetime) -> Notice:
    tried = _tried(notice)
    if for_good or tried >= settings.MUARA_NOTICE_TRIES:
        return give_up(notice, why=why, at=at)
    return _settle(notice, at=at, error=why, next_try_at=at + pause(tried), last_error=why)


def _tried(notice: Notice) -> int:
    """How often it was tried since it was made, or since an official had it sent again."""
    return notice.attempts - notice.tries_before


def give_up(notice: Notice, *, why: str, at: datetime) -> Notice:
    """Stop trying to send a notice; an important one is told by telephone or on paper from now on."""
    return _settle(notice, at=at, error=why, failed_at=at, last_error=why, **_kept(notice))


def _kept(notice: Notice) -> dict[str, str]:
    """A secret is forgotten as soon as nobody will send it any more."""
    return {"text": "", "link": ""} if notice.secret else {}


def pause(tried: int) -> timedelta:
    """How long to wait after so many tries: 1, 2, 4 … minutes, at most six hours."""
    return min(FIRST_PAUSE * (1 << min(tried - 1, 20)), LONGEST_PAUSE)


@transaction.atomic
def _settle(notice: Notice, *, at: datetime, error: str = "", **changes: object) -> Notice:
    """Write down what came of a try, unless somebody took the notice over meanwhile."""
    held = Notice.objects.waiting().filter(pk=notice.pk, attempts=notice.attempts)
    if held.update(leased_until=None, **changes):
        NoticeAttempt.objects.filter(notice=notice, number=notice.attempts).update(ended_at=at, error=error)
    notice.refresh_from_db()
    return notice


@transaction.atomic
def send_again(notice_id: int, *, by: User, at: datetime, key: str | None = None, body: str = "") -> Notice:
    """Let the worker try a notice anew that was given up, for an account at the address it has today.

    The row stays the same, and so does its Message-ID; every try is one more `NoticeAttempt`.

    Raises:
        NotAdministrator: the person may not.
        Refused: it did not fail, nothing of it is kept, or no address leads to the person.
    """
    if not may_administer(by, at=at):
        raise NotAdministrator
    notice: Notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.failed_at is None or notice.withdrawn_at is not None:
        raise Refused("Pemberitahuan ini tidak lagi berstatus gagal. Muat ulang halaman.")
    if notice.secret:
        raise Refused("Isinya rahasia dan sudah dihapus. Mintalah pemiliknya meminta tautan baru.")
    person = notice.recipient
    now = addressee(person) if person else Addressee(name="", email=_email_of(notice), phone=notice.phone)
    way, address = _way(now)
    if not way:
        raise Refused(
            "Tidak ada alamat surel atau nomor telepon yang dapat dikirimi. Sampaikan lewat telepon."
        )
    notice.channel, notice.address = way, address
    notice.failed_at, notice.digested_on = None, None
    notice.tries_before, notice.next_try_at = notice.attempts, at
    notice.save(
        update_fields=["channel", "address", "failed_at", "digested_on", "tries_before", "next_try_at"]
    )
    facts = {"channel": way, "tries": notice.attempts}
    record(
        chain=f"notice:{notice.pk}",
        verb="notice.send_again",
        by_id=by.pk,
        at=at,
        facts=facts,
        key=key,
        body=body,
    )
    return notice


def _email_of(notice: Notice) -> str:
    return notice.address if notice.channel == Notice.Channel.EMAIL else ""


# --- what could not be sent ------------------------------------------------------------------------------


@transaction.atomic
def digest_failures(*, pages: Mapping[str, str], at: datetime) -> list[Notice]:
    """Tell officers once a day what could not be sent before today; nothing when there was nothing.

    `pages` names who reads it, an actor each, and where they read on. A digest that fails is in no digest.
    """
    today = office_day(at)
    fresh = Notice.objects.select_for_update().filter(failed_at__isnull=False, digested_on=None)
    failed = [
        notice
        for notice in fresh.order_by("failed_at", "pk")
        if notice.failed_at and office_day(notice.failed_at) < today
    ]
    if not failed:
        return []
    Notice.objects.filter(pk__in=[notice.pk for notice in failed]).update(digested_on=today)
    told = [notice for notice in failed if notice.kind != DIGEST]
    if not told:
        return []
    subject, text = _digest(told, today)
    return [
        notify(
            key=f"digest:{today}:user:{user.pk}",
            kind=DIGEST,
            to=addressee(user),
            subject=subject,
            text=text,
            link=page,
            at=at,
        )
        for user, page in _readers(pages, today).items()
    ]


def _readers(pages: Mapping[str, str], day: date) -> dict[User, str]:
    """Who reads a digest on a day, each once, with the page of the first actor that they hold."""
    held = Holding.objects.current(day).filter(actor__in=pages, user__is_active=True).select_related("user")
    found: dict[User, str] = {}
    for actor, page in pages.items():
        for holding in held:
            if holding.actor == actor:
                found.setdefault(holding.user, page)
    return found


def _digest(failed: list[Notice], today: date) -> tuple[str, str]:
    """Word a digest without naming the people it is about."""
    lines = [f"- {notice.subject}: {notice.last_error}" for notice in failed[:LISTED]]
    if len(failed) > LISTED:
        lines.append(f"- dan {len(failed) - LISTED} lagi")
    important = sum(notice.important for notice in failed)
    text = (
        f"{len(failed)} pemberitahuan tidak dapat dikirim sampai {today:%d-%m-%Y}; {important} di antaranya "
        "penting dan menjadi tugas telepon customer service.\n\n" + "\n".join(lines)
    )
    return f"{len(failed)} pemberitahuan gagal dikirim", text
