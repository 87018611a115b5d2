"""A new revision of the SOP: who begins under it, who stays, and moving what runs as one act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, publish_revision, store_revision, take_over
from muara.cases.migrating import VERB, Unfit, migrate, plan_migration
from muara.cases.models import Application, Case, Revision, Task
from muara.cases.queries import control_sheet
from muara.documents.indonesian import tanggal
from muara.people.models import Office, office_day
from muara.sop.service import load_folder
from muara.web.demo import Clock, Walk, applicant, officer
from muara.web.public import revisions_in_force
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.sop.folders import REAL

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LATER = MONDAY + timedelta(hours=5)
RENAMED = {"endorse_division": "endorse_field"}
# Another limit at 15, and the division head's step under another name.
CHANGES = (
    ("process.toml", 'revision = "03"', 'revision = "04"'),
    ("document.toml", 'revision = "03"', 'revision = "04"'),
    ("process.toml", "endorse_division", "endorse_field"),
)


def files_of(*changes: tuple[str, str, str]) -> dict[str, bytes]:
    files = load_folder(REAL)
    for name, old, new in (*CHANGES, *changes):
        assert old.encode() in files[name], old
        files[name] = files[name].replace(old.encode(), new.encode())
    return files


def limit_of_15(days: int) -> tuple[str, str, str]:
    """Print and count another limit at step 15 (H+12 as received)."""
    return (
        "process.toml",
        'clock = "recommendation", days = 12 }',
        f'clock = "recommendation", days = {days} }}',
    )


def rev04(*changes: tuple[str, str, str]) -> Revision:
    return store_revision(files=files_of(*changes), by_id=None, at=MONDAY, effective_from=date(2026, 7, 6))


def rev03() -> Revision:
    return Revision.objects.get(number="03")


def moved(target: Revision, renamed: Mapping[str, str] = RENAMED) -> None:
    migrate(rev03(), target, renamed=renamed, by=None, at=LATER)


def standing(case: Case) -> Task:
    return Task.objects.get(case=case, closed_at=None, companion=False)


def test_applications_begin_under_the_revision_in_force_that_day(office: Office) -> None:
    running = case_at("verify", at=MONDAY)
    new = publish_revision(files=files_of(), by_id=None, at=MONDAY, effective_from=date(2026, 7, 20))

    assert [one.number for one in revisions_in_force(date(2026, 7, 19))] == ["03"]
    assert [one.number for one in revisions_in_force(date(2026, 7, 20))] == ["04"]
    running.refresh_from_db()
    assert (running.revision.number, new.number) == ("03", "04")


def test_a_revision_is_published_for_days_to_come_and_under_a_new_number(office: Office) -> None:
    with pytest.raises(Refused, match="sudah lewat"):
        publish_revision(files=files_of(), by_id=None, at=MONDAY, effective_from=date(2026, 7, 5))
    with pytest.raises(Refused, match="Revisi 03 layanan LHP sudah tersimpan"):
        publish_revision(files=load_folder(REAL), by_id=None, at=MONDAY, effective_from=date(2026, 7, 20))
    assert Revision.objects.count() == 1


def test_a_plan_says_where_cases_go_and_which_limits_move_and_changes_nothing(office: Office) -> None:
    case, other = case_at("decide", at=MONDAY), case_at("endorse_division", at=MONDAY)
    target = rev04(limit_of_15(9))
    before = (standing(case).due_on, Entry.objects.count())

    plan = plan_migration(rev03(), target, renamed=RENAMED)

    assert [(row.step, row.becomes, row.cases) for row in plan.standings] == [
        ("endorse_division", "endorse_field", 1),
        ("decide", "decide", 1),
    ]
    # 12 and 9 working days after H, Monday 6 July 2026: no day off lies between.
    assert [(one.case_id, one.was, one.becomes) for one in plan.shifts] == [
        (case.pk, date(2026, 7, 22), date(2026, 7, 17))
    ]
    assert plan.faults == ()
    assert (standing(case).due_on, Entry.objects.count()) == before
    assert standing(other).step_key == "endorse_division"


def test_running_cases_move_with_their_tasks_and_limits_and_an_entry_each(office: Office) -> None:
    case, other = case_at("decide", at=MONDAY), case_at("endorse_division", at=MONDAY)
    closed = case_at("end", at=MONDAY)
    target = rev04(limit_of_15(9))

    moved(target)

    for one in (case, other, closed):
        one.refresh_from_db()
    assert [one.revision.number for one in (case, other, closed)] == ["04", "04", "03"]
    assert case.application.revision == target
    assert standing(case).due_on == date(2026, 7, 17)
    assert standing(other).step_key == "endorse_field"
    last = Entry.objects.filter(chain=other.chain).latest("seq")
    said = json.loads(last.text)["facts"]
    assert (last.verb, said["step"], said["becomes"]) == (VERB, "endorse_division", "endorse_field")
    assert (said["from"]["revision"], said["to"]["revision"]) == ("03", "04")
    out = StringIO()
    call_command("audit", "verify", stdout=out)


def test_a_moved_case_goes_on_to_its_end(office: Office) -> None:
    case = case_at("endorse_division", at=MONDAY)
    moved(rev04())

    walk = Walk(Clock(LATER + timedelta(minutes=5)), applicant(), case=Case.objects.get(pk=case.pk))
    while Task.objects.filter(case=case, closed_at=None, companion=False).exists():
        walk.forward()

    case.refresh_from_db()
    assert case.result == "received"


def test_what_was_done_under_the_old_name_still_bars_under_the_new_one(office: Office) -> None:
    case = case_at("decide", at=MONDAY)
    Walk(Clock(MONDAY + timedelta(hours=1)), applicant(), case=case).forward(
        "faulty_section", note="Ada salah ketik."
    )
    # The division head stands in for the section head: whoever endorsed at 13 does not endorse at 12.
    stand_in = officer("division_head")
    officer("section_head").holdings.filter(actor="section_head").update(user=stand_in)
    with pytest.raises(NotYours):
        take_over(standing(case).pk, by=stand_in, at=LATER)

    moved(rev04())

    assert case.tasks.filter(step_key="endorse_field", closed_by=stand_in).exists()
    assert standing(case).step_key == "endorse_section"
    with pytest.raises(NotYours):
        take_over(standing(case).pk, by=stand_in, at=LATER)


def test_the_control_sheet_tells_each_act_under_the_revision_of_its_day(office: Office) -> None:
    case = case_at("decide", at=MONDAY)
    before = [line.label for line in control_sheet(Case.objects.get(pk=case.pk))]

    moved(
        rev04(
            (
                "process.toml",
                'label = "Benar: paraf dan teruskan ke kepala bidang',
                'label = "Benar: teruskan',
            )
        )
    )

    after = [line.label for line in control_sheet(Case.objects.get(pk=case.pk))]
    assert after == [*before, "Memindahkan berkas ke revisi SOP lain"]


@pytest.mark.parametrize("stands", ["endorse_division", "decide"])
def test_a_step_without_a_place_refuses_the_whole(office: Office, stands: str) -> None:
    fine, case = case_at("verify", at=MONDAY), case_at(stands, at=MONDAY)
    target = rev04()

    with pytest.raises(Unfit, match=r"langkah 'endorse_division', yang tidak ada pada LHP rev\. 04"):
        moved(target, {})

    assert set(Case.objects.values_list("revision__number", flat=True)) == {"03"}
    assert not Entry.objects.filter(verb=VERB).exists()
    assert (standing(fine).step_key, standing(case).step_key) == ("verify", stands)


def test_a_caller_without_a_place_refuses_the_whole(office: Office) -> None:
    Case.objects.filter(pk=case_at("verify", at=MONDAY).pk).update(callers="endorse_division")

    plan = plan_migration(rev03(), rev04(), renamed={})

    assert any("langkah 'endorse_division' menunggu berkas ini" in told for told in plan.faults)


def test_callers_take_the_new_name(office: Office) -> None:
    case = case_at("verify", at=MONDAY)
    Case.objects.filter(pk=case.pk).update(callers="endorse_section endorse_division")

    moved(rev04())

    assert Case.objects.get(pk=case.pk).call_stack == ("endorse_section", "endorse_field")


def test_an_answer_that_the_new_form_does_not_take_refuses_the_whole(office: Office) -> None:
    case_at("verify", at=MONDAY)
    target = rev04(("form.toml", 'key = "responsible_position"', 'key = "responsible_office"'))

    plan = plan_migration(rev03(), target, renamed=RENAMED)

    assert any("isian 'responsible_position' tidak ditanyakan pada revisi 04" in told for told in plan.faults)
    with pytest.raises(Unfit):
        moved(target)
    assert set(Application.objects.values_list("revision__number", flat=True)) == {"03"}


@pytest.mark.parametrize(
    ("renamed", "told"),
    [
        ({"tidak_ada": "verify"}, "LHP rev. 03 tidak mempunyai langkah 'tidak_ada'"),
        ({"verify": "tidak_ada"}, "LHP rev. 04 tidak mempunyai langkah 'tidak_ada'"),
        ({**RENAMED, "verify": "register"}, "menampung lebih dari satu langkah lama"),
        ({"endorse_division": "verify", "verify": "endorse_field"}, "mengerjakan hal lain"),
    ],
)
def test_a_map_that_would_lose_something_is_refused(
    office: Office, renamed: dict[str, str], told: str
) -> None:
    plan = plan_migration(rev03(), rev04(), renamed=renamed)

    assert any(told in fault for fault in plan.faults)


def test_cases_do_not_move_before_the_new_revision_is_in_force(office: Office) -> None:
    case = case_at("verify", at=MONDAY)
    target = publish_revision(files=files_of(), by_id=None, at=MONDAY, effective_from=date(2026, 7, 20))

    with pytest.raises(Refused, match="baru berlaku pada 20 Juli 2026"):
        moved(target)

    assert Case.objects.get(pk=case.pk).revision.number == "03"


def test_the_commands_publish_show_and_move(office: Office, tmp_path: Path) -> None:
    case = case_at("endorse_division", at=MONDAY)
    folder = tmp_path / "rev04"
    for name, content in files_of(limit_of_15(9)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    told, today = StringIO(), office_day(timezone.now())

    call_command("sop", "publish", folder, "--effective-from", today.isoformat(), stdout=told)
    asked = ("sop", "migrate", "--from", "03", "--to", "04", "--map", "endorse_division=endorse_field")
    with pytest.raises(CommandError, match="beri petanya"):
        call_command("sop", "migrate", "--from", "03", "--to", "04", stdout=told)
    call_command(*asked, stdout=told)
    assert Case.objects.get(pk=case.pk).revision.number == "03"
    call_command(*asked, "--apply", stdout=told)

    assert Case.objects.get(pk=case.pk).revision.number == "04"
    assert f"berlaku bagi permohonan baru sejak {tanggal(today)}" in told.getvalue()
    assert "langkah 13 endorse_division: 1 berkas ke endorse_field" in told.getvalue()
    assert "Belum ada yang diubah" in told.getvalue()
