"""What runs: actors, steps, outcomes, limits and requirements, read from `process.toml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args

from muara.sop.broken import BrokenSop, Fault
from muara.sop.numbering import Numbering, unknown_tokens
from muara.sop.tables import Table, read_toml

FILE = "process.toml"
CALLER = "@caller"
END = "end"

ACTIVITIES = frozenset(
    {
        "ask",
        "inform",
        "apply",
        "check",
        "advise",
        "register",
        "verify",
        "correct",
        "deliver",
        "review",
        "draft",
        "endorse",
        "meet",
        "decide",
        "number",
        "hand_over",
        "receive",
    }
)

OutcomeKind = Literal["forward", "return", "detour", "refuse", "close"]
DecisionKind = Literal["", "permit", "refusal"]
Side = Literal["applicant", "front_office", "back_office", "agency", "meeting", "head"]
Checklist = Literal["", "requirements", "final"]
KeptAs = Literal["letter", "scan", "record", "ticket", "complaint", "survey"]
Group = Literal["document", "obligation"]

_Choice = TypeVar("_Choice", bound=str)


def _said(label: str, refusal_label: str, kind: str) -> str:
    return refusal_label if kind == "refusal" and refusal_label else label


class UnknownStep(LookupError):
    """The process has no step of this key or number."""


class UnknownOutcome(LookupError):
    """The step has no outcome of this key."""


class UnknownActor(LookupError):
    """The process has no actor of this key."""


class UnknownRequirement(LookupError):
    """The process has no requirement of this number."""


class UnknownKind(LookupError):
    """The process has no kind of application of this key."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A column of the SOP's flow: who does a step."""

    key: str
    column: int
    label: str
    printed: str
    side: Side
    also_printed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """From which day limits are counted; day 0 is fixed in the step `starts_at`."""

    key: str
    label: str
    starts_at: str
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """The time standard of a step: what the SOP prints, and the working days we count by.

    `printed` may be empty; `days` are cumulative working days after day 0 of `clock`, None where the SOP
    sets none. `derived` marks days that the SOP does not print for this step; `note` says where from.
    Where the limit is for the step's first pass alone, `later_days` bound every later one, or
    `first_pass_only` says that nothing does.
    """

    printed: str
    clock: str | None
    days: int | None
    derived: bool
    note: str
    later_days: int | None = None
    first_pass_only: bool = False

    @property
    def tells_passes_apart(self) -> bool:
        return self.first_pass_only or self.later_days is not None

    def days_of(self, *, again: bool) -> int | None:
        """The working days of a pass: the step's first, or a later one."""
        return self.later_days if again and self.tells_passes_apart else self.days


