"""Several decrees on a day: each is read, the read ones are signed at once, each for itself (SOP step 15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import TimeMachineFixture

from muara.cases.models import ElectronicDecree, Endorsement, Task
from muara.documents.models import Certificate
from muara.people.models import Office, User
from muara.steps.actions import examination, signing_day
from muara.web.demo import COMPANIES, officer, seed_signing, sign_electronically
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import PageForm, forms_on
from tests.web.test_public import plain

PAGE = "/meja/tanda-tangan/"
NOW = at("2026-07-20 09:00")


@pytest.fixture(autouse=True)
def _day(office: Office, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def head(client: Client) -> User:
    user = officer("head_of_office")
    client.force_login(user)
    return user


def waiting(number: int) -> list[Task]:
    """Files of different companies that wait for the head's signature."""
    cases = [case_at("decide", at=MONDAY, company=COMPANIES[place]) for place in range(number)]
    return [case.tasks.get(closed_at=None, companion=False) for case in cases]


def form_with(client: Client, page: str, name: str) -> PageForm:
    (form,) = [found for found in forms_on(client.get(page)) if name in found.names]
    return form


def read(client: Client, task: Task) -> None:
    """Tick every clause of a decree's page and say that it was read."""
    page = f"{PAGE}{task.pk}/"
    form = form_with(client, page, "clauses")
    answer = client.post(page, form.filled(clauses=list(task.step.examines)))
    assert answer.status_code == 302


def signatures() -> set[int]:
    found = Endorsement.objects.filter(kind=Endorsement.Kind.SIGNATURE, voided_at=None)
    return set(found.values_list("task", flat=True))


def test_what_was_read_is_signed_and_the_rest_waits(client: Client, head: User) -> None:
    first, second, third = waiting(3)
    shown = client.get(f"{PAGE}{first.pk}/").content.decode()
    draft = first.case.drafts.get()
    assert draft.sha256 in shown
    assert f"/surat/{draft.copies.order_by('number')[0].letter_id}/halaman/1.png" in shown
    assert "Cetak ringkasan satu halaman" in shown
    read(client, first)
    read(client, second)
    form = form_with(client, PAGE, "surat")
    assert form.values["surat"] == [str(first.pk), str(second.pk)]

    told = plain(client.post(PAGE, form.filled()).content.decode())

    assert signatures() == {first.pk, second.pk}
    assert told.count("Tidak ditandatangani") == 0
    assert told.count("Ditandatangani") == 2
    assert third.case.tasks.get(closed_at=None).step_key == "decide"
    again = plain(client.post(PAGE, form.filled()).content.decode())
    assert (again.count("Ditandatangani"), signatures()) == (2, {first.pk, second.pk})


def test_what_changed_since_it_was_read_is_not_signed_and_says_so(client: Client, head: User) -> None:
    changed, same = waiting(2)
    read(client, changed)
    read(client, same)
    form = form_with(client, PAGE, "surat")
    examination.remark(changed, place="Menimbang: b", text="Periksa tanggalnya.", by=head, at=NOW)

    told = plain(client.post(PAGE, form.filled()).content.decode())

    assert signatures() == {same.pk}
    assert signing_day.CHANGED in told
    assert "Berubah sesudah Anda baca; baca lagi." in plain(client.get(PAGE).content.decode())


def test_one_that_fails_leaves_the_others_signed(client: Client, head: User) -> None:
    failing, same = waiting(2)
    read(client, failing)
    read(client, same)
    form = form_with(client, PAGE, "surat")
    # A row that the database does not suffer beside the signature: the transaction of this one fails.
    draft = failing.case.drafts.get()
    Endorsement.objects.create(
        draft=draft, task=failing, kind="paraf", step_key="decide", by=head, at=NOW, sha256=draft.sha256
    )

    told = plain(client.post(PAGE, form.filled()).content.decode())

    assert signatures() == {same.pk}
    assert "Tidak tercatat karena gangguan basis data" in told
    assert failing.case.tasks.get(closed_at=None, companion=False).pk == failing.pk


def test_nothing_ticked_or_unread_signs_nothing(client: Client, head: User) -> None:
    unread, done = waiting(2)
    read(client, done)
    form = form_with(client, PAGE, "surat")

    none = client.post(PAGE, form.filled(surat=None))
    foreign = client.post(PAGE, form.filled(surat=[str(unread.pk)]))

    assert (none.status_code, foreign.status_code, signatures()) == (422, 422, set())
    assert "Pilih sekurang-kurangnya satu surat" in plain(none.content.decode())


def test_a_code_is_asked_for_first_and_the_choice_survives(
    client: Client, head: User, settings: Settings
) -> None:
    first, second = waiting(2)
    read(client, first)
    read(client, second)
    settings.MUARA_SECOND_FACTOR = True
    form = form_with(client, PAGE, "surat")

    sent = client.post(PAGE, form.filled(surat=[str(second.pk)]))

    assert (sent.status_code, sent["Location"], signatures()) == (302, "/akun/pengaman/", set())
    assert form_with(client, PAGE, "surat").values["surat"] == [str(second.pk)]


def test_electronic_decrees_are_signed_one_by_one_too_and_one_that_waits_says_so(
    client: Client, head: User
) -> None:
    seed_signing(MONDAY)
    first, second = waiting(2)
    sign_electronically(NOW)
    read(client, first)
    read(client, second)
    form = form_with(client, PAGE, "surat")

    told = plain(client.post(PAGE, form.filled(surat=[str(first.pk)])).content.decode())
    Certificate.objects.filter(kind=Certificate.Kind.OFFICIAL).update(ends=NOW - timedelta(days=1))
    refused = plain(client.post(PAGE, form_with(client, PAGE, "surat").filled()).content.decode())

    assert told.count("Ditandatangani") == 1
    assert signatures() == {first.pk}
    assert ElectronicDecree.objects.get(draft__case=first.case).signed is not None
    assert "Anda belum mempunyai sertifikat tanda tangan yang berlaku." in refused


@pytest.mark.slow
def test_the_page_costs_the_same_for_one_and_for_four(
    client: Client, head: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    waiting(1)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        assert "1 surat menunggu" in plain(client.get(PAGE).content.decode())
    for company in COMPANIES[1:4]:
        case_at("decide", at=MONDAY, company=company)

    with django_assert_num_queries(len(one)):
        assert "4 surat menunggu" in plain(client.get(PAGE).content.decode())
