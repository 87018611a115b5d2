"""Files and letters go out through their owner's permission, and cannot do harm where they arrive."""

from __future__ import annotations

import pytest
from django.http import HttpResponseBase
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.models import Attachment, Case
from muara.documents.models import Letter
from muara.people.models import Company, Membership, User
from muara.steps.actions.filing import attach
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant, sample_upload, seed_office
from muara.web.files import file_name
from tests.clock import MONDAY, at
from tests.remembered import case_at


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def get(user: User, path: str) -> HttpResponseBase:
    client = Client()
    client.force_login(user)
    return client.get(path)


def status(user: User, path: str) -> int:
    answer = get(user, path)
    body(answer)
    return answer.status_code


def body(answer: HttpResponseBase) -> bytes:
    """Read an answer to its end, which closes the file that it came from."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def letter_of(case: Case, kind: str) -> str:
    return f"/surat/{case.letters.filter(kind=kind).latest('pk').letter_id}.pdf"


def permit_scan(case: Case) -> str:
    assert case.permit.scan is not None
    return case.permit.scan.sha256


def scans_of(case: Case) -> dict[str, str]:
    recommendation = case.referrals.get().recommendations.get()
    found = {"recommendation": recommendation.scan.sha256, "permit": permit_scan(case)}
    return {name: f"/pindaian/{case.pk}/{sha256}/" for name, sha256 in found.items()}


def addresses(case: Case) -> list[str]:
    """Every address of a case's files that somebody could guess."""
    attachments = [f"/lampiran/{item.pk}/" for item in case.application.attachments.all()]
    scans = [*scans_of(case).values()]
    return [
        *attachments,
        *(f"{path}halaman/1.png" for path in attachments),
        *(f"/surat/{item.letter_id}.pdf" for item in case.letters.all()),
        *scans,
        *(f"{path}1.png" for path in scans),
        f"/meja/berkas/{case.pk}/lembar-pengendali.pdf",
    ]


# --- who ------------------------------------------------------------------------------------------------


def test_another_applicant_finds_nothing_by_guessing() -> None:
    case = case_at("end", at=MONDAY)

    assert {path for path in addresses(case) if status(other_applicant(), path) != 404} == set()
    assert {path for path in addresses(case) if status(officer("administrator"), path) != 404} == set()


def test_a_stranger_is_asked_to_sign_in() -> None:
    case = case_at("end", at=MONDAY)

    for path in addresses(case):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/akun/masuk/?next={path}")


@pytest.mark.slow
def test_the_office_the_auditor_and_the_agency_read_all() -> None:
    case = case_at("end", at=MONDAY)

    for actor in ("registrar", "auditor", "technical_team"):
        assert {path for path in addresses(case) if status(officer(actor), path) != 200} == set()


def test_nobody_posts_to_a_file() -> None:
    case = case_at("end", at=MONDAY)
    client = Client()
    client.force_login(officer("auditor"))

    assert {client.post(path).status_code for path in addresses(case)} == {405}


def test_an_agency_reads_nothing_before_the_file_is_delivered_to_it() -> None:
    case = case_at("deliver", at=MONDAY)
    own = case.application.attachments.earliest("pk")

    assert status(officer("technical_team"), f"/lampiran/{own.pk}/") == 404
    assert status(officer("technical_team"), letter_of(case, "cover_letter")) == 404
    assert status(officer("technical_team"), f"/meja/berkas/{case.pk}/lembar-pengendali.pdf") == 404


def test_the_applicant_reads_their_papers_and_not_the_offices() -> None:
    case = case_at("end", at=MONDAY)
    permit = case.permit.draft
    scans = scans_of(case)
    copies = {copy.number: f"/surat/{copy.letter_id}.pdf" for copy in permit.copies.all()}

    read = {
        "attachment": status(applicant(), f"/lampiran/{case.application.attachments.earliest('pk').pk}/"),
        "receipt": status(applicant(), letter_of(case, "receipt")),
        "handover": status(applicant(), letter_of(case, "handover_receipt")),
        "permit": status(applicant(), copies[2]),
        "permit scan": status(applicant(), scans["permit"]),
        "endorsed copy": status(applicant(), copies[1]),
        "archive copy": status(applicant(), copies[3]),
        "cover letter": status(applicant(), letter_of(case, "cover_letter")),
        "recommendation": status(applicant(), scans["recommendation"]),
        "control sheet": status(applicant(), f"/meja/berkas/{case.pk}/lembar-pengendali.pdf"),
    }

    assert [name for name, code in read.items() if code == 200] == [
        "attachment",
        "receipt",
        "handover",
        "permit",
        "permit scan",
    ]
    assert {code for code in read.values() if code != 200} == {404}


def test_the_applicant_does_not_read_the_draft_before_it_is_issued() -> None:
    case = case_at("number", at=MONDAY)
    copy = case.drafts.get().copies.get(number=2)

    assert status(applicant(), f"/surat/{copy.letter_id}.pdf") == 404
    assert status(officer("registrar"), f"/surat/{copy.letter_id}.pdf") == 200


def test_whoever_acts_for_the_company_reads_as_its_applicant() -> None:
    case = case_at("verify", at=MONDAY)
    colleague = User.objects.create_user(email="rekan@contoh.example", name="Rekan Contoh")
    path = letter_of(case, "receipt")
    before = status(colleague, path)
    Membership.objects.create(company=Company.objects.get(applications__case=case), user=colleague)

    assert (before, status(colleague, path)) == (404, 200)


