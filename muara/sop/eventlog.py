"""Cases as event logs for process mining: XES (IEEE 1849) and OCEL 2.0 (JSON), written piece by piece.

Persons appear only as pseudonyms of officials who held an actor; an applicant is their role alone. No names,
no company, no number, no note: who needs those asks the case page, by the case's key.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from muara.sop.definition import Step
from muara.sop.history import History, Stay, activity_name

Pseudonym = Callable[[int], str]
Event = tuple[datetime, str, Stay]  # when, the lifecycle transition, of which stay

EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org"))
TRANSITIONS = ("schedule", "start", "complete")


def xes(histories: Iterable[History], *, pseudonym: Pseudonym) -> Iterator[str]:
    """Write an event log as XES 1.0 (IEEE 1849), a case a trace.

    A task gives three events: scheduled (opened), started (received), completed (closed, with its outcome).
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix in EXTENSIONS:
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    yield '  <global scope="trace">\n    <string key="concept:name" value=""/>\n  </global>\n'
    yield '  <global scope="event">\n    <string key="concept:name" value=""/>\n'
    yield '    <string key="lifecycle:transition" value="complete"/>\n'
    yield '    <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>\n'
    yield '    <string key="org:role" value=""/>\n  </global>\n'
    yield '  <classifier name="Langkah" keys="concept:name"/>\n'
    yield '  <classifier name="Langkah dan tahapnya" keys="concept:name lifecycle:transition"/>\n'
    yield '  <classifier name="Langkah dan hasilnya" keys="concept:name outcome"/>\n'
    yield '  <string key="lifecycle:model" value="standard"/>\n'
    for history in histories:
        yield _trace(history, pseudonym)
    yield "</log>\n"


def _trace(history: History, pseudonym: Pseudonym) -> str:
    process = history.process
    lines = [
        "  <trace>",
        _attribute("string", "concept:name", _case_id(history)),
        _attribute("string", "sop", f"{process.document} rev. {process.revision}"),
        _attribute("string", "result", history.result),
        _attribute("string", "entered_at", history.entered_at),
    ]
    for at, transition, stay in _events(history):
        lines.append("    <event>")
        lines.append(_attribute("string", "concept:name", _activity(history, stay), deep=True))
        lines.append(_attribute("string", "lifecycle:transition", transition, deep=True))
        lines.append(_attribute("date", "time:timestamp", _moment(at), deep=True))
        lines.append(_attribute("string", "org:role", stay.actor, deep=True))
        by = {"complete": stay.closed_by, "start": stay.received_by}.get(transition)
        if by is not None and _is_official(history, stay):
            lines.append(_attribute("string", "org:resource", pseudonym(by), deep=True))
        lines.append(_attribute("string", "step", stay.step, deep=True))
        lines.append(_attribute("int", "task", str(stay.id), deep=True))
        lines.append(
            _attribute("string", "outcome", stay.outcome if transition == "complete" else "", deep=True)
        )
        lines.append("    </event>")
    return "\n".join([*lines, "  </trace>", ""])


def _attribute(kind: str, key: str, value: str, *, deep: bool = False) -> str:
    return f'{"      " if deep else "    "}<{kind} key="{key}" value={quoteattr(value)}/>'


def _events(history: History) -> list[Event]:
    found: list[Event] = []
    for stay in history.stays:
        found.append((stay.opened_at, "schedule", stay))
        if stay.received_at is not None:
            found.append((stay.received_at, "start", stay))
        if stay.closed_at is not None:
            found.append((stay.closed_at, "complete", stay))
    # In one moment a task is closed before the next is opened, whose id is greater.
    return sorted(found, key=lambda event: (event[0], event[2].id, TRANSITIONS.index(event[1])))


def _case_id(history: History) -> str:
    return f"case:{history.case}"


def _activity(history: History, stay: Stay) -> str:
    """Name what was done; a step that the SOP does not have goes by its key, for a replay to stumble over."""
    step = _step(history, stay)
    return activity_name(step, companion=stay.companion) if step else stay.step


def _step(history: History, stay: Stay) -> Step | None:
    return next((step for step in history.process.steps if step.key == stay.step), None)


def _is_official(history: History, stay: Stay) -> bool:
    """What stands at the applicant's step is the applicant's, whoever recorded it."""
    officials = {actor.key for actor in history.process.actors if actor.side != "applicant"}
    return stay.actor in officials


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- object-centric -----------------------------------------------------------------------------------------

OBJECT_TYPES = {
    "case": {"sop": "string", "result": "string", "entered_at": "string"},
    "task": {"step": "string", "role": "string", "companion": "boolean", "opened": "time"},
    "draft": {"kind": "string"},
    "permit": {},
    "refusal": {},
    "role_holder": {},
}
EVENT_ATTRIBUTES = {"outcome": "string", "role": "string", "received": "time"}


