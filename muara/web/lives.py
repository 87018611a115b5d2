"""The picture of a permit's life: its spans side by side, and what was decided, laid out on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from muara.permits.models import LaterDecision, Permit
from muara.permits.standing import Span, Standing, Status, life, standing

WIDTH, SIDE = 480, 10  # of the picture, in units of its own
COLOURS = {
    Status.UNISSUED: "amber",
    Status.ACTIVE: "green",
    Status.SUSPENDED: "amber",
    Status.EXPIRED: "grey",
    Status.REPLACED: "grey",
    Status.REVOKED: "red",
    Status.ANNULLED: "red",
}
# Light enough for black words on them; each also has its word and, for who sees no colour, its own pattern.
FILLS = {"green": "#bfe3cc", "amber": "#ffe2ad", "grey": "#d9d9d9", "red": "#f6c4c4"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in the picture."""

    x: float
    width: float
    fill: str
    label: str  # empty where the bar is too narrow for it

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Life:
    """A permit's life as a picture, and in words for the table beside it."""

    standing: Standing
    colour: str
    spans: list[Span]
    bars: list[Bar]
    years: list[tuple[float, int]]
    today: float | None
    later: list[LaterDecision]  # those that count

    width: int = WIDTH

    @property
    def told(self) -> str:
        """The picture in words."""
        return "; ".join(
            f"{span.status} sejak {span.starts:%d-%m-%Y}"
            + (f" sampai {span.ends:%d-%m-%Y}" if span.ends else "")
            for span in self.spans
        )


def life_of(permit: Permit, *, on: date) -> Life:
    """Lay out a permit's life as it is known on a day; best with `permit.later` fetched beforehand."""
    spans, now = life(permit), standing(permit, on=on)
    first, last = permit.issued_on, max(permit.expires_on, on, *(span.starts for span in spans))
    days = max((last - first).days, 1) * 1.04  # what ended shows a little of what came after

    def place(day: date) -> float:
        return round(SIDE + min((day - first).days / days, 1) * (WIDTH - 2 * SIDE), 1)

    bars = []
    for span in spans:
        left, right = place(span.starts), place(span.ends) if span.ends else WIDTH - SIDE
        width = round(max(right - left, 2), 1)
        fits = width > 7.5 * len(span.status)
        bars.append(Bar(left, width, FILLS[COLOURS[span.status]], span.status.value if fits else ""))
    return Life(
        standing=now,
        colour=COLOURS[now.status],
        spans=spans,
        bars=bars,
        years=[(place(date(year, 1, 1)), year) for year in range(first.year + 1, last.year + 1)],
        today=place(on) if on >= first else None,
        later=[one for one in permit.later.all() if one.since is not None],
    )
