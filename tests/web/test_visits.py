"""A planned visit as the applicant, the counter, the agency and strangers meet it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Case, Referral, SiteVisit, Task
from muara.documents.blobs import keep_blob
from muara.people.models import Office, User
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.steps.test_agency import colleague
from tests.web.page_forms import form_on
from tests.web.test_tasks import MARKS, pdf, terms_typed

pytestmark = pytest.mark.django_db

NOW = MONDAY + timedelta(hours=8)


@pytest.fixture
def walk(office: Office, time_machine: TimeMachineFixture) -> Walk:
    """A case at the agency, received there."""
    case = case_at("review", at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant(), case=case)
    walk.take()
    time_machine.move_to(NOW)
    return walk


@pytest.fixture
def visit(walk: Walk) -> SiteVisit:
    return walk.visit(days=2)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(visit: SiteVisit) -> str:
    return f"/permohonan/{visit.referral.case.application.reference}/peninjauan/{visit.pk}/"


def send(client: Client, path: str, action: str, **typed: Any) -> Any:
    form = form_on(client.get(action or path, follow=True), action)
    return client.post(action or path, form.filled(**typed))


def test_the_applicant_sees_the_plan_and_agrees(visit: SiteVisit) -> None:
    client, path = signed_in(applicant()), address(visit)
    overview = client.get(f"/permohonan/{visit.referral.case.application.reference}/").content.decode()
    assert path in overview
    assert "Menunggu jawaban pemohon" in overview

    assert send(client, path, "", answer="setuju").status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.agreed_by) == ("disetujui pemohon", applicant())


def test_another_time_needs_the_time_and_the_reason(visit: SiteVisit) -> None:
    client, path = signed_in(applicant()), address(visit)
    answer = send(client, path, "", answer="lain")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"wish_at", "reason"}

    typed = {"answer": "lain", "wish_at": "2026-07-10T09:30", "reason": "Pabrik libur."}
    assert send(client, path, "", **typed).status_code == 302
    visit.refresh_from_db()
    assert visit.wish_at is not None
    assert visit.wish_at.isoformat() == "2026-07-10T01:30:00+00:00"


def test_a_visit_is_nobody_elses_to_answer(visit: SiteVisit) -> None:
    for stranger in (other_applicant(), officer("customer_service"), officer("technical_team")):
        assert signed_in(stranger).get(address(visit)).status_code == 404


def test_the_counter_answers_for_somebody_without_an_account(
    office: Office, time_machine: TimeMachineFixture
) -> None:
    counter = officer("customer_service")
    case = case_at("review", at=MONDAY, on_behalf_by=counter)
    walk = Walk(Clock(MONDAY), applicant(), case=case, on_behalf_by=counter)
    walk.take()
    time_machine.move_to(NOW)
    visit = walk.visit(days=2)
    path = address(visit)
    assert send(signed_in(counter), path, "", answer="setuju").status_code == 422  # who stands there?
    assert send(signed_in(counter), path, "", answer="setuju", stands="self").status_code == 302
    visit.refresh_from_db()
    assert visit.agreed_by == counter


def photo() -> SimpleUploadedFile:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:07:06 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 30.0, 15.0), 3: "E", 4: (117.0, 35.0, 0.0)})
    content = io.BytesIO()
    Image.new("RGB", (64, 64)).save(content, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", content.getvalue(), "image/jpeg")


def test_a_phones_photo_brings_its_own_time_and_place(walk: Walk, visit: SiteVisit) -> None:
    client, path = signed_in(officer("technical_team")), f"/meja/tugas/{walk.task.pk}/"
    answer = send(client, path, f"{path}foto-peninjauan/", photo=photo(), caption="Outfall")
    assert answer.status_code == 302, answer.content.decode()
    kept = visit.photos.get()
    assert (kept.taken_at.isoformat(), kept.latitude) == ("2026-07-06T01:30:00+00:00", "0.504167")

    shown = f"/pindaian/{walk.task.case_id}/{kept.blob.sha256}/1.png"
    assert shown in client.get(path).content.decode()
    assert client.get(shown).status_code == 200
    assert signed_in(other_applicant()).get(shown).status_code == 404


def test_a_colleague_in_the_field_need_not_take_the_file_over(walk: Walk, visit: SiteVisit) -> None:
    other = colleague("Lestari Rekaan")
    client, path = signed_in(other), f"/meja/tugas/{walk.task.pk}/"
    assert send(client, path, f"{path}foto-peninjauan/", photo=photo(), caption="Outfall").status_code == 302
    assert visit.photos.get().added_by == other


def test_who_is_not_of_the_agency_may_not_record_for_it(walk: Walk, visit: SiteVisit) -> None:
    path = f"/meja/tugas/{walk.task.pk}/"
    for slug in ("disposisi", "perlu-peninjauan", "foto-peninjauan", "lembar-kerja", "pertemuan"):
        for actor in ("verifier", "liaison", "processing_officer", "head_of_office"):
            assert signed_in(officer(actor)).post(f"{path}{slug}/", {}).status_code == 403


def test_a_lacking_limit_asks_for_its_reason_where_the_form_is(walk: Walk) -> None:
    path = f"/meja/tugas/{walk.task.pk}/"
    client = signed_in(officer("technical_team"))
    send(client, path, f"{path}perlu-peninjauan/", needed="tidak", reason="Cukup.")
    typed = terms_typed() | {"limits-0-parameter": "Amonia"}
    answer = send(client, path, path, outcome="recommended", scan=pdf(), **typed)
    assert answer.status_code == 422
    field = next(name for name in answer.context["form"].errors if name.startswith("omit_"))
    assert "BOD5" in str(answer.context["form"].fields[field].label)

    again = form_on(answer, path).filled(**{field: "Tidak ada dalam air limbah ini."})
    assert client.post(path, again).status_code == 302
    assert Referral.objects.get().recommendations.get().omitted == {"BOD5": "Tidak ada dalam air limbah ini."}


def test_more_than_one_recommendation_is_asked_for_at_verification(
    office: Office, time_machine: TimeMachineFixture
) -> None:
    case = case_at("verify", at=MONDAY)
    task = case.tasks.get(closed_at=None, companion=False)
    take_over(task.pk, by=officer("verifier"), at=MONDAY)
    time_machine.move_to(NOW)
    agency = Office.objects.get(kind=Office.Kind.AGENCY)
    second = {
        "more-0-agency": str(agency.pk),
        "more-0-subject": "rekomendasi tata ruang laut",
        "more-0-letter_number": "500/2/CONTOH/2026",
        "more-0-letter_date": "06/07/2026",
    }
    client, path = signed_in(officer("verifier")), f"/meja/tugas/{task.pk}/"
    typed = MARKS | {"letter_number": "500/1/CONTOH/2026", "outcome": "complete"}
    refused = send(client, path, path, **typed, **(second | {"more-0-letter_date": ""}))
    assert refused.status_code == 422
    assert send(client, path, path, **typed, **second).status_code == 302
    assert list(case.referrals.values_list("letter_number", flat=True)) == [
        "500/1/CONTOH/2026",
        "500/2/CONTOH/2026",
    ]
    assert case.letters.filter(kind="cover_letter").count() == 2


def test_the_agencys_page_costs_the_same_for_one_photo_and_thirty(
    walk: Walk, visit: SiteVisit, django_assert_num_queries: Any
) -> None:
    def add(number: int) -> None:
        blob = keep_blob(sha256=f"{number:064x}", size=1, media_type="image/jpeg", pages=1, at=NOW)
        visit.photos.create(
            blob=blob, taken_at=NOW, place="Outfall", caption="Foto", added_by=applicant(), added_at=NOW
        )

    client, path = signed_in(officer("technical_team")), f"/meja/tugas/{walk.task.pk}/"
    add(1)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for number in range(2, 31):
        add(number)
    with django_assert_num_queries(len(one)):
        client.get(path)


def test_the_desk_lists_a_case_with_two_letters_to_one_agency_once(walk: Walk) -> None:
    case = Case.objects.get()
    first = case.referrals.get()
    Referral.objects.create(
        case=case,
        agency=first.agency,
        subject="rekomendasi lain",
        letter_number="500/2",
        letter_date=first.letter_date,
        cover_letter=first.cover_letter,
        made_by=first.made_by,
        made_at=first.made_at,
        delivered_by=first.delivered_by,
        delivered_at=NOW,
        receiver=first.receiver,
    )
    page = signed_in(officer("technical_team")).get("/meja/")
    assert [item.task.pk for item in page.context["todo"]] == [
        Task.objects.get(closed_at=None, companion=False).pk
    ]
