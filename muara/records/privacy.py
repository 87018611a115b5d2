"""Personal data as they are read: what is stored of a person, who saw it, whom a breach hit, what is old.

Complaints and the survey are left out on purpose: nothing here joins a complainant or an answer to a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from muara.cases.models import Application, ArchiveRule, Case, PowerOfAttorney, Submission
from muara.cases.models.case import definition_of
from muara.cases.queries import submitted
from muara.contacts.models import Consultation, DataAccess, DataRequest
from muara.people.models import WITA, Notice, User, midnight
from muara.records.archive import Retention, retention_of
from muara.sop.working_time import add_years

PROCESSING = Path(__file__).parent / "data" / "processing.toml"
AT_ONCE = 500


# --- the record of processing (Pasal 31) -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activity:
    """What the office does with personal data, why, on which basis of Pasal 20(2), and how long."""

    key: str
    title: str
    purpose: str
    basis: str
    persons: str
    data: str
    recipients: str
    retention: str
    counts: str = ""
    keep_years: int = 0


@cache
def activities() -> tuple[Activity, ...]:
    found = tomllib.loads(PROCESSING.read_text())["activities"]
    return tuple(Activity(**row) for row in found)


# --- a person's own ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of theirs that stays, and until when archive law keeps it."""

    case: Case
    retention: Retention | None


def stored_of(user: User, *, on: date) -> dict[str, Any]:
    """All that is stored of a person, as it is handed to them (Pasal 7 and 13); no secret, nobody else's.

    Of an application these are the answers about the applicant, as they typed them themselves: what a
    colleague or an officer entered, or the company's, is read on the application's own page.
    """
    given = Submission.objects.filter(by=user, application__applicant=user)
    begun = Application.objects.of_applicant(user, on=on).filter(applicant=user, submissions=None)
    notices = Notice.objects.filter(recipient=user, secret=False)
    return {
        "akun": {
            "nama": user.name,
            "surel": user.email,
            "telepon": user.phone,
            "nip": user.nip,
            "pangkat": user.rank,
            "terdaftar": _moment(user.joined_at),
            "masuk_terakhir": _moment(user.last_login),
        },
        "tugas": [
            {"pelaksana": one.actor, "mulai": str(one.starts), "sampai": str(one.ends or "")}
            for one in user.holdings.order_by("starts", "pk")
        ],
        "perusahaan": list(
            user.memberships.order_by("company__name").values_list("company__name", flat=True)
        ),
        "kuasa": [
            {
                "dari": one.giver,
                "perusahaan": one.company.name,
                "lingkup": one.get_scope_display(),
                "tanggal": str(one.dated),
            }
            for one in user.powers.select_related("company").order_by("dated", "pk")
        ],
        "permohonan": [
            {
                "nomor": one.reference,
                "jenis": one.revision.process.kind(one.kind).label,
                "isian": _of_applicant(one.data, one),
            }
            for one in begun.select_related("revision").order_by("pk")
        ],
        "penyampaian": [
            {
                "nomor": one.application.reference,
                "ke": one.number,
                "waktu": _moment(one.at),
                "isian": _of_applicant(submitted(one)["values"], one.application),
            }
            for one in given.select_related("application").order_by("application", "number")
        ],
        "konsultasi": [
            {"waktu": _moment(one.asked_at), "pertanyaan": one.question, "jawaban": one.given}
            for one in user.consultations.order_by("asked_at", "pk")
        ],
        "pemberitahuan": [
            {"waktu": _moment(one.made_at), "ke": one.address or one.phone, "perihal": one.subject}
            for one in notices.order_by("made_at", "pk")
        ],
        "permintaan": [
            {
                "nomor": one.number,
                "jenis": one.get_kind_display(),
                "diterima": _moment(one.received_at),
                "isi": one.text,
                "hasil": one.get_verdict_display(),
                "jawaban": one.answer,
            }
            for one in DataRequest.objects.filter(subject=user).order_by("received_at", "pk")
        ],
    }


