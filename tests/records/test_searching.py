"""Searching: on both databases alike, and nobody finds what they may not open."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.models import Case, CaseLetter
from muara.cases.rules import is_on_applicants_side
from muara.contacts.actions.complaints import Filing, file_complaint
from muara.contacts.models import ComplaintConcern
from muara.documents.letters import words_in
from muara.people.models import Company, Office, User
from muara.people.rules import ADMINISTRATOR, AUDITOR, COMPLAINT_MANAGER
from muara.permits.models import Permit
from muara.records.finding import alike, having_part, having_words
from muara.records.searching import FOR_APPLICANTS, Group, search
from muara.web.demo import applicant, officer, other_applicant
from muara.web.search import _address
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
KINDS = ("customer_service", "technical_team", "registrar", ADMINISTRATOR, AUDITOR, COMPLAINT_MANAGER)
EVERYBODY = (
    "information_officer",
    "customer_service",
    "registration_counter",
    "verifier",
    "liaison",
    "processing_officer",
    "technical_team",
    "section_head",
    "division_head",
    "head_of_office",
    "registrar",
    "collection_counter",
    ADMINISTRATOR,
    AUDITOR,
    COMPLAINT_MANAGER,
)


@pytest.fixture(autouse=True)
def _now(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY, tick=False)


def found(text: str, by: User) -> dict[str, list[str]]:
    return {group.kind: [hit.title for hit in group.hits] for group in search(text, by=by, at=MONDAY)}


def kinds(groups: Iterable[Group]) -> set[str]:
    return {group.kind for group in groups}


# --- finding -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("egara con", ["PT Segara Contoh"]),  # a part over two words, in small letters
        ("50% ", ['CV 50% "Laut" O\'Neil_x']),  # wildcards and quotes mean themselves
        ('"Laut"', ['CV 50% "Laut" O\'Neil_x']),
        ("'Neil_", ['CV 50% "Laut" O\'Neil_x']),
        ("P%T", []),
        ("___", []),
        ('* OR "', []),
        ("NEAR(a b)", []),
    ],
)
def test_a_part_of_a_name_is_found_as_it_was_typed(office: Office, typed: str, names: list[str]) -> None:
    for name in ("PT Segara Contoh", 'CV 50% "Laut" O\'Neil_x', "PT Teluk Rekaan"):
        Company.objects.create(name=name)

    assert [row.name for row in having_part(Company.objects.all(), "name", typed)] == names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Segra", "PT Segara Contoh"),  # a letter left out
        ("Seggara", "PT Segara Contoh"),  # one too many
        ("Telok Rekan", "PT Teluk Rekaan"),  # two words, a fault in each
        ("Karamg", "PT Karang Umpama"),  # another letter
        ("Umpaam", "PT Karang Umpama"),  # two letters changed places
    ],
)
def test_a_name_with_a_typing_error_is_found(office: Office, typed: str, name: str) -> None:
    for each in ("PT Segara Contoh", "PT Teluk Rekaan", "PT Karang Umpama", "CV Ombak Misalnya"):
        Company.objects.create(name=each)

    assert [row.name for row in alike(Company.objects.all(), "name", typed, most=5)] == [name]
    assert alike(Company.objects.all(), "name", "Zamrud", most=5) == []


def test_the_index_follows_a_changed_and_a_deleted_row(office: Office) -> None:
    company = Company.objects.create(name="PT Lama Sekali")
    company.name = "PT Baru Sekali"
    company.save()
    assert not having_part(Company.objects.all(), "name", "Lama Sek").exists()
    assert having_part(Company.objects.all(), "name", "Baru Sek").get() == company
    company.delete()
    assert not having_part(Company.objects.all(), "name", "Baru Sek").exists()


def test_a_letter_is_found_by_its_words_and_numbers(office: Office) -> None:
    case = case_at("deliver", at=MONDAY)
    letter = CaseLetter.objects.get(case=case, kind="cover_letter").letter
    rows = type(letter).objects.all()

    assert letter in having_words(rows, "words", words_in(letter.title))
    assert letter in having_words(rows, "words", ["rekomendasi", "tekn"])  # the last word only begun
    assert letter not in having_words(rows, "words", ["tekn", "rekomendasi"])
    assert not having_words(rows, "words", ["logo", "svg"]).exists()
    assert "dpmptsp" not in words_in(letter.words) or "dpmptsp" in letter.title.lower()


def test_officials_find_a_case_by_every_number_and_by_a_name_with_a_fault(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    permit = Permit.objects.get(case=case)
    me = officer("registrar")
    assert case.registration_number is not None

    for typed in (case.registration_number[-6:], case.application.reference[2:7], str(permit)[4:12]):
        assert found(typed, me)["Berkas"] == [str(case)]
    assert found(str(permit)[:10], me)["Izin dan penolakan"] == [str(permit)]
    company = case.application.company
    wrong = company.name.split()[1][:-2] + "u" + company.name.split()[1][-1]
    groups = search(wrong, by=me, at=MONDAY)
    assert {"Berkas", "Perusahaan"} <= kinds(groups)
    assert all(group.nearly for group in groups if group.kind in {"Berkas", "Perusahaan"})


# --- permissions ---------------------------------------------------------------------------------------


def test_nobody_finds_what_they_may_not_open(office: Office) -> None:
    """Whatever any role finds by any of these words opens for them: no title leaks."""
    sent, inside, done = (case_at(step, at=MONDAY) for step in ("review", "check", "end"))
    complaint = file_complaint(
        Filing(kind="pengaduan", category="waktu", text="Segara lama sekali.", name="Laras"), at=MONDAY
    )
    words = {"segara", "laras", str(done), complaint.number, "andaian", "surat"}
    people = [*(officer(actor) for actor in KINDS), applicant(), other_applicant()]
    opened = 0
    for person in people:
        client = Client()
        client.force_login(person)
        groups = [group for word in words for group in search(word, by=person, at=MONDAY)]
        for hit in {hit for group in groups for hit in group.hits}:
            if hit.page == "letter":  # to set every letter takes long; tests/web/test_files.py opens some
                seen = Case.objects.visible_to(person, at=MONDAY)
                filed = CaseLetter.objects.get(letter_id=int(hit.key), case__in=seen)
                mine = is_on_applicants_side(person, filed.case.application)
                assert not mine or filed.kind in FOR_APPLICANTS or _is_the_decision(filed)
            else:
                assert client.get(_address(hit)).status_code == 200, (person, hit)
            opened += 1
    assert opened > 40

    agency = found("segara", officer("technical_team"))
    assert str(inside) not in agency["Berkas"]  # never sent there
    assert str(sent) in agency["Berkas"]
    assert found("segara", officer(ADMINISTRATOR)) == {}
    assert found("Laras", officer(COMPLAINT_MANAGER)) == {}  # a look at who complains is an act
    stranger = add_stranger()
    assert found(sent.application.company.name, stranger) == {}
    assert found("surat", stranger) == {}


def _is_the_decision(filed: CaseLetter) -> bool:
    return Permit.objects.filter(
        case=filed.case, scan__isnull=False, draft__copies__letter=filed.letter
    ).exists()


def add_stranger() -> User:
    return User.objects.create_user(email="lain@contoh.example", name="Orang Lain")


def test_a_complaint_is_found_by_those_alone_who_may_read_it(office: Office) -> None:
    secret = file_complaint(
        Filing(
            kind="pengaduan",
            category="perilaku",
            text="Petugas meminta uang rokok.",
            name="Laras Pengandaian",
            confidential=True,
        ),
        at=MONDAY,
    )
    manager = officer(COMPLAINT_MANAGER)
    may = {actor for actor in EVERYBODY if "Pengaduan" in found("uang rokok", officer(actor))}
    assert may == {COMPLAINT_MANAGER, AUDITOR}
    assert found(f"{secret.year}/{secret.serial}", manager)["Pengaduan"] == [secret.number]
    told = [hit for group in search("uang rokok", by=manager, at=MONDAY) for hit in group.hits]
    assert not any(word in f"{hit.title} {hit.about}" for hit in told for word in ("rokok", "Laras"))

    ComplaintConcern.objects.create(complaint=secret, user=manager)

    assert "Pengaduan" not in found("uang rokok", manager)


def test_an_applicant_finds_their_own_drafts_permits_and_letters_only(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    permit = Permit.objects.get(case=case)
    me = applicant()

    assert found(str(permit), me)["Permohonan"] == [case.application.company.name]
    letters = found("surat", me).get("Surat", []) + found("tanda terima", me)["Surat"]
    assert letters
    assert not any("pengantar" in title.lower() for title in letters)  # stays in the office
    assert kinds(search("contoh", by=me, at=MONDAY)) <= {"Permohonan", "Surat"}


def test_a_search_asks_as_much_of_many_as_of_one(office: Office) -> None:
    me = officer("registrar")
    case_at("check", at=MONDAY)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            search("contoh", by=me, at=MONDAY)
        return len(queries)

    first = asked()
    for _ in range(4):
        case_at("check", at=MONDAY)
    assert asked() == first
