"""The way through a service as a picture says it: steps with their symbols, and every way out of each.

The shapes of Lampiran 1 are lost in the SOP as received (only its legend was left), so each symbol follows
from what runs: a step with more than one way out decides, a step at which a superior examines is supervised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from muara.sop.definition import CALLER, END, Limit, Outcome, OutcomeKind, Process, Step

Symbol = Literal["terminator", "activity", "supervised", "line", "connector", "decision", "form", "forms"]
State = Literal["", "done", "here"]

LEGEND: tuple[tuple[Symbol, str], ...] = (
    ("terminator", "Memulai / Mengakhiri Proses"),
    ("activity", "Aktivitas / Proses"),
    ("supervised", "Proses dengan Pengawasan & pengendalian"),
    ("line", "Alur Proses"),
    ("connector", "Penyambung Proses"),
    ("decision", "Keputusan"),
    ("form", "Formulir"),
    ("forms", "Formulir rangkap / multi distribusi"),
)
WORDS = dict(LEGEND)
SUPERVISES = frozenset({"endorse", "decide"})


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn on the way: a case's path, or the figures of many cases; steps are named by their keys.

    `taken` counts how often a way (step, outcome) was taken; `walked` are the stretches (step, outcome, step
    reached or "end") to draw as gone over. `notes` stand under a step's title, `open` counts the cases there.
    """

    here: frozenset[str] = frozenset()
    done: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[tuple[str, str], int] = field(default_factory=dict)
    walked: frozenset[tuple[str, str, str]] = frozenset()
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open: Mapping[str, int] = field(default_factory=dict)


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a step: to the steps `targets` (several where it goes to whoever asked), or to the end.

    `walked` are those of its targets to draw as gone over, 0 for the end.
    """

    step: int
    key: str
    label: str
    kind: OutcomeKind
    targets: tuple[int, ...]
    needs_reason: bool
    extension: bool
    taken: int
    walked: frozenset[int]

    @property
    def ends(self) -> bool:
        return not self.targets

    @property
    def is_back(self) -> bool:
        """It leads to a step that came before."""
        return any(target < self.step for target in self.targets)

    @property
    def leads(self) -> str:
        """Word where it leads."""
        if self.ends:
            return "selesai"
        if len(self.targets) > 1:
            *others, last = map(str, self.targets)
            return f"ke langkah yang meminta: {', '.join(others)} atau {last}"
        return f"{'kembali ' if self.is_back else ''}ke langkah {self.targets[0]}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that a step makes; `copies` where it is made in several for several readers."""

    title: str
    copies: bool

    @property
    def symbol(self) -> Symbol:
        return "forms" if self.copies else "form"


@dataclass(frozen=True, slots=True)
class Beside:
    """Work of another step that runs beside this one."""

    number: int
    title: str
    actor: str
    column: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the matrix: a step with its symbol in its actor's column (from 0)."""

    number: int
    key: str
    title: str
    actor: str
    column: int
    symbol: Symbol
    decides: bool
    optional: bool
    time: str
    counted: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    beside: Beside | None
    ways: tuple[Way, ...]
    state: State
    notes: tuple[str, ...]
    load: float  # cases here, as a share of the fullest step

    @property
    def symbols(self) -> str:
        """Name its symbols in the words of the SOP's legend."""
        names = [WORDS[self.symbol], *([WORDS["decision"]] if self.decides else [])]
        return " dan ".join(name.lower() for name in names)


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole way: the actors by column, a stage for each step, and the ends that no step prints."""

    title: str
    document: str
    revision: str
    actors: tuple[str, ...]
    stages: tuple[Stage, ...]
    endings: tuple[str, ...]
    traced: bool  # it shows one case's path: what was not walked steps back

    def stage(self, number: int) -> Stage:
        """Find a stage by the step's printed number."""
        return next(stage for stage in self.stages if stage.number == number)


def read_flow(process: Process, *, kind: str = "", marks: Marks = NO_MARKS) -> Flow:
    """Read a service's way off its SOP; `kind` words it for a permit or a refusal ("" fits both)."""
    actors = sorted(process.actors, key=lambda actor: actor.column)
    columns = {actor.key: place for place, actor in enumerate(actors)}
    return Flow(
        title=process.title,
        document=process.document,
        revision=process.revision,
        actors=tuple(actor.label for actor in actors),
        stages=tuple(
            _stage(process, step, columns, kind=kind, marks=marks)
            for step in sorted(process.steps, key=lambda step: step.number)
        ),
        endings=tuple(
            f"{ending.label} (oleh {' atau '.join(process.actor(key).label for key in ending.by)}, "
            f"sebelum langkah {process.step(ending.before).number})"
            for ending in process.endings
        ),
        traced=bool(marks.here or marks.walked),
    )


def _stage(process: Process, step: Step, columns: Mapping[str, int], *, kind: str, marks: Marks) -> Stage:
    ways = tuple(_way(process, step, outcome, kind=kind, marks=marks) for outcome in step.outcomes)
    most = max(marks.open.values(), default=0)
    return Stage(
        number=step.number,
        key=step.key,
        title=step.said(kind),
        actor=process.actor(step.actor).label,
        column=columns[step.actor],
        symbol=_symbol(process, step, ways),
        decides=len({way.targets for way in ways}) > 1,
        optional=step.optional,
        time=step.limit.printed if step.limit else "",
        counted=_counted(process, step.limit),
        inputs=step.inputs,
        outputs=step.outputs,
        sheets=_sheets(process, step),
        beside=_beside(process, step, columns),
        ways=ways,
        state="here" if step.key in marks.here else "done" if marks.done.get(step.key) else "",
        notes=marks.notes.get(step.key, ()),
        load=marks.open.get(step.key, 0) / most if most else 0.0,
    )


def _symbol(process: Process, step: Step, ways: tuple[Way, ...]) -> Symbol:
    if step.key == process.start or all(way.ends for way in ways):
        return "terminator"
    return "supervised" if step.activity in SUPERVISES else "activity"


def _counted(process: Process, limit: Limit | None) -> str:
    """Word the limit that we count where the SOP prints none for this step."""
    if limit is None or not limit.derived or limit.days is None:
        return ""
    clock = next(item for item in process.clocks if item.key == limit.clock)
    return f"Tidak tercetak; dihitung {limit.days} hari kerja sejak {clock.label[0].lower()}{clock.label[1:]}"


def _way(process: Process, step: Step, outcome: Outcome, *, kind: str, marks: Marks) -> Way:
    keys = process.callers(step.key) if outcome.to == CALLER else {outcome.to}
    numbers = {0 if key == END else process.step(key).number: key for key in keys}
    return Way(
        step=step.number,
        key=outcome.key,
        label=outcome.said(kind),
        kind=outcome.kind,
        targets=tuple(sorted(number for number in numbers if number)),
        needs_reason=outcome.needs_reason,
        extension=outcome.extension,
        taken=marks.taken.get((step.key, outcome.key), 0),
        walked=frozenset(
            number for number, key in numbers.items() if (step.key, outcome.key, key) in marks.walked
        ),
    )


def _sheets(process: Process, step: Step) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(form.title, copies=form.letter in process.drafted and len(process.copies) > 1)
        for form in process.forms
        if form.born == step.key
    )


def _beside(process: Process, step: Step, columns: Mapping[str, int]) -> Beside | None:
    for other in process.companions(step.key):
        if other.companion is not None:
            actor = process.actor(other.actor)
            return Beside(other.number, other.companion.title, actor.label, columns[actor.key])
    return None
