"""Reading the register."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from muara.cases.models import Case, Draft, Handover, Outfall
from muara.cases.queries import latest_submission, submitted
from muara.people.models import Company, office_day
from muara.permits import marks
from muara.permits.models import (
    Decision,
    Earlier,
    LaterDecision,
    Number,
    OldPermit,
    Permit,
    Refusal,
    Series,
    SeriesYear,
)
from muara.permits.standing import standing
from muara.sop.places import metres_between
from muara.sop.working_time import Calendar, add_working_days

NEAR = 500  # metres between two outfalls that may be the same
METRES_A_DEGREE = 111_000  # of latitude, a little less than the true length: the box must not be too small


def decision_of(case_id: int) -> Decision | None:
    """What came of a case, once it has its number: its row in the register of permits or of refusals."""
    return _registered(case=case_id)


def decision_by_token(token: str) -> Decision | None:
    return _registered(draft__token=token)


def decision_by_original(sha256: str) -> Decision | None:
    """The decision whose original, scanned or electronic, has these bytes."""
    return _registered(scan__sha256=sha256)


def _registered(**wanted: object) -> Decision | None:
    for register in (Permit, Refusal):
        rows = register.objects.select_related("number__counter__series", "scan", "draft", "case")
        found = rows.filter(**wanted).first()
        if found is not None:
            return found
    return None


OBJECTION_DAYS = 21  # UU 30/2014, Pasal 77: working days to object; Pasal 78 gives ten more to appeal
SETTLED_IN = 10


@dataclass(frozen=True, slots=True)
class Remedies:
    """The legal remedies against a refusal, counted in working days from its receipt."""

    received_on: date
    objection_until: date
    settled_until: date


def remedies_of(refusal: Refusal, *, calendar: Calendar) -> Remedies | None:
    """How long a refused applicant may object; None while the refusal was not received (SOP step 18).

    `settled_until` is the last day to settle an objection that is lodged on the last day.
    """
    handed = Handover.objects.filter(case=refusal.case_id, confirmed_at__isnull=False).first()
    if handed is None or handed.confirmed_at is None:
        return None
    received_on = office_day(handed.confirmed_at)
    last = add_working_days(calendar, received_on, OBJECTION_DAYS)
    return Remedies(received_on, last, add_working_days(calendar, last, SETTLED_IN))


def later_by_token(token: str) -> LaterDecision | None:
    """A later decision whose QR was printed; it may be on its way still, or dropped."""
    rows = LaterDecision.objects.select_related("number", "permit__number", "permit__draft", "permit__case")
    return rows.filter(token=token).first()


def decisions_to_read(permit: Permit, *, on: date) -> list[LaterDecision]:
    """What belongs to the letter of a permit on a day: its corrections, and what made it stand as it does."""
    cause = standing(permit, on=on).cause
    rows = permit.later.exclude(since=None).select_related("number", "scan").order_by("since", "pk")
    return [one for one in rows if one == cause or one.kind == LaterDecision.Kind.CORRECTION]


def draft_by_token(token: str) -> Draft | None:
    """A draft whose QR was printed; it may have been replaced, or not be numbered yet."""
    return Draft.objects.select_related("case").filter(token=token).first()


def may_be_given(text: str, *, day: date) -> bool:
    """A number was given by a series, or one may still give it: no paper may bear it."""
    if Number.objects.filter(text=text).exists():
        return True
    return any(may_still_give(register, text, day=day) for register in Series.objects.all())


def may_still_give(register: Series, text: str, *, day: date) -> bool:
    """A series, as it stands or as somebody wants to set it up, may come to give this number."""
    found = _read(register, text)
    if found is None:
        return False
    sequence, year = found
    years = SeriesYear.objects.filter(series=register.pk)
    counter = years.filter(year=year).first()
    if counter is not None:
        return sequence > counter.last
    first = 1 if years.exists() else register.starts_at
    return year > day.year or (year == day.year and sequence >= first)


def _read(register: Series, text: str) -> tuple[int, int] | None:
    """The running number and the year that a number of this series would have; None for a strange one."""
    pattern = ""
    for part in re.split(r"(\{\w+\})", register.pattern):
        if not part.startswith("{"):
            pattern += re.escape(part)
        elif part.startswith("{urut"):
            pattern += r"(?P<sequence>[0-9]{1,9})" if "?P<sequence>" not in pattern else "[0-9]+"
        elif part == "{tahun}":
            pattern += r"(?P<year>[0-9]{4})" if "?P<year>" not in pattern else "[0-9]{4}"
        else:
            pattern += re.escape(register.tokens[part[1:-1]]) if part[1:-1] in register.tokens else ".+?"
    match = re.fullmatch(pattern, text)
    return (int(match["sequence"]), int(match["year"])) if match else None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another open case or valid permit that may be about the same thing: why it looks so."""

    case: Case
    permit: Permit | None
    why: tuple[str, ...]


