"""After the signature (16–18): checklist, void numbers, mandates, sending, reminders, the signed receipt."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muara.audit.queries import Head, breaks
from muara.cases.actions import NotYours, Refused, take_over
from muara.cases.models import Case, CaseLetter, FinalCheck, Handover, PowerOfAttorney, Reminder, Task
from muara.cases.queries import control_sheet
from muara.people.models import Notice, Office
from muara.permits.models import Number, Permit
from muara.steps.actions import approval, collection, drafting, issuance
from muara.steps.actions.issuance import Mandate, Taker
from muara.web.demo import applicant, officer, sample_upload
from tests.clock import MONDAY
from tests.powers import given, letter
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = date(2026, 7, 6)
NIK = "6472010101010001"
COMPANY = "PT Segara Contoh Makmur"


def taken(case: Case, actor: str, *, at: datetime = MONDAY) -> Task:
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    take_over(task.pk, by=officer(actor), at=at)
    return Task.objects.select_related("case__application__company", "case__revision").get(pk=task.pk)


def mandate(*, company: str = COMPANY, **changed: Any) -> Mandate:
    said: dict[str, Any] = {"holder_name": "Kurnia Misalnya"} | changed
    return Mandate(company=company, letter=letter(**said))


def hand_over(task: Task, *, number: str = NIK, power: Mandate | None = None) -> Handover:
    _, handover = issuance.hand_over(
        task,
        taker=Taker(name="Kurnia Misalnya", identity="ktp", number=number, mandate=power),
        brought_receipt=True,
        told_duties=True,
        by=officer("collection_counter"),
        at=MONDAY,
    )
    return handover


# --- step 16 -------------------------------------------------------------------------------------------


def test_the_scan_of_another_decree_is_not_taken_for_this_ones(office: Office) -> None:
    scan = Permit.objects.get(case=case_at("hand_over", at=MONDAY)).scan
    task = taken(case_at("number", at=MONDAY, company="PT Lain Lagi"), "registrar")
    registrar, checked = officer("registrar"), [item.key for item in task.case.process.final_checklist]
    issuance.assign_number(task, by=registrar, at=MONDAY)

    with pytest.raises(Refused, match=r"Pindaian ini adalah surat keputusan nomor 503/1/"):
        issuance.issue(task, scan=scan, checked=checked, by=registrar, at=MONDAY)


def test_a_faulty_decree_goes_back_after_its_number_and_the_number_is_void_for_ever(office: Office) -> None:
    case = case_at("number", at=MONDAY)
    task = taken(case, "registrar")
    token = issuance.assign_number(task, by=officer("registrar"), at=MONDAY).draft.token
    with pytest.raises(Refused):
        issuance.return_to_head(task, note=" ", by=officer("registrar"), at=MONDAY)

    issuance.return_to_head(task, note="Nama salah ketik.", by=officer("registrar"), at=MONDAY)

    [void] = Number.objects.filter(counter__series__key="permit")
    assert (void.seq, void.voided_at, void.void_reason) == (1, MONDAY, "Nama salah ketik.")
    assert not Permit.objects.exists()
    assert issuance.signature(case) is None
    page = Client().get(f"/izin/{token}/").content.decode()
    assert "Nomor izin ini dibatalkan" in page
    assert void.text in page

    again = taken(case, "head_of_office")
    current = drafting.latest_draft(case)
    assert current is not None
    approval.decide(
        again,
        outcome="signed",
        draft_sha256=current.sha256,
        clauses=again.step.examines,
        by=officer("head_of_office"),
        at=MONDAY,
    )
    second = issuance.assign_number(taken(case, "registrar"), by=officer("registrar"), at=MONDAY)
    assert second.number.seq == 2
    page = Client().get(f"/izin/{token}/").content.decode()
    assert f"Nomor {void.text} dibatalkan" in page
    assert second.number.text in page
    case.refresh_from_db()
    heads = [Head(case.chain, case.version, case.head)]
    assert [found for found in breaks(heads) if found.chain == case.chain] == []


def test_a_void_signature_leaves_no_copy_that_looks_final(office: Office) -> None:
    case = case_at("number", at=MONDAY)
    current = drafting.current_draft(case)

    def standing() -> set[str]:
        letters = (copy.letter for copy in current.copies.select_related("letter"))
        return {json.loads(letter.content)["status"] for letter in letters}

    assert standing() == {"final"}
    issuance.return_to_head(taken(case, "registrar"), note="Kabur.", by=officer("registrar"), at=MONDAY)
    assert standing() == {"draft"}


def test_the_final_checklist_is_kept_line_by_line_with_who_and_when(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    checks = FinalCheck.objects.filter(task__case=case)
    assert [check.key for check in checks] == [item.key for item in case.process.final_checklist]
    assert {(check.fits, check.checked_by) for check in checks} == {(True, officer("registrar"))}
    assert CaseLetter.objects.filter(case=case, kind="final_checklist").count() == 1


def test_the_sheet_of_rights_and_duties_says_what_the_decree_says(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    sheet = CaseLetter.objects.get(case=case, kind="rights_and_duties")
    for said in ("BOD5", "≤ 100", "Mencatat debit dan pH air limbah setiap hari", "6 Juli 2031", "triwulan"):
        assert said in sheet.letter.content
    client = Client()
    client.force_login(applicant())
    page = client.get(f"/permohonan/{case.application.reference}/").content.decode()
    assert f"/surat/{sheet.letter_id}.pdf" in page
    assert "Izin siap diambil sejak" in page
    assert "Tanda terima berkas permohonan (bukti pengambilan)" in page


def test_the_register_shows_void_numbers_in_their_places(office: Office) -> None:
    case = case_at("number", at=MONDAY)
    task = taken(case, "registrar")
    issuance.assign_number(task, by=officer("registrar"), at=MONDAY)
    issuance.return_to_head(task, note="Nama salah ketik.", by=officer("registrar"), at=MONDAY)
    case_at("hand_over", at=MONDAY)
    client = Client()
    client.force_login(officer("registrar"))

    rows = client.get("/meja/register/LHP/permit/").context["rows"]
    printed = client.get("/meja/register/LHP/permit/2026.pdf")

    assert [(number.seq, bool(number.voided_at), holder) for number, holder in rows] == [
        (1, True, COMPANY),
        (2, False, COMPANY),
    ]
    assert printed.content.startswith(b"%PDF")
    assert client.get("/meja/register/LHP/permit/2019.pdf").status_code == 404


# --- step 17 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends": date(2026, 7, 5)}, "ends"),
        ({"starts": date(2026, 7, 7)}, "starts"),
        ({"ends": date(2026, 6, 1)}, "ends"),
        ({"company": "PT Muara Fiktif Energi"}, "power_company"),
        ({"scope": "signing"}, "scope"),
        ({"dated": date(2026, 7, 7)}, "dated"),
        ({"scan": None}, "power_scan"),
    ],
)
def test_a_power_that_is_over_of_another_company_or_for_signing_only_takes_nothing(
    office: Office, changed: dict[str, Any], field: str
) -> None:
    task = taken(case_at("hand_over", at=MONDAY), "collection_counter")
    with pytest.raises(Refused) as refusal:
        hand_over(task, power=mandate(**changed))
    assert refusal.value.field == field
    assert not Handover.objects.exists()


def test_the_holder_of_a_power_takes_the_permit_and_only_the_masked_card_is_kept(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)

    handover = hand_over(taken(case, "collection_counter"), power=mandate(company="PT. Segara Contoh Makmur"))

    assert handover.shown_identity == "KTP 6472••••••••0001"
    assert handover.capacity == "Penerima kuasa dari Sari Contohwati, surat kuasa tanggal 1 Juli 2026"
    assert handover.capacity in handover.letter.content
    power = PowerOfAttorney.objects.get()
    assert (power.holder_name, power.holder, power.application) == ("Kurnia Misalnya", None, case.application)
    assert NIK not in handover.letter.content
    assert "6472••••••••0001" in handover.letter.content


def collected_by(power: PowerOfAttorney, *, name: str = "Kurnia Misalnya") -> Handover:
    task = taken(case_of(power), "collection_counter")
    _, handover = issuance.hand_over(
        task,
        taker=Taker(name=name, identity="ktp", number=NIK, power=power),
        brought_receipt=True,
        told_duties=True,
        by=officer("collection_counter"),
        at=MONDAY,
    )
    return handover


def case_of(power: PowerOfAttorney) -> Case:
    assert power.application is not None
    return power.application.case


def test_a_power_on_file_takes_the_permit_without_another_letter(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    power = given(case.application, holder_name="Kurnia Misalnya")

    handover = collected_by(power, name="KURNIA  Misalnya")

    assert handover.power == power
    assert PowerOfAttorney.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "name", "field", "told"),
    [
        ({}, "Orang Lain", "receiver", "Kuasa ini diberikan kepada Kurnia Misalnya."),
        ({"starts": date(2026, 7, 7)}, "Kurnia Misalnya", "capacity", "Kuasa Kurnia Misalnya baru berlaku"),
        ({"scope": "signing"}, "Kurnia Misalnya", "capacity", "Kuasa Kurnia Misalnya untuk penandatanganan"),
    ],
)
def test_a_power_on_file_is_checked_against_card_day_and_scope(
    office: Office, changed: dict[str, Any], name: str, field: str, told: str
) -> None:
    case = case_at("hand_over", at=MONDAY)
    power = given(case.application, holder_name="Kurnia Misalnya", **changed)
    with pytest.raises(Refused) as refusal:
        collected_by(power, name=name)
    assert refusal.value.field == field
    assert refusal.value.message.startswith(told)
    assert not Handover.objects.exists()


def test_a_power_of_another_company_on_file_takes_nothing(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    theirs = case_at("hand_over", at=MONDAY, company="PT Teluk Rekaan Kimia")
    power = given(theirs.application, holder_name="Kurnia Misalnya")
    with pytest.raises(Refused, match="bukan untuk permohonan ini"):
        issuance.hand_over(
            taken(case, "collection_counter"),
            taker=Taker(name="Kurnia Misalnya", identity="ktp", number=NIK, power=power),
            brought_receipt=True,
            told_duties=True,
            by=officer("collection_counter"),
            at=MONDAY,
        )


@pytest.mark.parametrize("number", ["", "647201010101000", "64720101010100012", "64720101010100O1"])
def test_a_nik_has_sixteen_digits(office: Office, number: str) -> None:
    task = taken(case_at("hand_over", at=MONDAY), "collection_counter")
    with pytest.raises(Refused) as refusal:
        hand_over(task, number=number)
    assert refusal.value.field == "number"


def test_whoever_is_not_the_right_person_is_turned_away_and_the_case_stays(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    task = taken(case, "collection_counter")
    collection.turn_away(
        task, who="Orang Lain", reason="Tanpa surat kuasa.", by=officer("collection_counter"), at=MONDAY
    )
    assert Task.objects.get(pk=task.pk).is_open
    assert control_sheet(case)[-1].label == "Menolak menyerahkan surat keputusan kepada yang datang"


def test_a_permit_that_nobody_collects_is_sent_with_proof(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    task, by = taken(case, "collection_counter"), officer("collection_counter")
    said = {"way": "post", "address": "Jalan Contoh 2, Bontang", "tracking_number": "RESI-001"}
    with pytest.raises(Refused):
        issuance.send(task, **said, proof=None, by=by, at=MONDAY)  # type: ignore[arg-type]
    proof = sample_upload("Bukti kirim", at=MONDAY).blob
    _, handover = issuance.send(task, **said, proof=proof, by=by, at=MONDAY)  # type: ignore[arg-type]

    assert (handover.way, handover.tracking_number) == ("post", "RESI-001")
    receiving = Task.objects.get(case=case, closed_at=None)
    receipt = sample_upload("Bukti terima", at=MONDAY).blob
    issuance.confirm_receipt(receiving, proof=receipt, by=by, at=MONDAY)
    assert Case.objects.get(pk=case.pk).result == "received"


def test_the_database_keeps_no_handover_without_identity_or_proof(office: Office) -> None:
    case = case_at("receive", at=MONDAY)
    for changed in ({"identity": ""}, {"masked_number": ""}, {"way": "post"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.filter(case=case).update(**changed)


# --- step 18 -------------------------------------------------------------------------------------------


def test_the_counter_closes_step_18_for_somebody_with_an_account_by_the_signed_receipt(
    office: Office,
) -> None:
    case = case_at("receive", at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None)
    proof = sample_upload("Bukti serah terima", at=MONDAY).blob
    with pytest.raises(Refused):
        issuance.confirm_receipt(task, by=officer("collection_counter"), at=MONDAY)
    with pytest.raises(NotYours):
        issuance.confirm_receipt(task, proof=proof, by=officer("verifier"), at=MONDAY)

    issuance.confirm_receipt(task, proof=proof, by=officer("collection_counter"), at=MONDAY)

    assert Handover.objects.get(case=case).receipt_scan == proof
    assert control_sheet(case)[-1].by == "direkam oleh Ambar Umpamani"


def test_an_applicant_still_confirms_in_the_portal_and_nobody_records_it_for_them(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    assert control_sheet(case)[-1].by == applicant().name


# --- while nobody comes --------------------------------------------------------------------------------


def test_the_clock_reminds_once_a_day_that_has_come(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    reminders = Notice.objects.filter(kind="uncollected")

    call_command("tick", at="2026-07-08T09:00")
    assert not reminders.exists()  # two working days
    for _ in range(2):
        call_command("tick", at="2026-07-09T09:00")
    [told] = reminders
    assert (told.address, told.important) == (applicant().email, True)
    assert "Tanda terima berkas permohonan" in told.text
    # Ten working days after Monday 6 July: Monday 20 July; a tick that was missed is made up for once.
    call_command("tick", at="2026-07-22T09:00")
    assert list(Reminder.objects.values_list("after", flat=True)) == [3, 10]
    assert control_sheet(case)[-1].label == "Mengingatkan pemohon untuk mengambil surat keputusan"
    case.refresh_from_db()
    heads = [Head(case.chain, case.version, case.head)]
    assert [found for found in breaks(heads) if found.chain == case.chain] == []


def test_the_list_of_what_waits_counts_working_days_and_reminders(office: Office, client: Client) -> None:
    case = case_at("hand_over", at=MONDAY - timedelta(days=14))
    task = taken(case, "collection_counter")
    collection.remind(task, channel="phone", note="Besok.", by=officer("collection_counter"), at=MONDAY)
    client.force_login(officer("collection_counter"))

    [row] = client.get("/meja/belum-diambil/").context["rows"]

    assert row.task == task
    assert [reminder.channel for reminder in row.reminders] == ["phone"]
    client.force_login(officer("verifier"))
    assert client.get("/meja/belum-diambil/").status_code == 403


@pytest.mark.parametrize("address", ["/meja/belum-diambil/", "/meja/register/LHP/permit/"])
def test_a_list_costs_the_same_for_one_row_and_for_three(
    office: Office, client: Client, address: str
) -> None:
    who = "registrar" if "register" in address else "collection_counter"
    client.force_login(officer(who))
    counts = []
    for rows in (1, 3):
        while Permit.objects.count() < rows:
            case_at("hand_over", at=MONDAY)
        client.get(address)  # parsed revisions are remembered
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(address).context["rows"]) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]
