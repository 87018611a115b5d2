"""Going live: a case that ran on paper goes on in Muara where it stands, and says what came from paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.audit.queries import breaks
from muara.cases.actions import NotYours, Refused
from muara.cases.models import Application, Case, PaperDocument, Recommendation, Task
from muara.cases.queries import approved_on_paper, case_heads
from muara.cases.terms import clean_terms
from muara.people.models import Office
from muara.permits.actions import set_up_series, take_number
from muara.permits.models import Series
from muara.steps.actions import registration
from muara.steps.actions.drafting import receive_recommendation
from muara.steps.actions.paper import (
    OnPaper,
    Paper,
    PaperReferral,
    copy_recommendation,
    enter_running_case,
    referral_to_copy,
)
from muara.steps.actions.review import Substance
from muara.steps.letters import control_sheet
from muara.web import clocks, dossier
from muara.web.demo import Clock, Walk, applicant, example, officer, sample_pdf, sample_upload
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
REGISTERED, LETTER, DELIVERED, RECOMMENDED, H = (date(2026, 6, day) for day in (1, 2, 3, 26, 29))
LATER = MONDAY + timedelta(hours=1)


def prepared() -> Walk:
    """An application that the CS entered at the counter from paper, not handed in."""
    walk = Walk(Clock(MONDAY), applicant(), on_behalf_by=officer("customer_service"))
    walk.prepare()
    return walk


def on_paper(step: str, **said: Any) -> OnPaper:
    usual: dict[str, Any] = {"note": "Berjalan sejak Juni; map di lemari 3."}
    if step == "register":
        usual |= {"checked_by": "Ratna Contoh", "checked_on": REGISTERED}
    elif step != "check":
        usual |= {"registration_number": "17/LHP/VI/2026", "registered_on": REGISTERED}
    if step in {"deliver", "review", "draft"}:
        usual["referral"] = referral(delivered=step != "deliver")
    return OnPaper(step=step, **(usual | said))


def referral(*, delivered: bool) -> PaperReferral:
    return PaperReferral(
        agency=Office.objects.get(kind=Office.Kind.AGENCY),
        subject="rekomendasi teknis",
        letter_number="500/12/2026",
        letter_date=LETTER,
        delivered_on=DELIVERED if delivered else None,
        receiver="Penerima Contoh" if delivered else "",
    )


def enter(walk: Walk, told: OnPaper) -> Case:
    assert walk.application is not None
    scan = sample_upload("Tanda terima kertas", at=MONDAY).blob
    moved = enter_running_case(
        walk.application,
        told=told,
        papers=[Paper("Tanda terima kertas", REGISTERED, scan)],
        by=officer("customer_service"),
        at=LATER,
    )
    walk.case = Case.objects.get(pk=moved.case_id)
    return walk.case


def copied(walk: Walk, **said: Any) -> None:
    """The drafter copies the agency's letter from the paper folder."""
    task = walk.take()
    told = example()["recommendation"]
    usual: dict[str, Any] = {
        "letter_number": told["letter_number"],
        "letter_date": RECOMMENDED,
        "signed_by_name": told["signed_by_name"],
        "scan": sample_upload("Rekomendasi teknis", at=MONDAY).blob,
        "said": Substance(terms=clean_terms(told)),
    }
    copy_recommendation(task, by=walk.who(task), at=walk.clock.tick(), **(usual | said))


@pytest.mark.parametrize("step", ["check", "register", "verify", "deliver", "review", "draft"])
def test_a_case_from_paper_goes_on_to_its_end_from_where_it_stands(office: Office, step: str) -> None:
    walk = prepared()
    case = enter(walk, on_paper(step))
    first = Entry.objects.filter(chain=case.chain).order_by("seq")[0]
    assert (first.verb, '"from_paper":true' in first.text) == ("paper.open", True)
    assert walk.task.step_key == step

    if step == "draft":
        copied(walk)
    while Task.objects.filter(case=case, closed_at=None, companion=False).exists():
        walk.forward()

    case.refresh_from_db()
    assert case.result == "received"
    assert [found for found in breaks(case_heads()) if found.chain == case.chain] == []
    assert control_sheet(case, at=LATER).startswith(b"%PDF")