def lookalikes(case: Case, *, day: date) -> list[Lookalike]:
    """Find other open cases and valid permits of the same company, or with an outfall within 500 m.

    Advice for the CS at step 4; a company may well have two outfalls, an outfall two permits.
    """
    near = _outfalls_near(case)
    company = case.application.company
    same_company = Q(application__company__name__iexact=company.name)
    if company.nib:
        same_company |= Q(application__company__nib=company.nib)
    ended = LaterDecision.objects.filter(kind__in=LaterDecision.ENDS, since__lte=day)
    alive = Q(closed_at=None) | (
        Q(permit__scan__isnull=False, permit__replaced_on=None, permit__expires_on__gte=day)
        & ~Q(permit__in=ended.values("permit"))
    )
    theirs = set(Case.objects.filter(alive, same_company).values_list("pk", flat=True))
    rows = Case.objects.filter(alive, Q(pk__in=theirs) | Q(application__in=near)).exclude(pk=case.pk)
    found = []
    for other in rows.select_related("application__company", "permit__number").order_by("opened_at", "pk"):
        why = ["perusahaan yang sama"] if other.pk in theirs else []
        if other.application_id in near:
            why.append(f"outfall berjarak {near[other.application_id]:.0f} m")
        found.append(Lookalike(other, getattr(other, "permit", None), tuple(why)))
    return found


def _outfalls_near(case: Case) -> dict[int, float]:
    """The distance in metres of every outfall that lies near the case's own, by application."""
    own = Outfall.objects.filter(application=case.application_id).first()
    if own is None:
        return {}
    here = (own.latitude, own.longitude)
    north = NEAR / METRES_A_DEGREE
    east = north / math.cos(math.radians(own.latitude))
    rows = Outfall.objects.filter(
        latitude__range=(own.latitude - north, own.latitude + north),
        longitude__range=(own.longitude - east, own.longitude + east),
    )
    apart = {row.application_id: metres_between(here, (row.latitude, row.longitude)) for row in rows}
    return {key: metres for key, metres in apart.items() if metres <= NEAR}


def plain_number(text: str) -> str:
    """A number as numbers are compared: however it was spaced, in capitals or not."""
    return "".join(text.split()).casefold()


def plain_holder(name: str) -> str:
    """A company's name as names are compared: "PT. Contoh" and "PT Contoh" are one."""
    return " ".join(re.sub(r"[^\w]+", " ", name).split()).casefold()


def permit_by_number(number: str) -> Earlier | None:
    """The permit that bears a number, ours or an old one, however it was spaced when it was typed."""
    spellings = {number.strip(), "".join(number.split())}
    rows = Permit.objects.select_related("number", "case__application", "case__revision")
    found = rows.filter(number__text__in=spellings).first()
    return found or OldPermit.objects.filter(plain=plain_number(number)).first()


def earlier_permit(case: Case) -> Earlier | None:
    """The permit of the register that a case renews or changes; None for a new one, or one on paper only."""
    said = submitted(latest_submission(case))
    values, kind = said["values"], case.process.kind(str(said["kind"]))
    assert isinstance(values, dict)
    return permit_by_number(str(values.get("previous_permit", ""))) if kind.needs_permit else None


def permits_of(companies: Iterable[Company], *, service: str) -> list[Permit]:
    """The permits of some companies that were issued and neither replaced nor revoked, the newest first."""
    rows = Permit.objects.select_related("number", "case__application__company").filter(
        case__application__company__in=list(companies),
        case__application__service=service,
        scan__isnull=False,
        replaced_on=None,
    )
    ended = LaterDecision.objects.filter(kind__in=LaterDecision.ENDS, since__isnull=False)
    return list(rows.exclude(pk__in=ended.values("permit")).order_by("-issued_on", "-pk"))