def _of_applicant(values: object, application: Application) -> dict[str, object]:
    """What they told of themselves, by the words that the form asked with."""
    assert isinstance(values, dict)
    labels = {item.key: item.label for item in definition_of(application.revision_id).form.fields}
    return {
        str(labels.get(key) or key): value for key, value in values.items() if key.startswith("applicant_")
    }


def seen_of(user: User) -> QuerySet[DataAccess]:
    """Who saw a person's data, the latest first."""
    seen = DataAccess.objects.filter(subject=user)
    return seen.select_related("viewer", "case__revision", "case__application").order_by("-at", "-pk")


def kept_of(user: User, *, on: date, at_most: int) -> list[Kept]:
    """The files that a person sees as an applicant: what archive law keeps, and until when; the latest."""
    cases = Case.objects.filter(application__in=Application.objects.of_applicant(user, on=on).values("pk"))
    cases = cases.select_related("revision", "application__company")
    latest = cases.order_by("-opened_at", "-pk")[:at_most]
    return [Kept(case, retention_of(case, on=on)) for case in latest]


# --- whose data, when --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Affected:
    """A person whose data were seen: how often, by how many, from when to when."""

    about: str
    name: str
    contact: str
    case: Case | None
    looks: int
    viewers: int
    first: datetime
    last: datetime


def accesses(
    *,
    viewer: int | None = None,
    first: date | None = None,
    last: date | None = None,
    about: str = "",
) -> QuerySet[DataAccess]:
    """The accesses of a viewer, of days (both included), of a person or a case ("user:3", "case:12")."""
    rows = DataAccess.objects.exclude(kind=DataAccess.Kind.EXPORT)
    if viewer is not None:
        rows = rows.filter(viewer=viewer)
    if first is not None:
        rows = rows.filter(at__gte=midnight(first))
    if last is not None:
        rows = rows.filter(at__lt=midnight(last + timedelta(days=1)))
    kind, _, pk = about.partition(":")
    if kind == "user":
        rows = rows.filter(subject=int(pk))
    elif kind == "case":
        rows = rows.filter(case=int(pk))
    return rows


def affected(rows: QuerySet[DataAccess]) -> QuerySet[DataAccess, Any]:
    """The accesses by person or file: one row each, counted in SQL; `told` gives them their names."""
    return (
        rows.order_by()
        .values("about", "subject", "case")
        .annotate(looks=Count("pk"), viewers=Count("viewer", distinct=True), first=Min("at"), last=Max("at"))
        .order_by("-last", "about")
    )


def persons_in(rows: QuerySet[DataAccess]) -> int:
    """How many persons were seen: accounts, and without one each file, which is about one person."""
    known = rows.exclude(subject=None).order_by().values("subject").distinct().count()
    return known + rows.filter(subject=None).order_by().values("about").distinct().count()


def told(rows: Iterable[Mapping[str, Any]]) -> list[Affected]:
    """Name the persons of some rows of `affected`, in as many queries for one as for all."""
    found = list(rows)
    cases = Case.objects.filter(pk__in={row["case"] for row in found if row["case"]})
    by_case = {one.pk: one for one in cases.select_related("application__company", "revision")}
    latest = _latest({one.application_id for one in by_case.values()})
    users = User.objects.in_bulk({row["subject"] for row in found if row["subject"]})
    talks = Consultation.objects.filter(pk__in=_numbers(found, "consultation"))
    powers = PowerOfAttorney.objects.filter(pk__in=_numbers(found, "power"))
    begun = Application.objects.filter(pk__in=_numbers(found, "application"))
    named = {f"consultation:{one.pk}": (one.name, one.contact) for one in talks}
    named |= {
        f"application:{one.pk}": (
            str(one.data.get("applicant_name", "")),
            str(one.data.get("applicant_email") or one.data.get("applicant_phone", "")),
        )
        for one in begun
    }
    named |= {f"power:{one.pk}": (one.holder_name, one.holder_address) for one in powers}
    return [_affected(row, by_case, latest, users, named) for row in found]


