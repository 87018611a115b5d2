"""The officer's task page: who may open and work it, and where each outcome leads (SOP steps 3 to 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import take_over
from muara.cases.models import (
    Case,
    CaseLetter,
    ChecklistMark,
    Correction,
    Draft,
    Participant,
    Recommendation,
    Task,
)
from muara.cases.rules import COUNTER
from muara.people.actions.absences import record_absence
from muara.people.models import User, office_day
from muara.permits.models import Permit
from muara.steps.actions.verification import answer_correction
from muara.steps.forms import FORMS
from muara.web import demo
from muara.web.acts import new_key
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.web.page_forms import form_on, forms_on

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(hours=3)
# Every step that is somebody's task, with the actor who works it; a meeting is recorded by its caller.
STEPS = {
    "apply": "",
    "check": "customer_service",
    "advise": "customer_service",
    "register": "registration_counter",
    "verify": "verifier",
    "correct": "customer_service",
    "deliver": "liaison",
    "review": "technical_team",
    "draft": "processing_officer",
    "endorse_section": "section_head",
    "endorse_division": "division_head",
    "meet": "section_head",
    "decide": "head_of_office",
    "number": "registrar",
    "hand_over": "collection_counter",
    "receive": "",
}
STAFF = [person.actor for person in demo.CAST]
# Where each outcome leads; "back" is the step that called.
OUTCOMES = [
    ("check", "complete", "register"),
    ("check", "incomplete", "apply"),
    ("check", "needs_advice", "advise"),
    ("check", "new_application", "end"),
    ("advise", "advised", "check"),
    ("register", "registered", "verify"),
    ("register", "not_approved", "check"),
    ("verify", "complete", "deliver"),
    ("verify", "incomplete", "correct"),
    ("verify", "new_application", "end"),
    ("deliver", "delivered", "review"),
    ("review", "recommended", "draft"),
    ("review", "unfit", "correct"),
    ("review", "new_application", "end"),
    ("draft", "drafted", "endorse_section"),
    ("draft", "recommendation_incomplete", "review"),
    ("endorse_section", "endorsed", "endorse_division"),
    ("endorse_section", "faulty", "draft"),
    ("endorse_section", "needs_meeting", "meet"),
    ("endorse_section", "unmet", "correct"),
    ("endorse_division", "endorsed", "decide"),
    ("endorse_division", "faulty", "draft"),
    ("endorse_division", "needs_meeting", "meet"),
    ("endorse_division", "unmet", "correct"),
    ("meet", "decided", "endorse_section"),
    ("meet", "redraft", "draft"),
    ("meet", "unmet", "correct"),
    ("meet", "review_again", "review"),
    ("meet", "refuse", "draft"),
    ("hand_over", "sent", "receive"),
    ("decide", "signed", "number"),
    ("decide", "faulty_section", "endorse_section"),
    ("decide", "faulty_division", "endorse_division"),
    ("decide", "unmet", "correct"),
    ("decide", "meeting", "meet"),
    ("decide", "review_again", "review"),
    ("decide", "refuse", "draft"),
    ("number", "faulty", "decide"),
    ("number", "issued", "hand_over"),
    ("hand_over", "handed_over", "receive"),
]
MARKS = {f"mark_{number}": "fit" for number in range(1, 18)}
AGAINST = MARKS | {"mark_5": "unfit", "reason_5": "Skema IPAL belum lengkap."}
ROW = {"kind": "maks", "unit": "mg/L", "low": "", "load": "", "basis": "Rekomendasi teknis"}


@pytest.fixture(autouse=True)
def office(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    demo.seed_office(MONDAY)


@dataclass
class Seat:
    """A person at a task's page."""

    client: Client
    task: Task
    user: User

    @property
    def url(self) -> str:
        return f"/meja/tugas/{self.task.pk}/"

    def read(self) -> Any:
        return self.client.get(self.url)

    def take(self) -> Any:
        form = form_on(self.read(), f"{self.url}terima/")
        return self.client.post(form.action, form.filled())

    def send(self, *, path: str = "", **typed: Any) -> Any:
        """Fill in the form of the page as it stands and send it."""
        form = form_on(self.client.get(self.url + path, follow=True), self.url + path)
        return self.client.post(form.action, form.filled(**typed))

    def now_at(self) -> str:
        case = Case.objects.get(pk=self.task.case_id)
        return case.main_task.step_key if case.main_task else "end"


def seat_at(step_key: str, *, taken: bool = True, companion: bool = False, actor: str = "") -> Seat:
    case = case_at(step_key, at=MONDAY + timedelta(hours=2))
    task = case.tasks.get(closed_at=None, companion=companion)
    user = demo.officer(actor or STEPS[step_key])
    if taken:
        take_over(task.pk, by=user, at=NOW - timedelta(minutes=30))
    client = Client()
    client.force_login(user)
    return Seat(client, task, user)


def pdf(title: str = "Pindaian contoh") -> SimpleUploadedFile:
    return SimpleUploadedFile("pindaian.pdf", demo.sample_pdf(title), "application/pdf")