@dataclass(frozen=True, slots=True)
class Touch:
    """Minutes of an officer's own work that the SOP prints: statistics, never a breach."""

    least: int
    most: int

    @property
    def told(self) -> str:
        """The minutes as one reads them: "10–30 menit", or one number where both are the same."""
        return f"{self.most} menit" if self.least == self.most else f"{self.least}–{self.most} menit"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way out of a step; `to` is a step's key, "@caller" or "end".

    `drafts` binds the next draft to be a permit or a refusal. `extension` marks a way that the SOP does
    not print but that law or practice cannot do without. `refusal_label` is what it is called where the
    decree is a refusal; "" where the label fits both.
    """

    key: str
    label: str
    refusal_label: str
    to: str
    kind: OutcomeKind
    needs_reason: bool
    drafts: DecisionKind
    extension: bool

    def said(self, kind: str) -> str:
        """What it is called where the decree is of this kind."""
        return _said(self.label, self.refusal_label, kind)


@dataclass(frozen=True, slots=True)
class Ending:
    """A way for a case to end at whatever step it stands, which the SOP does not print (an extension).

    `by` are the actors who may end it so; `before` is the step at whose opening it is too late.
    """

    key: str
    label: str
    by: tuple[str, ...]
    before: str
    note: str

    def said(self, kind: str) -> str:
        """What it is called, whatever the decree would have been."""
        return self.label


@dataclass(frozen=True, slots=True)
class Companion:
    """Work of a step that runs beside another step, opening and closing with it."""

    opens_with: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered row of the SOP's flow.

    `examines` are the ids of printed clauses that whoever does the step has to have made sure of before
    the file goes on (the "Memastikan …" of 12, 13 and 15). `refusal_title` is what it is called where the
    decree is a refusal; "" where the title fits both.
    """

    key: str
    number: int
    actor: str
    activity: str
    title: str
    refusal_title: str
    source: str
    optional: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    letters: tuple[str, ...]
    examines: tuple[str, ...]
    checklist: Checklist
    touch: Touch | None
    limit: Limit | None
    companion: Companion | None
    outcomes: tuple[Outcome, ...]

    def said(self, kind: str) -> str:
        """What it is called where the decree is of this kind."""
        return _said(self.title, self.refusal_title, kind)

    def outcome(self, key: str) -> Outcome:
        """Find an outcome; raises UnknownOutcome."""
        for outcome in self.outcomes:
            if outcome.key == key:
                return outcome
        raise UnknownOutcome(f"Langkah {self.number} ({self.key}) tidak mempunyai hasil '{key}'.")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered line of the SOP's section G: a document to bring or an obligation to take on.

    `duty` is an obligation worded as a permit would say it: a start for the agency, which words its own.
    `personal` marks documents that tell of persons: opening one of them is kept in the log of personal data.
    """

    number: int
    printed: str
    reading: str
    group: Group
    help: str
    upload: bool
    covered_by: int | None
    duty: str
    personal: bool


@dataclass(frozen=True, slots=True)
class ApplicationKind:
    """What an applicant may apply for: `needs_permit` an earlier one, `while_valid` one that still runs."""

    key: str
    label: str
    help: str
    needs_permit: bool
    while_valid: bool


@dataclass(frozen=True, slots=True)
class CheckItem:
    """A line of the final checklist of the numbered permit, or with `refusal_label` of a refusal.

    `electronic_label` is what it asks where the original is no paper.
    """

    key: str
    label: str
    refusal_label: str
    source: str
    electronic_label: str = ""

    def said(self, kind: str, *, electronic: bool = False) -> str:
        """What it asks where the decree is of this kind, on paper or not."""
        if electronic and self.electronic_label:
            return self.electronic_label
        return _said(self.label, self.refusal_label, kind)


@dataclass(frozen=True, slots=True)
class Copy:
    """A printed copy of the decision, and whom it is for; the office may add more."""

    number: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What an applicant brings to collect the permit, and what is done while nobody comes.

    `remind_after` and `send_after` are working days since the permit was ready; the SOP prints neither.
    """

    bring: tuple[str, ...]
    remind_after: tuple[int, ...]
    send_after: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that the service makes from `letters/<key>.typ`."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form, document or register that the SOP names.

    `kept` says what it is here: a `letter` that we make, a `scan` that is filed, a `record` of the dossier,
    or a ticket, complaint or survey. `born` is the step that makes it, "" where it belongs to no case;
    `signed_by` are actors. `empty` forms are offered to everybody, with `use` saying what for.
    """

    code: str
    title: str
    source: str
    kept: KeptAs
    letter: str
    born: str
    signed_by: tuple[str, ...]
    optional: bool
    empty: bool
    use: str


@dataclass(frozen=True, slots=True)
class Process:
    """A service as it runs under one revision of its SOP.

    `opens_after` is the step whose end opens a case; steps before it are talks, not cases.
    `notice` tells applicants which rules stand beside this SOP today; it may be empty.
    `promise_days` are working days after day 0 of the clock `promise_clock` (section I).
    """

    code: str
    slug: str
    title: str
    product: str
    document: str
    revision: str
    effective: date
    start: str
    opens_after: str
    validity_years: int
    promise_days: int
    promise_clock: str
    notice: str
    actors: tuple[Actor, ...]
    clocks: tuple[Clock, ...]
    steps: tuple[Step, ...]
    endings: tuple[Ending, ...]
    requirements: tuple[Requirement, ...]
    kinds: tuple[ApplicationKind, ...]
    final_checklist: tuple[CheckItem, ...]
    copies: tuple[Copy, ...]
    collection: Collection
    letters: tuple[Letter, ...]
    forms: tuple[PrintedForm, ...]
    numberings: tuple[Numbering, ...]
    separated: tuple[tuple[str, str], ...]

    def step(self, key: str) -> Step:
        """Find a step by key; raises UnknownStep."""
        for step in self.steps:
            if step.key == key:
                return step
        raise UnknownStep(f"Tidak ada langkah '{key}' dalam {self.document} rev. {self.revision}.")

    def step_number(self, number: int) -> Step:
        """Find a step by its printed number; raises UnknownStep."""
        for step in self.steps:
            if step.number == number:
                return step
        raise UnknownStep(f"Tidak ada langkah {number} dalam {self.document} rev. {self.revision}.")

    def actor(self, key: str) -> Actor:
        """Find an actor by key; raises UnknownActor."""
        for actor in self.actors:
            if actor.key == key:
                return actor
        raise UnknownActor(f"Tidak ada pelaksana '{key}' dalam {self.document} rev. {self.revision}.")

    def requirement(self, number: int) -> Requirement:
        """Find a requirement by its printed number; raises UnknownRequirement."""
        for requirement in self.requirements:
            if requirement.number == number:
                return requirement
        raise UnknownRequirement(f"Tidak ada persyaratan {number} dalam {self.document}.")

    def kind(self, key: str) -> ApplicationKind:
        """Find a kind of application by key; raises UnknownKind."""
        for kind in self.kinds:
            if kind.key == key:
                return kind
        raise UnknownKind(f"Tidak ada jenis permohonan '{key}' dalam {self.document}.")

    def numbering(self, key: str) -> Numbering:
        """Find a number pattern by key ("registration", "permit"); raises LookupError."""
        for numbering in self.numberings:
            if numbering.key == key:
                return numbering
        raise LookupError(f"Tidak ada pola nomor '{key}' dalam {self.document}.")

    def uploads(self) -> tuple[Requirement, ...]:
        """List the requirements for which a file must be uploaded."""
        return tuple(requirement for requirement in self.requirements if requirement.upload)

    def separated_from(self, step: str) -> frozenset[str]:
        """List the steps that whoever did `step` may not do in the same case."""
        pairs = [pair for pair in self.separated if step in pair]
        return frozenset(other for pair in pairs for other in pair if other != step)

    def doing(self, activity: str) -> tuple[str, ...]:
        """List the keys of the steps that do an activity: code asks for these, never for a step's key."""
        return tuple(step.key for step in self.steps if step.activity == activity)

    @property
    def drafted(self) -> tuple[DecisionKind, ...]:
        """List the kinds of decree that this service drafts, each with its wording, letter and numbers.

        A service may refuse where an outcome says so, and where an agency may advise against.
        """
        if not self.doing("draft"):
            return ()
        refuses = any(way.drafts == "refusal" for step in self.steps for way in step.outcomes)
        return ("permit", "refusal") if refuses or self.doing("review") else ("permit",)

    @property
    def renews(self) -> bool:
        """Tell whether a permit may be renewed or changed: some kind of application names an earlier one."""
        return any(kind.needs_permit for kind in self.kinds)

    def day_zero(self, clock: str, *, registered_on: date | None, recommended_on: date | None) -> date | None:
        """Find day 0 of a clock: the day of registration, or that of the recommendation's receipt (H)."""
        return recommended_on if self._awaits_agency(clock) else registered_on

    def _awaits_agency(self, clock: str) -> bool:
        start = next(item.starts_at for item in self.clocks if item.key == clock)
        return self.step(start).activity != "register"

    @property
    def promise_awaits_agency(self) -> bool:
        """Tell whether the promise runs from an agency's recommendation rather than from the counter."""
        return self._awaits_agency(self.promise_clock)

    def companions(self, step: str) -> tuple[Step, ...]:
        """List the steps whose companion work opens and closes with `step`."""
        return tuple(item for item in self.steps if item.companion and item.companion.opens_with == step)

    def ending(self, key: str) -> Ending:
        """Find an ending by key; raises UnknownOutcome."""
        for ending in self.endings:
            if ending.key == key:
                return ending
        raise UnknownOutcome(f"Tidak ada akhir '{key}' dalam {self.document} rev. {self.revision}.")

    def way_out(self, step: str, key: str) -> Outcome | Ending:
        """Find how a task of a step was closed: an outcome of its own, or an ending of the whole case."""
        ways: tuple[Outcome | Ending, ...] = (*self.step(step).outcomes, *self.endings)
        for way in ways:
            if way.key == key:
                return way
        raise UnknownOutcome(f"Langkah '{step}' tidak dapat ditutup dengan '{key}'.")

    def is_detour(self, step: str) -> bool:
        """Tell whether whoever called still waits while a case stands at `step`.

        So it is at a step that may go back to its caller, and at one that only leads to such steps (8,
        which hands the mended file to 7).
        """
        return step in self._detours()

    def _detours(self) -> frozenset[str]:
        found = {item.key for item in self.steps if any(way.to == CALLER for way in item.outcomes)}
        while fresh := {
            item.key
            for item in self.steps
            if item.key not in found
            and (ahead := {way.to for way in item.outcomes if way.kind == "forward"})
            and ahead <= found
            and any(
                way.kind == "detour" and way.to == item.key for step in self.steps for way in step.outcomes
            )
        }:
            found |= fresh
        return frozenset(found)

    def callers(self, step: str) -> frozenset[str]:
        """List the steps that may wait while a case stands at `step`: where its "@caller" may lead."""
        detours, waiting = self._detours(), {step}
        ways_in = {step}
        while waiting:
            here = waiting.pop()
            fresh = {
                item.key
                for item in self.steps
                if item.key in detours
                and item.key not in ways_in
                and here in {way.to for way in item.outcomes}
            }
            ways_in |= fresh
            waiting |= fresh
        return frozenset(
            item.key
            for item in self.steps
            for outcome in item.outcomes
            if outcome.kind == "detour" and outcome.to in ways_in
        )

    def follows(self, step: str) -> frozenset[str]:
        """List where a step may lead, "@caller" resolved; may hold "end"."""
        targets = {outcome.to for outcome in self.step(step).outcomes}
        return frozenset((targets - {CALLER}) | (self.callers(step) if CALLER in targets else frozenset()))