def _affected(
    row: Mapping[str, Any],
    cases: Mapping[int, Case],
    latest: Mapping[int, Mapping[str, Any]],
    users: Mapping[int, User],
    named: Mapping[str, tuple[str, str]],
) -> Affected:
    case, user = cases.get(row["case"]), users.get(row["subject"])
    told_name, told_contact = named.get(row["about"], ("", ""))
    said = latest.get(case.application_id, {}) if case else {}
    name = str(said.get("applicant_name") or "") or (user.name if user else told_name)
    email = str(said.get("applicant_email") or "") or (user.email if user else "")
    contact = email or str(said.get("applicant_phone") or "") or told_contact
    return Affected(
        about=row["about"],
        name=name,
        contact=contact,
        case=case,
        looks=row["looks"],
        viewers=row["viewers"],
        first=row["first"],
        last=row["last"],
    )


def all_told(rows: QuerySet[DataAccess, Any]) -> Iterator[Affected]:
    """Name everybody, some at a time: for a file."""
    batch: list[dict[str, Any]] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        batch.append(row)
        if len(batch) == AT_ONCE:
            yield from told(batch)
            batch = []
    yield from told(batch)


def _latest(applications: set[int]) -> dict[int, Mapping[str, Any]]:
    newer = Submission.objects.filter(application=OuterRef("application"), number__gt=OuterRef("number"))
    rows = Submission.objects.filter(application__in=applications).exclude(Exists(newer))
    found: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        values = submitted(row)["values"]
        assert isinstance(values, dict)
        found[row.application_id] = values
    return found


def _numbers(rows: Iterable[Mapping[str, Any]], kind: str) -> set[int]:
    """The keys of those rows that are about things of a kind: of "power:3" it is 3."""
    split = [row["about"].partition(":") for row in rows]
    return {int(pk) for name, _, pk in split if name == kind}


# --- what has passed its retention -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many rows of an activity are older than what is proposed for them; nothing deletes them."""

    activity: Activity
    before: date
    count: int


def older_than_kept(*, on: date) -> list[Overdue]:
    """Of what is no archive: how many are past the proposed years."""
    found = []
    for activity in activities():
        if activity.counts:
            before = add_years(on, -activity.keep_years)
            count = _COUNTS[activity.counts](midnight(before))
            found.append(Overdue(activity, before, count))
    return found


def files_past_retention(*, on: date) -> Iterator[Kept]:
    """The files whose active and inactive years are over by the office's rule, the longest closed first.

    They are listed for assessment (PP 28/2012, Pasal 65 and following): destroying is an act of people.
    """
    for service in ArchiveRule.objects.order_by().values_list("service", flat=True).distinct():
        rule = ArchiveRule.objects.in_force(service, on=on)
        if rule is None:
            continue
        # A file is closed on the day of its case's end at the earliest: whatever ended later is not over.
        ended = add_years(on, -(rule.active_years + rule.inactive_years))
        cases = Case.objects.filter(
            revision__service=service, closed_at__lt=midnight(ended + timedelta(days=1))
        ).select_related("revision", "application__company", "permit__number", "refusal__number")
        for case in cases.order_by("closed_at", "pk").iterator(chunk_size=AT_ONCE):
            retention = retention_of(case, on=on)
            if retention is not None and retention.inactive_until < on:
                yield Kept(case, retention)


def _idle_accounts(before: datetime) -> int:
    used = Q(last_login__gte=before) | Q(last_login=None, joined_at__gte=before)
    idle = User.objects.filter(is_active=True, holdings=None, powers=None, applications=None).exclude(used)
    return idle.filter(~Exists(_cases_of_members())).count()


def _cases_of_members() -> QuerySet[Case]:
    return Case.objects.filter(application__company__memberships__user=OuterRef("pk")).order_by()


_COUNTS: Mapping[str, Callable[[datetime], int]] = {
    "idle_accounts": _idle_accounts,
    "unsent_applications": lambda before: Application.objects.filter(
        case=None, updated_at__lt=before
    ).count(),
    "consultations": lambda before: Consultation.objects.filter(
        case=None, application=None, answered_at__lt=before
    ).count(),
    "sent_notices": lambda before: Notice.objects.filter(sent_at__lt=before).count(),
    "accesses": lambda before: DataAccess.objects.filter(at__lt=before).count(),
}


def _moment(at: datetime | None) -> str:
    return at.astimezone(WITA).isoformat(timespec="seconds") if at else ""