def ocel(histories: Iterable[History], *, pseudonym: Pseudonym) -> Iterator[str]:
    """Write an event log as OCEL 2.0 in JSON: cases, tasks, drafts, decrees, and role holders.

    A closed task is an event. Objects follow the events; they wait in a temporary file, not in memory.
    """
    names: set[str] = set()
    people: set[str] = set()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as waiting:
        separator = ""
        yield '{"events":['
        for history in histories:
            for event in _ocel_events(history, pseudonym, people):
                names.add(str(event["type"]))
                yield separator + _json(event)
                separator = ",\n"
            for item in _ocel_objects(history):
                waiting.write(_json(item) + ",\n")
        yield '],\n"objects":[\n'
        waiting.seek(0)
        held = [
            _json({"id": name, "type": "role_holder", "attributes": [], "relationships": []})
            for name in sorted(people)
        ]
        previous = ""
        for line in waiting:
            yield previous
            previous = line
        yield previous if held else previous.rstrip(",\n")
        yield ",\n".join(held)
    yield '],\n"objectTypes":' + _json(
        [
            {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes.items()]}
            for name, attributes in OBJECT_TYPES.items()
        ]
    )
    attributes = [{"name": key, "type": kind} for key, kind in EVENT_ATTRIBUTES.items()]
    yield ',\n"eventTypes":' + _json([{"name": name, "attributes": attributes} for name in sorted(names)])
    yield "}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _ocel_events(history: History, pseudonym: Pseudonym, people: set[str]) -> Iterator[dict[str, object]]:
    for at, transition, stay in _events(history):
        if transition != "complete":
            continue
        related = [_related(_case_id(history), "case"), _related(f"task:{stay.id}", "task")]
        related += [_related(name, qualifier) for name, qualifier in _papers(history, stay)]
        if stay.closed_by is not None and _is_official(history, stay):
            holder = f"role_holder:{pseudonym(stay.closed_by)}"
            people.add(holder)
            related.append(_related(holder, stay.actor))
        attributes: list[dict[str, object]] = [
            {"name": "outcome", "value": stay.outcome},
            {"name": "role", "value": stay.actor},
        ]
        if stay.received_at is not None:
            attributes.append({"name": "received", "value": _moment(stay.received_at)})
        yield {
            "id": f"task:{stay.id}:closed",
            "type": _activity(history, stay),
            "time": _moment(at),
            "attributes": attributes,
            "relationships": related,
        }


def _related(name: str, qualifier: str) -> dict[str, object]:
    return {"objectId": name, "qualifier": qualifier}


def _papers(history: History, stay: Stay) -> Iterator[tuple[str, str]]:
    """The papers that a task made, endorsed, signed, numbered or handed over."""
    process = history.process
    if stay.companion or stay.closed_at is None:
        return
    for draft in history.drafts:
        if stay.step in process.doing("draft") and stay.opened_at <= draft.made_at <= stay.closed_at:
            yield f"draft:{draft.id}", "drafted"
    for item in history.endorsements:
        if item.task == stay.id:
            yield f"draft:{item.draft}", "signed" if item.signature else "endorsed"
    step = _step(history, stay)
    if step is None or step.activity not in {"number", "hand_over", "receive"}:
        return
    for number in history.numbers:
        if number.decision is not None and number.at <= stay.closed_at:
            yield f"{number.kind}:{number.decision}", step.activity


def _ocel_objects(history: History) -> Iterator[dict[str, object]]:
    process = history.process
    papers = [_related(f"draft:{draft.id}", "draft") for draft in history.drafts]
    decided = [number for number in history.numbers if number.decision is not None]
    papers += [_related(f"{number.kind}:{number.decision}", "decree") for number in decided]
    tasks = [_related(f"task:{stay.id}", "task") for stay in history.stays]
    case = {
        "sop": f"{process.document} rev. {process.revision}",
        "result": history.result,
        "entered_at": history.entered_at,
    }
    yield _object(_case_id(history), "case", case, history.opened_at, [*tasks, *papers])
    for stay in history.stays:
        said = {
            "step": stay.step,
            "role": stay.actor,
            "companion": stay.companion,
            "opened": _moment(stay.opened_at),
        }
        yield _object(f"task:{stay.id}", "task", said, stay.opened_at, [])
    for draft in history.drafts:
        yield _object(f"draft:{draft.id}", "draft", {"kind": draft.kind}, draft.made_at, [])
    for number in decided:
        made_from = [_related(f"draft:{number.draft}", "draft")] if number.draft else []
        yield _object(f"{number.kind}:{number.decision}", number.kind, {}, number.at, made_from)


def _object(
    name: str,
    kind: str,
    said: dict[str, object] | dict[str, str],
    at: datetime,
    related: list[dict[str, object]],
) -> dict[str, object]:
    return {
        "id": name,
        "type": kind,
        "attributes": [{"name": key, "time": _moment(at), "value": value} for key, value in said.items()],
        "relationships": related,
    }
