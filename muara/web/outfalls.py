"""The map of outfalls and monitoring points with their state: for whoever oversees them, and for the holder.

The same SVG everywhere, drawn here; a state is told by a shape and a word, never by colour alone, and the
table below the map says all that it shows. Points that lie too near to each other share a mark, which leads
nearer: no script is needed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.compliance.models import Discharge
from muara.compliance.points import GRAVEST, PlacedPoint, PointState, placed_points
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.sop.places import UNCERTAIN
from muara.web.desk import beside_the_desk, desk_officer
from muara.web.discharges import LOOKED_BACK, looked_at, narrowing, without_page
from muara.web.files import person
from muara.web.maps import Frame, frame_of

DAY = timedelta(days=1)
WIDTH, HEIGHT = 400, 460  # Kalimantan Timur is taller than wide; a telephone shows it nearly as large
NEAREST = 0.012  # degrees: a window of about 1,3 km
APART = 30  # between two marks, so that each can be pressed and its number read
EDGE = 0.000001  # degrees, a last digit of a coordinate
A_PAGE = 50
COUNTED_MOST = 4  # places of a box in the address


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn and what its address says. `path` lies around the middle of a mark."""

    slug: str
    path: str
    fill: str
    stroke: str = "#16292f"
    inside: str = ""  # what is drawn upon it, in white


DISC = "M8,0A8,8 0 1,1 -8,0A8,8 0 1,1 8,0Z"
LOOKS = {
    PointState.ENDED: Look("berakhir", "M-7,-7L7,7M-7,7L7,-7", "none"),
    PointState.SUSPENDED: Look("dibekukan", "M-8,-8H8V8H-8Z", "#4a5d63", inside="M-3,-4V4M3,-4V4"),
    PointState.EXCEEDS: Look("melampaui", "M0,-10L10,8H-10Z", "#b3261e", inside="M0,-4V2M0,4V6"),
    PointState.SILENT: Look("diam", DISC, "#ffffff"),
    PointState.INCOMPLETE: Look("tidak-lengkap", "M0,-10L10,0L0,10L-10,0Z", "#f0b95b"),
    PointState.COMPLIES: Look("taat", DISC, "#1b7f86", inside="M-4,0L-1,3L4,-3"),
    PointState.NOTHING: Look("belum", "M-5,-5H5V5H-5Z", "#ffffff"),
}
BY_SLUG = {look.slug: state for state, look in LOOKS.items()}
COLOURS = {
    PointState.ENDED: "grey",
    PointState.SUSPENDED: "amber",
    PointState.EXCEEDS: "red",
    PointState.SILENT: "amber",
    PointState.INCOMPLETE: "amber",
    PointState.COMPLIES: "green",
    PointState.NOTHING: "grey",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A window that the address asks for, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, placed: PlacedPoint) -> bool:
        latitude, longitude = _where(placed)
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east

    @property
    def written(self) -> str:
        return ",".join(f"{edge:.6f}" for edge in (self.south, self.west, self.north, self.east))


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered mark of the map: a point, or several that lie too near to each other to be told apart."""

    number: int
    x: float
    y: float
    look: Look
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table that says what the map shows."""

    number: int
    placed: PlacedPoint
    colour: str
    href: str

    @property
    def sentences(self) -> str:
        return " ".join(self.placed.told)


def _where(placed: PlacedPoint) -> tuple[float, float]:
    return float(placed.point.latitude), float(placed.point.longitude)


def box_asked(request: HttpRequest) -> Box | None:
    """The window of the address ("?petak=selatan,barat,utara,timur"); None where it names none."""
    try:
        edges = [float(edge) for edge in request.GET.get("petak", "").split(",")]
    except ValueError:
        return None
    if len(edges) != COUNTED_MOST or not all(math.isfinite(edge) for edge in edges):
        return None
    return Box(*edges)


def _gathered(
    points: Sequence[PlacedPoint], frame: Frame
) -> list[tuple[tuple[float, float], list[PlacedPoint]]]:
    """The points by marks: the gravest gives its place, those too near join it."""
    marks: list[tuple[tuple[float, float], list[PlacedPoint]]] = []
    for placed in points:
        here = frame.place(*_where(placed))
        near = next((mine for at, mine in marks if math.dist(at, here) < APART), None)
        if near is None:
            marks.append((here, [placed]))
        else:
            near.append(placed)
    return marks