def test_officers_read_what_was_handed_in_not_what_is_being_prepared() -> None:
    case = case_at("apply", at=MONDAY)
    new = attach(
        case.application,
        requirement=5,
        accepted=sample_upload("Skema baru", at=MONDAY),
        by=applicant(),
        at=MONDAY,
    )

    assert status(applicant(), f"/lampiran/{new.pk}/") == 200
    assert status(officer("verifier"), f"/lampiran/{new.pk}/") == 404
    assert status(officer("verifier"), f"/lampiran/{new.pk}/halaman/1.png") == 404
    # While the applicant is asked for something, a counter may enter their answer, so it sees what is there.
    assert status(officer("customer_service"), f"/lampiran/{new.pk}/") == 200


def test_the_counter_reads_what_it_prepares_for_somebody_without_an_account() -> None:
    walk = Walk(Clock(MONDAY), applicant(), on_behalf_by=officer("customer_service"))
    item = walk.prepare().attachments.earliest("pk")

    assert status(officer("registration_counter"), f"/lampiran/{item.pk}/") == 200
    assert status(officer("verifier"), f"/lampiran/{item.pk}/") == 404
    assert status(applicant(), f"/lampiran/{item.pk}/") == 404


def test_a_scan_is_found_only_under_its_own_case() -> None:
    case, other = case_at("end", at=MONDAY), case_at("check", at=MONDAY)
    sha256 = permit_scan(case)
    own = case.application.attachments.earliest("pk").blob.sha256

    assert status(officer("auditor"), f"/pindaian/{case.pk}/{sha256}/") == 200
    assert status(officer("auditor"), f"/pindaian/{other.pk}/{sha256}/") == 404
    assert status(officer("auditor"), f"/pindaian/{case.pk}/{own}/") == 404  # an attachment is no scan


@pytest.mark.parametrize("sha256", ["0" * 64, "abc", "G" * 64, "%00" * 64, "..%2f..%2fsecret_key"])
def test_a_hash_that_is_none_is_not_there(sha256: str) -> None:
    case = case_at("check", at=MONDAY)

    assert status(officer("auditor"), f"/pindaian/{case.pk}/{sha256}/") == 404


@pytest.mark.parametrize("number", ["0", "2", "99999", "9999999999999999999999"])
def test_a_page_that_the_file_does_not_have_is_not_there(number: str) -> None:
    case = case_at("check", at=MONDAY)
    item = case.application.attachments.earliest("pk")

    assert status(officer("auditor"), f"/lampiran/{item.pk}/halaman/{number}.png") == 404


@pytest.mark.parametrize("number", ["0", "999", "9999999999999999999999"])
def test_a_number_without_a_file_is_not_there(number: str) -> None:
    assert status(officer("auditor"), f"/lampiran/{number}/") == 404
    assert status(officer("auditor"), f"/surat/{number}.pdf") == 404


# --- how ------------------------------------------------------------------------------------------------


def test_an_original_is_taken_away_and_never_opened_here() -> None:
    case = case_at("check", at=MONDAY)
    item = case.application.attachments.select_related("blob").earliest("pk")

    answer = get(officer("customer_service"), f"/lampiran/{item.pk}/")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{item.filename}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert len(body(answer)) == item.blob.size


def test_a_name_with_a_quote_or_beyond_ascii_stays_one_header() -> None:
    case = case_at("check", at=MONDAY)
    item = case.application.attachments.earliest("pk")
    Attachment.objects.filter(pk=item.pk).update(filename='Skéma "IPAL".pdf')

    answer = get(officer("customer_service"), f"/lampiran/{item.pk}/")
    body(answer)

    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Sk%C3%A9ma%20%22IPAL%22.pdf"


def test_a_page_picture_is_a_picture_kept_by_this_person_alone() -> None:
    case = case_at("check", at=MONDAY)
    item = case.application.attachments.earliest("pk")

    answer = get(officer("customer_service"), f"/lampiran/{item.pk}/halaman/1.png")

    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, max-age=3600"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert body(answer).startswith(b"\x89PNG\r\n\x1a\n")


def test_a_letter_is_set_on_first_reading_and_the_same_ever_after() -> None:
    case = case_at("verify", at=MONDAY)
    path = letter_of(case, "receipt")
    letter = Letter.objects.get(filed__case=case, filed__kind="receipt")
    assert letter.rendered is None

    answer = get(applicant(), path)
    first = body(answer)

    letter.refresh_from_db()
    assert letter.rendered is not None
    assert first.startswith(b"%PDF-")
    assert body(get(applicant(), path)) == first
    assert answer["Content-Disposition"] == (f'inline; filename="{letter.title.replace("/", "-")}.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_scan_is_taken_away_under_a_plain_name() -> None:
    case = case_at("end", at=MONDAY)
    sha256 = permit_scan(case)

    answer = get(officer("registrar"), f"/pindaian/{case.pk}/{sha256}/")
    body(answer)

    assert answer["Content-Disposition"] == f'attachment; filename="pindaian-{sha256[:12]}.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_the_control_sheet_is_printed_as_it_stands_and_not_kept() -> None:
    case = case_at("verify", at=MONDAY)
    letters = Letter.objects.count()

    answer = get(officer("verifier"), f"/meja/berkas/{case.pk}/lembar-pengendali.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == ('inline; filename="Lembar pengendali proses LHP-2026-0001.pdf"')
    assert answer["Cache-Control"] == "private, no-store"
    assert body(answer).startswith(b"%PDF-")
    assert Letter.objects.count() == letters


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tanda terima LHP/2026/0001", "Tanda terima LHP-2026-0001.pdf"),
        ('Surat "pengantar" 503/…/X', "Surat pengantar 503--X.pdf"),
        ("…", "surat.pdf"),
    ],
)
def test_a_letters_file_is_named_after_its_title(title: str, name: str) -> None:
    assert file_name(title) == name
