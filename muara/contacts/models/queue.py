"""The queue: series of numbers, counters, tickets and what happened to each (SOP steps 1–4, section M.22)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from muara.cases.models import Application
from muara.contacts.models.consultations import Consultation
from muara.people.models import User


class QueueSeries(models.Model):
    """Numbers for one purpose, called by who holds an actor of the SOP: A information, B CS (F01, F02)."""

    letter = models.CharField("huruf", max_length=1, unique=True)
    name = models.CharField("nama", max_length=60)
    purpose = models.CharField("keperluan", max_length=120)
    actor = models.CharField("dilayani oleh", max_length=40)
    active = models.BooleanField("dibuka", default=True)

    class Meta:
        ordering = ["letter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(letter__regex="^[A-Z]$"), name="a_series_has_a_capital_letter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"


class Counter(models.Model):
    """A place where an officer calls and serves, and the series called there."""

    name = models.CharField("nama loket", max_length=40, unique=True)
    series = models.ManyToManyField(QueueSeries, related_name="counters", verbose_name="seri")
    active = models.BooleanField("dipakai", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Kiosk(models.Model):
    """A touch screen at the door that may give numbers; its browser keeps a signed cookie that names it.

    Only the SHA-256 of the secret in its link is kept: 256 random bits need no slow hash.
    """

    name = models.CharField("nama kios", max_length=40, unique=True)
    secret_hash = models.CharField("sidik rahasia", max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("dibuat")
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField("dicabut", null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QueueDay(models.Model):
    """A day of the queue. Every act raises its version first: that is the lock, and what displays ask for."""

    day = models.DateField("hari", primary_key=True)
    version = models.PositiveIntegerField("versi", default=0)

    def __str__(self) -> str:
        return f"{self.day} ({self.version})"


class TicketQuerySet(models.QuerySet["Ticket"]):
    def waiting(self) -> TicketQuerySet:
        return self.filter(state=Ticket.State.WAITING).order_by("taken_at", "pk")

    def at_a_counter(self) -> TicketQuerySet:
        return self.filter(state__in=(Ticket.State.CALLED, Ticket.State.SERVING))

    def open(self) -> TicketQuerySet:
        return self.filter(state__in=Ticket.OPEN)


class Ticket(models.Model):
    """A visitor's number of one day; it keeps its series when it is sent on to wait in another."""

    class Channel(models.TextChoices):
        KIOSK = "kiosk", "Kios"
        PHONE = "phone", "Ponsel"
        DESK = "desk", "Petugas"

    class Priority(models.TextChoices):
        NONE = "none", "Bukan prioritas"
        ELDERLY = "lansia", "Lanjut usia"
        DISABLED = "disabilitas", "Penyandang disabilitas"
        PREGNANT = "hamil", "Ibu hamil"
        NURSING = "menyusui", "Ibu menyusui"

    class State(models.TextChoices):
        WAITING = "waiting", "Menunggu"
        CALLED = "called", "Dipanggil"
        SERVING = "serving", "Dilayani"
        DONE = "done", "Selesai"
        SKIPPED = "skipped", "Dilewati"
        LEFT = "left", "Meninggalkan antrean"
        CLOSED = "closed", "Ditutup"

    OPEN = (State.WAITING, State.CALLED, State.SERVING)

    series = models.ForeignKey(
        QueueSeries, on_delete=models.PROTECT, related_name="tickets", verbose_name="seri"
    )
    waits_in = models.ForeignKey(
        QueueSeries, on_delete=models.PROTECT, related_name="waiting", verbose_name="menunggu di"
    )
    day = models.DateField("hari")
    number = models.PositiveSmallIntegerField("nomor")
    token = models.CharField("token", max_length=32, unique=True)
    key = models.CharField("kunci formulir", max_length=64, null=True, unique=True)
    browser = models.CharField("peramban", max_length=32, blank=True)
    channel = models.CharField("diambil lewat", max_length=10, choices=Channel)
    priority = models.CharField("prioritas", max_length=12, choices=Priority, default=Priority.NONE)
    taken_at = models.DateTimeField("diambil")
    state = models.CharField("keadaan", max_length=10, choices=State, default=State.WAITING)
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, null=True, related_name="tickets", verbose_name="loket"
    )
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    called_at = models.DateTimeField("dipanggil", null=True)
    recalls = models.PositiveSmallIntegerField("panggilan ulang", default=0)
    started_at = models.DateTimeField("mulai dilayani", null=True)
    ended_at = models.DateTimeField("berakhir", null=True)
    reason = models.CharField("alasan", max_length=200, blank=True)
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, null=True, related_name="tickets", verbose_name="konsultasi"
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="tickets", verbose_name="permohonan"
    )

    objects: ClassVar = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["taken_at", "pk"]
        indexes = [models.Index(fields=["day", "state"], name="ticket_day_state")]
        constraints = [
            models.UniqueConstraint(fields=["series", "day", "number"], name="one_ticket_per_number_and_day"),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=("called", "serving")),
                name="one_visitor_at_a_counter",
            ),
            models.UniqueConstraint(
                fields=["browser", "waits_in", "day"],
                condition=Q(state__in=("waiting", "called")) & ~Q(browser=""),
                name="one_open_ticket_per_browser",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="tickets_count_from_one"),
            models.CheckConstraint(
                condition=Q(state="waiting", counter=None, called_at=None, started_at=None, ended_at=None)
                | Q(state="called", called_at__isnull=False, started_at=None, ended_at=None)
                | Q(state="serving", called_at__isnull=False, started_at__isnull=False, ended_at=None)
                | Q(state="done", called_at__isnull=False, started_at__isnull=False, ended_at__isnull=False)
                | Q(state="skipped", called_at__isnull=False, started_at=None, ended_at__isnull=False)
                | Q(state="left", started_at=None, ended_at__isnull=False)
                | (Q(state="closed", ended_at__isnull=False) & ~Q(reason="")),
                name="a_ticket_is_where_its_times_say",
            ),
            models.CheckConstraint(
                condition=Q(counter=None, called_by=None, called_at=None)
                | Q(counter__isnull=False, called_by__isnull=False, called_at__isnull=False),
                name="a_call_has_counter_officer_and_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The number as it is printed and called: A-001."""
        return f"{self.series.letter}-{self.number:03d}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def has_priority(self) -> bool:
        return self.priority != self.Priority.NONE


class TicketEvent(models.Model):
    """What happened to a ticket, and in which series: waits and service times are read from these rows."""

    class Kind(models.TextChoices):
        TAKE = "take", "diambil"
        CALL = "call", "dipanggil"
        RECALL = "recall", "dipanggil ulang"
        START = "start", "mulai dilayani"
        SKIP = "skip", "dilewati"
        TRANSFER = "transfer", "dialihkan"
        FINISH = "finish", "selesai"
        LEAVE = "leave", "meninggalkan antrean"
        CLOSE = "close", "ditutup"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("peristiwa", max_length=10, choices=Kind)
    at = models.DateTimeField("waktu")
    series = models.ForeignKey(QueueSeries, on_delete=models.PROTECT, related_name="+")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"], name="ticket_event_at")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"
