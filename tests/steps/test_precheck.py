"""Before registration: what may be the same as another, and what may not be the province's to permit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.actions import Refused
from muara.cases.models import AuthorityCheck, Case, CaseLetter, Task
from muara.cases.queries import authority_of
from muara.documents.indonesian import tanggal
from muara.people.models import Office, office_day
from muara.permits.models import Permit
from muara.permits.queries import lookalikes
from muara.steps.actions import intake, registration
from muara.steps.letters.review import summary
from muara.web.demo import Clock, Walk, all_fit, applicant, example, officer, other_applicant
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
DAY = office_day(MONDAY)


def walked(*, company: str = "", **values: Any) -> Walk:
    """A case at step 4 whose form says `values`, of somebody else's company where one is named."""
    source = example()
    who = other_applicant() if company else applicant()
    source = source | {"values": source["values"] | values}
    walk = Walk(Clock(MONDAY), who, source=source, company=company)
    walk.submit()
    return walk


def checked(walk: Walk) -> Task:
    task = walk.task if walk.task.received_by_id else walk.take()
    intake.check(task, outcome="complete", marks=all_fit(task), by=walk.who(task), at=walk.clock.tick())
    return walk.task


def test_the_same_company_and_the_same_outfall_are_told(office: Office) -> None:
    first, second = walked(), walked()
    assert second.case is not None
    (found,) = lookalikes(second.case, day=DAY)
    assert (found.case, found.why) == (first.case, ("perusahaan yang sama", "outfall berjarak 0 m"))


@pytest.mark.parametrize(
    ("longitude", "why"),
    [("117°38'30,0\" BT", ["outfall berjarak 309 m"]), ("117°38'50,0\" BT", [])],
)
def test_an_outfall_of_another_company_is_told_within_five_hundred_metres(
    office: Office, longitude: str, why: list[str]
) -> None:
    # Ten seconds of longitude at the equator are 309 m, thirty are 927 m.
    walked()
    second = walked(
        company="PT Lain Rekaan",
        company_nib="9120001000002",
        outfall_coordinate=f"0°30'20,0\" LU {longitude}",
    )
    assert second.case is not None
    assert [reason for found in lookalikes(second.case, day=DAY) for reason in found.why] == why


def test_an_outfall_on_land_is_told_beside_requirement_7_and_stops_nothing(
    office: Office, client: Client
) -> None:
    walk = walked(outfall_coordinate="0°30'20,0\" LU 117°36'30,0\" BT")
    client.force_login(officer("customer_service"))
    task = walk.take()

    page = client.get(f"/meja/tugas/{task.pk}/").content.decode()

    seven, eight = (page.index(f'name="mark_{number}"') for number in (7, 8))
    six = page.index('name="mark_6"')
    doubt = "Outfall: OF-01. Titik ini terbaca di darat, sekitar 1.920 m"
    assert page.count(doubt) == 1
    assert six < page.index(doubt) < seven < eight
    assert checked(walk).step_key == "register"


def test_a_finished_case_counts_while_its_permit_is_valid(office: Office) -> None:
    permitted = case_at("end", at=MONDAY)
    new = walked()
    assert new.case is not None
    assert [found.permit for found in lookalikes(new.case, day=DAY)] == [permitted.permit]
    after = permitted.permit.expires_on + timedelta(days=1)
    assert lookalikes(new.case, day=after) == []
    Permit.objects.update(replaced_on=permitted.permit.issued_on)
    assert lookalikes(new.case, day=DAY) == []


def test_a_doubtful_authority_stops_before_registration_until_it_is_decided(office: Office) -> None:
    walk = walked(kbli="06100")
    with pytest.raises(Refused, match="bukan kewenangan provinsi"):
        checked(walk)

    task = walk.task
    with pytest.raises(Refused, match="alasan"):
        intake.decide_authority(
            task, decision="continue", reason=" ", by=officer("customer_service"), at=LATER
        )
    intake.decide_authority(
        task,
        decision="continue",
        reason="Hanya gudang; tidak ada kegiatan hulu.",
        by=officer("customer_service"),
        at=LATER,
    )
    assert checked(walk).step_key == "register"
    assert walk.forward() == "register"


def test_the_counter_registers_nothing_whose_authority_is_undecided(office: Office) -> None:
    walk = walked(kbli="06100")
    intake.decide_authority(
        walk.take(), decision="continue", reason="Gudang.", by=officer("customer_service"), at=LATER
    )
    checked(walk)
    AuthorityCheck.objects.all().delete()
    task = walk.take()
    with pytest.raises(Refused, match="kewenangan"):
        registration.register(
            task, outcome="registered", applicant_signed=True, by=officer("registration_counter"), at=LATER
        )