def terms_typed() -> dict[str, Any]:
    """The recommendation's letter and terms as the agency types them."""
    told = demo.example()["recommendation"]
    typed: dict[str, Any] = {
        "letter_number": told["letter_number"],
        "letter_date": "06/07/2026",
        "signed_by_name": told["signed_by_name"],
        "flow_per_day": told["flow_per_day"],
        "flow_per_hour": told["flow_per_hour"],
        "limits-TOTAL_FORMS": str(len(told["limits"])),
        "points-TOTAL_FORMS": str(len(told["points"])),
    }
    for name in ("limits", "points"):
        for index, row in enumerate(told[name]):
            typed |= {f"{name}-{index}-{key}": value for key, value in row.items()}
    return typed


EXAMINES = {"endorse_section": 12, "endorse_division": 13, "decide": 15}


def examined(step_key: str, outcome: str) -> dict[str, Any]:
    """The printed "Memastikan ..." ticked, where the draft goes on."""
    number = EXAMINES[step_key]
    if outcome not in {"endorsed", "signed"}:
        return {}
    return {"clauses": [f"L{number}.keterangan.{place}" for place in (1, 2, 3, 4)]}


TAKEN: dict[str, Any] = {"number": "6472010101010001", "brought_receipt": "on", "told_duties": "on"}
SENT = {"way": "post", "address": "Jalan Contoh 2, Bontang", "tracking_number": "RESI-001"}


def filled_in(step_key: str, outcome: str) -> dict[str, Any]:
    """What a person types at a step for an outcome, beside the outcome itself."""
    if step_key == "check":
        return {"complete": MARKS, "incomplete": AGAINST}.get(outcome, {})
    if step_key == "verify":
        return AGAINST if outcome == "incomplete" else MARKS | {"letter_number": "500/1/CONTOH/2026"}
    if step_key == "review" and outcome == "recommended":
        return {**terms_typed(), "scan": pdf()}
    if step_key == "number" and outcome == "issued":
        process = Case.objects.latest("pk").process
        return {"checked": [item.key for item in process.final_checklist], "scan": pdf()}
    if step_key == "hand_over":
        return {**SENT, "proof": pdf()} if outcome == "sent" else {**TAKEN}
    if step_key in EXAMINES:
        return examined(step_key, outcome)
    typed: dict[str, dict[str, Any]] = {
        "advise": {"given": "Neraca air dijelaskan."},
        "register": {"applicant_signed": "on"},
        "deliver": {"receiver": "Penerima Contoh"},
        "meet": {"decision": "Diteruskan."},
        "receive": {"proof": pdf()},
    }
    return typed.get(step_key, {})


def prepare(seat: Seat, outcome: str = "") -> None:
    """Do what a step asks for before its outcome."""
    if seat.task.step_key == "draft":
        assert seat.send(path="rekomendasi/", agenda_number="17").status_code == 302
    if seat.task.step_key == "review" and outcome == "recommended":
        said = {"needed": "tidak", "reason": "Data permohonan cukup."}
        assert seat.send(path="perlu-peninjauan/", **said).status_code == 302
    if seat.task.step_key == "meet":
        hold_a_meeting(seat)
    if seat.task.step_key == "number" and outcome != "faulty":
        assert seat.send(path="nomor/").status_code == 302


def hold_a_meeting(seat: Seat) -> None:
    """Call it, note who came, write the minutes and approve them: four acts, each with its form."""
    called = {"day": "06/07/2026", "starts": "09.00", "place": "Ruang rapat", "agenda": "Pembahasan draf"}
    assert seat.send(path="undang/", **called).status_code == 302
    [there, *_] = Participant.objects.filter(meeting__task=seat.task)
    assert seat.send(path="hadir/", present=[str(there.pk)]).status_code == 302
    assert seat.send(path="notulen/", minutes="Draf dibahas.").status_code == 302
    assert seat.send(path="setujui-notulen/").status_code == 302


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step_key", STEPS)
def test_a_task_is_open_to_its_actor_and_read_only_to_other_officers(step_key: str) -> None:
    case = case_at(step_key, at=MONDAY)
    task = case.tasks.get(closed_at=None, companion=False)
    url = f"/meja/tugas/{task.pk}/"
    for actor in STAFF:
        client = Client()
        client.force_login(demo.officer(actor))
        got = client.get(url)
        forms = {form.action for form in forms_on(got)} if got.status_code == 200 else set()
        reads = actor != "administrator" and (
            actor != "technical_team" or case.referrals.filter(delivered_at__isnull=False).exists()
        )
        assert got.status_code == (200 if reads else 404), actor
        assert (f"{url}terima/" in forms) is (actor == STEPS[step_key]), actor
        posted = client.post(url, {"outcome": "complete"}).status_code
        if not reads:
            assert posted == 404, actor
        elif step_key == "receive" and actor in COUNTER:
            assert posted == 422, actor  # with the signed receipt any counter may close it
        elif actor != STEPS[step_key]:
            assert posted == 403, actor
            # A counter enters what an applicant brings on paper; without the form's key nothing is done.
            entered = step_key == "apply" and actor in COUNTER
            assert client.post(f"{url}terima/", {}).status_code == (409 if entered else 403), actor
    assert Case.objects.get(pk=case.pk).version == case.version


def test_every_step_that_the_sop_gives_an_officer_is_covered_here() -> None:
    process = case_at("check", at=MONDAY).process
    assert set(STEPS) == {step.key for step in process.steps if step.number > 2}
    told = {(key, outcome) for key, outcome, _ in OUTCOMES}
    assert told == {
        (step.key, outcome.key)
        for step in process.steps
        for outcome in step.outcomes
        if STEPS.get(step.key) and step.key != "correct" and outcome.key != "resumed"
    }


