"""A case, the tasks that are its history and time, and the SOP revision that it runs by."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from muara.cases.models.application import Application
from muara.people.models import User, office_day
from muara.people.reading import answered
from muara.sop.definition import Process, Step
from muara.sop.service import Service, read_service


class Revision(models.Model):
    """The bytes of one revision of a service's SOP; immutable, so that a case can be pinned to it."""

    service = models.CharField("layanan", max_length=20)
    number = models.CharField("nomor revisi", max_length=10)
    files = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    effective_from = models.DateField("berlaku sejak")
    stored_at = models.DateTimeField("disimpan")

    class Meta:
        ordering = ["service", "-effective_from", "-id"]

    def __str__(self) -> str:
        return f"{self.service} rev. {self.number}"

    @property
    def definition(self) -> Service:
        return definition_of(self.pk)

    @property
    def process(self) -> Process:
        return definition_of(self.pk).process


@lru_cache(maxsize=32)
def definition_of(revision_id: int) -> Service:
    """Read a stored revision's definition; rows never change, so each is parsed once in a process."""
    files: dict[str, str] = Revision.objects.values_list("files", flat=True).get(pk=revision_id)
    return read_service({name: text.encode() for name, text in files.items()})


def stored_revisions() -> tuple[int, ...]:
    """The keys of all revisions of all services."""
    return answered("revisions", lambda: tuple(Revision.objects.values_list("pk", flat=True)))


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User, *, at: datetime) -> CaseQuerySet:
        """The cases that a person may read: their own, their office's, those referred to their agency."""
        if not user.is_authenticated:
            return self.none()
        holdings = list(user.holdings.current(office_day(at)).select_related("office"))
        actors = {holding.actor for holding in holdings if holding.office.kind == "issuing"}
        if actors - {"administrator"}:
            return self.all()
        agencies = [
            h.office_id for h in holdings if h.office.kind == "agency" and h.actor == "technical_team"
        ]
        mine = Application.objects.of_applicant(user, on=office_day(at))
        own = Q(application__in=mine.values("pk"))
        if not agencies:
            return self.filter(own)
        from muara.cases.models.referral import Referral  # it points at cases

        # Asked case by case: two referrals to one agency are one case, and a page of the newest needs few.
        delivered = Referral.objects.filter(
            case=OuterRef("pk"), agency__in=agencies, delivered_at__isnull=False
        )
        referred = Q(Exists(delivered.order_by()))
        # Beside an OR PostgreSQL gathers every referral first; an agency's people rarely apply themselves.
        return self.filter(own | referred if mine.exists() else referred)