def read_process(text: str) -> Process:
    """Read and check a `process.toml`; raises BrokenSop listing every fault."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    process = _process(top)
    top.finish()
    if not faults:
        faults.extend(_check(process))
    if faults:
        raise BrokenSop(faults)
    return process


def _process(top: Table) -> Process:
    service = top.table("service")
    process = Process(
        code=service.text("code"),
        slug=service.text("slug"),
        title=service.text("title"),
        product=service.text("product"),
        document=service.text("document"),
        revision=service.text("revision"),
        effective=service.day("effective"),
        start=service.text("start"),
        opens_after=service.text("opens_after"),
        validity_years=service.integer("validity_years"),
        promise_days=service.integer("promise_days"),
        promise_clock=service.text("promise_clock"),
        notice=service.text("notice", ""),
        actors=tuple(_actor(item) for item in top.tables("actors", name="key")),
        clocks=tuple(_clock(item) for item in top.tables("clocks", name="key", required=False)),
        steps=tuple(_step(item) for item in top.tables("steps", name="key")),
        endings=tuple(_ending(item) for item in top.tables("endings", name="key", required=False)),
        requirements=tuple(_requirement(item) for item in top.tables("requirements", name="number")),
        kinds=tuple(_kind(item) for item in top.tables("kinds", name="key")),
        final_checklist=tuple(
            _check_item(item) for item in top.tables("final_checklist", name="key", required=False)
        ),
        copies=tuple(_copy(item) for item in top.tables("copies", name="number", required=False)),
        collection=_collection(top.maybe_table("collection")),
        letters=tuple(_letter(item) for item in top.tables("letters", name="key", required=False)),
        forms=tuple(_printed_form(item) for item in top.tables("forms", name="code", required=False)),
        numberings=tuple(_numbering(key, item) for key, item in top.table("numbering").items()),
        separated=tuple(_pair(item) for item in top.tables("separated", required=False)),
    )
    service.finish()
    return process


def _actor(table: Table) -> Actor:
    actor = Actor(
        key=table.text("key"),
        column=table.integer("column"),
        label=table.text("label"),
        printed=table.text("printed"),
        side=_one_of(table, "side", get_args(Side)),
        also_printed=table.texts("also_printed"),
    )
    table.finish()
    return actor


def _clock(table: Table) -> Clock:
    clock = Clock(table.text("key"), table.text("label"), table.text("starts_at"), table.text("source"))
    table.finish()
    return clock


def _step(table: Table) -> Step:
    limit, touch, companion = (table.maybe_table(key) for key in ("limit", "touch", "companion"))
    step = Step(
        key=table.text("key"),
        number=table.integer("number"),
        actor=table.text("actor"),
        activity=table.text("activity"),
        title=table.text("title"),
        refusal_title=table.text("refusal_title", ""),
        source=table.text("source"),
        optional=table.boolean("optional", False),
        inputs=table.texts("inputs"),
        outputs=table.texts("outputs"),
        letters=table.texts("letters"),
        examines=table.texts("examines"),
        checklist=_one_of(table, "checklist", get_args(Checklist), default=""),
        touch=_touch(touch) if touch else None,
        limit=_limit(limit) if limit else None,
        companion=_companion(companion) if companion else None,
        outcomes=tuple(_outcome(item) for item in table.tables("outcomes", name="key")),
    )
    table.finish()
    return step


def _touch(table: Table) -> Touch:
    touch = Touch(table.integer("least"), table.integer("most"))
    if touch.least > touch.most:
        table.refuse("menit terkecil melebihi menit terbesar")
    table.finish()
    return touch


def _limit(table: Table) -> Limit:
    limit = Limit(
        printed=table.text("printed", ""),
        clock=table.text("clock", "") or None,
        days=table.maybe_integer("days"),
        derived=table.boolean("derived", False),
        note=table.text("note", ""),
        later_days=table.maybe_integer("later_days"),
        first_pass_only=table.boolean("first_pass_only", False),
    )
    if (limit.days is None) != (limit.clock is None):
        table.refuse("batas waktu harus menyebut 'days' dan 'clock' bersama-sama")
    if limit.days is not None and limit.days < 0:
        table.refuse("jumlah hari tidak boleh negatif")
    if limit.later_days is not None and (limit.days is None or limit.later_days < limit.days):
        table.refuse("'later_days' harus sesudah 'days'")
    if limit.first_pass_only and (limit.days is None or limit.later_days is not None):
        table.refuse("'first_pass_only' menuntut 'days' dan meniadakan 'later_days'")
    if limit.days is not None and not limit.printed and not limit.derived:
        table.refuse("batas yang tidak tercetak harus ditandai 'derived = true'")
    if limit.derived and not limit.note:
        table.refuse("batas yang disimpulkan harus menyebut dasarnya dalam 'note'")
    table.finish()
    return limit


def _companion(table: Table) -> Companion:
    companion = Companion(table.text("opens_with"), table.text("title"), table.text("source"))
    table.finish()
    return companion


def _outcome(table: Table) -> Outcome:
    outcome = Outcome(
        key=table.text("key"),
        label=table.text("label"),
        refusal_label=table.text("refusal_label", ""),
        to=table.text("to"),
        kind=_one_of(table, "kind", get_args(OutcomeKind)),
        needs_reason=table.boolean("needs_reason", False),
        drafts=_one_of(table, "drafts", get_args(DecisionKind), default=""),
        extension=table.boolean("extension", False),
    )
    table.finish()
    return outcome


def _ending(table: Table) -> Ending:
    ending = Ending(
        key=table.text("key"),
        label=table.text("label"),
        by=table.texts("by", None),
        before=table.text("before"),
        note=table.text("note"),
    )
    table.finish()
    return ending


def _requirement(table: Table) -> Requirement:
    requirement = Requirement(
        number=table.integer("number"),
        printed=table.text("printed"),
        reading=table.text("reading"),
        group=_one_of(table, "group", get_args(Group)),
        help=table.text("help"),
        upload=table.boolean("upload", False),
        covered_by=table.maybe_integer("covered_by"),
        duty=table.text("duty", ""),
        personal=table.boolean("personal", False),
    )
    table.finish()
    return requirement


def _kind(table: Table) -> ApplicationKind:
    kind = ApplicationKind(
        table.text("key"),
        table.text("label"),
        table.text("help"),
        table.boolean("needs_permit", False),
        table.boolean("while_valid", False),
    )
    if kind.while_valid and not kind.needs_permit:
        table.refuse("'while_valid' hanya bagi jenis yang memerlukan izin sebelumnya")
    table.finish()
    return kind


def _check_item(table: Table) -> CheckItem:
    item = CheckItem(
        key=table.text("key"),
        label=table.text("label"),
        refusal_label=table.text("refusal_label", ""),
        source=table.text("source"),
        electronic_label=table.text("electronic_label", ""),
    )
    table.finish()
    return item


def _copy(table: Table) -> Copy:
    copy = Copy(table.integer("number"), table.text("purpose"))
    table.finish()
    return copy


def _collection(table: Table | None) -> Collection:
    if table is None:
        return Collection(bring=(), remind_after=(), send_after=None)
    collection = Collection(
        bring=table.texts("bring"),
        remind_after=table.integers("remind_after"),
        send_after=table.maybe_integer("send_after"),
    )
    if list(collection.remind_after) != sorted({day for day in collection.remind_after if day > 0}):
        table.refuse("'remind_after' harus hari kerja yang naik, mulai dari 1")
    table.finish()
    return collection


def _letter(table: Table) -> Letter:
    letter = Letter(table.text("key"), table.text("title"))
    table.finish()
    return letter


def _printed_form(table: Table) -> PrintedForm:
    form = PrintedForm(
        code=table.text("code"),
        title=table.text("title"),
        source=table.text("source"),
        kept=_one_of(table, "kept", get_args(KeptAs), default="letter"),
        letter=table.text("letter", ""),
        born=table.text("born", ""),
        signed_by=table.texts("signed_by"),
        optional=table.boolean("optional", False),
        empty=table.boolean("empty", False),
        use=table.text("use", ""),
    )
    if (form.kept == "letter") != bool(form.letter):
        table.refuse("'letter' wajib bagi formulir yang dibuat sebagai surat, dan hanya baginya")
    if form.empty and not (form.letter and form.use):
        table.refuse("formulir kosong harus menyebut 'letter' dan kegunaannya dalam 'use'")
    table.finish()
    return form


def _numbering(key: str, table: Table) -> Numbering:
    values = table.maybe_table("values")
    numbering = Numbering(
        key=key,
        label=table.text("label"),
        pattern=table.text("pattern"),
        values=tuple(sorted(values.strings().items())) if values else (),
        source=table.text("source", ""),
    )
    table.finish()
    return numbering


def _pair(table: Table) -> tuple[str, str]:
    steps = table.texts("steps", None)
    table.text("source", "")
    table.finish()
    if len(steps) != 2:
        table.refuse("pemisahan tugas harus menyebut tepat dua langkah")
        return ("", "")
    return (steps[0], steps[1])


def _one_of(table: Table, key: str, allowed: tuple[_Choice, ...], *, default: str | None = None) -> _Choice:
    value = table.text(key, default)
    for candidate in allowed:
        if candidate == value:
            return candidate
    if table.has(key):
        table.refuse(f"{key} '{value}' tidak dikenal; pilih {', '.join(item for item in allowed if item)}")
    return allowed[0]


def _check(process: Process) -> list[Fault]:
    """Find what is wrong between the parts: names that point nowhere, doubles, dead ends."""
    faults = [
        *_doubles(process),
        *_loose_names(process),
        *_loose_targets(process),
        *_wrong_requirements(process),
        *_wrong_numberings(process),
    ]
    return faults or _dead_ends(process)


def _doubles(process: Process) -> list[Fault]:
    lists: Mapping[str, Iterable[object]] = {
        "kunci langkah": (step.key for step in process.steps),
        "nomor langkah": (step.number for step in process.steps),
        "kunci pelaksana": (actor.key for actor in process.actors),
        "kolom pelaksana": (actor.column for actor in process.actors),
        "kunci jam hitung": (clock.key for clock in process.clocks),
        "nomor persyaratan": (requirement.number for requirement in process.requirements),
        "jenis permohonan": (kind.key for kind in process.kinds),
        "kunci akhir": (ending.key for ending in process.endings),
        "butir checklist akhir": (item.key for item in process.final_checklist),
        "nomor rangkap": (copy.number for copy in process.copies),
        "kunci surat": (letter.key for letter in process.letters),
        "kode formulir": (form.code for form in process.forms),
    }
    faults = [
        Fault(FILE, "", f"{what} '{value}' dipakai {times} kali")
        for what, values in lists.items()
        for value, times in Counter(values).items()
        if times > 1
    ]
    for step in process.steps:
        doubles = [
            key for key, times in Counter(outcome.key for outcome in step.outcomes).items() if times > 1
        ]
        faults += [_at(step, f"hasil '{key}' dipakai lebih dari sekali") for key in doubles]
    return faults


def _loose_names(process: Process) -> list[Fault]:
    actors = {actor.key for actor in process.actors}
    clocks = {clock.key for clock in process.clocks}
    letters = {letter.key for letter in process.letters}
    steps = {step.key for step in process.steps}
    faults = []
    for step in process.steps:
        if step.actor not in actors:
            faults.append(_at(step, f"pelaksana '{step.actor}' tidak dikenal"))
        if step.activity not in ACTIVITIES:
            faults.append(_at(step, f"kegiatan '{step.activity}' tidak dikenal"))
        if step.limit and step.limit.clock and step.limit.clock not in clocks:
            faults.append(_at(step, f"jam hitung '{step.limit.clock}' tidak dikenal"))
        if step.companion and step.companion.opens_with not in steps:
            faults.append(_at(step, f"langkah pendamping '{step.companion.opens_with}' tidak dikenal"))
        if step.checklist == "final" and not process.final_checklist:
            faults.append(_at(step, "memakai checklist akhir, tetapi 'final_checklist' kosong"))
        faults += [_at(step, f"surat '{key}' tidak dikenal") for key in step.letters if key not in letters]
    named = [
        ("start", process.start),
        ("opens_after", process.opens_after),
        *((f"jam hitung '{clock.key}'", clock.starts_at) for clock in process.clocks),
        *((f"akhir '{ending.key}'", ending.before) for ending in process.endings),
        *(("pemisahan tugas", key) for pair in process.separated for key in pair),
    ]
    faults += [
        Fault(FILE, "", f"{what} menunjuk langkah '{key}' yang tidak ada")
        for what, key in named
        if key not in steps
    ]
    faults += [
        Fault(
            FILE,
            f"jam hitung '{clock.key}'",
            "hanya dapat mulai pada langkah pendaftaran atau pembuatan draf",
        )
        for clock in process.clocks
        if not {"register", "draft"}
        & {item.activity for item in process.steps if item.key == clock.starts_at}
        and clock.starts_at in steps
    ]
    faults += [
        Fault(FILE, f"surat '{kind}'", "harus ada karena layanan ini menyusunnya")
        for kind in process.drafted
        if kind not in letters
    ]
    faults += [
        Fault(FILE, f"akhir '{ending.key}'", f"pelaksana '{key}' tidak dikenal")
        for ending in process.endings
        for key in ending.by
        if key not in actors
    ]
    for form in process.forms:
        place = f"formulir '{form.code}'"
        if form.letter and form.letter not in letters:
            faults.append(Fault(FILE, place, f"surat '{form.letter}' tidak dikenal"))
        if form.born and form.born not in steps:
            faults.append(Fault(FILE, place, f"langkah '{form.born}' tidak dikenal"))
        faults += [
            Fault(FILE, place, f"pelaksana '{key}' tidak dikenal")
            for key in form.signed_by
            if key not in actors
        ]
    if process.doing("draft") and not process.copies:
        faults.append(Fault(FILE, "", "keputusan dicetak, tetapi 'copies' kosong"))
    if process.promise_clock not in clocks:
        faults.append(Fault(FILE, "", f"jam hitung janji '{process.promise_clock}' tidak dikenal"))
    return faults


def _loose_targets(process: Process) -> list[Fault]:
    steps = {step.key for step in process.steps}
    faults = []
    for step in process.steps:
        if not step.outcomes:
            faults.append(_at(step, "tidak mempunyai hasil"))
        for outcome in step.outcomes:
            if outcome.to == CALLER and not process.callers(step.key):
                faults.append(_at(step, f"hasil '{outcome.key}' kembali ke pemanggil, tetapi tidak ada"))
            if outcome.to not in steps | {CALLER, END}:
                faults.append(_at(step, f"hasil '{outcome.key}' menuju '{outcome.to}' yang tidak ada"))
            if (outcome.to == END) != (outcome.kind in {"close", "refuse"}):
                faults.append(_at(step, f"hasil '{outcome.key}': hanya 'close' atau 'refuse' menuju '{END}'"))
    return faults


def _wrong_requirements(process: Process) -> list[Fault]:
    numbers = {requirement.number: requirement for requirement in process.requirements}
    faults = []
    for requirement in process.requirements:
        place = f"persyaratan {requirement.number}"
        if requirement.covered_by is None:
            continue
        if requirement.covered_by == requirement.number or requirement.covered_by not in numbers:
            faults.append(Fault(FILE, place, f"dipenuhi oleh nomor {requirement.covered_by} yang tidak ada"))
        elif requirement.upload:
            faults.append(Fault(FILE, place, "dipenuhi oleh nomor lain, jadi tidak diunggah sendiri"))
    return faults


def _wrong_numberings(process: Process) -> list[Fault]:
    there = {numbering.key for numbering in process.numberings}
    needed = [*(["registration"] if process.doing("register") else []), *process.drafted]
    return [
        Fault(FILE, f"numbering '{key}'", "pola nomor tidak ada") for key in needed if key not in there
    ] + [
        Fault(FILE, f"numbering '{numbering.key}'", f"token {{{token}}} tidak dikenal")
        for numbering in process.numberings
        for token in unknown_tokens(numbering.pattern, values=dict(numbering.values))
    ]


def _dead_ends(process: Process) -> list[Fault]:
    steps = {step.key for step in process.steps}
    ways = {key: process.follows(key) for key in steps}
    reached = _closure({process.start}, ways)
    back: dict[str, set[str]] = {key: set() for key in steps | {END}}
    for key, targets in ways.items():
        for target in targets:
            back[target].add(key)
    ending = _closure({END}, back)
    return [
        *(_at(step, "tidak dapat dicapai dari awal") for step in process.steps if step.key not in reached),
        *(_at(step, "tidak dapat mencapai akhir") for step in process.steps if step.key not in ending),
    ]


def _closure(seeds: set[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    found, waiting = set(seeds), list(seeds)
    while waiting:
        fresh = set(ways.get(waiting.pop(), ())) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _at(step: Step, reason: str) -> Fault:
    return Fault(FILE, f"langkah {step.number} '{step.key}'", reason)
