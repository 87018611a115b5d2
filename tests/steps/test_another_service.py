"""One more permit needs data only: the same acts walk a service with other step keys and other limits."""

from __future__ import annotations

import re
from datetime import date

import pytest

from muara.cases.actions import store_revision
from muara.cases.models import Task
from muara.people.models import Office
from muara.sop.service import load_folder, services_root
from muara.web.demo import Clock, Walk, applicant, example
from tests.clock import MONDAY

pytestmark = pytest.mark.django_db

STEP_KEYS = (
    "ask inform apply check advise register verify correct deliver review draft endorse_section "
    "endorse_division meet decide number hand_over receive"
).split()
REFERS = re.compile(r'\b(to|opens_with|starts_at|opens_after|start|before|born) = "(\w+)"')


def another_service() -> dict[str, bytes]:
    """The files of a made-up permit: every step key renamed, the head's limit five days, not twelve."""
    files = load_folder(services_root() / "lhp-02" / "rev03")
    lines, in_step = [], False
    for line in files["process.toml"].decode().splitlines():
        if line.startswith("[["):
            in_step = line == "[[steps]]"
        if in_step and (match := re.fullmatch(r'key = "(\w+)"', line)):
            line = f'key = "uji_{match[1]}"'
        if line.startswith('steps = ["'):
            line = re.sub(r'"(\w+)"', r'"uji_\1"', line)
        lines.append(REFERS.sub(lambda m: f'{m[1]} = "uji_{m[2]}"' if m[2] in STEP_KEYS else m[0], line))
    text = "\n".join(lines).replace('code = "LHP"', 'code = "UJI"').replace("days = 12", "days = 5")
    return files | {"process.toml": text.encode()}


def test_a_permit_with_other_steps_keys_and_limits_needs_no_code(office: Office) -> None:
    store_revision(files=another_service(), by_id=None, at=MONDAY, effective_from=date(2026, 7, 1))
    walk = Walk(Clock(MONDAY), applicant(), source=example() | {"service": "UJI"})

    case = walk.submit()
    while Task.objects.filter(case=case, closed_at=None, companion=False).exists():
        walk.forward()

    done = list(case.tasks.filter(companion=False).order_by("pk"))
    assert [task.step.number for task in done] == [3, 4, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18]
    assert all(task.step_key.startswith("uji_") for task in done)
    # Monday 6 July 2026 is H; five working days on is Monday 13 July.
    assert {task.step_key: task.due_on for task in done}["uji_decide"] == date(2026, 7, 13)
    case.refresh_from_db()
    assert case.result == "received"
    assert case.registration_number == "LHP/2026/0001"
