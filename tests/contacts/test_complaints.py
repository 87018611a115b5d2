"""Complaints (SOP section Q): the clocks of UU 25/2009, who may handle them, and who reads whom.

The golden dates are those of domain.md 5.4.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import AlreadyDone, NotYours, Refused, Stamp
from muara.contacts.actions import complaints as acts
from muara.contacts.actions.complaints import Filing
from muara.contacts.models import Complainant, Complaint, ComplaintAct
from muara.contacts.queries import complaint_figures, complaint_targets, complaints_decided, complaints_for
from muara.contacts.rules import ComplaintClock, complaint_clocks, may_handle
from muara.people.actions.absences import record_absence
from muara.people.calendar import office_calendar
from muara.people.models import Holding, Notice, Office, User, midnight, office_day
from muara.people.rules import COMPLAINT_MANAGER
from muara.web.demo import officer
from tests.clock import MONDAY, at
from tests.databases import OwnDatabase
from tests.remembered import case_at, office_on

Kind, State = Complaint.Kind, Complaint.State
SAID = Filing(
    kind=Kind.COMPLAINT,
    category=Complaint.Category.TIME,
    text="Berkas saya tidak bergerak sejak dua minggu lalu.",
    harm="Pengoperasian pabrik tertunda.",
    wanted="Berkas segera diperiksa.",
    name="Laras Pengandaian",
    address="Jalan Rekaan Nomor 2, Samarinda",
    email="laras@contoh.example",
)


def filed(moment: datetime = MONDAY, *, by: User | None = None, **more: Any) -> Complaint:
    return acts.file_complaint(replace(SAID, **more), by=by, at=moment)


def manager() -> User:
    return officer(COMPLAINT_MANAGER)


def processed(moment: datetime = MONDAY, **more: Any) -> Complaint:
    made = filed(moment, **more)
    return acts.accept(made.pk, handling="diperiksa", by=manager(), at=moment)


def delivered(moment: datetime = MONDAY) -> Complaint:
    made = processed(moment)
    acts.decide(made.pk, verdict="beralasan", text="Berkas diperiksa hari ini.", by=manager(), at=moment)
    return acts.deliver(made.pk, how="Surel", by=manager(), at=moment)


def clocks(complaint: Complaint) -> dict[str, ComplaintClock]:
    found = complaint_clocks(
        Complaint.objects.get(pk=complaint.pk),
        calendar=office_calendar(),
        targets=complaint_targets(on=office_day(complaint.received_at)),
    )
    return {clock.label: clock for clock in found}


# --- the clocks --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_golden_dates_of_the_law(blobs: object) -> None:
    office_on(at("2026-03-02 08:00"))
    first = filed(at("2026-03-10 09:00"))
    assert clocks(first)["Tanggapan pertama"].legal == date(2026, 3, 24)

    acts.ask_to_complete(first.pk, text="Nomor berkasnya?", by=manager(), at=at("2026-03-20 10:00"))
    theirs = clocks(first)["Pelapor melengkapi"]
    assert (theirs.legal, theirs.theirs) == (date(2026, 4, 19), True)

    acts.supply(first.pk, text="LHP/2026/0001", at=at("2026-04-01 23:30"))
    assert clocks(first)["Keputusan"].legal == date(2026, 5, 31)

    acts.decide(first.pk, verdict="sebagian", text="Diperbaiki.", by=manager(), at=at("2026-05-20 08:00"))
    assert clocks(first)["Penyampaian"].legal == date(2026, 6, 3)


@pytest.mark.django_db
def test_the_service_target_stands_beside_the_law_and_the_stricter_is_due(blobs: object) -> None:
    """Three working days from Tuesday 10 March 2026: Friday; fourteen from a file accepted that day."""
    office_on(at("2026-03-02 08:00"))
    made = processed(at("2026-03-10 09:00"))
    first, decision = clocks(made)["Tanggapan pertama"], clocks(made)["Keputusan"]
    assert (first.target, first.due) == (date(2026, 3, 13), date(2026, 3, 13))
    # H+14 of domain.md topic 8 for 10 March 2026.
    assert (decision.legal, decision.target, decision.due) == (
        date(2026, 5, 9),
        date(2026, 4, 7),
        date(2026, 4, 7),
    )


@pytest.mark.django_db
def test_the_laws_clocks_run_for_complaints_alone(office: Office) -> None:
    asked = filed(kind=Kind.INFORMATION)
    assert [(clock.label, clock.legal) for clock in clocks(asked).values()] == [("Tanggapan pertama", None)]


@pytest.mark.django_db
def test_the_day_after_the_last_is_late(office: Office) -> None:
    clock = clocks(filed())["Tanggapan pertama"]
    assert clock.legal is not None
    assert not clock.is_late(on=clock.legal)
    assert clock.is_late(on=clock.legal + timedelta(days=1))


@pytest.mark.django_db
def test_what_is_not_completed_in_thirty_days_counts_as_withdrawn(office: Office) -> None:
    made = filed()
    acts.ask_to_complete(made.pk, text="Kapan terjadinya?", by=manager(), at=MONDAY)
    last = MONDAY + timedelta(days=30)
    assert list(acts.lapse_uncompleted(at=last)) == []
    assert [one.pk for one in acts.lapse_uncompleted(at=last + timedelta(days=1))] == [made.pk]
    assert list(acts.lapse_uncompleted(at=last + timedelta(days=2))) == []
    with pytest.raises(Refused):
        acts.supply(made.pk, text="Kemarin.", at=last + timedelta(days=2))


# --- taking ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_numbers_run_by_the_year_and_the_chain_holds_no_word_of_it(office: Office) -> None:
    numbers = [filed().number, filed().number, filed(at("2027-01-02 09:00")).number]
    assert numbers == ["ADU/2026/0001", "ADU/2026/0002", "ADU/2027/0001"]
    told = " ".join(f"{row.text} {row.note}" for row in Entry.objects.filter(chain__startswith="complaint:"))
    for private in ("Laras", "bergerak", "Rekaan", "laras@contoh.example"):
        assert private not in told
    assert breaks(heads()) == []


@pytest.mark.both
def test_eight_complaints_at_once_get_eight_numbers(own_database: OwnDatabase) -> None:
    office_on(MONDAY)
    came = own_database.together(*[filed] * 8)
    assert [one for one in came if isinstance(one, Exception)] == []
    assert sorted(Complaint.objects.values_list("serial", flat=True)) == list(range(1, 9))


@pytest.mark.django_db
def test_a_form_sent_twice_is_one_complaint(office: Office) -> None:
    stamp = Stamp(key="k" * 32, body="b" * 64)
    acts.file_complaint(SAID, at=MONDAY, stamp=stamp)
    with pytest.raises(AlreadyDone):
        acts.file_complaint(SAID, at=MONDAY, stamp=stamp)
    assert Complaint.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"anonymous": True}, Kind.INPUT),
        ({"served_on": office_day(MONDAY) - timedelta(days=30)}, Kind.COMPLAINT),
        ({"served_on": office_day(MONDAY) - timedelta(days=31)}, Kind.INPUT),
        ({"anonymous": True, "kind": Kind.SUGGESTION}, Kind.SUGGESTION),
    ],
)
def test_without_a_name_or_too_late_it_counts_as_input(
    office: Office, more: dict[str, Any], kind: str
) -> None:
    made = filed(**more)
    assert (made.kind, made.filed_as) == (kind, more.get("kind", Kind.COMPLAINT))
    assert Complainant.objects.filter(complaint=made).exists() is not bool(more.get("anonymous"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"name": ""}, "name"),
        ({"text": "a\0b"}, "text"),
        ({"email": "bukan surel"}, "email"),
        ({"phone": "satu"}, "phone"),
        ({"served_on": office_day(MONDAY) + timedelta(days=1)}, "served_on"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    office: Office, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        filed(**more)
    assert (refused.value.field, Complaint.objects.count()) == (field, 0)


@pytest.mark.django_db
def test_only_the_front_office_and_the_manager_write_down_what_others_say(office: Office) -> None:
    assert filed(by=officer("customer_service"), channel="telepon").entered_by == officer("customer_service")
    with pytest.raises(NotYours):
        filed(by=officer("verifier"), channel="telepon")


@pytest.mark.django_db
def test_a_case_is_found_by_the_number_that_was_written(office: Office) -> None:
    case = case_at("verify", at=MONDAY)
    assert filed(case_number=case.application.reference.lower()).case == case
    assert filed(case_number="LHP/1999/1").case is None


# --- never judged by whom it concerns ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "handler"),
    [
        ({}, COMPLAINT_MANAGER),
        ({"about": "Petugas loket"}, COMPLAINT_MANAGER),
        ({"about": "prita"}, "section_head"),
        ({"text": "Ibu Prita Umpama membentak saya."}, "section_head"),
        ({"about": "pengelola pengaduan dan kasi"}, "division_head"),
        ({"about": "Prita, Seno, Kartika"}, "head_of_office"),
        ({"about": "Kepala Dinas"}, COMPLAINT_MANAGER),
    ],
)
def test_it_goes_to_the_nearest_whom_it_does_not_concern(
    office: Office, more: dict[str, Any], handler: str
) -> None:
    assert filed(**more).handler == officer(handler)


@pytest.mark.django_db
def test_the_accused_manager_neither_reads_nor_handles_it(office: Office) -> None:
    made, other = filed(about="Prita Umpama"), filed()
    assert not may_handle(manager(), made, at=MONDAY)
    assert list(complaints_for(manager(), at=MONDAY)) == [other]
    with pytest.raises(NotYours):
        acts.accept(made.pk, handling="diperiksa", by=manager(), at=MONDAY)
    assert list(complaints_for(officer("section_head"), at=MONDAY)) == [made]
    assert set(complaints_for(officer("auditor"), at=MONDAY)) == {made, other}


@pytest.mark.django_db
def test_a_manager_who_finds_that_it_concerns_them_hands_it_up(office: Office) -> None:
    made = filed()
    acts.add_concern(made.pk, user_id=manager().pk, by=manager(), at=MONDAY)
    made.refresh_from_db()
    assert made.handler == officer("section_head")
    assert Notice.objects.filter(recipient=officer("section_head"), kind="complaint_work").count() == 1
    with pytest.raises(NotYours):
        acts.look(made.pk, reason="Ingin tahu", by=manager(), at=MONDAY)


@pytest.mark.django_db
def test_where_it_concerns_everybody_it_waits_until_somebody_comes(office: Office) -> None:
    made = filed(about="Prita Seno Kartika Guntur")
    assert made.handler is None
    assert list(acts.find_handlers(at=MONDAY)) == []
    Holding.objects.create(
        user=officer("liaison"), actor=COMPLAINT_MANAGER, office=office, starts=office_day(MONDAY)
    )
    assert [one.handler for one in acts.find_handlers(at=MONDAY)] == [officer("liaison")]


@pytest.mark.django_db
def test_who_is_away_is_passed_over(office: Office) -> None:
    today = office_day(MONDAY)
    record_absence(manager().pk, starts=today, ends=today, by=officer("section_head"), at=MONDAY)
    assert filed().handler == officer("section_head")


@pytest.mark.django_db
def test_whoever_did_the_step_complained_of_is_concerned(office: Office) -> None:
    case = case_at("review", at=MONDAY)
    made = filed()
    acts.link_case(
        made.pk,
        number=case.registration_number or "",
        step_key="verify",
        cause="office",
        by=manager(),
        at=MONDAY,
    )
    assert set(made.concerns.values_list("user", flat=True)) == {officer("verifier").pk}
    made.refresh_from_db()
    assert (made.case, made.step_key, made.cause) == (case, "verify", "office")


# --- whose it is -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_look_at_an_identity_is_kept_with_its_reason(office: Office) -> None:
    made = filed(confidential=True)
    found = acts.look(made.pk, reason="Menelepon untuk klarifikasi", by=manager(), at=MONDAY)
    assert found is not None
    assert found.name == "Laras Pengandaian"
    kept = ComplaintAct.objects.get(kind="look")
    assert (kept.by, kept.text, kept.at) == (manager(), "Menelepon untuk klarifikasi", MONDAY)
    assert Entry.objects.filter(chain=made.chain, verb="complaint.look", by_id=manager().pk).count() == 1
    with pytest.raises(Refused):
        acts.look(made.pk, reason=" ", by=manager(), at=MONDAY)
    for nosy in ("section_head", "auditor", "customer_service", "administrator"):
        with pytest.raises(NotYours):
            acts.look(made.pk, reason="Ingin tahu", by=officer(nosy), at=MONDAY)


@pytest.mark.django_db
def test_a_confidential_complainant_is_sent_nothing_that_others_may_read(office: Office) -> None:
    filed(confidential=True)
    assert not Notice.objects.filter(kind="complaint").exists()
    open_one = filed()
    told = Notice.objects.get(kind="complaint")
    assert (told.address, told.name, told.secret) == ("laras@contoh.example", "Pelapor", True)
    assert open_one.code in told.text
    assert "bergerak" not in told.text


# --- from receipt to the end -------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.both
def test_a_complaint_is_decided_delivered_rated_and_reopened_once(office: Office) -> None:
    made = delivered()
    assert acts.rate(made.pk, satisfied=False, text="Belum tuntas", at=MONDAY).state == State.DONE
    again = acts.reopen(made.pk, text="Berkas masih diam.", at=MONDAY)
    assert (again.state, again.decision, again.satisfied) == (State.PROCESSED, "", None)
    acts.decide(made.pk, verdict="tidak", text="Sudah bergerak.", by=manager(), at=MONDAY)
    acts.deliver(made.pk, how="Telepon", by=manager(), at=MONDAY)
    with pytest.raises(Refused):
        acts.reopen(made.pk, text="Sekali lagi.", at=MONDAY)
    assert [act.kind for act in made.acts.all()] == (
        "receive assign accept decide deliver rate reopen decide deliver".split()
    )


@pytest.mark.django_db
def test_what_is_not_ours_is_forwarded_and_confirmed(office: Office) -> None:
    made = filed(category="pencemaran")
    acts.forward(
        made.pk, recipient="opd", name="Dinas Lingkungan Hidup", text="Gakkum.", by=manager(), at=MONDAY
    )
    done = acts.confirm_forwarding(made.pk, text="Surat 12/DLH, 9 Maret", by=manager(), at=MONDAY)
    assert (done.state, done.confirmed_at) == (State.DONE, MONDAY)
    assert "Dinas Lingkungan Hidup" in Notice.objects.filter(kind="complaint").latest("pk").text
    assert not done.may_be_reopened


@pytest.mark.django_db
def test_an_act_out_of_its_place_is_refused(office: Office) -> None:
    made = filed()
    with pytest.raises(Refused):
        acts.decide(made.pk, verdict="beralasan", text="Ya.", by=manager(), at=MONDAY)
    with pytest.raises(Refused):
        acts.deliver(made.pk, how="Surel", by=manager(), at=MONDAY)
    acts.accept(made.pk, handling="diperiksa", by=manager(), at=MONDAY)
    with pytest.raises(Refused, match="beralasan atau tidak"):
        acts.decide(made.pk, verdict="dijawab", text="Ya.", by=manager(), at=MONDAY)


@pytest.mark.django_db
@pytest.mark.both
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "selesai"},
        {"state": "diputus", "responded_at": MONDAY},
        {"anonymous": True},
        {"decision": "Ya."},
        {"state": "diteruskan"},
        {"step_key": "verify"},
        {"text": ""},
    ],
)
def test_the_database_refuses_what_no_act_makes(office: Office, wrong: dict[str, Any]) -> None:
    made = filed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=made.pk).update(**wrong)


@pytest.mark.django_db
def test_figures_are_counts_alone(office: Office) -> None:
    late = filed()
    delivered()
    filed(anonymous=True)
    today = office_day(MONDAY)
    told = complaint_figures(today, today, on=today + timedelta(days=15), calendar=office_calendar())
    assert late.is_formal
    assert (told.total, told.open, told.formal, told.on_time) == (3, 2, 2, 1)
    assert told.by_kind == [("Pengaduan", 2), ("Masukan", 1)]
    assert (told.decision_days, told.rated, told.satisfied) == (0, 0, 0)


@pytest.mark.django_db
def test_k7_counts_decisions_and_whether_the_law_was_kept(office: Office) -> None:
    """Pasal 44(3): 14 days to answer. One was answered on the 14th day, one on the 15th."""
    for days in (14, 15):
        made, moment = filed(), MONDAY + timedelta(days=days)
        acts.accept(made.pk, handling="diperiksa", by=manager(), at=moment)
        acts.decide(made.pk, verdict="tidak", text="Tepat waktu.", by=manager(), at=moment)
    today = office_day(MONDAY)
    kept = complaints_decided(today, today + timedelta(days=30), calendar=office_calendar())
    assert sorted(kept) == [False, True]


@pytest.mark.django_db
def test_the_handler_is_told_the_day_before_and_the_superiors_when_the_law_is_broken(office: Office) -> None:
    made = filed()
    limits = clocks(made)["Tanggapan pertama"]
    assert limits.due is not None
    assert limits.legal is not None

    def told(day: date) -> list[User | None]:
        return [one.recipient for one in acts.warn_of_limits(at=midnight(day) + timedelta(hours=9))]

    assert told(limits.due - timedelta(days=2)) == []
    assert told(limits.due - timedelta(days=1)) == [manager()]
    assert told(limits.legal) == []
    superiors = [officer(actor) for actor in ("section_head", "division_head", "head_of_office")]
    assert told(limits.legal + timedelta(days=1)) == superiors
    assert told(limits.legal + timedelta(days=2)) == []
