"""What a search finds: cases, permits, letters, companies, people, complaints, as far as one may open them.

Who may open a thing is asked in the query that finds it: nobody reads the title of what stays closed to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from muara.cases.models import Application, Case, CaseLetter, DraftCopy, Meeting, Participant
from muara.cases.rules import for_the_applicant
from muara.contacts.models import Complaint
from muara.contacts.queries import complaints_for
from muara.contacts.rules import may_read_complaints
from muara.documents.indonesian import tanggal
from muara.documents.letters import words_in
from muara.documents.models import Letter
from muara.people.models import Company, User, office_day
from muara.people.rules import may_read_administration
from muara.permits.models import LaterDecision, Number, Permit, Refusal, Registered
from muara.records.finding import SHORTEST, alike, having_part, having_words
from muara.records.rules import reads_registers

A_GROUP = 10  # hits of a kind that are shown
NEWEST = 1_000  # of what matches, looked through first
COMPLAINT_NUMBER = re.compile(r"(?:adu/)?(?:([0-9]{4})/)?([0-9]{1,9})")
# What an applicant takes home; cover letters, drafts and minutes stay in the office until issue.
FOR_APPLICANTS = frozenset(
    {
        "application_form",
        "checklist",
        "first_proof",
        "receipt",
        "correction_request",
        "ending_notice",
        "visit_record",
        "rights_and_duties",
        "handover_receipt",
    }
)
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: what it is called, what it is about, and its page as a kind and a key."""

    title: str
    about: str
    page: str
    key: int | str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `nearly` where only like names were, `more` where there is more."""

    kind: str
    hits: list[Hit]
    nearly: bool = False
    more: bool = False


def search(text: str, *, by: User, at: datetime) -> list[Group]:
    """Everything that a person may open and that has this in its number, name or words, kind by kind."""
    if len(text) < SHORTEST:
        return []
    own = not by.actors(at)
    groups = _own(text, by=by, at=at) if own else _of_the_office(text, by=by, at=at)
    return [group for group in groups if group.hits]


# --- whose letters -----------------------------------------------------------------------------------------


def letters_for(user: User, *, at: datetime) -> QuerySet[CaseLetter]:
    """The letters that a person may open.

    Whoever is on an applicant's side reads what the applicant takes home, the issued decision and an
    invitation to them; everybody else who sees the case reads all.
    """
    filed = CaseLetter.objects.all()
    if not reads_registers(user, at=at):
        filed = filed.filter(case__in=Case.objects.visible_to(user, at=at).order_by().values("pk"))
    theirs = Case.objects.filter(for_the_applicant(user)).order_by()
    issued = Q(draft__permit__scan__isnull=False) | Q(draft__refusal__scan__isnull=False)
    copies = DraftCopy.objects.filter(issued, number=2, letter=OuterRef("letter"))
    meetings = Meeting.objects.filter(
        invitation=OuterRef("letter"),
        task__case=OuterRef("case"),
        participants__side=Participant.Side.APPLICANT,
    )
    return filed.filter(
        Q(kind__in=FOR_APPLICANTS)
        | ~Q(case__in=theirs.values("pk"))
        | Exists(copies.order_by())
        | Exists(meetings.order_by())
    )


# --- an official's search ----------------------------------------------------------------------------------


def _of_the_office(text: str, *, by: User, at: datetime) -> Iterable[Group]:
    sees_all = reads_registers(by, at=at)
    cases = Case.objects.visible_to(by, at=at)
    nearly: list[Company] = []
    companies = _companies(text, cases, sees_all=sees_all)
    if not companies:
        nearly = alike(_with_case(cases, sees_all=sees_all), "name", text, most=A_GROUP)
    yield _cases(text, cases, nearly, sees_all=sees_all)
    yield _permits(text, cases, sees_all=sees_all)
    if sees_all:
        yield _later(text)
    yield _letters(text, letters_for(by, at=at), sees_all=sees_all)
    yield _group("Perusahaan", nearly or companies, _company, nearly=bool(nearly))
    if may_read_administration(by, at=at):
        yield _people(text)
    if may_read_complaints(by, at=at):
        yield _complaints(text, by=by, at=at)


def found_by(text: str, *, newest: int | None = None) -> QuerySet[Any, Any]:
    """The keys of the cases whose number, reference, company, permit or refusal has this in it."""
    cases = Case.objects.order_by()
    applications = having_part(Application.objects.order_by(), "reference", text, newest=newest)
    companies = having_part(Company.objects.order_by(), "name", text, newest=newest)
    numbers = having_part(Number.objects.order_by(), "text", text, newest=newest)
    # A union: each part is found by an index of its own, which an OR over five tables cannot use.
    return (
        having_part(cases, "registration_number", text, newest=newest)
        .values("pk")
        .union(
            cases.filter(application__in=applications.values("pk")).values("pk"),
            cases.filter(application__company__in=companies.values("pk")).values("pk"),
            Permit.objects.order_by().filter(number__in=numbers.values("pk")).values("case"),
            Refusal.objects.order_by().filter(number__in=numbers.values("pk")).values("case"),
        )
    )


def _cases(text: str, cases: QuerySet[Case], nearly: list[Company], *, sees_all: bool) -> Group:
    rows = (
        cases.select_related("application__company").defer("application__data").order_by("-opened_at", "-pk")
    )
    found = _first(lambda newest: rows.filter(pk__in=found_by(text, newest=newest)), sees_all=sees_all)
    if found or not nearly:
        return _group("Berkas", found, _case)
    of_them = rows.filter(application__company__in=[company.pk for company in nearly])
    return _group("Berkas", list(of_them[: A_GROUP + 1]), _case, nearly=True)


def _case(case: Case) -> Hit:
    state = f"selesai {tanggal(office_day(case.closed_at))}" if case.closed_at else "sedang berjalan"
    return Hit(str(case), f"{case.application.company}, {state}", "case", case.pk)


def _permits(text: str, cases: QuerySet[Case], *, sees_all: bool) -> Group:
    seen = {} if sees_all else {"case__in": cases.order_by().values("pk")}

    def of(register: type[Registered]) -> list[Any]:
        rows: QuerySet[Any] = (
            register._default_manager.filter(**seen).select_related("number").order_by("-number__pk")
        )
        return _first(
            lambda newest: rows.filter(
                number__in=having_part(Number.objects.order_by(), "text", text, newest=newest).values("pk")
            ),
            sees_all=sees_all,
        )

    return _group("Izin dan penolakan", [*of(Permit), *of(Refusal)], _decision)


def _decision(one: Permit | Refusal) -> Hit:
    kind = "Izin" if isinstance(one, Permit) else "Penolakan"
    return Hit(str(one), f"{kind} atas nama {one.company}, {tanggal(one.issued_on)}", "case", one.case_id)


def _later(text: str) -> Group:
    numbers = having_part(Number.objects.order_by(), "text", text, newest=NEWEST)
    rows = LaterDecision.objects.filter(number__in=numbers.values("pk")).order_by("-number__pk")
    shown = list(rows.select_related("number", "permit__number")[: A_GROUP + 1])
    return _group("Keputusan setelah izin terbit", shown, _later_decision)


def _later_decision(one: LaterDecision) -> Hit:
    return Hit(
        str(one.number), f"{one.get_kind_display()} atas izin {one.permit}", "permit_life", one.permit_id
    )


def _letters(text: str, letters: QuerySet[CaseLetter], *, sees_all: bool) -> Group:
    words = words_in(text)
    if not words:
        return Group("Surat", [])
    rows = _told(letters).order_by("-letter__pk")
    found = _first(
        lambda newest: rows.filter(
            letter__in=having_words(Letter.objects.order_by(), "words", words, newest=newest).values("pk")
        ),
        sees_all=sees_all,
    )
    return _group("Surat", found, _letter)


def _told(letters: QuerySet[CaseLetter]) -> QuerySet[CaseLetter]:
    rows = letters.select_related("letter", "case__application__company")
    return rows.defer("letter__content", "letter__words", "case__application__data")


def _letter(filed: CaseLetter) -> Hit:
    about = f"{filed.case}, {filed.case.application.company}, {tanggal(office_day(filed.made_at))}"
    return Hit(filed.letter.title, about, "letter", filed.letter_id)


def _with_case(cases: QuerySet[Case], *, sees_all: bool) -> QuerySet[Company]:
    """The companies of which there is a case to see."""
    of_it = (Case.objects if sees_all else cases).filter(application__company=OuterRef("pk"))
    return Company.objects.filter(Exists(of_it.order_by())).order_by("name", "pk")


def _companies(text: str, cases: QuerySet[Case], *, sees_all: bool) -> list[Company]:
    rows = _with_case(cases, sees_all=sees_all)
    return _first(lambda newest: having_part(rows, "name", text, newest=newest), sees_all=sees_all)


def _company(company: Company) -> Hit:
    return Hit(str(company), "semua berkasnya", "cases", company.name)


def _people(text: str) -> Group:
    """Accounts, for whoever administers them."""
    people = User.objects.order_by("name", "pk")
    found = list(having_part(people, "name", text)[: A_GROUP + 1])
    near = [] if found else alike(people, "name", text, most=A_GROUP)
    return _group("Orang", found or near, _person, nearly=bool(near))


def _person(user: User) -> Hit:
    return Hit(user.name, f"{user.email}{'' if user.is_active else ', akun nonaktif'}", "user", user.pk)


def _complaints(text: str, *, by: User, at: datetime) -> Group:
    """By number and by what they say; never by who complains, whose name is opened by an act alone."""
    rows = complaints_for(by, at=at).select_related(None).order_by("-received_at", "-pk")
    said = Q(pk__in=having_part(Complaint.objects.order_by(), "text", text).values("pk"))
    if number := COMPLAINT_NUMBER.fullmatch(text.lower()):
        year, serial = number.groups()
        said |= Q(serial=int(serial)) & (Q(year=int(year)) if year else Q())
    return _group("Pengaduan", list(rows.filter(said)[: A_GROUP + 1]), _complaint)


def _complaint(one: Complaint) -> Hit:
    about = (
        f"{one.get_kind_display()}, {one.get_category_display().lower()}, {one.get_state_display().lower()}"
    )
    return Hit(one.number, about, "complaint", one.pk)


# --- an applicant's search ---------------------------------------------------------------------------------


def _own(text: str, *, by: User, at: datetime) -> Iterable[Group]:
    """Over their own, which are few: read row by row."""
    mine = Application.objects.of_applicant(by, on=office_day(at)).select_related("company", "case")
    mine = mine.defer("data").order_by("-updated_at", "-pk")
    has = (
        Q(reference__icontains=text)
        | Q(company__name__icontains=text)
        | Q(case__registration_number__icontains=text)
        | Q(case__permit__number__text__icontains=text, case__permit__scan__isnull=False)
        | Q(case__refusal__number__text__icontains=text, case__refusal__scan__isnull=False)
    )
    found = list(mine.filter(has)[: A_GROUP + 1])
    near: list[Application] = []
    if not found:
        named = Company.objects.filter(pk__in=mine.order_by().values("company"))
        near = list(mine.filter(company__in=alike(named, "name", text, most=A_GROUP))[: A_GROUP + 1])
    yield _group("Permohonan", found or near, _application, nearly=bool(near))
    letters, words = letters_for(by, at=at), words_in(text)
    if words:
        has_words = reduce(and_, (Q(letter__words__icontains=word) for word in words))
        rows = _told(letters.filter(has_words)).order_by("-letter__pk")
        yield _group("Surat", list(rows[: A_GROUP + 1]), _letter)


def _application(application: Application) -> Hit:
    case = getattr(application, "case", None)
    about = f"{case or application.reference}" + ("" if case else ", belum disampaikan")
    return Hit(str(application.company), about, "application", application.reference)


# --- --------------------------------------------------------------------------------------------------------


def _first(rows: Callable[[int | None], QuerySet[Row]], *, sees_all: bool) -> list[Row]:
    """The first hits, and one more that tells whether there are others.

    Among the newest that match first: nobody waits for all the million letters that have a word. Whoever sees
    only some may see none of those; then all are looked through.
    """
    found = list(rows(NEWEST)[: A_GROUP + 1])
    return found if sees_all or len(found) > A_GROUP else list(rows(None)[: A_GROUP + 1])


def _group(kind: str, rows: list[Any], hit: Callable[[Any], Hit], *, nearly: bool = False) -> Group:
    return Group(kind, [hit(row) for row in rows[:A_GROUP]], nearly, len(rows) > A_GROUP)
