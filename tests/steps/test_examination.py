"""What heads do with a draft at 12, 13 and 15: make sure, remark, advise; and what the drafter answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from muara.cases.actions import NotYours, Refused, take_over
from muara.cases.models import Case, Draft, Examination, Task
from muara.people.models import Holding, Office
from muara.steps.actions import approval
from muara.steps.actions.review import binding_terms
from muara.steps.forms.approval import monitoring_of
from muara.web.demo import case_at, current_draft, officer
from tests.clock import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(hours=1)


def received(step: str) -> Task:
    """A case standing at a step, whose officer has received it."""
    case = case_at(step, at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    take_over(task.pk, by=officer(task.actor), at=LATER)
    return Task.objects.select_related("case__revision", "case__application__company").get(pk=task.pk)


def endorse(task: Task, **said: object) -> None:
    told = {
        "outcome": "endorsed",
        "draft_sha256": current_draft(task).sha256,
        "clauses": task.step.examines,
        "by": officer(task.actor),
        "at": LATER,
    }
    approval.endorse(task, **{**told, **said})  # type: ignore[arg-type]


def sent_back(task: Task) -> Task:
    """The section head sends the draft back, and the drafter receives it."""
    endorse(task, outcome="faulty", note="Perbaiki.", clauses=())
    drafting = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    take_over(drafting.pk, by=officer("processing_officer"), at=LATER)
    return drafting


def redraft(task: Task, **said: object) -> Draft:
    """The section head sends the draft back, and the drafter makes the next one."""
    return draft_again(sent_back(task), **said)


def draft_again(drafting: Task, **said: object) -> Draft:
    told = {"wording": approval_wording(drafting.case), "by": officer("processing_officer"), "at": LATER}
    approval.draft(drafting, **{**told, **said})
    return current_draft(drafting)


def approval_wording(case: Case):  # type: ignore[no-untyped-def]
    from muara.steps.letters import proposed_wording

    return proposed_wording(
        case, approval.booked_recommendation(case), kind=approval.required_kind(case), on=date(2026, 7, 6)
    )


@pytest.mark.parametrize("step", ["endorse_section", "endorse_division"])
def test_a_head_passes_a_draft_on_only_with_every_printed_assurance(office: Office, step: str) -> None:
    task = received(step)

    with pytest.raises(Refused, match="Memastikan semua berkas") as refusal:
        endorse(task, clauses=task.step.examines[:-1])
    assert refusal.value.field == "clauses"

    endorse(task)
    examination = Examination.objects.get(task=task)
    number = task.step.number
    assert examination.clauses == [f"L{number}.keterangan.{place}" for place in (1, 2, 3, 4)]
    assert task.case.letters.filter(kind="examination_form", step_key=step).exists()


def test_the_head_of_office_signs_only_with_every_printed_assurance(office: Office) -> None:
    task = received("decide")

    with pytest.raises(Refused, match="Memastikan Format"):
        approval.decide(
            task,
            outcome="signed",
            draft_sha256=current_draft(task).sha256,
            by=officer("head_of_office"),
            at=LATER,
        )


def test_a_draft_goes_back_without_any_assurance(office: Office) -> None:
    task = received("endorse_section")
    endorse(task, outcome="faulty", note="Salah ketik.", clauses=())
    assert Examination.objects.get(task=task).clauses == []


def test_advice_reaches_the_next_head(office: Office) -> None:
    from muara.steps.letters.review import advice_on

    task = received("endorse_section")
    endorse(task, advice="Perhatikan kedalaman outfall.")
    [advice] = advice_on(task.case)
    assert (advice.place, advice.text) == (
        "Kepala Seksi Layanan, Seno Contohadi",
        "Perhatikan kedalaman outfall.",
    )


def test_a_remark_is_answered_by_the_next_draft(office: Office) -> None:
    task = received("endorse_section")
    approval.remark(task, place="Menimbang: b", text="Tanggal salah.", by=officer("section_head"), at=LATER)
    [remark] = approval.open_remarks(task.case)

    with pytest.raises(Refused, match="Tanggapi catatan pada Menimbang: b"):
        redraft(task)
    drafting = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    approval.draft(
        drafting,
        wording=approval_wording(drafting.case),
        answers={remark.pk: "Sudah diperbaiki."},
        by=officer("processing_officer"),
        at=LATER,
    )

    remark.refresh_from_db()
    assert (remark.answer, remark.answered_in) == ("Sudah diperbaiki.", current_draft(drafting))


def test_a_remark_needs_a_place_that_the_draft_has(office: Office) -> None:
    task = received("endorse_section")
    with pytest.raises(Refused, match="tidak mempunyai tempat itu"):
        approval.remark(task, place="Menimbang: z", text="Salah.", by=officer("section_head"), at=LATER)


def test_a_new_draft_voids_the_parafs_and_says_what_changed(office: Office) -> None:
    task = received("endorse_section")
    before = current_draft(task)
    wording = approval_wording(task.case)
    redraft(task, wording=replace(wording, tembusan=(*wording.tembusan, "Inspektorat Contoh")))

    reasons = set(before.endorsements.values_list("void_reason", flat=True))
    assert any("Berubah: Tembusan: butir" in reason for reason in reasons), reasons
    assert not before.endorsements.filter(voided_at=None).exists()


def test_terms_that_differ_from_the_recommendation_need_a_reason_and_are_marked(office: Office) -> None:
    task = received("draft")
    by = officer("processing_officer")
    while True:
        try:
            approval.receive_recommendation(
                task, agenda_number="9", received_on=date(2026, 7, 6), by=by, at=LATER
            )
        except Refused:
            break
    binding = binding_terms(Case.objects.get(pk=task.case_id))
    assert binding is not None
    assert binding.terms is not None
    first, *others = binding.terms.limits
    terms = replace(binding.terms, limits=(replace(first, high="7.5"), *others))

    with pytest.raises(Refused, match="mengapa draf menyimpang"):
        approval.adjust_terms(task, terms=terms, reason=" ", by=by, at=LATER)
    approval.adjust_terms(task, terms=terms, reason="Disepakati dengan OPD.", by=by, at=LATER)
    approval.draft(task, wording=approval_wording(task.case), by=by, at=LATER)

    made = current_draft(task)
    [difference] = made.deviations
    assert difference["place"] == f"Baku mutu: {first.parameter}"
    assert "7,5" in difference["after"]
    assert first.high.replace(".", ",") in difference["before"]
    assert made.deviation_reason == "Disepakati dengan OPD."


def test_the_monitoring_is_worded_draft_by_draft_and_a_change_is_told(office: Office) -> None:
    task = received("endorse_section")
    before = current_draft(task)
    typed = [
        "Debit | Titik penaatan | setiap jam | triwulan",
        "Kualitas air laut|Titik pantau air laut|setiap bulan",
    ]
    drafting = sent_back(task)
    proposed = approval_wording(task.case)
    for lines, why in (([], "tidak boleh kosong"), (["Debit | Titik penaatan"], "titik dan frekuensinya")):
        with pytest.raises(Refused, match=why) as refusal:
            draft_again(drafting, wording=replace(proposed, monitoring=monitoring_of(lines)))
        assert refusal.value.field == "monitoring"

    made = draft_again(drafting, wording=replace(proposed, monitoring=monitoring_of(typed)))
    told = {(one.place, one.after) for one in approval.changed_since(before, made) if one.after}
    assert told == {
        ("Pemantauan: butir 1", "Debit, Titik penaatan, setiap jam, triwulan"),
        ("Pemantauan: butir 2", "Kualitas air laut, Titik pantau air laut, setiap bulan"),
    }


def test_more_copies_may_be_printed_than_the_sop_has(office: Office) -> None:
    task = received("endorse_section")
    made = redraft(task, more_copies=["Untuk OPD teknis"])
    assert list(made.copies.values_list("number", "purpose")) == [
        (1, "Untuk proses verifikasi (dengan paraf lengkap proses)"),
        (2, "Untuk diberikan kepada pemohon"),
        (3, "Untuk arsip tertinggal"),
        (4, "Untuk OPD teknis"),
    ]


def test_the_paraf_box_begins_with_the_verifier(office: Office) -> None:
    task = received("endorse_section")
    positions = [box.position for box in approval.boxes(current_draft(task))]
    assert positions == [
        "Petugas Verifikasi",
        "Petugas Administrasi dan Monitoring",
        "Kepala Seksi Layanan",
        "Kepala Bidang Layanan Perizinan",
    ]


def test_special_care_is_recorded_and_moves_nothing(office: Office) -> None:
    task = received("decide")
    said = {"kind": "presentation", "participants": "Pemohon, DLH", "result": "Dispersi dijelaskan."}
    with pytest.raises(Refused, match="sesudah hari ini"):
        approval.take_care(task, held_on=date(2026, 7, 20), by=officer("head_of_office"), at=LATER, **said)  # type: ignore[arg-type]
    approval.take_care(task, held_on=date(2026, 7, 6), by=officer("head_of_office"), at=LATER, **said)  # type: ignore[arg-type]

    assert task.case.care.get().result == "Dispersi dijelaskan."
    assert Task.objects.get(case=task.case, closed_at=None, companion=False).pk == task.pk


def test_a_form_opened_before_the_draft_changed_endorses_nothing(office: Office) -> None:
    task = received("endorse_section")
    old = current_draft(task).sha256
    wording = approval_wording(task.case)
    redraft(task, wording=replace(wording, tembusan=("Arsip",)))
    again = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    take_over(again.pk, by=officer("section_head"), at=LATER)

    with pytest.raises(Refused, match="Draf telah berubah"):
        endorse(again, draft_sha256=old)


def test_one_person_with_both_heads_roles_does_not_endorse_twice(office: Office) -> None:
    case = case_at("endorse_division", at=MONDAY)
    both = officer("section_head")
    Holding.objects.create(user=both, actor="division_head", office=office, starts=date(2026, 1, 1))
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    with pytest.raises(NotYours):
        take_over(task.pk, by=both, at=LATER)


def test_a_mandate_that_ended_yesterday_endorses_nothing(office: Office) -> None:
    task = received("endorse_section")
    Holding.objects.filter(user=officer("section_head"), actor="section_head").update(ends=date(2026, 7, 5))
    with pytest.raises(NotYours):
        endorse(task)
    assert not Examination.objects.exists()
