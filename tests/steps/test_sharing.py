"""Who of several does a task: taken over, assigned, handed to a colleague, while somebody is away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, Stamp, take_over
from muara.cases.models import Assignment, Case, Task
from muara.people.actions.absences import record_absence
from muara.people.models import Holding, Notice, Office, User, office_day
from muara.steps.actions.recusal import recuse
from muara.steps.actions.sharing import assign, pass_on
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("office")]

NOON = MONDAY + timedelta(hours=3)


def colleague(actor: str = "verifier", *, login: str = "verifikasi2", name: str = "Vera Contohwati") -> User:
    user = User.objects.create_user(email=f"{login}@contoh.example", name=name)
    place = Office.objects.get(kind="issuing")
    Holding.objects.create(user=user, actor=actor, office=place, starts=date(2024, 1, 1))
    return user


def verified(received: bool = True) -> Task:
    case = case_at("verify", at=MONDAY)
    task = task_of(case)
    if received:
        take_over(task.pk, by=officer("verifier"), at=MONDAY)
    return task_of(case)


def task_of(case: Case) -> Task:
    task = Case.objects.get(pk=case.pk).main_task
    assert task is not None
    return task


def away(user: User) -> None:
    day = office_day(MONDAY)
    record_absence(user.pk, starts=day, ends=day, by=user, at=MONDAY)


def test_a_file_that_a_colleague_has_is_not_taken_from_them() -> None:
    task, other = verified(), colleague()
    with pytest.raises(Refused, match="Minta Vino Andaikata menyerahkannya"):
        take_over(task.pk, by=other, at=NOON)
    assert task_of(task.case).received_by == officer("verifier")


@pytest.mark.parametrize("gone", ["absent", "holding", "inactive", "recused"])
def test_it_is_free_when_they_are_away_or_may_not_do_it_any_more(gone: str) -> None:
    task, other, holder = verified(), colleague(), officer("verifier")
    if gone == "absent":
        away(holder)
    elif gone == "holding":
        Holding.objects.filter(user=holder).update(ends=office_day(MONDAY) - timedelta(days=1))
    elif gone == "inactive":
        User.objects.filter(pk=holder.pk).update(is_active=False)
    else:
        recuse(task, reason="Saudara kandung.", by=holder, at=NOON)

    take_over(task.pk, by=other, at=NOON)
    assert task_of(task.case).received_by == other


def test_whoever_acts_in_a_post_takes_over_from_its_holder() -> None:
    task = task_of(case_at("endorse_division", at=MONDAY))
    take_over(task.pk, by=officer("division_head"), at=MONDAY)
    acting = colleague("division_head", login="plh", name="Plh Contoh")
    Holding.objects.filter(user=acting).update(status="plh", ends=office_day(MONDAY))
    take_over(task.pk, by=acting, at=NOON)
    assert task_of(task.case).received_by == acting


def test_a_superior_assigns_a_task_and_only_that_one_may_receive_it() -> None:
    task, other = verified(received=False), colleague()
    assign(task, to=other, note="Dahulukan ini.", by=officer("section_head"), at=NOON)

    with pytest.raises(Refused, match="ditugaskan kepada Vera Contohwati"):
        take_over(task.pk, by=officer("verifier"), at=NOON)
    take_over(task.pk, by=other, at=NOON)
    now = task_of(task.case)
    assert (now.received_by, now.received_at) == (other, NOON)
    entry = Entry.objects.get(chain=task.case.chain, verb="assign")
    assert (entry.by_id, entry.note) == (officer("section_head").pk, "Dahulukan ini.")
    notice = Notice.objects.get(kind="meant")
    assert (notice.recipient, notice.link) == (other, f"/meja/tugas/{task.pk}/")
    assert "Dahulukan" not in notice.text  # a message to a colleague is read after signing in


def test_assigning_takes_a_received_file_from_whoever_had_it() -> None:
    task, other = verified(), colleague()
    assign(task, to=other, by=officer("division_head"), at=NOON)
    now = task_of(task.case)
    assert (now.received_by, now.received_at) == (None, None)
    with pytest.raises(Refused):
        take_over(task.pk, by=officer("verifier"), at=NOON)


def test_a_file_is_handed_to_a_colleague_with_a_note() -> None:
    task, other = verified(), colleague()
    with pytest.raises(Refused, match="sampai di mana"):
        pass_on(task, to=other, note=" ", by=officer("verifier"), at=NOON)
    pass_on(task, to=other, note="Tinggal memeriksa skema.", by=officer("verifier"), at=NOON)

    assert task_of(task.case).received_by is None
    meant = Assignment.objects.get(task=task, replaced_at=None)
    assert (meant.to, meant.by, meant.note) == (other, officer("verifier"), "Tinggal memeriksa skema.")
    take_over(task.pk, by=other, at=NOON)
    with pytest.raises(NotYours):
        pass_on(task_of(task.case), to=other, note="Lagi.", by=officer("verifier"), at=NOON)


def test_a_new_assignment_replaces_the_last() -> None:
    task, other = verified(received=False), colleague()
    third = colleague(login="verifikasi3", name="Verdi Umpama")
    assign(task, to=other, by=officer("section_head"), at=NOON)
    assign(task, to=third, by=officer("section_head"), at=NOON + timedelta(minutes=1))
    assert Assignment.objects.get(replaced_at=None).to == third
    assert Assignment.objects.count() == 2


@pytest.mark.parametrize("by", ["verifier", "registrar", "auditor", "administrator", "technical_team"])
def test_nobody_but_a_superior_assigns(by: str) -> None:
    task, other = verified(received=False), colleague()
    with pytest.raises(NotYours):
        assign(task, to=other, by=officer(by), at=NOON)
    assert not Assignment.objects.exists()


def test_a_task_goes_to_nobody_who_may_not_do_it_or_is_away() -> None:
    task, other = verified(received=False), colleague()
    away(other)
    for wrong in (other, officer("registrar"), None):
        with pytest.raises(Refused, match="Pilih rekan"):
            assign(task, to=wrong, by=officer("section_head"), at=NOON)
    assert not Assignment.objects.exists()
    assert not Entry.objects.filter(verb="assign").exists()


def test_the_step_of_a_head_is_assigned_by_those_above_alone() -> None:
    task = task_of(case_at("endorse_division", at=MONDAY))
    acting = colleague("division_head", login="plh", name="Plh Contoh")
    with pytest.raises(NotYours):
        assign(task, to=acting, by=officer("section_head"), at=NOON)
    assign(task, to=acting, by=officer("head_of_office"), at=NOON)
    assert Assignment.objects.get().to == acting


def test_an_agencys_work_is_not_the_offices_to_assign() -> None:
    task = task_of(case_at("review", at=MONDAY))
    with pytest.raises(NotYours):
        assign(task, to=officer("technical_team"), by=officer("head_of_office"), at=NOON)


def test_the_same_form_twice_assigns_once() -> None:
    from muara.cases.actions import AlreadyDone

    task, other = verified(received=False), colleague()
    stamp = Stamp(key="k" * 32, body="b" * 64, version=task.case.version)
    assign(task, to=other, by=officer("section_head"), at=NOON, stamp=stamp)
    with pytest.raises(AlreadyDone):
        assign(task, to=other, by=officer("section_head"), at=NOON, stamp=stamp)
    assert Assignment.objects.count() == 1


def test_taking_over_from_an_absent_assignee_ends_the_assignment() -> None:
    task, other = verified(received=False), colleague()
    assign(task, to=other, by=officer("section_head"), at=NOON)
    away(other)
    take_over(task.pk, by=officer("verifier"), at=NOON)
    assert not Assignment.objects.filter(replaced_at=None).exists()
    assert task_of(task.case).received_by == officer("verifier")
