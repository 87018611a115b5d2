"""The process as BPMN 2.0: the same steps and ways as the data, drawn so that other tools can open it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from muara.sop.bpmn import DC, DD, DI, MODEL, Place, Unbounded, places, render_bpmn, ways
from muara.sop.definition import END, Process, read_process
from muara.sop.service import folders, load_folder, read_service

ALL = [*folders(), *sorted((Path(__file__).parent / "services").glob("*/*"))]
NODES = {"userTask", "startEvent", "endEvent", "exclusiveGateway", "parallelGateway"}


@pytest.fixture(params=[False, True], ids=["folded", "unfolded"])
def unfold(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=ALL, ids=lambda folder: folder.parent.name)
def process(request: pytest.FixtureRequest) -> Process:
    return read_service(load_folder(request.param)).process


def shipped() -> Process:
    return read_service(load_folder(folders()[-1])).process


def model(root: ET.Element, *tags: str) -> list[ET.Element]:
    return [item for tag in tags for item in root.iter(f"{{{MODEL}}}{tag}")]


def diagram(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for item in root.iter():
        if item.tag in {f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge"}:
            yield item.attrib["bpmnElement"], item


def bounds(shape: ET.Element) -> tuple[float, float, float, float]:
    found = shape.find(f"{{{DC}}}Bounds")
    assert found is not None
    x, y, width, height = (float(found.attrib[key]) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def test_every_arrow_has_its_ends_and_every_element_its_shape(process: Process, unfold: bool) -> None:
    root = ET.fromstring(render_bpmn(process, unfold=unfold))
    nodes = {node.attrib["id"]: node for node in model(root, *NODES)}
    flows = {flow.attrib["id"]: flow for flow in model(root, "sequenceFlow")}
    ids = [item.attrib["id"] for item in root.iter() if "id" in item.attrib]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in ids)
    for key, flow in flows.items():
        source, target = nodes[flow.attrib["sourceRef"]], nodes[flow.attrib["targetRef"]]
        assert key in [item.text for item in source.findall(f"{{{MODEL}}}outgoing")]
        assert key in [item.text for item in target.findall(f"{{{MODEL}}}incoming")]
    for node in nodes.values():
        ways_in, ways_out = (node.findall(f"{{{MODEL}}}{side}") for side in ("incoming", "outgoing"))
        kind = node.tag.removeprefix(f"{{{MODEL}}}")
        assert bool(ways_in) == (kind != "startEvent")
        assert bool(ways_out) == (kind != "endEvent")
        if kind == "userTask":
            assert (len(ways_in), len(ways_out)) == (1, 1)
    lanes = {lane.attrib["id"] for lane in model(root, "lane")}
    assert sorted(ref.text or "" for ref in model(root, "flowNodeRef")) == sorted(nodes)
    assert sorted(key for key, _ in diagram(root)) == sorted({*nodes, *flows, *lanes, "pool"})


def test_shapes_stand_in_their_lanes_apart_from_each_other_and_arrows_reach_them(
    process: Process, unfold: bool
) -> None:
    root = ET.fromstring(render_bpmn(process, unfold=unfold))
    shapes = {key: bounds(item) for key, item in diagram(root) if item.tag == f"{{{DI}}}BPMNShape"}
    for lane in model(root, "lane"):
        left, top, right, bottom = shapes[lane.attrib["id"]]
        for ref in lane.findall(f"{{{MODEL}}}flowNodeRef"):
            x, y, far, low = shapes[ref.text or ""]
            assert left < x < far < right
            assert top < y < low < bottom
    nodes = [shapes[node.attrib["id"]] for node in model(root, *NODES)]
    for index, (x, y, far, low) in enumerate(nodes):
        for other_x, other_y, other_far, other_low in nodes[index + 1 :]:
            assert far <= other_x or other_far <= x or low <= other_y or other_low <= y
    flows = {flow.attrib["id"]: flow for flow in model(root, "sequenceFlow")}
    for key, edge in diagram(root):
        if key in flows:
            points = [(float(p.attrib["x"]), float(p.attrib["y"])) for p in edge.findall(f"{{{DD}}}waypoint")]
            assert on_border(points[0], shapes[flows[key].attrib["sourceRef"]])
            assert on_border(points[-1], shapes[flows[key].attrib["targetRef"]])
            for (x, y), (next_x, next_y) in pairwise(points):
                assert x == next_x or y == next_y


def on_border(point: tuple[float, float], shape: tuple[float, float, float, float]) -> bool:
    (x, y), (left, top, right, bottom) = point, shape
    return left <= x <= right and top <= y <= bottom and (x in (left, right) or y in (top, bottom))


def test_folded_each_step_is_drawn_once_in_the_lane_of_its_actor() -> None:
    process = shipped()
    root = ET.fromstring(render_bpmn(process))
    tasks = {task.attrib["id"]: task.attrib["name"] for task in model(root, "userTask")}
    assert [tasks[step.key] for step in process.steps] == [
        f"{step.number}. {step.title}" for step in process.steps
    ]
    assert set(tasks) - {step.key for step in process.steps} == {"draft_beside_review"}
    assert len(model(root, "lane")) == 14  # the columns of Lampiran 1
    for lane, actor in zip(model(root, "lane"), process.actors, strict=True):
        held = {ref.text for ref in lane.findall(f"{{{MODEL}}}flowNodeRef")}
        assert {step.key for step in process.steps if step.actor == actor.key} <= held


def test_unfolded_a_file_goes_back_to_whoever_called_and_to_nobody_else() -> None:
    process = shipped()

    def leads(place: Place) -> set[str]:
        return {target.id if target else END for _, target in ways(process, place, unfold=True)}

    # 15 asks the applicant by way of 8 and 7, and has the file back; 14 goes back to its caller (ADR 8).
    assert leads(Place("verify", ("decide",))) == {"deliver", "correct-decide", "decide", END}
    assert leads(Place("verify")) == {"deliver", "correct", END}
    assert leads(Place("meet", ("endorse_section",))) == {
        "endorse_section",
        "draft",
        "correct-endorse_section",
        "review",
    }
    assert leads(Place("correct", ("review",))) == {"verify-review"}
    callers = {place.callers for place in places(process, unfold=True)}
    assert max(map(len, callers)) == 1
    assert len(places(process, unfold=True)) == 28


def test_the_folded_model_allows_what_the_unfolded_one_does(process: Process) -> None:
    for place in places(process, unfold=True):
        exact = {target.step if target else END for _, target in ways(process, place, unfold=True)}
        folded = {
            target.step if target else END for _, target in ways(process, Place(place.step), unfold=False)
        }
        assert exact <= folded


def test_steps_that_call_each_other_without_end_cannot_be_unfolded() -> None:
    text = load_folder(folders()[-1])["process.toml"].decode()
    old = '{ key = "redraft"'
    assert text.count(old) == 1
    again = '{ key = "again", label = "Rapat lagi", to = "meet", kind = "detour", needs_reason = true },'
    process = read_process(text.replace(old, f"{again}\n{old}"))
    with pytest.raises(Unbounded):
        render_bpmn(process, unfold=True)
    assert "Rapat lagi" in render_bpmn(process)
