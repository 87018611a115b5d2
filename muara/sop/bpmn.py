"""A service's process as BPMN 2.0 with its layout: a pool with a lane an actor, to open in other tools.

Two readings of the same data (docs/adr/0013). Folded, a step is drawn once, and the way back "to whoever
called" leads to every step that may have called: good to read, and it allows a return to a step that did not
call. Unfolded, a step is drawn once for each row of callers that may be waiting: exact, for proofs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from muara.sop.definition import CALLER, END, Process, Step
from muara.sop.history import activity_name

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
MOST_PLACES = 500  # an unfolding that grows beyond this has callers that call each other for ever

# Sizes of the drawing, in its own points.
TASK, GATEWAY, EVENT = (130, 80), (50, 50), (36, 36)
GAP = 40
ABOVE, BELOW, CHANNEL = 105, 55, 32  # of a lane: over the middle of its tasks, under it, for a way that turns
LABEL = 150  # width of a label beside an end or under a direct arrow
POOL_HEAD, LANE_HEAD = 30, 30

Callers = tuple[str, ...]


class Unbounded(ValueError):
    """Steps call each other without end, so the process has no finite unfolding."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step, and in the unfolded reading who waits for the case to come back."""

    step: str
    callers: Callers = ()

    @property
    def id(self) -> str:
        return "-".join([self.step, *self.callers])


@dataclass(slots=True)
class _Node:
    """A shape: its middle, its size and the lane it stands in."""

    id: str
    tag: str
    name: str
    lane: str
    x: float
    size: tuple[int, int]
    lift: int = 0  # how far above the middle of its lane
    y: float = 0
    note: str = ""
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.x - self.size[0] / 2

    @property
    def right(self) -> float:
        return self.x + self.size[0] / 2

    @property
    def top(self) -> float:
        return self.y - self.size[1] / 2

    @property
    def bottom(self) -> float:
        return self.y + self.size[1] / 2


@dataclass(slots=True)
class _Flow:
    """An arrow; `channel` counts the ways that run below the tasks of its lane, None for a direct one."""

    id: str
    source: _Node
    target: _Node
    name: str = ""
    channel: int | None = None


def ways(process: Process, place: Place, *, unfold: bool) -> Iterator[tuple[str, Place | None]]:
    """List the ways out of a place, with their labels and where they lead (None: the end)."""
    for way in process.step(place.step).outcomes:
        if way.to == END:
            yield way.label, None
        elif not unfold:
            targets = process.callers(place.step) if way.to == CALLER else {way.to}
            for step in process.steps:
                if step.key in targets:
                    yield way.label, Place(step.key)
        elif way.to == CALLER:
            if place.callers:
                yield way.label, Place(place.callers[-1], place.callers[:-1])
        elif way.kind == "detour":
            yield way.label, Place(way.to, (*place.callers, place.step))
        else:
            yield way.label, Place(way.to, place.callers if process.is_detour(way.to) else ())


def places(process: Process, *, unfold: bool) -> list[Place]:
    """List where a case may stand, in the order of the SOP; raises Unbounded."""
    starts = [Place(key) for key in _starts(process)]
    found, waiting = set(starts), list(starts)
    while waiting:
        for _, target in ways(process, waiting.pop(), unfold=unfold):
            if target is not None and target not in found:
                found.add(target)
                waiting.append(target)
        if len(found) > MOST_PLACES:
            raise Unbounded(f"Langkah {process.document} saling memanggil tanpa batas.")
    return sorted(found, key=lambda place: (process.step(place.step).number, place.callers))


def _starts(process: Process) -> list[str]:
    """Where people begin: by asking, or by applying at once (talks are no cases)."""
    return list(dict.fromkeys((process.start, process.opens_after)))


def render_bpmn(process: Process, *, unfold: bool = False) -> str:
    """Render the process as BPMN 2.0 XML with its diagram; raises Unbounded."""
    return _Drawing(process, unfold=unfold).render()