def map_page(
    request: HttpRequest,
    placed: Iterable[PlacedPoint],
    *,
    href: Callable[[Discharge], str],
) -> dict[str, Any]:
    """What the template draws and writes of some points; `href` is where a point leads."""
    everything = list(placed)
    counts = Counter(one.state for one in everything)
    asked = BY_SLUG.get(request.GET.get("keadaan", ""))
    shown = [one for one in everything if asked is None or one.state is asked]
    box = box_asked(request)
    inside = [one for one in shown if box.holds(one)] if box else shown
    frame = (
        frame_of([_where(one) for one in inside], width=WIDTH, height=HEIGHT, least=NEAREST)
        if inside
        else None
    )
    marks, rows = [], []
    for number, (at, mine) in enumerate(_gathered(inside, frame) if frame else [], start=1):
        rows += [Row(number, one, COLOURS[one.state], href(one.discharge)) for one in mine]
        marks.append(_mark(request, number, at, mine, href=href))
    return {
        "frame": frame,
        "marks": marks,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("halaman")),
        "number": len(inside),
        "legend": [
            {"state": state, "look": LOOKS[state], "count": counts[state]}
            for state in GRAVEST
            if counts[state]
        ],
        "states": [(LOOKS[state].slug, state.value) for state in GRAVEST],
        "state": LOOKS[asked].slug if asked else "",
        "whole": f"?{_query(request, petak=None)}" if box else "",
        "source": UNCERTAIN,
        "days": LOOKED_BACK,
        "query": without_page(request),
    }


def _mark(
    request: HttpRequest,
    number: int,
    at: tuple[float, float],
    mine: Sequence[PlacedPoint],
    *,
    href: Callable[[Discharge], str],
) -> Mark:
    first = mine[0]
    if len(mine) == 1:
        label = f"{first.discharge.company.name}, {first.point.name}: {first.state}"
        return Mark(number, *at, LOOKS[first.state], label, href(first.discharge))
    counts = Counter(one.state for one in mine)
    told = ", ".join(f"{counts[state]} {state}" for state in GRAVEST if counts[state])
    places = [_where(one) for one in mine]
    norths, easts = [place[0] for place in places], [place[1] for place in places]
    around = Box(min(norths) - EDGE, min(easts) - EDGE, max(norths) + EDGE, max(easts) + EDGE)
    return Mark(
        number,
        *at,
        LOOKS[first.state],
        f"{len(mine)} titik berdekatan: {told}. Lihat titik-titik ini",
        f"?{_query(request, petak=around.written)}",
    )


def _query(request: HttpRequest, **changed: str | None) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "halaman"} | changed
    return urlencode({key: value for key, value in kept.items() if value})


def _placed(discharges: Sequence[Discharge], *, at: datetime) -> list[PlacedPoint]:
    today = office_day(at)
    return placed_points(discharges, first=today - DAY * LOOKED_BACK, today=today, calendar=office_calendar())


FETCHED = ("grants__permit__number", "grants__permit__later")


@login_required
@never_cache
@require_safe
def overseen_map(request: HttpRequest) -> HttpResponse:
    """Every point that the person oversees, narrowed by regency, sector and state."""
    here = desk_officer(request)
    seen, choices = narrowing(request, here)
    looked, left_out = looked_at(seen, *FETCHED)
    made = map_page(request, _placed(looked, at=here.at), href=lambda one: reverse("overseen", args=[one.pk]))
    made["left_out"] = left_out
    return render(request, "desk/discharge_map.html", made | choices | beside_the_desk(here, "discharges"))


@login_required
@never_cache
@require_safe
def own_map(request: HttpRequest) -> HttpResponse:
    """The points of the discharges that a holder's person follows."""
    at = timezone.now()
    mine = Discharge.objects.of_holder(person(request), on=office_day(at)).select_related("company")
    looked = list(mine.prefetch_related(*FETCHED).order_by("pk"))
    made = map_page(request, _placed(looked, at=at), href=lambda one: reverse("discharge", args=[one.pk]))
    return render(request, "duties/map.html", made)