def test_a_recommendation_from_paper_is_copied_once_and_booked_with_its_day(office: Office) -> None:
    walk = prepared()
    case = enter(walk, on_paper("draft"))
    task = walk.take()
    with pytest.raises(Refused, match="Unggah surat rekomendasi"):
        copied(walk, scan=None)
    copied(walk)

    told = Recommendation.objects.get(referral__case=case)
    assert (told.on_behalf, told.letter_date, told.received_on) == (True, RECOMMENDED, None)
    assert Entry.objects.get(chain=case.chain, verb="draft.copy").by_id == walk.who(task).pk
    with pytest.raises(Refused, match="Tidak ada rekomendasi dari kertas"):
        copied(walk)
    receive_recommendation(
        task,
        agenda_number="A-12",
        received_on=H,
        reason="Diterima di kertas sebelum kantor memakai Muara.",
        by=walk.who(task),
        at=walk.clock.tick(),
    )
    case.refresh_from_db()
    assert case.recommended_on == H
    walk.forward()
    # H+2 working days from Monday 29 June 2026.
    assert walk.task.due_on == date(2026, 7, 1)


def test_a_case_that_did_not_come_from_paper_has_no_recommendation_to_copy(office: Office) -> None:
    assert referral_to_copy(case_at("draft", at=MONDAY).tasks.get(closed_at=None)) is None


def test_what_the_cs_signed_on_paper_counts_until_the_file_goes_back_to_the_cs(office: Office) -> None:
    walk = prepared()
    case = enter(walk, on_paper("register"))
    task = walk.take()
    registration.register(
        task, outcome="not_approved", note="Periksa lagi.", by=walk.who(task), at=walk.clock.tick()
    )
    assert approved_on_paper(case) is None


def test_the_drafter_copies_the_recommendation_on_the_page(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    walk = prepared()
    enter(walk, on_paper("draft"))
    task = walk.take()
    time_machine.move_to(LATER + timedelta(hours=1), tick=False)
    client.force_login(walk.who(task))
    address = f"/meja/tugas/{task.pk}/"
    form = form_on(client.get(address), f"{address}salin-rekomendasi/")
    told = example()["recommendation"]
    said: dict[str, Any] = {
        "letter_number": told["letter_number"],
        "letter_date": "26/6/2026",
        "signed_by_name": told["signed_by_name"],
        "flow_per_day": told["flow_per_day"],
        "flow_per_hour": told["flow_per_hour"],
        "limits-TOTAL_FORMS": str(len(told["limits"])),
        "points-TOTAL_FORMS": str(len(told["points"])),
    }
    for name in ("limits", "points"):
        for index, row in enumerate(told[name]):
            said |= {f"{name}-{index}-{key}": value for key, value in row.items()}
    refused = client.post(form.action, form.filled(**said))
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"scan": ["Unggah surat rekomendasi yang sudah ditandatangani."]}
    said["scan"] = SimpleUploadedFile("rekomendasi.pdf", sample_pdf("Rekomendasi"), "application/pdf")
    assert client.post(form.action, form.filled(**said)).status_code == 302
    page = client.get(address).content.decode()
    assert "Bukukan penerimaan rekomendasi teknis" in page


def test_steps_before_are_shown_as_done_on_paper(office: Office) -> None:
    case = enter(prepared(), on_paper("deliver"))
    states = {leg.number: leg.state for leg in dossier.legs(case, talk=None)}
    assert [number for number, state in states.items() if state == "paper"] == [1, 2, 3, 4, 6, 7]
    assert (states[5], states[8], states[9], states[10]) == ("skipped", "skipped", "now", "next")


def test_what_was_done_on_paper_is_neither_late_nor_still_to_come(office: Office) -> None:
    case = enter(prepared(), on_paper("deliver"))

    run = clocks.clocks(case, now=LATER)
    limits = {item.step.number: item.counts for item in run.deadlines}
    assert (limits[6], limits[7], limits[12]) == (False, False, True)
    forms = {line.form.code: line.state for line in dossier.forms(case)}
    # The application and the cover letter lie in the paper folder; the draft is still to be made.
    assert (forms["F03"], forms["F12"], forms["F18"]) == ("paper", "paper", "next")