class _Drawing:
    """Builds the shapes from left to right, a column a place, and the arrows between them."""

    def __init__(self, process: Process, *, unfold: bool) -> None:
        self.process = process
        self.unfold = unfold
        self.nodes: list[_Node] = []
        self.flows: list[_Flow] = []
        self.channels: dict[str, int] = {}
        self.places = places(process, unfold=unfold)
        self.column = {place: index for index, place in enumerate(self.places)}
        self.out = {place: list(ways(process, place, unfold=unfold)) for place in self.places}
        self.entry: dict[Place, _Node] = {}
        self.exit: dict[Place, _Node] = {}
        self.x: float = POOL_HEAD + LANE_HEAD + GAP
        for place in self.places:
            self._place(place)
        for place in self.places:
            self._leave(place)
        used = {node.lane for node in self.nodes}
        self.lanes = [actor for actor in process.actors if actor.key in used]
        self._heights()

    # --- shapes ---------------------------------------------------------------------------------

    def _node(self, id_: str, tag: str, name: str, lane: str, size: tuple[int, int]) -> _Node:
        node = _Node(id_, tag, name, lane, self.x + size[0] / 2, size)
        self.x = node.right + GAP
        self.nodes.append(node)
        return node

    def _ways_in(self, place: Place) -> int:
        return sum(
            target == place
            for ways_out in self.out.values()
            for target in dict.fromkeys(t for _, t in ways_out)
        ) + (place.step in _starts(self.process) and not place.callers)

    def _place(self, place: Place) -> None:
        """Draw [start] [merge] (fork) task (join) [choice], and the ends beside the choice."""
        step = self.process.step(place.step)
        lane = step.actor
        start = None
        if place.step in _starts(self.process) and not place.callers:
            name = "Pemohon bertanya" if place.step == self.process.start else "Pemohon mengajukan"
            start = self._node(f"start_{place.id}", "startEvent", name, lane, EVENT)
        merge = None
        if self._ways_in(place) > 1:
            merge = self._node(f"merge_{place.id}", "exclusiveGateway", "", lane, GATEWAY)
        first, last = self._work(place, step)
        self.entry[place] = merge or first
        if merge:
            self._flow(merge, first)
        if start:
            self._flow(start, merge or first)
        self.exit[place] = last
        ends = self._ends(place, step)
        if len({target for _, target in self.out[place]} - {None}) + len(ends) > 1:
            choice = self._node(f"choice_{place.id}", "exclusiveGateway", "", lane, GATEWAY)
            self._flow(last, choice)
            self.exit[place] = choice
        for index, (key, name) in enumerate(ends):
            end = self._node(f"end_{key}_{place.id}", "endEvent", name, lane, EVENT)
            if self.exit[place] is not last:
                end.lift = ABOVE - 35
                end.x = self.exit[place].x + index * (EVENT[0] + LABEL)
            self.x = end.right + LABEL
            self._flow(self.exit[place], end)
        self.x += GAP

    def _work(self, place: Place, step: Step) -> tuple[_Node, _Node]:
        """Draw the task, between a fork and a join where a companion runs beside it."""
        beside = self.process.companions(step.key)
        fork = join = None
        if beside:
            fork = self._node(f"fork_{place.id}", "parallelGateway", "", step.actor, GATEWAY)
        task = self._node(place.id, "userTask", activity_name(step), step.actor, TASK)
        if place.callers:
            numbers = ", ".join(str(self.process.step(key).number) for key in place.callers)
            task.note = f"Ditunggu langkah {numbers}"
        if fork is None:
            return task, task
        join = self._node(f"join_{place.id}", "parallelGateway", "", step.actor, GATEWAY)
        self._flow(fork, task)
        self._flow(task, join)
        for other in beside:
            name = activity_name(other, companion=True)
            node = _Node(f"{other.key}_beside_{place.id}", "userTask", name, other.actor, task.x, TASK)
            self.nodes.append(node)
            self._flow(fork, node)
            self._flow(node, join)
        return fork, join

    def _ends(self, place: Place, step: Step) -> list[tuple[str, str]]:
        """The ends beside a step: its outcomes that end the case, and the endings that are not printed."""
        found = [(END, label) for label, target in self.out[place] if target is None]
        found = [(f"{key}{index}", label) for index, (key, label) in enumerate(found)]
        opened = step.number >= self.process.step(self.process.opens_after).number
        endings = [
            ending.label
            for ending in self.process.endings
            if opened and step.number < self.process.step(ending.before).number
        ]
        return [*found, *([("early", "; ".join(endings))] if endings else [])]

    # --- arrows ---------------------------------------------------------------------------------

    def _flow(self, source: _Node, target: _Node, name: str = "") -> _Flow:
        flow = _Flow(f"flow_{source.id}_{target.id}", source, target, name)
        source.outgoing.append(flow.id)
        target.incoming.append(flow.id)
        self.flows.append(flow)
        return flow

    def _leave(self, place: Place) -> None:
        targets: dict[Place, list[str]] = {}
        for label, target in self.out[place]:
            if target is not None:
                targets.setdefault(target, []).append(label)
        for target, labels in targets.items():
            choice = self.exit[place].tag == "exclusiveGateway"
            flow = self._flow(self.exit[place], self.entry[target], " / ".join(labels) if choice else "")
            if self.column[target] != self.column[place] + 1:
                lane = self.process.step(place.step).actor
                flow.channel = self.channels.get(lane, 0)
                self.channels[lane] = flow.channel + 1

    # --- layout ---------------------------------------------------------------------------------

    def _heights(self) -> None:
        self.tops: dict[str, float] = {}
        self.height: dict[str, float] = {}
        y: float = 0
        for lane in self.lanes:
            self.tops[lane.key] = y
            self.height[lane.key] = ABOVE + BELOW + CHANNEL * self.channels.get(lane.key, 0)
            y += self.height[lane.key]
        self.bottom = y
        for node in self.nodes:
            node.y = self.tops[node.lane] + ABOVE - node.lift

    def _points(self, flow: _Flow) -> list[tuple[float, float]]:
        one, two = flow.source, flow.target
        if flow.channel is not None:
            y = self.tops[one.lane] + ABOVE + BELOW - 12 + CHANNEL * (flow.channel + 1)
            begin = [(one.x, one.bottom), (one.x, y)]
            if one.tag == "userTask":
                begin = [(one.right, one.y), (one.right + GAP / 2, one.y), (one.right + GAP / 2, y)]
            return [*begin, (two.x, y), (two.x, two.bottom if y > two.y else two.top)]
        if two.lift:
            if one.x == two.x:
                return [(one.x, one.top), (two.x, two.bottom)]
            turn = one.top - 12
            return [(one.x, one.top), (one.x, turn), (two.x, turn), (two.x, two.bottom)]
        if one.y == two.y:
            return [(one.right, one.y), (two.left, two.y)]
        if one.tag == "parallelGateway":
            return [(one.x, one.bottom if two.y > one.y else one.top), (one.x, two.y), (two.left, two.y)]
        return [(one.right, one.y), (two.x, one.y), (two.x, two.top if two.y > one.y else two.bottom)]

    # --- XML ------------------------------------------------------------------------------------

    def render(self) -> str:
        for prefix, uri in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD)):
            ET.register_namespace(prefix, uri)
        process = self.process
        root = ET.Element(
            f"{{{MODEL}}}definitions",
            {
                "id": f"{process.code}-{process.revision}",
                "name": f"{process.document} rev. {process.revision}",
                "targetNamespace": f"urn:muara:{process.code.lower()}:{process.revision}",
                "exporter": "Muara",
            },
        )
        name = f"{process.title} ({process.document} rev. {process.revision})"
        pool = ET.SubElement(root, f"{{{MODEL}}}collaboration", {"id": "collaboration"})
        ET.SubElement(pool, f"{{{MODEL}}}participant", {"id": "pool", "name": name, "processRef": "process"})
        self._model(ET.SubElement(root, f"{{{MODEL}}}process", {"id": "process", "isExecutable": "false"}))
        self._diagram(ET.SubElement(root, f"{{{DI}}}BPMNDiagram", {"id": "diagram"}))
        ET.indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

    def _model(self, out: ET.Element) -> None:
        lanes = ET.SubElement(out, f"{{{MODEL}}}laneSet", {"id": "lanes"})
        for actor in self.lanes:
            lane = ET.SubElement(lanes, f"{{{MODEL}}}lane", {"id": f"lane_{actor.key}", "name": actor.label})
            for node in self.nodes:
                if node.lane == actor.key:
                    ET.SubElement(lane, f"{{{MODEL}}}flowNodeRef").text = node.id
        for node in self.nodes:
            said = {"id": node.id, **({"name": node.name} if node.name else {})}
            made = ET.SubElement(out, f"{{{MODEL}}}{node.tag}", said)
            if node.note:
                ET.SubElement(made, f"{{{MODEL}}}documentation").text = node.note
            for key in node.incoming:
                ET.SubElement(made, f"{{{MODEL}}}incoming").text = key
            for key in node.outgoing:
                ET.SubElement(made, f"{{{MODEL}}}outgoing").text = key
        for flow in self.flows:
            ends = {"id": flow.id, "sourceRef": flow.source.id, "targetRef": flow.target.id}
            said = {**ends, **({"name": flow.name} if flow.name else {})}
            ET.SubElement(out, f"{{{MODEL}}}sequenceFlow", said)

    def _diagram(self, out: ET.Element) -> None:
        plane = ET.SubElement(out, f"{{{DI}}}BPMNPlane", {"id": "plane", "bpmnElement": "collaboration"})
        width = self.x - POOL_HEAD
        self._shape(plane, "pool", 0, 0, self.x, self.bottom, {"isHorizontal": "true"})
        for actor in self.lanes:
            top, height = self.tops[actor.key], self.height[actor.key]
            self._shape(plane, f"lane_{actor.key}", POOL_HEAD, top, width, height, {"isHorizontal": "true"})
        for node in self.nodes:
            more = {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
            shape = self._shape(plane, node.id, node.left, node.top, *node.size, more)
            if node.tag in {"startEvent", "endEvent"}:
                label = ET.SubElement(shape, f"{{{DI}}}BPMNLabel")
                if node.lift:
                    self._bounds(label, node.right + 4, node.top, LABEL - 10, 40)
                else:
                    self._bounds(label, node.x - 45, node.bottom + 4, 90, 27)
        for flow in self.flows:
            edge = ET.SubElement(plane, f"{{{DI}}}BPMNEdge", {"id": f"{flow.id}_di", "bpmnElement": flow.id})
            points = self._points(flow)
            for x, y in points:
                ET.SubElement(edge, f"{{{DD}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
            if flow.name:
                label = ET.SubElement(edge, f"{{{DI}}}BPMNLabel")
                self._label(label, flow, points)

    def _label(self, label: ET.Element, flow: _Flow, points: list[tuple[float, float]]) -> None:
        if flow.channel is None:
            x, y = points[0]
            self._bounds(label, x + 2, y + 2, LABEL - 10, 40)
            return
        x, y = points[-3]
        width = 250
        self._bounds(label, x + 4 if points[-2][0] > x else x - width - 4, y - 29, width, 28)

    def _shape(
        self,
        plane: ET.Element,
        key: str,
        x: float,
        y: float,
        width: float,
        height: float,
        more: dict[str, str],
    ) -> ET.Element:
        shape = ET.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"{key}_di", "bpmnElement": key, **more})
        self._bounds(shape, x, y, width, height)
        return shape

    def _bounds(self, out: ET.Element, x: float, y: float, width: float, height: float) -> None:
        size = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}"}
        ET.SubElement(out, f"{{{DC}}}Bounds", size)
