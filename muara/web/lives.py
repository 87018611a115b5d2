"""A permit's life as pages show it: the picture of its spans, and the badges of lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from muara.cases.models import Application
from muara.permits.models import LaterDecision, Permit
from muara.permits.standing import Span, Standing, Status, life, standing

WIDTH, SIDE, LETTER = 330, 18, 9  # of the picture, in units that are about pixels of a phone
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
    def rows(self) -> list[tuple[Span, str]]:
        """Each span with its colour, for the table."""
        return [(span, COLOURS[span.status]) for span in self.spans]

    @property
    def today_label(self) -> float:
        """Where the words of today's line stand, whole."""
        return min(max(self.today or 0, 30), WIDTH - 30)

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
        fits = width > LETTER * len(span.status)
        bars.append(Bar(left, width, FILLS[COLOURS[span.status]], span.status.value if fits else ""))
    return Life(
        standing=now,
        colour=COLOURS[now.status],
        spans=spans,
        bars=bars,
        years=_years(first, last, place),
        today=place(on) if on >= first else None,
        later=[one for one in permit.later.all() if one.since is not None],
    )


def _years(first: date, last: date, place: Callable[[date], float]) -> list[tuple[float, int]]:
    """The turns of the year, as many as have room for their figures beside each other."""
    years = range(first.year + 1, last.year + 1)
    apart = -(-len(years) * 5 * LETTER // (WIDTH - 2 * SIDE)) or 1
    return [(place(date(year, 1, 1)), year) for year in years if (year - first.year - 1) % apart == 0]


@dataclass(frozen=True, slots=True)
class Badge:
    """What a list tells of a permit that does not stand as it was given, and the decision that says so."""

    tag: str
    colour: str
    decision: LaterDecision


def badges_of(application: Application, *, on: date) -> list[Badge]:
    """Freeze, revocation or annulment, and the newest correction; reads nothing when they are prefetched."""
    permit: Permit | None = getattr(getattr(application, "case", None), "permit", None)
    return badges(permit, on=on) if permit is not None else []


def badges(permit: Permit, *, on: date) -> list[Badge]:
    """The same for a permit whose `later` decisions were fetched."""
    now, decided = standing(permit, on=on), [one for one in permit.later.all() if one.since is not None]
    found = []
    if now.cause is not None and now.status is not Status.ACTIVE:
        found.append(Badge(f"Izin {now.status}", COLOURS[now.status], now.cause))
    corrected = [one for one in decided if one.kind == LaterDecision.Kind.CORRECTION]
    if corrected:
        found.append(Badge("Ada ralat", "teal", corrected[-1]))
    return found


def decided_later(path: str) -> Prefetch[str]:
    """Fetch what badges read, for many permits at once."""
    return Prefetch(path, LaterDecision.objects.exclude(since=None).select_related("delivery"))


def papers_of(permit: Permit) -> list[LaterDecision]:
    """Every decision about a permit that came into force, with how it came to the holder."""
    rows = permit.later.exclude(since=None).select_related("number", "scan", "delivery")
    return list(rows.order_by("since", "pk"))
