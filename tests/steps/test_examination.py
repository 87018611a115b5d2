"""What heads do with a draft at 12, 13 and 15: make sure, remark, advise; and what the drafter answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from muara.cases.actions import NotYours, Refused, take_over
from muara.cases.models import Case, Draft, Examination, Task
from muara.people.models import Holding, Office
from muara.steps.actions import approval, drafting, examination, filing, verification
from muara.steps.actions.review import binding_terms
from muara.steps.forms.drafting import monitoring_of
from muara.steps.letters import Wording, outdated, proposed_wording
from muara.steps.letters.review import advice_on
from muara.web.demo import Clock, Walk, all_fit, applicant, current_draft, officer
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(hours=1)
TODAY = date(2026, 7, 6)


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
    redrafting = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    take_over(redrafting.pk, by=officer("processing_officer"), at=LATER)
    return redrafting


def redraft(task: Task, **said: object) -> Draft:
    """The section head sends the draft back, and the drafter makes the next one."""
    return draft_again(sent_back(task), **said)


def draft_again(redrafting: Task, **said: object) -> Draft:
    told = {"wording": wording_for(redrafting.case), "by": officer("processing_officer"), "at": LATER}
    drafting.draft(redrafting, **{**told, **said})  # type: ignore[arg-type]
    return current_draft(redrafting)


def turn_down(walk: Walk, task: Task, *, outcome: str, note: str) -> None:
    """A head of 12, 13 or 15 does not let the draft pass."""
    by, at, shown = walk.who(task), walk.clock.tick(), current_draft(task).sha256
    if task.step.activity == "decide":
        approval.decide(task, outcome=outcome, draft_sha256=shown, by=by, at=at, note=note)
    else:
        approval.endorse(task, outcome=outcome, draft_sha256=shown, by=by, at=at, note=note)


def wording_for(case: Case) -> Wording:
    """The words that a draft of a case starts from."""
    return proposed_wording(
        case, drafting.booked_recommendation(case), kind=drafting.required_kind(case), on=TODAY
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
    task = received("endorse_section")
    endorse(task, advice="Perhatikan kedalaman outfall.")
    [advice] = advice_on(task.case)
    assert (advice.place, advice.text) == (
        "Kepala Seksi Layanan, Seno Contohadi",
        "Perhatikan kedalaman outfall.",
    )


def test_a_remark_is_answered_by_the_next_draft(office: Office) -> None:
    task = received("endorse_section")
    examination.remark(
        task, place="Menimbang: b", text="Tanggal salah.", by=officer("section_head"), at=LATER
    )
    [remark] = drafting.open_remarks(task.case)

    with pytest.raises(Refused, match="Tanggapi catatan pada Menimbang: b"):
        redraft(task)
    redrafting = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    drafting.draft(
        redrafting,
        wording=wording_for(redrafting.case),
        answers={remark.pk: "Sudah diperbaiki."},
        by=officer("processing_officer"),
        at=LATER,
    )

    remark.refresh_from_db()
    assert (remark.answer, remark.answered_in) == ("Sudah diperbaiki.", current_draft(redrafting))


@pytest.mark.parametrize(
    ("step", "outcomes"),
    [("endorse_division", ["faulty"]), ("decide", ["faulty_division", "faulty"])],
)
def test_what_a_higher_head_remarks_reaches_the_drafter(
    office: Office, step: str, outcomes: list[str]
) -> None:
    """domain.md 1.8: 13 sends back to the drafter, 15 to a head who sends it on; the remark comes along."""
    task = received(step)
    by = officer(task.actor)
    examination.remark(task, place="Menimbang: b", text="Dasarnya keliru.", by=by, at=LATER)
    walk = Walk(Clock(LATER), applicant(), case=task.case)
    for outcome in outcomes:
        task = walk.take()
        turn_down(walk, task, outcome=outcome, note="Perbaiki.")

    task = walk.take()
    assert task.step.activity == "draft"
    [remark] = drafting.open_remarks(task.case)
    assert (remark.text, remark.by) == ("Dasarnya keliru.", by)
    with pytest.raises(Refused, match="Tanggapi catatan pada Menimbang: b"):
        drafting.draft(task, wording=wording_for(task.case), by=walk.who(task), at=walk.clock.tick())


def test_a_remark_needs_a_place_that_the_draft_has(office: Office) -> None:
    task = received("endorse_section")
    with pytest.raises(Refused, match="tidak mempunyai tempat itu"):
        examination.remark(task, place="Menimbang: z", text="Salah.", by=officer("section_head"), at=LATER)


def test_a_new_draft_voids_the_parafs_and_says_what_changed(office: Office) -> None:
    task = received("endorse_section")
    before = current_draft(task)
    wording = wording_for(task.case)
    redraft(task, wording=replace(wording, tembusan=(*wording.tembusan, "Inspektorat Contoh")))

    reasons = set(before.endorsements.values_list("void_reason", flat=True))
    assert any("Berubah: Tembusan: butir" in reason for reason in reasons), reasons
    assert not before.endorsements.filter(voided_at=None).exists()


def test_terms_that_differ_from_the_recommendation_need_a_reason_and_are_marked(office: Office) -> None:
    task = received("draft")
    by = officer("processing_officer")
    drafting.receive_recommendation(task, agenda_number="9", received_on=TODAY, by=by, at=LATER)
    binding = binding_terms(Case.objects.get(pk=task.case_id))
    assert binding is not None
    assert binding.terms is not None
    first, *others = binding.terms.limits
    terms = replace(binding.terms, limits=(replace(first, high="7.5"), *others))

    with pytest.raises(Refused, match="mengapa draf menyimpang"):
        drafting.adjust_terms(task, terms=terms, reason=" ", by=by, at=LATER)
    drafting.adjust_terms(task, terms=terms, reason="Disepakati dengan OPD.", by=by, at=LATER)
    drafting.draft(task, wording=wording_for(task.case), by=by, at=LATER)

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
    redrafting = sent_back(task)
    proposed = wording_for(task.case)
    for lines, why in (([], "tidak boleh kosong"), (["Debit | Titik penaatan"], "titik dan frekuensinya")):
        with pytest.raises(Refused, match=why) as refusal:
            draft_again(redrafting, wording=replace(proposed, monitoring=monitoring_of(lines)))
        assert refusal.value.field == "monitoring"

    made = draft_again(redrafting, wording=replace(proposed, monitoring=monitoring_of(typed)))
    told = {(one.place, one.after) for one in drafting.changed_since(before, made) if one.after}
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
    positions = [box.position for box in drafting.boxes(current_draft(task))]
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
        examination.take_care(task, held_on=date(2026, 7, 20), by=officer("head_of_office"), at=LATER, **said)  # type: ignore[arg-type]
    examination.take_care(task, held_on=TODAY, by=officer("head_of_office"), at=LATER, **said)  # type: ignore[arg-type]

    assert task.case.care.get().result == "Dispersi dijelaskan."
    assert Task.objects.get(case=task.case, closed_at=None, companion=False).pk == task.pk


def test_a_form_opened_before_the_draft_changed_endorses_nothing(office: Office) -> None:
    task = received("endorse_section")
    old = current_draft(task).sha256
    wording = wording_for(task.case)
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


# --- a repair after the draft ---------------------------------------------------------------------------


def repaired_after_the_draft(step: str, **changed: str) -> Walk:
    """A head asked the applicant, whose answers changed; the file is back there with the same draft."""
    walk = Walk(Clock(LATER), applicant(), case=case_at(step, at=MONDAY))
    task = walk.take()
    turn_down(walk, task, outcome="unmet", note="Alamat kantor?")
    task = walk.take()
    verification.ask_applicant(task, by=walk.who(task), at=walk.clock.tick())
    application = task.case.application
    for section in task.case.revision.definition.form.sections:
        mine = {key: text for key, text in changed.items() if key in {item.key for item in section.fields}}
        if mine:
            filing.save_section(
                application,
                section=section,
                raw={**application.data, **mine},
                by=applicant(),
                at=walk.clock.tick(),
            )
    verification.answer_correction(task.case, answer="Pindah.", by=applicant(), at=walk.clock.tick())
    verification.hand_back(task, by=walk.who(task), at=walk.clock.tick())
    task = walk.take()
    verification.verify(task, outcome="resumed", marks=all_fit(task), by=walk.who(task), at=walk.clock.tick())
    walk.take()
    return walk


@pytest.mark.parametrize("step", ["endorse_division", "decide"])
def test_nothing_is_given_to_a_draft_that_says_otherwise_than_what_was_last_submitted(
    office: Office, step: str
) -> None:
    walk = repaired_after_the_draft(step, office_address="Jalan Baru 9, Bontang")
    assert walk.task.step_key == step

    with pytest.raises(Refused, match=r"berubah sesudah draf dibuat \(Alamat kantor\)"):
        walk.forward()
    assert not current_draft(walk.task).endorsements.filter(step_key=step).exists()


def test_a_repair_that_the_decree_does_not_repeat_lets_it_be_signed(office: Office) -> None:
    walk = repaired_after_the_draft("decide", applicant_phone="0811 0000 1111")
    walk.forward()
    assert walk.task.step_key == "number"


def test_the_sea_and_the_sources_that_a_decree_names_are_looked_at_too(office: Office) -> None:
    case = case_at("decide", at=MONDAY)
    [draft] = case.drafts.all()
    assert outdated(draft) == []
    last = case.application.submissions.get()
    said = json.loads(last.content)
    said["values"] |= {"receiving_sea": "Laut lain", "wastewater_sources": "Sumber lain"}
    case.application.submissions.create(
        number=2, content=json.dumps(said), sha256="0" * 64, at=LATER, by=applicant()
    )
    assert outdated(draft) == ["Laut penerima", "Debit maksimum"]
