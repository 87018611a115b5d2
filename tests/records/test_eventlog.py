"""Cases as XES and OCEL 2.0: what happened, when, in which role; and nothing that names a person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from muara.cases.models import Application, Case, Draft, Task
from muara.people.models import Office, User
from muara.permits.models import Number, Permit
from muara.records import histories as room
from muara.records.histories import histories, pseudonym
from muara.sop.eventlog import ocel, xes
from muara.sop.history import History
from tests.clock import MONDAY, WITA
from tests.remembered import case_at

pytestmark = pytest.mark.django_db
XES = "{http://www.xes-standard.org/}"
DAY = MONDAY.astimezone(WITA).date()


def read() -> Iterator[History]:
    return histories(first=DAY, last=DAY + timedelta(days=100))


def said(element: ET.Element) -> dict[str, str]:
    kinds = {f"{XES}{kind}" for kind in ("string", "date", "int")}
    return {item.attrib["key"]: item.attrib["value"] for item in element if item.tag in kinds}


def test_xes_tells_each_task_as_scheduled_started_and_completed(office: Office) -> None:
    case = case_at("register", at=MONDAY)
    log = ET.fromstring("".join(xes(read(), pseudonym=pseudonym)))
    assert {item.attrib["prefix"] for item in log.findall(f"{XES}extension")} == {
        "concept",
        "time",
        "lifecycle",
        "org",
    }
    (trace,) = log.findall(f"{XES}trace")
    assert said(trace) == {
        "concept:name": f"case:{case.pk}",
        "sop": "SOP-LP2N-LHP-02 rev. 03",
        "result": "",
        "entered_at": "",
    }
    events = [said(event) for event in trace.findall(f"{XES}event")]
    assert [(event["step"], event["lifecycle:transition"], event["outcome"]) for event in events] == [
        ("apply", "schedule", ""),
        ("apply", "complete", "submitted"),
        ("check", "schedule", ""),
        ("check", "start", ""),
        ("check", "complete", "complete"),
        ("register", "schedule", ""),
    ]
    moments = [datetime.fromisoformat(event["time:timestamp"]) for event in events]
    check = Task.objects.get(case=case, step_key="check")
    assert moments == sorted(moments)
    assert moments[2:5] == [check.opened_at, check.received_at, check.closed_at]
    assert check.closed_by is not None
    assert events[4]["org:resource"] == pseudonym(check.closed_by.pk)
    assert events[4]["org:role"] == "customer_service"
    assert "org:resource" not in events[1]  # an applicant is their role alone


def test_ocel_relates_acts_to_the_case_its_papers_and_pseudonymous_role_holders(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    log = json.loads("".join(ocel(read(), pseudonym=pseudonym)))
    objects = {item["id"]: item for item in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert {item["name"] for item in log["objectTypes"]} >= {item["type"] for item in log["objects"]}
    assert {item["name"] for item in log["eventTypes"]} == {item["type"] for item in log["events"]}
    related = [
        relation["objectId"]
        for item in [*log["events"], *objects.values()]
        for relation in item["relationships"]
    ]
    assert set(related) <= set(objects)
    assert len(log["events"]) == Task.objects.filter(case=case).count()
    draft, permit = Draft.objects.get(), Permit.objects.get()
    by_task = {
        event["relationships"][1]["objectId"]: [
            (r["objectId"], r["qualifier"]) for r in event["relationships"]
        ]
        for event in log["events"]
    }

    def papers(step: str) -> list[tuple[str, str]]:
        task = Task.objects.get(case=case, step_key=step, companion=False)
        return [pair for pair in by_task[f"task:{task.pk}"] if pair[0].startswith(("draft:", "permit:"))]

    paper, decree = f"draft:{draft.pk}", f"permit:{permit.pk}"
    assert papers("verify") == []
    assert papers("draft") == [(paper, "drafted"), (paper, "endorsed")]  # with the drafter's own paraf
    assert papers("endorse_division") == [(paper, "endorsed")]
    assert papers("decide") == [(paper, "signed")]
    assert papers("number") == [(decree, "number")]
    kinds = Counter(item["type"] for item in log["objects"])
    officials = Task.objects.exclude(actor="applicant").exclude(closed_by=None)
    assert kinds["role_holder"] == officials.values("closed_by").distinct().count()
    assert kinds["case"] == 1


def test_an_empty_period_is_an_empty_log(office: Office) -> None:
    assert ET.fromstring("".join(xes([], pseudonym=pseudonym))).findall(f"{XES}trace") == []
    log = json.loads("".join(ocel([], pseudonym=pseudonym)))
    assert (log["events"], log["objects"]) == ([], [])
    case_at("check", at=MONDAY)  # an applicant's act alone: objects, and no role holder
    log = json.loads("".join(ocel(read(), pseudonym=pseudonym)))
    assert {item["type"] for item in log["objects"]} == {"case", "task"}


def test_no_personal_data_leaves_by_a_log(office: Office) -> None:
    case_at("end", at=MONDAY)
    case_at("correct", at=MONDAY)
    logs = "".join([*xes(read(), pseudonym=pseudonym), *ocel(read(), pseudonym=pseudonym)]).lower()
    told = {user.name for user in User.objects.all()} | {user.email for user in User.objects.all()}
    for application in Application.objects.select_related("company"):
        told |= {application.company.name, application.reference}
        told |= {value for value in application.data.values() if isinstance(value, str) and len(value) > 6}
    told |= set(Number.objects.values_list("text", flat=True))
    told |= {case.registration_number for case in Case.objects.all() if case.registration_number}
    told |= {note for note in apps.get_model("audit.Entry").objects.values_list("note", flat=True) if note}
    assert len(told) > 40
    assert {words for words in told if words and words.lower() in logs} == set()


def test_a_pseudonym_stays_the_same_and_needs_the_office_key(settings: object) -> None:
    assert pseudonym(7) == pseudonym(7) != pseudonym(8)
    before = pseudonym(7)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert pseudonym(7) != before


def test_however_many_cases_only_some_are_in_memory(
    office: Office, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [case_at("verify", at=MONDAY) for _ in range(3)]
    at_once = list(read())
    with django_assert_num_queries(15):  # who held what; the keys and 12 of a portion; no more keys
        list(read())
    monkeypatch.setattr(room, "AT_ONCE", 2)
    assert list(read()) == at_once
    assert [history.case for history in at_once] == [case.pk for case in cases]
    with django_assert_num_queries(26):
        list(read())
    with django_assert_num_queries(13):
        first = read()
        next(xes(first, pseudonym=pseudonym))
        next(first)