def test_h_from_paper_is_day_0_and_stays_when_the_recommendation_is_booked(office: Office) -> None:
    walk = prepared()
    case = enter(walk, on_paper("review", recommended_on=H))
    assert case.recommended_on == H
    walk.forward()
    walk.forward()
    case.refresh_from_db()
    assert case.recommended_on == H
    assert case.paper.recommended_on == H
    # H+2 working days from Monday 29 June 2026.
    assert walk.task.due_on == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("step", "said", "field"),
    [
        ("verify", {"registration_number": ""}, "registration_number"),
        ("verify", {"registered_on": None}, "registered_on"),
        ("verify", {"registered_on": date(2027, 1, 1)}, "registered_on"),
        ("verify", {"note": " "}, "note"),
        ("check", {"registration_number": "17/LHP/VI/2026"}, "registration_number"),
        ("deliver", {"referral": None}, "letter_number"),
        ("verify", {"recommended_on": H}, "recommended_on"),
        ("review", {"recommended_on": date(2026, 5, 1)}, "recommended_on"),
        ("register", {"checked_by": " "}, "checked_by"),
        ("register", {"checked_on": None}, "checked_on"),
        ("register", {"registration_number": "17/LHP/VI/2026"}, "registration_number"),
        ("verify", {"checked_by": "Ratna Contoh"}, "checked_by"),
        ("draft", {"referral": None}, "letter_number"),
        ("draft", {"recommended_on": H}, "recommended_on"),
        ("endorse_section", {}, "step"),
    ],
)
def test_what_a_step_builds_on_is_asked_for(
    office: Office, step: str, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        enter(prepared(), on_paper(step, **said))
    assert refused.value.field == field
    assert Case.objects.count() == 0


def test_a_number_from_paper_is_nobody_elses(office: Office) -> None:
    enter(prepared(), on_paper("verify"))
    with pytest.raises(Refused, match="sudah dipakai"):
        enter(prepared(), on_paper("verify"))


def test_a_number_that_the_series_may_still_give_is_refused(office: Office) -> None:
    mine = on_paper("verify", registration_number="LHP/2026/0017")
    with pytest.raises(Refused, match="masih akan diberikan"):
        enter(prepared(), mine)

    series = Series.objects.get(service="LHP", key="registration")
    set_up_series(
        service=series.service,
        key=series.key,
        label=series.label,
        pattern=series.pattern,
        values=series.tokens,
        starts_at=18,
        by=officer("administrator"),
        at=MONDAY,
    )
    assert enter(prepared(), mine).registration_number == "LHP/2026/0017"
    given = take_number(
        service="LHP", series="registration", given_to="case:0", by=officer("administrator"), at=LATER
    )
    assert given.text == "LHP/2026/0018"


def test_only_the_administrator_and_the_cs_take_cases_over(office: Office) -> None:
    application = prepared().application
    assert application is not None
    for stranger in (officer("verifier"), officer("head_of_office"), applicant()):
        with pytest.raises(NotYours):
            enter_running_case(application, told=on_paper("verify"), papers=[], by=stranger, at=LATER)


def test_the_page_takes_a_case_over_with_its_papers(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    prepared()
    application = Application.objects.get()
    client.force_login(officer("customer_service"))
    address = f"/meja/berkas-berjalan/{application.reference}/"
    assert address in client.get("/meja/berkas-berjalan/").content.decode()
    form = form_on(client.get(address), action="")
    said = form.filled(
        step="verify",
        registration_number="17/LHP/VI/2026",
        registered_on="1/6/2026",
        note="Map di lemari 3.",
        title_1="Tanda terima berkas",
        dated_1="1/6/2026",
    )
    assert client.post(address, said).status_code == 422

    said["scan_1"] = SimpleUploadedFile("tanda.pdf", sample_pdf("Tanda terima"), "application/pdf")
    refused = client.post(address, said | {"registration_number": "LHP/2026/0017"})
    assert refused.status_code == 422
    assert "Sudah diunggah: <strong>tanda.pdf</strong>" in refused.content.decode()
    again = form_on(refused, action="").filled(registration_number="17/LHP/VI/2026")
    assert client.post(address, again).status_code == 302

    case = Case.objects.get()
    paper = PaperDocument.objects.get(case=case)
    assert (paper.title, paper.dated) == ("Tanda terima berkas", REGISTERED)
    scan = client.get(f"/pindaian/{case.pk}/{paper.blob.sha256}/")
    assert scan.getvalue() == sample_pdf("Tanda terima")
    sheet = client.get(f"/meja/berkas/{case.pk}/?bagian=pengendali").content.decode()
    assert "Berkas ini berjalan di atas kertas" in sheet
    papers = client.get(f"/meja/berkas/{case.pk}/?bagian=dokumen").content.decode()
    assert "dari kertas, tanggal 1 Juni 2026" in papers
    assert client.get(f"/meja/tugas/{case.tasks.get().pk}/").status_code == 200