@pytest.mark.parametrize("applicant", [demo.applicant, demo.other_applicant])
def test_an_applicant_has_no_task_page(applicant: Any) -> None:
    seat = seat_at("check", taken=False)
    client = Client()
    client.force_login(applicant())
    assert client.get(seat.url).status_code == 404
    assert client.post(seat.url, {}).status_code == 404


def test_a_visitor_is_asked_to_sign_in() -> None:
    seat = seat_at("check", taken=False)
    assert Client().get(seat.url).status_code == 302


def test_a_direct_post_to_sign_by_the_wrong_actor_is_forbidden() -> None:
    seat = seat_at("decide")
    draft = Draft.objects.get()
    client = Client()
    for actor in ("registrar", "division_head", "processing_officer", "auditor"):
        client.force_login(demo.officer(actor))
        answer = client.post(seat.url, {"outcome": "signed", "draft_sha256": draft.sha256})
        assert answer.status_code == 403
    assert seat.now_at() == "decide"


def test_whoever_made_the_draft_may_read_but_not_endorse_it() -> None:
    seat = seat_at("endorse_section", taken=False)
    drafter = demo.officer("processing_officer")
    office = drafter.holdings.get().office
    drafter.holdings.create(actor="section_head", office=office, starts=demo.SINCE)
    client = Client()
    client.force_login(drafter)
    shown = client.get(seat.url)
    assert shown.status_code == 200
    assert "harus dikerjakan orang yang berbeda" in " ".join(shown.content.decode().split())
    assert client.post(f"{seat.url}terima/", {}).status_code == 403
    assert client.post(seat.url, {"outcome": "endorsed"}).status_code == 403


def test_acts_of_one_and_the_same_moment_are_told_apart() -> None:
    seat = seat_at("endorse_section")
    take_over(seat.task.pk, by=seat.user, at=seat.task.opened_at)
    assert seat.read().context["arrival"].label.startswith("Langkah 11: ")


# --- what leads where ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("step_key", "outcome", "following"), OUTCOMES)
def test_each_outcome_leads_to_its_step(step_key: str, outcome: str, following: str) -> None:
    seat = seat_at(step_key)
    prepare(seat, outcome)
    answer = seat.send(outcome=outcome, note="Alasan contoh.", **filled_in(step_key, outcome))
    assert answer.status_code == 302, answer.content.decode()
    assert seat.now_at() == following
    goes_on = FORMS[seat.task.step.activity].goes_on
    waiting = Task.objects.filter(case=seat.task.case_id, closed_at=None, companion=False).first()
    assert answer["Location"] == (f"/meja/tugas/{waiting.pk}/" if goes_on and waiting else seat.url)
    shown = seat.read()
    assert shown.status_code == 200
    assert "Langkah ini selesai" in shown.content.decode()


@pytest.mark.parametrize(
    ("step_key", "outcome"),
    [
        ("check", "needs_advice"),
        ("register", "not_approved"),
        ("review", "unfit"),
        ("draft", "recommendation_incomplete"),
        ("endorse_section", "faulty"),
        ("endorse_division", "needs_meeting"),
        ("meet", "redraft"),
        ("decide", "unmet"),
        ("decide", "review_again"),
    ],
)
def test_a_way_back_without_a_reason_is_refused(step_key: str, outcome: str) -> None:
    seat = seat_at(step_key)
    prepare(seat, outcome)
    answer = seat.send(outcome=outcome, note="  ", **filled_in(step_key, outcome))
    assert answer.status_code == 422
    assert "Tuliskan alasannya" in answer.content.decode()
    assert seat.now_at() == step_key


@pytest.mark.parametrize("step_key", ["check", "verify"])
def test_what_a_checklist_finds_is_reason_enough_for_a_way_back(step_key: str) -> None:
    seat = seat_at(step_key)
    answer = seat.send(outcome="incomplete", **filled_in(step_key, "incomplete"))
    assert answer.status_code == 302
    assert seat.now_at() in {"apply", "correct"}
    assert [item.requirement for item in Correction.objects.get().items.all()] == [5]


@pytest.mark.parametrize("step_key", [key for key, actor in STEPS.items() if actor])
def test_nothing_is_recorded_before_the_file_was_received(step_key: str) -> None:
    seat = seat_at(step_key, taken=False)
    shown = seat.read()
    assert {form.action for form in forms_on(shown)} & {seat.url, f"{seat.url}terima/"} == {
        f"{seat.url}terima/"
    }
    form = form_on(shown, f"{seat.url}terima/")
    process = seat.task.case.process
    outcome = process.step(step_key).outcomes[0].key
    typed = form.filled(
        outcome=outcome, note="x", **filled_in(step_key, outcome), considering="bahwa", laws="UU"
    )
    answer = seat.client.post(seat.url, typed)
    assert answer.status_code == 422
    assert seat.now_at() == step_key