def test_a_decision_holds_for_what_was_said_and_no_longer(office: Office) -> None:
    walk = walked(kbli="06100")
    intake.decide_authority(
        walk.take(), decision="continue", reason="Gudang.", by=officer("customer_service"), at=LATER
    )
    assert walk.case is not None
    assert not authority_of(walk.case).undecided
    AuthorityCheck.objects.update(warnings=["Lain."])
    assert authority_of(walk.case).undecided


def test_the_summary_for_the_head_shows_what_was_decided_on_the_authority(office: Office) -> None:
    walk = walked(kbli="06100")
    intake.decide_authority(
        walk.take(),
        decision="continue",
        reason="Hanya gudang; tidak ada kegiatan hulu.",
        by=officer("customer_service"),
        at=LATER,
    )
    checked(walk)
    while walk.task.step.activity != "decide":
        walk.forward()
    case = walk.task.case

    shown = summary(case, case.drafts.latest("number"), at=walk.clock.tick()).authority

    assert [(fact.label, fact.value) for fact in shown] == [
        ("Yang meragukan", "KBLI 06100 adalah kegiatan minyak dan gas bumi, yang bukan kewenangan gubernur."),
        ("Keputusan", "Lanjutkan: tetap kewenangan provinsi"),
        ("Alasan", "Hanya gudang; tidak ada kegiatan hulu."),
        ("Diputuskan oleh", f"{officer('customer_service').name}, {tanggal(DAY)}"),
    ]


def redirect(walk: Walk, *, apply_to: str) -> Case:
    intake.decide_authority(
        walk.take(),
        decision="redirect",
        reason="Kegiatan hulu minyak dan gas bumi.",
        apply_to=apply_to,
        by=officer("customer_service"),
        at=LATER,
    )
    assert walk.case is not None
    return Case.objects.get(pk=walk.case.pk)


def test_to_redirect_closes_the_case_and_tells_its_applicant_why_and_where_to_apply(
    office: Office, client: Client
) -> None:
    case = redirect(walked(kbli="09100"), apply_to=" Kementerian  Lingkungan Hidup ")

    assert (case.result, case.closed_at) == ("redirected", LATER)
    (notice,) = CaseLetter.objects.filter(case=case, kind="ending_notice")
    said = json.loads(notice.letter.content)
    assert said["apply_to"] == "Kementerian Lingkungan Hidup"
    assert said["how"] == "dialihkan: bukan kewenangan provinsi"
    client.force_login(applicant())
    page = client.get(f"/permohonan/{case.application.reference}/").content.decode()
    assert "Kegiatan hulu minyak dan gas bumi." in page


@pytest.mark.parametrize("apply_to", ["", "  ", "Kementerian 🎉"])
def test_who_is_redirected_must_be_told_where(office: Office, apply_to: str) -> None:
    walk = walked(kbli="09100")
    with pytest.raises(Refused) as refused:
        redirect(walk, apply_to=apply_to)

    assert refused.value.field == "apply_to"
    assert walk.task.step_key == "check"
    assert not AuthorityCheck.objects.exists()


def test_the_page_keeps_what_was_typed_when_nobody_is_named(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    task = walked(kbli="06100").take()
    client.force_login(officer("customer_service"))
    address = f"/meja/tugas/{task.pk}/"
    form = form_on(client.get(f"{address}kewenangan/"), action=f"{address}kewenangan/")

    answer = client.post(form.action, form.filled(decision="redirect", reason="Kegiatan hulu."))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Sebutkan instansi tempat pemohon mengajukan permohonannya." in text
    assert "Kegiatan hulu." in text


def test_the_page_of_step_4_tells_both(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    walked()
    walk = walked(kbli="06100")
    task = walk.take()
    client.force_login(officer("customer_service"))
    address = f"/meja/tugas/{task.pk}/"

    page = client.get(address)
    text = page.content.decode()
    assert "Mungkin sudah diajukan atau sudah berizin" in text
    assert "Kewenangan belum diputuskan" in text
    form = form_on(client.get(f"{address}kewenangan/"), action=f"{address}kewenangan/")
    done = client.post(form.action, form.filled(decision="continue", reason="Hanya gudang."), follow=True)
    assert "Kewenangan sudah diputuskan" in done.content.decode()
    sheet = client.get(f"/meja/berkas/{task.case_id}/?bagian=pengendali").content.decode()
    assert "Memutuskan kewenangan" in sheet
