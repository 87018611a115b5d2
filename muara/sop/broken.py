"""How a broken SOP is refused: by file, step and reason, all faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in an SOP folder; `step` is empty where no step is concerned."""

    file: str
    step: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.step}" if self.step else self.file
        return f"{place}: {self.reason}"


class BrokenSop(Exception):
    """The files of an SOP cannot be run; `faults` lists everything that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
