"""Proxies at work: their acts say by whose power; the counter checks the power of whoever stands there."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused
from muara.cases.models import Application, Case, Correction, PowerOfAttorney, Submission
from muara.cases.queries import control_sheet, submitted
from muara.people.models import Notice, Office, User
from muara.steps.actions import endings, filing, issuance, registration, verification, visits
from muara.steps.actions.powers import record_power, revoke_power, take_up
from muara.steps.actions.requests import Reply
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant, sample_upload
from tests.clock import MONDAY, at
from tests.powers import given, letter
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BASIS = "selaku kuasa Sari Contohwati, surat kuasa penandatanganan tanggal 1 Juli 2026"


@pytest.fixture
def prepared(office: Office) -> Application:
    return Walk(Clock(MONDAY - timedelta(hours=1)), applicant()).prepare()


def submit(application: Application, *, by: User, when: datetime = MONDAY, **more: Any) -> Submission:
    filing.submit(application, by=by, at=when, **more)
    return Submission.objects.get(application=application)


# --- at the portal -------------------------------------------------------------------------------------


def test_what_a_proxy_submits_names_them_and_their_power_everywhere(prepared: Application) -> None:
    power = given(prepared, to=other_applicant(), scope="signing")

    submission = submit(prepared, by=other_applicant())

    case = Case.objects.get()
    assert submission.power == power
    assert submitted(submission)["proxy"] == {
        "name": "Budi Misalnya",
        "scope": "signing",
        "giver": "Sari Contohwati",
        "dated": "2026-07-01",
    }
    assert control_sheet(case)[0].by == "Budi Misalnya, selaku kuasa"
    form = json.loads(case.letters.get(kind="application_form").letter.content)
    assert form["proxy"] == {"name": "Budi Misalnya", "basis": BASIS}
    walk = Walk(Clock(MONDAY), applicant(), application=prepared, case=case)
    while walk.task.step.activity != "verify":
        walk.forward()
    receipt = json.loads(case.letters.get(kind="receipt").letter.content)
    assert receipt["proxy"] == {"name": "Budi Misalnya", "basis": BASIS}


def test_what_the_applicant_submits_names_no_proxy(prepared: Application) -> None:
    given(prepared, to=other_applicant(), scope="signing")
    submission = submit(prepared, by=applicant())
    assert submission.power is None
    assert "proxy" not in submitted(submission)


@pytest.mark.parametrize("changed", [{"scope": "handling"}, {"scope": "signing", "ends": date(2026, 7, 6)}])
def test_who_may_not_sign_any_more_changes_nothing(prepared: Application, changed: dict[str, Any]) -> None:
    given(prepared, to=other_applicant(), **changed)
    before = Entry.objects.count()

    with pytest.raises(Refused):
        submit(prepared, by=other_applicant(), when=at("2026-07-07 00:00"))

    assert not Case.objects.exists()
    assert Entry.objects.count() == before


def test_a_handling_power_fills_in_and_a_signing_power_does_not(prepared: Application) -> None:
    section = prepared.revision.definition.form.sections[0]
    given(prepared, to=other_applicant(), scope="signing")
    files = sample_upload("Profil", at=MONDAY)
    with pytest.raises(Refused):
        filing.save_section(prepared, section=section, raw=prepared.data, by=other_applicant(), at=MONDAY)
    with pytest.raises(Refused):
        filing.attach(prepared, requirement=1, accepted=files, by=other_applicant(), at=MONDAY)
    given(prepared, to=other_applicant(), scope="handling")

    assert not filing.save_section(
        prepared, section=section, raw=prepared.data, by=other_applicant(), at=MONDAY
    )
    made = filing.attach(prepared, requirement=1, accepted=files, by=other_applicant(), at=MONDAY)
    filing.withdraw(made, by=other_applicant(), at=MONDAY)


def asked(office: Office) -> Case:
    """A case whose applicant is asked one thing (step 8)."""
    walk = Walk(Clock(MONDAY - timedelta(hours=2)), applicant())
    walk.submit()
    while walk.task.step_key != "verify":
        walk.forward()
    walk.forward("incomplete", note="Pastikan debitnya.")
    verification.ask_applicant(walk.take(), by=officer("customer_service"), at=walk.clock.tick())
    assert walk.case is not None
    return walk.case


@pytest.mark.parametrize(("scope", "answers"), [("handling", True), ("signing", False)])
def test_corrections_are_answered_by_a_handling_power(office: Office, scope: str, answers: bool) -> None:
    case = asked(office)
    power = given(case.application, to=other_applicant(), scope=scope)
    numbers = Correction.objects.get(case=case).items.values_list("number", flat=True)
    replies = {number: Reply(disputed=True, grounds="Sudah benar.") for number in numbers}

    def answer() -> None:
        verification.answer_correction(
            case, answer="Benar.", replies=replies, by=other_applicant(), at=MONDAY
        )

    if not answers:
        with pytest.raises(Refused):
            answer()
        return
    answer()
    assert case.application.submissions.latest("number").power == power


@pytest.mark.parametrize(("scope", "agrees"), [("handling", True), ("signing", False)])
def test_a_visit_is_agreed_by_a_handling_power(office: Office, scope: str, agrees: bool) -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=2)), applicant())
    walk.submit()
    while walk.task.step.activity != "review":
        walk.forward()
    walk.take()
    visit = walk.visit(days=3)
    given(walk.task.case.application, to=other_applicant(), scope=scope)
    if agrees:
        visits.agree_visit(visit, by=other_applicant(), at=MONDAY)
        assert visit.agreed_by == other_applicant()
    else:
        with pytest.raises(Refused):
            visits.agree_visit(visit, by=other_applicant(), at=MONDAY)


@pytest.mark.parametrize(("scope", "collects"), [("handling", True), ("signing", False)])
def test_the_receipt_is_confirmed_by_a_handling_power(office: Office, scope: str, collects: bool) -> None:
    case = case_at("receive", at=MONDAY)
    task = case.main_task
    assert task is not None
    given(case.application, to=other_applicant(), scope=scope)
    if collects:
        issuance.confirm_receipt(task, by=other_applicant(), at=MONDAY)
        assert control_sheet(Case.objects.get())[-1].by == "Budi Misalnya, selaku kuasa"
    else:
        with pytest.raises(Refused):
            issuance.confirm_receipt(task, by=other_applicant(), at=MONDAY)


def test_no_power_withdraws_the_application(office: Office) -> None:
    case = case_at("check", at=MONDAY)
    task = case.main_task
    assert task is not None
    for scope in ("signing", "handling"):
        given(case.application, to=other_applicant(), scope=scope)
    with pytest.raises(Refused, match="hanya pemohon sendiri"):
        endings.withdraw_application(task, reason="Tidak jadi.", by=other_applicant(), at=MONDAY)
    assert Case.objects.get().closed_at is None


# --- at the counter ------------------------------------------------------------------------------------


@pytest.fixture
def at_counter(office: Office) -> Application:
    """An application that the CS entered for somebody without an account."""
    cs = officer("customer_service")
    return Walk(Clock(MONDAY - timedelta(hours=1)), applicant(), on_behalf_by=cs).prepare()


def test_the_counter_records_for_the_holder_of_a_power_on_file(at_counter: Application) -> None:
    cs = officer("customer_service")
    power = given(at_counter, by=cs, scope="signing", holder_name="Kurnia Misalnya")
    proof = sample_upload("Formulir bertanda tangan", at=MONDAY).blob

    submission = submit(at_counter, by=cs, shown=power, proof=proof)

    assert submission.power == power
    assert control_sheet(Case.objects.get())[0].by == f"direkam oleh {cs.name}, untuk kuasa pemohon"


@pytest.mark.parametrize(
    ("changed", "when", "told"),
    [
        ({"scope": "handling"}, "2026-07-06 09:00", "Kuasa Kurnia Misalnya untuk pengurusan"),
        ({"scope": "signing"}, "2026-08-01 09:00", "Kuasa Kurnia Misalnya berakhir pada 31 Juli 2026"),
    ],
)
def test_the_counter_takes_nothing_from_whose_power_does_not_hold(
    at_counter: Application, changed: dict[str, Any], when: str, told: str
) -> None:
    cs = officer("customer_service")
    power = given(at_counter, by=cs, holder_name="Kurnia Misalnya", **changed)
    proof = sample_upload("Formulir bertanda tangan", at=MONDAY).blob
    with pytest.raises(Refused) as refusal:
        submit(at_counter, by=cs, shown=power, proof=proof, when=at(when))
    assert refusal.value.message.startswith(told)
    assert not Case.objects.exists()


def test_the_counter_takes_nothing_on_another_companys_power(at_counter: Application) -> None:
    theirs = Walk(Clock(MONDAY), applicant(), company="PT Teluk Rekaan Kimia").prepare()
    power = given(theirs, scope="signing", everything=True)
    proof = sample_upload("Formulir bertanda tangan", at=MONDAY).blob
    with pytest.raises(Refused, match="bukan untuk permohonan ini"):
        submit(at_counter, by=officer("customer_service"), shown=power, proof=proof)


def test_who_signs_the_first_proof_at_the_counter_is_named_in_it(office: Office) -> None:
    case = case_at("register", at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant(), application=case.application, case=case)
    task, by = walk.take(), officer("registration_counter")
    handling = given(case.application, holder_name="Kurnia Misalnya")
    with pytest.raises(Refused):
        registration.register(
            task, outcome="registered", applicant_signed=True, shown=handling, by=by, at=MONDAY
        )
    power = given(case.application, holder_name="Kurnia Misalnya", scope="signing")

    registration.register(task, outcome="registered", applicant_signed=True, shown=power, by=by, at=MONDAY)

    proof = json.loads(case.letters.get(kind="first_proof").letter.content)
    assert proof["proxy"] == {"name": "Kurnia Misalnya", "basis": BASIS}


# --- recording, taking up, revoking --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"scope": "apa saja"}, "scope"),
        ({"giver": " "}, "giver"),
        ({"holder_name": ""}, "holder_name"),
        ({"dated": date(2026, 7, 7)}, "dated"),
        ({"ends": date(2026, 6, 30)}, "ends"),
        ({"starts": date(2026, 6, 1), "ends": date(2026, 7, 5)}, "ends"),
        ({"scan": None}, "power_scan"),
    ],
)
def test_a_letter_that_says_too_little_or_is_over_is_not_recorded(
    prepared: Application, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        record_power(prepared.company, letter(**changed), by=applicant(), at=MONDAY)
    assert refusal.value.field == field
    assert not PowerOfAttorney.objects.exists()


def test_only_members_and_the_counter_of_an_account_less_applicant_record_powers(
    prepared: Application, office: Office
) -> None:
    cs = officer("customer_service")
    for by in (other_applicant(), cs, officer("head_of_office")):
        with pytest.raises(NotYours):
            record_power(prepared.company, letter(), application=prepared, by=by, at=MONDAY)
    on_paper = Walk(Clock(MONDAY), applicant(), on_behalf_by=cs).prepare()
    with pytest.raises(NotYours):  # never for all of a company, whose other applications they do not serve
        record_power(on_paper.company, letter(), by=cs, at=MONDAY)
    with pytest.raises(Refused):  # an account is named by the company's own people
        record_power(
            on_paper.company,
            letter(),
            application=on_paper,
            holder_address="x@contoh.example",
            by=cs,
            at=MONDAY,
        )
    assert record_power(on_paper.company, letter(), application=on_paper, by=cs, at=MONDAY)


def test_a_power_for_one_company_names_no_application_of_another(prepared: Application) -> None:
    theirs = Walk(Clock(MONDAY), applicant(), company="PT Teluk Rekaan Kimia").prepare()
    with pytest.raises(NotYours):
        record_power(prepared.company, letter(), application=theirs, by=applicant(), at=MONDAY)


def test_a_power_waits_for_its_address_and_is_taken_up_once(prepared: Application) -> None:
    power = record_power(
        prepared.company,
        letter(holder_name="Nadia Rekaan"),
        holder_address="Nadia@contoh.example",
        by=applicant(),
        at=MONDAY,
    )
    assert Notice.objects.get(kind="power").address == "nadia@contoh.example"
    with pytest.raises(NotYours):
        take_up(power, by=other_applicant(), at=MONDAY)
    nadia = User.objects.create_user(email="nadia@contoh.example", name="Nadia Rekaan")

    take_up(power, by=nadia, at=MONDAY)

    with pytest.raises(Refused):
        take_up(power, by=nadia, at=MONDAY)
    chain = Entry.objects.filter(chain=f"company:{prepared.company_id}").order_by("seq")
    assert [entry.verb for entry in chain] == ["company.found", "power.record", "power.take_up"]
    assert "nadia" not in "".join(entry.text for entry in chain).lower()


def test_a_power_that_is_over_or_revoked_is_not_taken_up(prepared: Application) -> None:
    over, revoked = (
        record_power(
            prepared.company, letter(), holder_address=other_applicant().email, by=applicant(), at=MONDAY
        )
        for _ in range(2)
    )
    with pytest.raises(Refused, match="berakhir pada 31 Juli 2026"):
        take_up(over, by=other_applicant(), at=at("2026-08-01 00:00"))
    revoke_power(revoked, reason="Salah alamat.", by=applicant(), at=MONDAY)
    with pytest.raises(Refused):
        take_up(revoked, by=other_applicant(), at=MONDAY)


def test_the_company_revokes_the_holder_gives_back_and_nobody_else(prepared: Application) -> None:
    power = given(prepared, to=other_applicant())
    with pytest.raises(NotYours):
        revoke_power(power, reason="Tidak suka.", by=officer("head_of_office"), at=MONDAY)
    with pytest.raises(Refused):
        revoke_power(power, reason=" ", by=other_applicant(), at=MONDAY)
    revoke_power(power, reason="Tidak sanggup lagi.", by=other_applicant(), at=MONDAY)
    with pytest.raises(Refused):
        revoke_power(power, reason="Dua kali.", by=applicant(), at=MONDAY)
