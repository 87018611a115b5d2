"""pm4py, which knows nothing of Muara, judges the model and the logs that Muara exports."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muara.cases.models import Case
from muara.people.models import Office
from muara.records.histories import histories, pseudonym
from muara.sop.bpmn import render_bpmn
from muara.sop.definition import Process
from muara.sop.eventlog import ocel, xes
from muara.sop.history import History, activity_name
from muara.sop.replay import deviations
from muara.sop.service import folders, load_folder, read_service
from muara.web.demo import Clock, applicant, example
from tests.clock import MONDAY, WITA
from tests.records.tampering import TAMPERED
from tests.remembered import case_at
from tests.steps.test_walks import in_turn, leave, set_out, take_every_way, walk_home
from tests.steps.wanderer import Wanderer, appoint_deputies

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PYTHON = os.environ["MUARA_CONFORMANCE_PYTHON"]
JUDGE = Path(__file__).with_name("judge.py")
MADE_UP = sorted((Path(__file__).parent.parent / "sop" / "services").glob("*/*"))


def judged(folder: Path, *models: Process, **logs: Iterable[str]) -> dict[str, Any]:
    """What pm4py says of models, folded and unfolded, and of logs, each a file as exported."""
    paths = []
    for process in models:
        for kind, unfold in {"folded": False, "unfolded": True}.items():
            paths.append(folder / f"{process.code}-{kind}.bpmn")
            paths[-1].write_text(render_bpmn(process, unfold=unfold))
    for name, pieces in logs.items():
        paths.append(folder / (f"{name}.json" if name == "ocel" else f"{name}.xes"))
        paths[-1].write_text("".join(pieces))
    command = [PYTHON, str(JUDGE), *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def all_histories() -> list[History]:
    day = MONDAY.astimezone(WITA).date()
    return list(histories(first=day, last=day + timedelta(days=2000)))


def test_the_model_of_every_service_is_sound(tmp_path: Path) -> None:
    processes = [read_service(load_folder(folder)).process for folder in (*folders(), *MADE_UP)]
    found = judged(tmp_path, *processes)
    assert len(found) == 2 * len(processes)
    for process in processes:
        steps = [activity_name(step) for step in process.steps]
        beside = [activity_name(step, companion=True) for step in process.steps if step.companion]
        for kind in ("folded", "unfolded"):
            model = found[f"{process.code}-{kind}"]
            assert model["sound"] is True
            assert model["activities"] == sorted([*steps, *beside])


def test_closed_cases_of_every_way_fit_the_exact_model(office: Office, tmp_path: Path) -> None:
    appoint_deputies(office)
    walk = Wanderer(Clock(MONDAY), applicant(), choose=in_turn())
    assert take_every_way(walk) == set()
    if not walk.is_over:
        walk_home(walk)
    for ending in ("lapsed", "redirected"):
        end_early(ending)
    read = all_histories()
    closed = [history for history in read if history.closed_at]
    assert {history.result for history in closed} >= {"received", "new_application", "lapsed", "redirected"}
    assert [deviations(history) for history in read] == [[] for _ in read]

    found = judged(
        tmp_path,
        read[0].process,
        all=xes(read, pseudonym=pseudonym),
        ocel=ocel(read, pseudonym=pseudonym),
    )
    for kind in ("folded", "unfolded"):
        for log in found[f"LHP-{kind}"]["logs"].values():
            assert log["traces"] == len(closed)
            assert log["moves"] == [[] for _ in closed]
            assert set(log["fitness"]) == {1.0}
    # Tokens are exact only where each activity is drawn once.
    assert found["LHP-folded"]["logs"]["all"]["token_fitness"] == 1.0
    objects = found["LHP-folded"]["logs"]["ocel"]["objects"]
    assert objects["case"] == Case.objects.count()
    assert objects["task"] == sum(len(history.stays) for history in read)
    assert {"draft", "permit", "role_holder"} <= set(objects)


def end_early(ending: str) -> None:
    source = example()
    if ending == "redirected":
        source = source | {"values": source["values"] | {"kbli": "06100"}}
    walk = Wanderer(Clock(MONDAY), applicant(), source, choose=in_turn())
    set_out(walk)
    if ending == "lapsed":
        leave(walk, walk.task.step.outcome("incomplete"))
    walk.end(ending)


# What pm4py must miss (in the model, not in the log) or find too much.
MISSED = {
    "skipped division head": [[">>", "13"]],
    "number before the signature": [["16", ">>"], [">>", "16"]],
    "handover that never was": [[">>", "17"]],
}


def test_what_never_was_does_not_fit(office: Office, tmp_path: Path) -> None:
    case_at("end", at=MONDAY)
    (true,) = all_histories()
    tampered = {
        name.split()[0]: xes([tamper(true)], pseudonym=pseudonym) for name, (tamper, _) in TAMPERED.items()
    }
    told = judged(tmp_path, true.process, true=xes([true], pseudonym=pseudonym), **tampered)
    for kind in ("folded", "unfolded"):
        logs = told[f"LHP-{kind}"]["logs"]
        assert (logs["true"]["fitness"], logs["true"]["moves"]) == ([1.0], [[]])
        for name, (tamper, codes) in TAMPERED.items():
            log = logs[name.split()[0]]
            assert log["fitness"][0] < 1.0
            assert log["token_fitness"] < 1.0
            moves = [[number(log_side), number(model_side)] for log_side, model_side in log["moves"][0]]
            assert sorted(moves) in alike(MISSED[name])
            assert codes <= {item.code for item in deviations(tamper(true))}


def number(activity: str) -> str:
    """The printed number of an activity, or ">>"."""
    return activity.split(".")[0]


def alike(moves: list[list[str]]) -> list[list[list[str]]]:
    """Of two activities in the wrong order, either may be the one that is out of place."""
    other = [[{"16": "15"}.get(side, side) for side in move] for move in moves]
    return [sorted(moves), sorted(other)]