def test_taking_over_from_an_absent_colleague_names_them_and_moves_the_file() -> None:
    seat = seat_at("verify")
    colleague = User.objects.create_user(email="lain@contoh.example", name="Lain Contohwan")
    office = seat.user.holdings.get().office
    colleague.holdings.create(actor="verifier", office=office, starts=demo.SINCE)
    other = Seat(Client(), seat.task, colleague)
    other.client.force_login(colleague)
    assert "Ambil alih" not in other.read().content.decode()
    refused = other.client.post(f"{seat.url}terima/", {"kunci": new_key()})
    assert refused.status_code == 422
    assert f"Minta {seat.user.name} menyerahkannya" in refused.content.decode()
    assert Task.objects.get(pk=seat.task.pk).received_by == seat.user
    day = office_day(timezone.now())
    record_absence(seat.user.pk, starts=day, ends=day, by=seat.user, at=timezone.now())
    assert f"Ambil alih dari {seat.user.name}" in other.read().content.decode()
    assert other.take().status_code == 302
    assert Task.objects.get(pk=seat.task.pk).received_by == colleague
    assert "Kerjakan langkah ini" not in seat.read().content.decode()


def test_a_form_sent_twice_is_done_once() -> None:
    seat = seat_at("endorse_section")
    form = form_on(seat.read(), seat.url)
    sent = form.filled(outcome="endorsed", **examined("endorse_section", "endorsed"))
    answers = [seat.client.post(seat.url, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Entry.objects.filter(verb="endorse_section.endorsed").count() == 1


def test_the_same_key_with_another_body_is_stale() -> None:
    seat = seat_at("endorse_section")
    form = form_on(seat.read(), seat.url)
    seat.client.post(seat.url, form.filled(outcome="endorsed", **examined("endorse_section", "endorsed")))
    answer = seat.client.post(seat.url, form.filled(outcome="faulty", note="Salah ketik."))
    assert answer.status_code == 409
    assert seat.now_at() == "endorse_division"


def test_a_stale_form_keeps_what_was_typed() -> None:
    seat = seat_at("check")
    form = form_on(seat.read(), seat.url)
    take_over(seat.task.pk, by=seat.user, at=NOW)  # the case moves on by one entry
    typed = AGAINST | {"outcome": "incomplete", "note": "Kekurangan yang panjang lebar."}
    answer = seat.client.post(seat.url, form.filled(**typed))
    assert answer.status_code == 409
    again = form_on(answer, seat.url)
    assert again.values["note"] == ["Kekurangan yang panjang lebar."]
    assert again.values["reason_5"] == ["Skema IPAL belum lengkap."]
    assert again.values["mark_5"] == ["unfit"]
    assert seat.now_at() == "check"
    assert seat.client.post(seat.url, again.filled()).status_code == 302
    assert seat.now_at() == "apply"


def test_a_post_for_a_closed_task_changes_nothing() -> None:
    seat = seat_at("endorse_section")
    form = form_on(seat.read(), seat.url)
    seat.client.post(seat.url, form.filled(outcome="endorsed", **examined("endorse_section", "endorsed")))
    late = form.filled(outcome="faulty", note="Terlambat.", kunci="")
    answer = seat.client.post(seat.url, late)
    assert answer.status_code == 409
    assert "Terlambat." in answer.content.decode()
    assert seat.now_at() == "endorse_division"


# --- the checklist --------------------------------------------------------------------------------------


def test_the_checklist_has_the_17_printed_numbers_and_asks_for_each_at_once() -> None:
    seat = seat_at("check")
    page = seat.read()
    assert {f"mark_{n}" for n in range(1, 18)} <= form_on(page, seat.url).names
    answer = seat.send(outcome="complete", mark_1="fit", mark_2="none")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count('id="id_mark_') - 3 * 17 == 15  # an error at each of the 15 that have no verdict
    assert 'id="id_reason_2_error"' in text


def test_a_mark_against_contradicts_complete() -> None:
    seat = seat_at("check")
    answer = seat.send(outcome="complete", **AGAINST)
    assert answer.status_code == 422
    assert "Nomor 5 dinilai tidak sesuai" in answer.content.decode()
    assert not ChecklistMark.objects.exists()


def test_the_verifier_sees_what_the_cs_marked() -> None:
    seat = seat_at("verify")
    text = seat.read().content.decode()
    assert text.count("Langkah 4, ") >= 17


def test_verifying_needs_an_agency_and_a_letter() -> None:
    seat = seat_at("verify")
    answer = seat.send(outcome="complete", agency="", letter_number="", **MARKS)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"agency", "letter_number"}
    assert seat.now_at() == "verify"


# --- the agency's terms ---------------------------------------------------------------------------------


def refused_terms(**typed: Any) -> Any:
    seat = seat_at("review")
    answer = seat.send(outcome="recommended", **{**terms_typed(), "scan": pdf(), **typed})
    assert answer.status_code == 422
    assert not Recommendation.objects.exists()
    return answer.context["form"]


def test_the_agencys_terms_are_kept_as_typed() -> None:
    seat = seat_at("review")
    prepare(seat, "recommended")
    typed = terms_typed() | {
        "limits-0-high": "0,5",
        "limits-1-high": "0.5",
        "limits-2-high": "1.234,5",
        "flow_per_day": "1500",
    }
    answer = seat.send(outcome="recommended", scan=pdf(), **typed)
    assert answer.status_code == 302, answer.content.decode()
    terms = Recommendation.objects.get().terms
    assert [row["high"] for row in terms["limits"]][:3] == ["0.5", "0.5", "1234.5"]
    assert terms["points"][0]["latitude"] == "0.504167"
    assert terms["prohibitions"][1] == "Mengencerkan air limbah untuk menaati baku mutu"
    assert len(terms["obligations"]) == 10 + 8


def test_an_unclear_number_is_refused_at_its_cell() -> None:
    form = refused_terms(**{"limits-2-high": "1.000"})
    assert list(form.limits[2].errors) == ["high"]
    assert "1000" in str(form.limits[2].errors["high"])
    assert [list(row.errors) for row in form.limits if row.errors] == [["high"]]


def test_swapped_coordinates_are_refused_at_their_cell() -> None:
    form = refused_terms(**{"points-1-latitude": "117°36'30,0\" BT", "points-1-longitude": "0°30'20,0\" LU"})
    assert "tertukar" in str(form.points[1].errors["latitude"])


def test_a_latitude_without_its_side_of_the_equator_is_refused() -> None:
    form = refused_terms(**{"points-0-latitude": "0,504167"})
    assert "LU atau LS" in str(form.points[0].errors["latitude"])


def test_a_recommendation_without_its_signed_letter_is_refused() -> None:
    assert "scan" in refused_terms(scan=None).errors


def test_a_file_of_a_wrong_type_is_refused_where_it_was_chosen() -> None:
    wrong = SimpleUploadedFile("surat.pdf", b"MZ bukan pdf", "application/pdf")
    assert "bukan" in str(refused_terms(scan=wrong).errors["scan"])


def test_an_emoji_in_a_parameter_is_refused() -> None:
    form = refused_terms(**{"limits-0-parameter": "BOD \N{FISH}"})
    assert "parameter" in form.limits[0].errors


def test_an_uploaded_letter_survives_a_refused_form() -> None:
    seat = seat_at("review")
    prepare(seat, "recommended")
    typed = {**terms_typed(), "limits-2-high": "1.000"}
    first = seat.send(outcome="recommended", scan=pdf(), **typed)
    assert first.status_code == 422
    assert "Sudah diunggah: <strong>pindaian.pdf</strong>" in first.content.decode()
    again = form_on(first, seat.url).filled(**{"limits-2-high": "1000"})
    assert seat.client.post(seat.url, again).status_code == 302
    assert Recommendation.objects.get().scan.pages == 1


def test_a_kept_upload_belongs_to_its_task() -> None:
    seat = seat_at("review")
    first = seat.send(outcome="recommended", scan=pdf(), **{**terms_typed(), "limits-2-high": "1.000"})
    token = form_on(first, seat.url).values["scan_kept"]
    other = seat_at("review")
    answer = other.send(outcome="recommended", scan_kept=token, **terms_typed())
    assert answer.status_code == 422
    assert "scan" in answer.context["form"].errors


def test_more_rows_come_without_losing_what_was_typed() -> None:
    seat = seat_at("review")
    page = form_on(seat.read(), seat.url)
    assert page.values["limits-TOTAL_FORMS"] == ["3"]
    typed = {f"limits-{n}-parameter": f"Parameter {n}" for n in range(3)}
    answer = seat.client.post(
        seat.url, page.filled(tambah="limits", letter_number="660/1", scan=pdf(), **typed)
    )
    assert answer.status_code == 200
    longer = form_on(answer, seat.url)
    assert longer.values["limits-TOTAL_FORMS"] == ["6"]
    assert longer.values["limits-2-parameter"] == ["Parameter 2"]
    assert longer.values["letter_number"] == ["660/1"]
    assert longer.values["scan_kept"] != [""]
    assert "govuk-error-message" not in answer.content.decode()
    assert longer.values["points-0-kind"] == ["penaatan"]
    assert seat.now_at() == "review"


def test_the_applicants_points_are_a_start_for_the_agency() -> None:
    seat = seat_at("review")
    page = form_on(seat.read(), seat.url)
    assert page.values["points-0-name"] == ["TP-01 Outlet kolam sedimentasi"]
    assert page.values["points-0-latitude"] == ["0,504167 LU"]
    assert page.values["points-0-longitude"] == ["117,633333 BT"]


# --- the acts beside the outcomes ------------------------------------------------------------------------


def test_the_recommendation_is_booked_before_a_draft_can_be_made() -> None:
    seat = seat_at("draft")
    assert "considering" not in form_on(seat.read(), seat.url).names
    assert seat.send(path="rekomendasi/", agenda_number="").status_code == 422
    assert seat.send(path="rekomendasi/", agenda_number="17", received_on="07/07/2026").status_code == 422
    assert seat.send(path="rekomendasi/", agenda_number="17", received_on="06/07/2026").status_code == 302
    case = Case.objects.get(pk=seat.task.case_id)
    assert str(case.recommended_on) == "2026-07-06"
    assert "bahwa" in form_on(seat.read(), seat.url).values["considering"][0]


def test_the_wording_of_a_draft_is_the_drafters() -> None:
    seat = seat_at("draft")
    prepare(seat)
    answer = seat.send(
        outcome="drafted", considering="bahwa satu\r\n\r\nbahwa dua", laws="UU 32/2009", tembusan="Arsip"
    )
    assert answer.status_code == 302
    content = Draft.objects.get().content
    assert '"considering":["bahwa satu","bahwa dua"]' in content
    assert '"laws":["UU 32/2009"]' in content


def test_an_empty_list_of_the_decree_is_refused_at_its_field() -> None:
    seat = seat_at("draft")
    prepare(seat)
    answer = seat.send(outcome="drafted", considering=" ")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["considering"]


def test_a_new_draft_starts_from_the_words_of_the_one_before() -> None:
    seat = seat_at("draft")
    prepare(seat)
    seat.send(outcome="drafted", considering="bahwa satu", laws="UU 32/2009")
    head = demo.officer("section_head")
    task = seat.task.case.tasks.get(closed_at=None, companion=False)
    take_over(task.pk, by=head, at=NOW)
    at_head = Seat(Client(), task, head)
    at_head.client.force_login(head)
    at_head.send(outcome="faulty", note="Tambahkan PP 22/2021.")
    again = seat.task.case.tasks.get(closed_at=None, companion=False)
    take_over(again.pk, by=seat.user, at=NOW)
    shown = Seat(seat.client, again, seat.user).read()
    assert "Tambahkan PP 22/2021." in shown.content.decode()
    assert form_on(shown, f"/meja/tugas/{again.pk}/").values["laws"] == ["UU 32/2009"]


def test_the_applicant_is_asked_and_answers_before_the_file_goes_back() -> None:
    seat = seat_at("correct")
    page = seat.read()
    assert seat.url not in {form.action for form in forms_on(page)}
    assert "Skema IPAL belum lengkap." in page.content.decode()
    assert seat.send(path="permintaan/", due_on="").status_code == 422
    assert seat.send(path="permintaan/", explanation="Lengkapi skema IPAL.").status_code == 302
    waiting = seat.read()
    assert "Lengkapi skema IPAL." in waiting.content.decode()
    assert seat.url not in {form.action for form in forms_on(waiting)}
    early = seat.client.post(seat.url, {"outcome": "repaired", "kunci": new_key()})
    assert early.status_code == 422
    assert "belum diterima" in early.content.decode()
    case = Case.objects.get(pk=seat.task.case_id)
    demo.Walk(demo.Clock(NOW), demo.applicant(), case=case).mend(Correction.objects.get())
    answer_correction(case, answer="Sudah diunggah.", by=demo.applicant(), at=NOW)
    assert "Sudah diunggah." in seat.read().content.decode()
    assert seat.send().status_code == 302
    assert seat.now_at() == "verify"


def test_the_number_comes_first_then_the_final_checklist_and_the_scan() -> None:
    seat = seat_at("number")
    assert form_on(seat.read(), seat.url).values["outcome"] == ["faulty"]
    assert seat.send(path="nomor/").status_code == 302
    permit = Permit.objects.get()
    shown = seat.read()
    assert permit.number.text in shown.content.decode()
    assert f"{seat.url}nomor/" not in {form.action for form in forms_on(shown)}
    items = [item.key for item in seat.task.case.process.final_checklist]
    open_item = seat.send(outcome="issued", checked=items[1:], scan=pdf())
    assert open_item.status_code == 422
    assert list(open_item.context["form"].errors) == ["checked"]
    # What was uploaded stays with the form.
    kept = form_on(open_item, seat.url).filled(outcome="issued", checked=items)
    assert seat.client.post(seat.url, kept).status_code == 302
    assert seat.now_at() == "hand_over"


def test_monitoring_is_noted_on_the_companion_task_and_moves_nothing() -> None:
    seat = seat_at("review", companion=True, actor="processing_officer")
    shown = seat.read()
    assert "Memantau kemajuan pertek di OPD" in shown.content.decode()
    assert seat.send(path="pantau/", note="").status_code == 422
    assert (
        seat.send(
            path="pantau/", whom="Teguh Fiktif", channel="telephone", status="DLH menjadwalkan peninjauan."
        ).status_code
        == 302
    )
    assert "DLH menjadwalkan peninjauan." in seat.read().content.decode()
    assert seat.now_at() == "review"
    assert seat.client.post(seat.url, {"outcome": "drafted"}).status_code == 403


def test_a_secondary_act_of_another_step_is_not_there() -> None:
    seat = seat_at("check")
    for path in ("rekomendasi/", "permintaan/", "nomor/", "pantau/"):
        assert seat.client.post(seat.url + path, {}).status_code == 404


# --- letters, hashes, people without an account ----------------------------------------------------------


@pytest.mark.parametrize(
    ("step_key", "outcome", "kinds"),
    [
        ("register", "registered", {"receipt"}),
        ("verify", "complete", {"cover_letter"}),
        ("draft", "drafted", {"permit"}),
        ("hand_over", "handed_over", {"handover_receipt"}),
    ],
)
def test_the_page_after_offers_the_letters_to_print(step_key: str, outcome: str, kinds: set[str]) -> None:
    seat = seat_at(step_key)
    prepare(seat)
    seat.send(outcome=outcome, **filled_in(step_key, outcome))
    shown = seat.read()
    made = list(shown.context["made"])
    assert kinds <= {letter.kind for letter in made}
    for filed in made:
        assert reverse("letter", args=[filed.letter_id]) in shown.content.decode()
    assert CaseLetter.objects.filter(case=seat.task.case_id, kind__in=kinds).exists()


def test_the_head_signs_the_draft_that_was_shown() -> None:
    seat = seat_at("decide")
    shown = seat.read()
    current = Draft.objects.get()
    assert form_on(shown, seat.url).values["draft_sha256"] == [current.sha256]
    assert current.sha256[:4] in shown.content.decode()
    answer = seat.send(outcome="signed", draft_sha256="0" * 64)
    assert answer.status_code == 422
    assert "Draf telah berubah" in answer.content.decode()
    assert seat.now_at() == "decide"


def test_an_approval_from_a_form_older_than_the_draft_changes_nothing_and_keeps_what_was_typed() -> None:
    seat = seat_at("endorse_section")
    form = form_on(seat.read(), seat.url)
    [old] = form.values["draft_sha256"]
    # Meanwhile the same head sends it back in another window, and the drafter makes another draft.
    assert seat.send(outcome="faulty", note="Salah ketik.").status_code == 302
    back = next_seat(seat, "processing_officer")
    assert back.send(outcome="drafted", tembusan="Inspektorat Contoh").status_code == 302
    current = Draft.objects.latest("number")
    assert (current.number, current.sha256 == old) == (2, False)

    advice = "Perhatikan kedalaman outfall."
    ticked = examined("endorse_section", "endorsed")
    answer = seat.client.post(seat.url, form.filled(outcome="endorsed", advice=advice, **ticked))
    assert answer.status_code == 409
    assert advice in answer.content.decode()
    assert not current.endorsements.filter(step_key="endorse_section").exists()

    # Nor does the old form's hash pass at the task that the new draft opened.
    again = next_seat(seat, "section_head")
    answer = again.send(outcome="endorsed", advice=advice, draft_sha256=old, **ticked)
    assert answer.status_code == 422
    assert "Draf telah berubah" in answer.content.decode()
    assert advice in answer.content.decode()
    assert again.now_at() == "endorse_section"


def test_each_head_reads_what_the_heads_before_advise() -> None:
    first, second = "Perhatikan kedalaman outfall.", "Minta presentasi bila ragu."
    seat = seat_at("endorse_section")
    said = examined("endorse_section", "endorsed") | {"advice": first}
    assert seat.send(outcome="endorsed", **said).status_code == 302
    seat = next_seat(seat, "division_head")
    assert first in seat.read().content.decode()
    said = examined("endorse_division", "endorsed") | {"advice": second}
    assert seat.send(outcome="endorsed", **said).status_code == 302
    page = next_seat(seat, "head_of_office").read().content.decode()
    assert first in page
    assert second in page


def next_seat(seat: Seat, actor: str) -> Seat:
    """The next step's officer at its page, the file received."""
    client = Client()
    client.force_login(demo.officer(actor))
    task = Task.objects.get(case=seat.task.case_id, closed_at=None, companion=False)
    found = Seat(client, task, demo.officer(actor))
    assert found.take().status_code == 302
    return found


def test_half_done_work_never_keeps_the_number_of_an_identity_card() -> None:
    seat = seat_at("hand_over")
    assert (
        seat.send(outcome="handed_over", receiver="Kurnia Misalnya", simpan="1", **TAKEN).status_code == 302
    )
    [kept] = seat.task.unfinished.all()
    assert kept.typed["receiver"] == ["Kurnia Misalnya"]
    assert TAKEN["number"] not in str(kept.typed)
    assert TAKEN["number"] not in seat.read().content.decode()


def on_behalf(step_key: str) -> Iterator[Seat]:
    counter = demo.officer("registration_counter")
    case = case_at(step_key, at=MONDAY, on_behalf_by=counter)
    task = case.tasks.get(closed_at=None, companion=False)
    for actor in ("registration_counter", "verifier"):
        client = Client()
        client.force_login(demo.officer(actor))
        yield Seat(client, task, demo.officer(actor))


def test_the_counter_confirms_receipt_for_somebody_without_an_account() -> None:
    counter, verifier = on_behalf("receive")
    assert verifier.client.post(verifier.url, {"outcome": "received"}).status_code == 403
    assert list(counter.send().context["form"].errors) == ["proof"]
    assert counter.send(proof=pdf()).status_code == 302
    assert counter.now_at() == "end"


def test_the_counter_finds_the_way_to_the_application_of_somebody_without_an_account() -> None:
    counter, verifier = on_behalf("apply")
    link = reverse("application", args=[counter.task.case.application.reference])
    assert link in counter.read().content.decode()
    assert link not in verifier.read().content.decode()
    assert counter.client.post(counter.url, {"outcome": "submitted"}).status_code == 403


def test_handing_over_asks_for_each_line_of_the_step() -> None:
    seat = seat_at("hand_over")
    answer = seat.send(**TAKEN | {"outcome": "handed_over", "brought_receipt": None})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["brought_receipt"]


def test_the_page_shows_the_sops_words_and_the_file() -> None:
    text = " ".join(seat_at("verify").read().content.decode().split())
    assert "Memberi catatan dan paraf pada map pengendali proses dan form verifikasi terkait." in text
    assert "Staf verifikasi harus menentukan jenis pertek" in text
    assert "Hari ke H 5 - 15 menit" in text
    assert "5 sampai 15 menit" in text
    assert "PT Segara Contoh Makmur" in text
    assert "/halaman/1.png" in text


# --- half-done work -------------------------------------------------------------------------------------


def test_half_done_work_is_kept_for_whoever_typed_it_and_records_nothing() -> None:
    seat = seat_at("check")
    acts = Entry.objects.count()
    answer = seat.send(simpan="1", mark_1="fit", mark_5="unfit", reason_5="Skema belum terba")
    assert answer.status_code == 302
    form = form_on(seat.read(), seat.url)
    assert (form.values["mark_5"], form.values["reason_5"]) == (["unfit"], ["Skema belum terba"])
    assert "belum dicatat sebagai hasil" in " ".join(seat.read().content.decode().split())
    assert seat.read().context["desk"].form.errors == {}
    assert Entry.objects.count() == acts
    # What was kept goes into the act, and is gone once it is recorded.
    sent = form.filled(**AGAINST, outcome="incomplete", note="Lengkapi skema.")
    assert seat.client.post(seat.url, sent).status_code == 302
    assert seat.now_at() == "apply"
    assert not seat.task.unfinished.exists()


def test_half_done_work_of_another_window_is_not_overwritten_unasked() -> None:
    seat = seat_at("check")
    here, there = (form_on(seat.read(), seat.url) for _ in range(2))
    assert seat.client.post(seat.url, here.filled(note="Satu.", simpan="1")).status_code == 302

    refused = seat.client.post(seat.url, there.filled(note="Dua.", simpan="1"))

    assert refused.status_code == 422
    assert "dari jendela lain" in refused.content.decode()
    assert seat.task.unfinished.get().typed["note"] == ["Satu."]
    again = form_on(refused, seat.url)
    assert again.values["note"] == ["Dua."]
    assert seat.client.post(seat.url, again.filled(simpan="1")).status_code == 302
    assert seat.task.unfinished.get().typed["note"] == ["Dua."]


def test_a_file_chosen_before_saving_half_done_work_is_kept_with_it() -> None:
    seat = seat_at("review")
    prepare(seat, "recommended")
    answer = seat.send(simpan="1", outcome="recommended", scan=pdf("Rekomendasi"), letter_number="660/1")
    assert answer.status_code == 302
    form = form_on(seat.read(), seat.url)
    assert form.values["letter_number"] == ["660/1"]
    assert "pindaian.pdf" in seat.read().content.decode()
    recorded = form.filled(outcome="recommended", **(terms_typed() | {"letter_number": "660/1"}))
    assert seat.client.post(seat.url, recorded).status_code == 302
    assert Recommendation.objects.get().letter_number == "660/1"


def test_an_act_beside_the_outcomes_loses_nothing_of_what_was_typed() -> None:
    """Sent without scripts: the button belongs to the step's own form, which is kept half done."""
    seat = seat_at("endorse_section")
    page = seat.read()
    assert (
        '<button type="submit" class="govuk-button govuk-button--secondary m-button--small" form="langkah"'
        in " ".join(page.content.decode().replace("\n", " ").split()).replace(
            ' data-module="govuk-button" data-prevent-double-click="true"', ""
        )
    )
    typed = form_on(page, seat.url).filled(note="Debit perlu dicek.", buka="catatan")
    moved = seat.client.post(seat.url, typed, follow=True)
    assert moved.redirect_chain == [(f"{seat.url}catatan/", 302)]
    assert "menunggu Anda kembali" in moved.content.decode()
    act = form_on(moved, f"{seat.url}catatan/")
    place = moved.context["desk"].alone.fields["place"].choices[0][0]
    refused = seat.client.post(act.action, act.filled(place=place, text=""))
    assert (refused.status_code, refused.templates[0].name) == (422, "desk/act.html")
    done = seat.client.post(act.action, act.filled(place=place, text="Perbaiki urutannya."), follow=True)
    assert done.redirect_chain == [(seat.url, 302)]
    form = form_on(done, seat.url)
    assert form.values["note"] == ["Debit perlu dicek."]
    # It is sent with the version that the act made, and then nothing half done is left.
    sent = form.filled(outcome="needs_meeting")
    assert seat.client.post(seat.url, sent).status_code == 302
    assert not seat.task.unfinished.exists()


def test_what_was_typed_before_the_session_ended_is_handed_back() -> None:
    seat = seat_at("endorse_section")
    form = form_on(seat.read(), seat.url)
    seat.client.logout()

    answer = seat.client.post(
        seat.url,
        form.filled(note="Debit perlu dicek lagi.", receiver="6472 0101 0101 0001", outcome="faulty"),
    )

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Debit perlu dicek lagi." in page
    assert f"next=%2Fmeja%2Ftugas%2F{seat.task.pk}%2F" in page
    for unwanted in ("6472", "faulty", form.values["kunci"][0]):
        assert unwanted not in page
    # Where nothing was typed there is only the way to sign in.
    assert seat.client.post(seat.url, form.filled(outcome="endorsed")).status_code == 302


def test_opening_an_act_keeps_nothing_where_nothing_was_typed() -> None:
    seat = seat_at("endorse_section")
    sent = form_on(seat.read(), seat.url).filled(buka="konfirmasi")
    assert seat.client.post(seat.url, sent).headers["Location"] == f"{seat.url}konfirmasi/"
    assert not seat.task.unfinished.exists()
    assert seat.client.post(seat.url, sent | {"buka": "tidak-ada"}).status_code == 404
    # What is not offered now leads back to the step.
    assert seat.client.get(f"{seat.url}undang/").status_code == 404


def test_the_number_of_an_identity_card_is_not_kept_with_half_done_work() -> None:
    seat = seat_at("hand_over")
    answer = seat.send(simpan="1", receiver="Sari Contohwati", number="6472010101010001")
    assert answer.status_code == 302
    typed = seat.task.unfinished.get().typed
    assert typed["receiver"] == ["Sari Contohwati"]
    assert "number" not in typed
