"""A refusal is a draft of its own kind: it walks the same steps and ends in its own register."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import html

from muara.cases.actions import Refused
from muara.cases.models import Case, Draft, FinalCheck
from muara.cases.queries import control_sheet
from muara.documents.contents.refusal import Reason
from muara.people.calendar import office_calendar
from muara.people.models import Notice, Office, office_day
from muara.permits.actions import take_number
from muara.permits.models import Permit, Refusal
from muara.permits.queries import remedies_of
from muara.steps.actions import drafting
from muara.steps.actions.review import binding_terms
from muara.steps.forms.drafting import AdjustTerms
from muara.steps.letters import proposed_wording
from muara.web.demo import Walk, applicant, officer, refused_at_the_top
from tests.clock import MONDAY, at
from tests.remembered import case_at

pytestmark = pytest.mark.django_db


def test_a_refusal_is_never_recorded_as_a_permit(office: Office) -> None:
    case = finish(refused_at_the_top(at=MONDAY))

    said = [line.label for line in control_sheet(case) if line.task and line.entry.verb != "take_over"]

    assert "Draf izin diserahkan kepada kepala seksi" in said  # the draft before was of a permit
    since = said[said.index("Tolak permohonan: minta keputusan penolakan disusun") :]
    assert "Draf keputusan penolakan diserahkan kepada kepala seksi" in since
    assert "Keputusan penolakan bernomor dan disahkan: serahkan ke loket" in since
    assert since[-2:] == ["Keputusan penolakan diserahkan", "Keputusan penolakan diterima"]
    assert not [label for label in since if "izin" in label.lower()]
    assert [task.result_label for task in case.tasks.filter(companion=False)][-2:] == since[-2:]
    checks = FinalCheck.objects.filter(task__case=case).values_list("label", flat=True)
    assert not [label for label in checks if "izin" in label.lower()]


@pytest.mark.parametrize("actor", ["section_head", "registrar", "collection_counter"])
def test_the_forms_of_a_refusal_speak_of_a_refusal(office: Office, actor: str, client: Client) -> None:
    walk = refused_at_the_top(at=MONDAY)
    while walk.task.actor != actor:
        walk.forward()
    client.force_login(officer(actor))
    walk.take()

    page = html.strip_tags(client.get(f"/meja/tugas/{walk.task.pk}/").content.decode())

    for said in ("Draf izin, rangkap 1", "Izin diserahkan", "Surat izin ditandatangani", "Izin dikirim"):
        assert said not in page


def test_no_terms_are_adjusted_for_a_refusal(office: Office, client: Client) -> None:
    walk = refused_at_the_top(at=MONDAY)
    task = walk.take()
    terms = binding_terms(task.case)
    assert terms is not None
    assert terms.terms is not None

    assert AdjustTerms.belongs_to(task)
    assert not AdjustTerms.offered(task)
    with pytest.raises(Refused, match="penolakan"):
        drafting.adjust_terms(task, terms=terms.terms, reason="Uji.", by=walk.who(task), at=walk.clock.tick())


def test_what_the_head_sent_back_is_not_offered_for_printing(office: Office, client: Client) -> None:
    walk = refused_at_the_top(at=MONDAY)
    assert walk.case is not None
    decided = walk.case.tasks.get(step_key="decide")
    client.force_login(officer("head_of_office"))

    page = client.get(f"/meja/tugas/{decided.pk}/").content.decode()

    assert decided.case.letters.filter(kind="permit", step_key="decide").exists()
    assert "Cetak surat dari langkah ini" not in page


def test_a_refused_applicant_is_told_that_the_refusal_is_ready(office: Office, client: Client) -> None:
    walk = refused_at_the_top(at=MONDAY)
    while walk.task.step.activity != "hand_over":
        walk.forward()
    assert walk.case is not None
    client.force_login(applicant())

    page = html.strip_tags(client.get(f"/permohonan/{walk.case.application.reference}/").content.decode())

    assert "Keputusan penolakan siap diambil sejak" in page
    assert "Menyerahkan keputusan penolakan kepada pemohon" in page
    assert "Izin siap diambil" not in page


def finish(walk: Walk) -> Case:
    assert walk.case is not None
    while Case.objects.get(pk=walk.case.pk).closed_at is None:
        walk.forward()
    return Case.objects.get(pk=walk.case.pk)


def draft_without(walk: Walk, basis: str) -> None:
    task = walk.take()
    moment = walk.clock.tick()
    wording = proposed_wording(
        task.case, drafting.booked_recommendation(task.case), kind="refusal", on=office_day(moment)
    )
    reasons = (Reason(text="Tidak memenuhi baku mutu", basis=basis),) if basis != "none" else ()
    drafting.draft(task, wording=replace(wording, reasons=reasons), by=walk.who(task), at=moment)


def test_a_refusal_walks_on_to_its_own_register_and_number(office: Office) -> None:
    case = finish(refused_at_the_top(at=MONDAY))

    refusal = Refusal.objects.get(case=case)
    assert refusal.number.text == "503/1/TOLAK/DPMPTSP-III/2026"
    assert [draft.kind for draft in case.drafts.all()] == ["permit", "refusal"]
    assert refusal.draft == case.drafts.get(kind="refusal")
    assert not Permit.objects.exists()
    told = Notice.objects.get(kind="ready")
    assert told.subject.startswith("Permohonan ditolak")
    assert refusal.number.text in told.text
    assert "upaya hukum" in told.text
    # The permit series was not touched: the next permit is the first.
    assert (
        take_number(
            service="LHP", series="permit", given_to="uji", by=officer("registrar"), at=at("2026-08-03 10:00")
        ).seq
        == 1
    )


def test_a_refusal_tells_the_remedies_of_the_administration_act(office: Office) -> None:
    walk = refused_at_the_top(at=MONDAY)
    walk.forward()

    said = json.loads(Draft.objects.get(kind="refusal").content)

    objection, appeal, silence = said["remedies"]
    assert "21 (dua puluh satu) hari kerja" in objection
    assert "paling lama 10 (sepuluh) hari kerja" in appeal
    assert "dianggap dikabulkan" in silence
    assert len(said["template_sha256"]) == 64


@pytest.mark.parametrize("basis", ["", "none"])
def test_a_refusal_needs_reasons_each_with_its_legal_basis(office: Office, basis: str) -> None:
    with pytest.raises(Refused, match="alasan"):
        draft_without(refused_at_the_top(at=MONDAY), basis)


def test_objection_runs_twenty_one_working_days_from_the_receipt(office: Office) -> None:
    refusal = Refusal.objects.get(case=finish(refused_at_the_top(at=MONDAY)))

    found = remedies_of(refusal, calendar=office_calendar())

    # Received Monday 6 July 2026; no holiday stands in July after it, and 17 August is Monday five weeks on.
    assert found is not None
    assert (found.received_on, found.objection_until) == (date(2026, 7, 6), date(2026, 8, 4))
    assert found.settled_until == date(2026, 8, 19)


@pytest.mark.both
def test_the_database_refuses_a_refused_case_in_the_register_or_series_of_permits(office: Office) -> None:
    walk = refused_at_the_top(at=MONDAY)
    walk.forward()
    draft = Draft.objects.get(kind="refusal")
    by = officer("registrar")
    permit_number = take_number(service="LHP", series="permit", given_to="uji", by=by, at=MONDAY)
    refusal_number = take_number(service="LHP", series="refusal", given_to="uji", by=by, at=MONDAY)
    row = {
        "case": draft.case,
        "draft": draft,
        "company": "PT Segara Contoh Makmur",
        "signed_on": MONDAY.date(),
        "issued_on": MONDAY.date(),
    }

    with pytest.raises(IntegrityError, match="wrong register"), transaction.atomic():
        Refusal.objects.create(**row, number=permit_number)
    for number in (permit_number, refusal_number):
        with pytest.raises(IntegrityError, match="wrong register"), transaction.atomic():
            Permit.objects.create(**row, number=number, expires_on=date(2031, 7, 6))
    Refusal.objects.create(**row, number=refusal_number)


def test_the_public_page_tells_a_refusal_truthfully_and_without_its_reasons(
    office: Office, client: Client
) -> None:
    case = finish(refused_at_the_top(at=MONDAY))
    refusal = Refusal.objects.get(case=case)

    page = html.strip_tags(client.get(f"/izin/{refusal.draft.token}/").content.decode())

    assert "Permohonan ditolak" in page
    assert "Surat ini bukan izin." in page
    assert refusal.number.text in page
    assert "baku mutu" not in page


def test_desk_and_portal_say_that_it_was_refused_and_until_when_to_object(
    office: Office, client: Client
) -> None:
    case = finish(refused_at_the_top(at=MONDAY))
    client.force_login(officer("customer_service"))
    desk = client.get(f"/meja/berkas/{case.pk}/").content.decode()
    client.force_login(applicant())
    portal = client.get(f"/permohonan/{case.application.reference}/").content.decode()

    for page in (desk, portal):
        assert "itolak" in page
        assert "4 Agustus 2026" in page


def test_the_applicant_reads_reasons_and_remedies_before_confirming(office: Office, client: Client) -> None:
    walk = refused_at_the_top(at=MONDAY)
    while walk.task.step.activity != "receive":
        walk.forward()
    client.force_login(applicant())

    page = client.get(f"/permohonan/{walk.task.case.application.reference}/terima/").content.decode()

    assert "Alasan penolakan" in page
    assert "Upaya hukum Anda" in page


def test_an_ordinary_case_drafts_a_permit(office: Office) -> None:
    assert drafting.required_kind(case_at("draft", at=MONDAY)) == Draft.Kind.PERMIT