class Case(models.Model):
    """An application under way. Only `cases.actions` writes it: `version` and `head` are its chain."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="case")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="cases")
    version = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)
    callers = models.CharField("langkah pemanggil", max_length=400, blank=True)
    registration_number = models.CharField("nomor registrasi", max_length=40, null=True, unique=True)
    registered_on = models.DateField("terdaftar", null=True)
    recommended_on = models.DateField("rekomendasi teknis diterima (H)", null=True)
    opened_at = models.DateTimeField("diajukan")
    closed_at = models.DateTimeField("ditutup", null=True)
    result = models.CharField("hasil", max_length=40, blank=True)

    objects: ClassVar = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, result="")
                | (Q(closed_at__isnull=False, callers="") & ~Q(result="")),
                name="a_closed_case_has_its_result_and_nobody_waiting",
            ),
            models.CheckConstraint(
                condition=Q(registration_number=None) | Q(registered_on__isnull=False),
                name="a_registration_number_has_its_day",
            ),
        ]
        indexes = [
            # Which open cases are past their legal limit is asked by every desk.
            models.Index(fields=["recommended_on"], condition=Q(closed_at=None), name="open_cases_by_h"),
            models.Index(
                fields=["registered_on"], condition=Q(closed_at=None), name="open_cases_by_registration"
            ),
            # The list of all cases shows the newest first, of all or of those that run.
            models.Index(fields=["-opened_at", "-id"], name="cases_newest_first"),
            models.Index(
                fields=["-opened_at", "-id"], condition=Q(closed_at=None), name="open_cases_newest_first"
            ),
            # The archive shows what closed last first.
            models.Index(
                fields=["-closed_at", "-id"],
                condition=Q(closed_at__isnull=False),
                name="closed_cases_newest_first",
            ),
        ]

    def __str__(self) -> str:
        return self.registration_number or self.application.reference

    @property
    def chain(self) -> str:
        return chain_of(self.pk)

    @property
    def process(self) -> Process:
        return definition_of(self.revision_id).process

    @property
    def call_stack(self) -> tuple[str, ...]:
        return tuple(self.callers.split())

    def drafted_at(self, at: datetime) -> str:
        """What the newest draft of that moment is, a permit or a refusal; empty before the first."""
        made = self.drafts.filter(made_at__lte=at).order_by("-number")
        return made.values_list("kind", flat=True).first() or ""

    @property
    def main_line(self) -> list[Task]:
        """The tasks one after another, the oldest first, without what ran beside them; may be prefetched."""
        line = [task for task in self.tasks.all() if not task.companion]
        return sorted(line, key=lambda task: (task.opened_at, task.pk))

    @property
    def main_task(self) -> Task | None:
        return next((task for task in self.tasks.all() if task.is_open and not task.companion), None)


def chain_of(case_id: int) -> str:
    return f"case:{case_id}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(closed_at=None)

    def main(self) -> TaskQuerySet:
        return self.filter(companion=False)

    def by_due(self) -> TaskQuerySet:
        """Nearest limit first, those without a limit after, oldest first."""
        return self.order_by(F("due_on").asc(nulls_last=True), "opened_at", "pk")


class Task(models.Model):
    """A case standing at one step, waiting for that step's actor."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    step_key = models.CharField("langkah", max_length=40)
    actor = models.CharField("pelaksana", max_length=40)
    companion = models.BooleanField("pemantauan pendamping", default=False)
    opened_at = models.DateTimeField("dibuka")
    received_at = models.DateTimeField("diterima", null=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("jatuh tempo", null=True)
    closed_at = models.DateTimeField("selesai", null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("hasil", max_length=40, blank=True)

    objects: ClassVar = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["case", "opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(closed_at=None, companion=False),
                name="one_open_main_task_per_case",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(closed_at=None, companion=True),
                name="one_open_companion_per_case",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="", closed_by=None)
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="a_task_is_open_or_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(received_at=None, received_by=None)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="a_received_task_has_its_person_and_moment",
            ),
        ]
        indexes = [
            # A desk: what waits for an actor, the nearest limit first.
            models.Index(
                fields=["actor", "due_on", "opened_at", "id"],
                condition=Q(closed_at=None),
                name="open_tasks_of_an_actor",
            ),
            # The case list narrowed to a step, what waits for collection, how many cases stand where.
            models.Index(
                fields=["step_key", "opened_at", "id"],
                condition=Q(closed_at=None),
                name="open_tasks_of_a_step",
            ),
            # The lists of oversight: every open case, the nearest limit first.
            models.Index(
                fields=["due_on", "opened_at", "id"],
                condition=Q(closed_at=None, companion=False),
                name="open_tasks_by_due",
            ),
            # The newest passes of a step, for the forecast.
            models.Index(
                fields=["step_key", "-closed_at"],
                condition=Q(closed_at__isnull=False, companion=False),
                name="closed_tasks_of_a_step",
            ),
            # What was closed in the last 90 days, for the flow's figures: a few per cent of all tasks.
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, companion=False),
                name="closed_tasks_by_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step_key}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def result_label(self) -> str:
        """How the task was closed, in the officer's words; empty while it is open."""
        if self.closed_at is None:
            return ""
        way = self.case.process.way_out(self.step_key, self.outcome)
        return way.said(self.case.drafted_at(self.closed_at))

    @property
    def step(self) -> Step:
        return self.case.process.step(self.step_key)


class UnfinishedWork(models.Model):
    """What somebody typed in a form of a task and has not recorded yet: nothing of it is an act."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="unfinished")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form = models.CharField("formulir", max_length=40, blank=True)
    typed = models.JSONField("isian")
    saved_at = models.DateTimeField("disimpan")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "user", "form"], name="one_unfinished_work_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.form}"