def old_permits_of(companies: Iterable[Company], *, service: str) -> list[OldPermit]:
    """The old permits that bear the name or the NIB of some companies and were not replaced."""
    held = list(companies)
    theirs = Q(holder_plain__in=[plain_holder(company.name) for company in held])
    theirs |= Q(nib__in=[company.nib for company in held if company.nib])
    return list(OldPermit.objects.filter(theirs, service=service, replaced_on=None))


def is_held_by(old: OldPermit, company: Company) -> bool:
    """The old register names this company: by its NIB where both say one, else by its name."""
    if old.nib and company.nib:
        return old.nib == company.nib
    return old.holder_plain == plain_holder(company.name)


def voided_numbers(case: Case) -> list[Number]:
    """The numbers that papers of this case bore once and that hold no more."""
    return list(Number.objects.filter(given_to=case.chain, voided_at__isnull=False).order_by("given_at"))


def register(series: Series, year: int) -> QuerySet[Number]:
    """Every number of a series in a year, in order, the void ones in their places (SOP step 16.a)."""
    counter = SeriesYear.objects.filter(series=series, year=year).first()
    return Number.objects.filter(counter=counter).order_by("seq") if counter else Number.objects.none()


def with_holders(numbers: QuerySet[Number]) -> list[Number]:
    """Read numbers of a register with what a line says of each."""
    return list(numbers.select_related("permit", "refusal", "later_decision__permit", "given_by"))


def register_years(series: Series) -> list[int]:
    """The years in which a series gave numbers, the newest first."""
    years = SeriesYear.objects.filter(series=series).order_by("-year")
    return list(years.values_list("year", flat=True))


def holders(numbers: Iterable[Number]) -> dict[int, str]:
    """Whom each number was given to, by the number's row: as the decree says it, else the case's company."""
    numbers = list(numbers)
    names = {
        number.pk: held.company
        for number in numbers
        for held in (getattr(number, kind, None) for kind in Draft.Kind.values)
        if held is not None
    } | {
        number.pk: later.permit.company
        for number in numbers
        if (later := getattr(number, "later_decision", None)) is not None
    }
    cases = {
        number.pk: int(number.given_to.removeprefix("case:"))
        for number in numbers
        if number.voided_at and number.given_to.startswith("case:")
    }
    companies = dict(
        Case.objects.filter(pk__in=cases.values()).values_list("pk", "application__company__name")
    )
    return names | {pk: companies.get(case, "") for pk, case in cases.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a restored database does not know of a series' year."""

    counter: SeriesYear
    mark: marks.Mark | None
    lost: tuple[marks.Given, ...]
    told: str


def disagreement(counter: SeriesYear) -> str:
    """How the database and the book outside it differ, as a sentence; empty where they agree."""
    mark = marks.read(str(counter.series), counter.year)
    if mark is None:
        if not counter.numbers.exists():
            return ""
        return (
            f"Basis data sudah memberi nomor {counter.last} pada tahun {counter.year}, tetapi buku nomor di "
            "luar basis data tidak ditemukan."
        )
    if mark.issued <= counter.last:
        return ""
    return (
        f"Nomor terakhir tahun {counter.year} adalah {counter.last} menurut basis data dan {mark.issued} "
        "menurut buku nomor di luarnya: basis data agaknya dipulihkan dari cadangan yang lebih lama."
    )


def differences(series: Series) -> list[Difference]:
    """The years of a series that must be reconciled, with the numbers that the database lost."""
    found = []
    for counter in sorted(series.years.all(), key=lambda year: year.year):
        if told := disagreement(counter):
            mark, known = marks.read(str(series), counter.year), marks.book(str(series), counter.year)
            lost = tuple(
                known[seq]
                for seq in range(counter.last + 1, (mark.issued if mark else 0) + 1)
                if seq in known
            )
            found.append(Difference(counter, mark, lost, told))
    return found


def number_blanks(service: str, series: str) -> tuple[str, str]:
    """What is printed before and after the blank that the registrar fills in by hand.

    Parts of the number that depend on the day of issue are left as dots: a draft may be numbered in
    another month or year.
    """
    register = Series.objects.filter(service=service, key=series).first()
    if register is None:
        return "", ""
    dots = {name: "……" for name in ("tahun", "bulan", "bulan_romawi")} | register.tokens
    before, after = re.split(r"\{urut\d?\}", register.pattern, maxsplit=1)
    before, after = (
        re.sub(r"\{(\w+)\}", lambda match: dots.get(match[1], ""), part) for part in (before, after)
    )
    return before, after
