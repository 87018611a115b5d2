"""Histories tampered with: what a case would look like had the SOP not been followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from muara.sop.definition import END, Process
from muara.sop.history import History, Stay


def line(process: Process) -> list[str]:
    """The steps of a case that takes the first way out of each."""
    found, here = [], process.opens_after
    while here != END:
        found.append(here)
        here = process.step(here).outcomes[0].to
    return found


def _without(history: History, activity: str, number: int = 0) -> History:
    """Cut a step out; the next one begins when the one before ended."""
    steps = [step for step in history.process.doing(activity) if not number or _is(history, step, number)]
    stays: list[Stay] = []
    begins = None
    for stay in history.main:
        if stay.step in steps:
            begins = begins or stay.opened_at
            continue
        stays.append(replace(stay, opened_at=begins) if begins else stay)
        begins = None
    beside = [stay for stay in history.stays if stay.companion]
    gone = {stay.id for stay in history.stays} - {stay.id for stay in [*stays, *beside]}
    kept = tuple(item for item in history.endorsements if item.task not in gone)
    return replace(history, stays=(*stays, *beside), endorsements=kept, entries=None)


def _is(history: History, step: str, number: int) -> bool:
    return history.process.step(step).number == number


def skip_division_head(history: History) -> History:
    """Step 13 was left out: from the section head's desk to the head of office."""
    return _without(history, "endorse", 13)


def number_first(history: History) -> History:
    """The registrar gave the number, and the head of office signed what bore it already."""
    (decide,) = (stay for stay in history.main if stay.step in history.process.doing("decide"))
    (number,) = (stay for stay in history.main if stay.step in history.process.doing("number"))
    assert decide.closed_at is not None
    assert number.closed_at is not None
    shift = number.closed_at - decide.closed_at

    def moved(stay: Stay, by: timedelta) -> Stay:
        assert stay.closed_at is not None
        assert stay.received_at is not None
        return replace(
            stay,
            opened_at=stay.opened_at + by,
            received_at=stay.received_at + by,
            closed_at=stay.closed_at + by,
        )

    earlier = decide.opened_at - number.opened_at
    # Written in the other order, too: their ids change places.
    swapped = {
        number.id: replace(moved(number, earlier), id=decide.id),
        decide.id: replace(moved(decide, shift), id=number.id),
    }
    return replace(
        history,
        stays=tuple(swapped.get(stay.id, stay) for stay in history.stays),
        numbers=tuple(replace(item, at=item.at + earlier) for item in history.numbers),
        endorsements=tuple(
            replace(item, at=item.at + shift, task=number.id) if item.signature else item
            for item in history.endorsements
        ),
        entries=None,
    )


def never_handed_over(history: History) -> History:
    """The case was closed as received, and nobody ever handed anything over."""
    return replace(_without(history, "hand_over"), handed=None)


# What was done to a closed case, and how it must be called at least.
TAMPERED: dict[str, tuple[Callable[[History], History], set[str]]] = {
    "skipped division head": (skip_division_head, {"wrong_step", "no_paraf"}),
    "number before the signature": (number_first, {"wrong_step", "number_before_signature"}),
    "handover that never was": (never_handed_over, {"wrong_step", "no_handover"}),
}
