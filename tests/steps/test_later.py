"""After the issue: ralat, pembekuan and its end, pencabutan, pembatalan; each on the way of a decree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import NotYours, Refused
from muara.cases.models import CaseLetter
from muara.cases.queries import case_heads
from muara.documents.contents.later import Misprint
from muara.documents.letters import pdf
from muara.people.models import Notice, Office, office_day
from muara.permits.actions import take_number
from muara.permits.models import LaterDecision, Permit
from muara.permits.queries import holders, register
from muara.permits.standing import standing
from muara.steps.actions import later
from muara.steps.actions.filing import check_previous
from muara.steps.letters.later import Said, Verdict
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.later import because, carry_through
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]

Kind = LaterDecision.Kind
DAY = timedelta(days=1)
TODAY = date(2026, 7, 6)
WHY = because(TODAY)


def issued_permit() -> Permit:
    return Permit.objects.get(case=case_at("hand_over", at=MONDAY))


def fresh(decision: LaterDecision) -> LaterDecision:
    return LaterDecision.objects.get(pk=decision.pk)


def test_a_permit_is_corrected_suspended_restored_and_revoked(office: Office) -> None:
    permit, company = issued_permit(), json.loads(issued_permit().draft.content)["company"]
    slip = replace(WHY, misprints=(Misprint(printed=company, corrected=f"{company} Tbk"),))

    corrected = carry_through(permit, Kind.CORRECTION, slip, at=MONDAY + DAY)
    assert standing(permit, on=TODAY + DAY).is_in_force
    suspended = carry_through(permit, Kind.SUSPENSION, WHY, at=MONDAY + 2 * DAY)
    assert permit.status(TODAY + 2 * DAY) == "dibekukan"
    holder, kinds = permit.case.application.company, permit.case.process
    with pytest.raises(Refused, match="sedang dibekukan"):
        check_previous(permit, kinds.kind("change"), company=holder, on=TODAY + 3 * DAY)
    lifted = carry_through(permit, Kind.LIFTING, WHY, at=MONDAY + 7 * DAY)
    assert permit.status(TODAY + 7 * DAY) == "berlaku"
    revoked = carry_through(permit, Kind.REVOCATION, WHY, at=MONDAY + 8 * DAY)

    assert [permit.status(TODAY + n * DAY) for n in (1, 2, 6, 7, 8, 3000)] == [
        "berlaku",
        "dibekukan",
        "dibekukan",
        "berlaku",
        "dicabut",
        "dicabut",
    ]
    made = [corrected, suspended, lifted, revoked]
    decreed = json.loads(permit.draft.content)["tembusan"]
    assert [json.loads(one.content)["copies_to"] for one in made] == [decreed] * 4
    assert "Kepala Dinas Lingkungan Hidup Provinsi Kalimantan Timur" in decreed
    numbers = [one.number for one in made if one.number]
    assert [number.text for number in numbers] == [f"503/{n}/PASCA/DPMPTSP-III/2026" for n in (1, 2, 3, 4)]
    row = register(numbers[0].counter.series, 2026)
    assert list(holders(row).values()) == [permit.company] * 4
    assert CaseLetter.objects.filter(case=permit.case, kind="later_decision").count() == 4
    told = Notice.objects.filter(kind="later").order_by("pk")
    assert [one.subject.partition(" izin nomor")[0] for one in told] == [
        "Ralat",
        "Pembekuan",
        "Pengakhiran pembekuan",
        "Pencabutan",
    ]
    verbs = Entry.objects.filter(chain=f"permit:{permit.pk}").values_list("verb", flat=True)
    assert list(verbs).count("later.issue") == 4
    assert breaks([*heads(), *case_heads()]) == []
    with pytest.raises(Refused, match="sudah dicabut"):
        check_previous(permit, kinds.kind("renewal"), company=holder, on=TODAY + 9 * DAY)
    with pytest.raises(Refused, match="sedang dicabut"):
        later.propose(
            permit, kind=Kind.REVOCATION, said=WHY, by=officer("processing_officer"), at=MONDAY + 9 * DAY
        )


def test_nobody_gets_round_the_way_or_does_two_steps_of_it(office: Office) -> None:
    permit = issued_permit()
    drafter, section, division = (
        officer(actor) for actor in ("processing_officer", "section_head", "division_head")
    )
    head, registrar = officer("head_of_office"), officer("registrar")
    with pytest.raises(NotYours):
        later.propose(permit, kind=Kind.REVOCATION, said=WHY, by=section, at=MONDAY + DAY)
    made = later.propose(permit, kind=Kind.REVOCATION, said=WHY, by=drafter, at=MONDAY + DAY)
    with pytest.raises(Refused, match="masih berjalan"):
        later.propose(permit, kind=Kind.SUSPENSION, said=WHY, by=drafter, at=MONDAY + DAY)

    def paraf(by: object, shown: str = made.sha256) -> None:
        later.endorse(made, shown=shown, by=by, at=MONDAY + DAY)  # type: ignore[arg-type]

    for too_early in (division, head, registrar):
        with pytest.raises(NotYours):
            paraf(too_early)
    with pytest.raises(Refused, match="lain dari yang ditampilkan"):
        paraf(section, "0" * 64)
    with pytest.raises(NotYours):
        later.number(made, by=registrar, at=MONDAY + DAY)
    paraf(section)
    # The section head, standing in for the division head, may not give the next paraf (separated: 12 × 13).
    hold = division.holdings.get(actor="division_head")
    section.holdings.create(actor="division_head", office=hold.office, starts=TODAY, status="plh")
    with pytest.raises(NotYours):
        paraf(section)
    paraf(division)
    paraf(head)
    later.number(made, by=registrar, at=MONDAY + DAY)
    with pytest.raises(Refused, match="sudah bernomor"):
        later.number(made, by=registrar, at=MONDAY + DAY)
    with pytest.raises(Refused, match="Unggah pindaian"):
        later.bring_into_force(made, scan=None, by=registrar, at=MONDAY + DAY)
    assert permit.status(TODAY + DAY) == "berlaku"

    later.drop(made, reason="Nama jalan keliru.", by=registrar, at=MONDAY + DAY)

    dropped = fresh(made)
    assert dropped.number is not None
    assert (dropped.is_open, dropped.number.void_reason) == (False, "Nama jalan keliru.")
    assert permit.status(TODAY + DAY) == "berlaku"
    again = carry_through(permit, Kind.REVOCATION, WHY, at=MONDAY + 2 * DAY)
    assert again.number is not None
    assert again.number.seq == 2
    assert permit.status(TODAY + 2 * DAY) == "dicabut"


COURT = Verdict(court="Pengadilan Tata Usaha Negara Contoh", number="1/G/2026", dated=TODAY)
LACKING: list[tuple[Kind, Callable[[Said], Said], str]] = [
    (Kind.REVOCATION, lambda said: replace(said, reasons=()), "reasons"),
    (Kind.REVOCATION, lambda said: replace(said, bases=()), "bases"),
    (Kind.REVOCATION, lambda said: replace(said, told_on=None), "told_on"),
    (Kind.REVOCATION, lambda said: replace(said, heard=" "), "told_on"),
    (Kind.SUSPENSION, lambda said: replace(said, warnings=()), "warnings"),
    (Kind.SUSPENSION, lambda said: replace(said, found_on=TODAY + 2 * DAY), "found_on"),
    (Kind.LIFTING, lambda said: said, ""),
    (Kind.ANNULMENT, lambda said: said, "court"),
    (Kind.ANNULMENT, lambda said: replace(said, verdict=COURT), "evidence"),
    (Kind.CORRECTION, lambda said: said, "printed_1"),
    (
        Kind.CORRECTION,
        lambda said: replace(said, misprints=(Misprint(printed="tidak tertulis", corrected="apa"),)),
        "printed_1",
    ),
]


def test_what_the_law_or_the_kind_asks_for_must_be_said(office: Office) -> None:
    permit, drafter = issued_permit(), officer("processing_officer")

    for kind, change, field in LACKING:
        with pytest.raises(Refused) as refused:
            later.propose(permit, kind=kind, said=change(WHY), by=drafter, at=MONDAY + DAY)
        assert refused.value.field == (field or None), kind

    assert not LaterDecision.objects.exists()
    annulled = carry_through(permit, Kind.ANNULMENT, replace(WHY, verdict=COURT), at=MONDAY + DAY)
    assert permit.status(TODAY + DAY) == "dibatalkan"
    assert annulled.letter is not None
    assert pdf(annulled.letter).media_type == "application/pdf"


def test_the_database_numbers_no_later_decision_in_the_permits_series(office: Office) -> None:
    permit = issued_permit()
    made = later.propose(
        permit, kind=Kind.REVOCATION, said=WHY, by=officer("processing_officer"), at=MONDAY + DAY
    )
    wrong = take_number(
        service="LHP", series="permit", given_to="uji", by=officer("registrar"), at=MONDAY + DAY
    )

    with pytest.raises(IntegrityError, match="wrong register"), transaction.atomic():
        LaterDecision.objects.filter(pk=made.pk).update(number=wrong)
    assert office_day(made.proposed_at) == TODAY + DAY
