"""What became of one case as plain rows: what a replay judges and an event log tells. No Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from muara.sop.definition import Process, Step


@dataclass(frozen=True, slots=True)
class Stay:
    """A case's stay at a step (a task): who received it, who closed it, and how.

    Persons are ids of users. `roles` are the actors that `closed_by` held on that day. A `companion` is
    work that runs beside another step.
    """

    id: int
    step: str
    actor: str
    companion: bool
    opened_at: datetime
    received_at: datetime | None = None
    received_by: int | None = None
    closed_at: datetime | None = None
    closed_by: int | None = None
    outcome: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft decree: `kind` is "permit" or "refusal"."""

    id: int
    kind: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Endorsed:
    """A paraf on a draft, or the signature under it, given in the stay `task`."""

    draft: int
    task: int
    step: str
    signature: bool
    by: int
    at: datetime
    voided_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it stood at a moment: given, and not void yet."""
        return self.at <= at and (self.voided_at is None or self.voided_at > at)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of a decree; `draft` is the decree's in the register, None where the register has none."""

    by: int
    at: datetime
    kind: str
    decision: int | None = None
    draft: int | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """The decree was given or sent."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the case's chain: which stay it speaks of, and whether it says that the stay was closed."""

    seq: int
    task: int | None
    verb: str
    closes: bool
    by: int | None
    at: datetime

    @property
    def outcome(self) -> str:
        """What the stay was closed with ("verify.complete" says "complete")."""
        return self.verb.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class History:
    """A case from its first task to its end, with the process of the revision that it is pinned to.

    `entered_at` is the step at which a case that ran on paper was taken over, "" for all others; `main` are
    the stays on the main line, one after another; `entries` are what the case's chain says, None where only
    the rows are judged.
    """

    case: int
    process: Process
    opened_at: datetime
    closed_at: datetime | None
    result: str
    stays: tuple[Stay, ...]
    entered_at: str = ""
    drafts: tuple[Drafted, ...] = ()
    endorsements: tuple[Endorsed, ...] = ()
    numbers: tuple[Numbered, ...] = ()
    handed: Handed | None = None
    entries: tuple[Recorded, ...] | None = None
    main: tuple[Stay, ...] = field(init=False)

    def __post_init__(self) -> None:
        # In the order they were written, which holds even where a clock was set back.
        line = (stay for stay in self.stays if not stay.companion)
        object.__setattr__(self, "main", tuple(sorted(line, key=lambda stay: stay.id)))


def activity_name(step: Step, *, companion: bool = False) -> str:
    """Name an activity alike in the event log and in the model: "7. Memverifikasi berkas"."""
    if companion and step.companion:
        return f"{step.number}. {step.companion.title}"
    return f"{step.number}. {step.title}"
