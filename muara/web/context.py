"""What every page shows: the office, where one may go, whether this is a demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from muara.documents.letters import qr_svg
from muara.people.queries import issuing_office
from muara.records.rules import OVERSEERS

FOOTER = (
    ("Layanan", "home"),
    ("Ikuti berkas", "follow"),
    ("Bertanya kepada petugas", "questions"),
    ("Pengaduan dan saran", "complain"),
    ("Periksa izin", "verify_permit"),
    ("Statistik dan data terbuka", "open_figures"),
    ("Hasil survei kepuasan", "survey_results"),
    ("Data pribadi Anda", "privacy"),
)
TOUCHSCREEN = "layar"  # in the session: this browser is the screen in the hall

READERS = frozenset({"auditor"})


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the main navigation."""

    label: str
    href: str
    current: bool


def page(request: HttpRequest) -> dict[str, Any]:
    """Give base.html its office, navigation and demonstration mark.

    `touchscreen` is the address of this page, drawn as a QR, where the browser is the screen in the hall: one
    cannot take a paper along from there, but a page.
    """
    here = f"{settings.MUARA_BASE_URL}{request.get_full_path()}"
    in_the_hall = request.session.get(TOUCHSCREEN) and not request.user.is_authenticated
    return {
        "office": issuing_office(),
        "navigation": navigation(request),
        "footer_links": [Link(label, reverse(name), current=False) for label, name in FOOTER],
        "demo": settings.MUARA_DEMO,
        "touchscreen": mark_safe(qr_svg(here, scalable=True)) if in_the_hall else "",
    }


def navigation(request: HttpRequest) -> list[Link]:
    """Name the places a person works in, by the actors they hold today."""
    places = [("Layanan", reverse("home"))]
    user = request.user
    if user.is_authenticated:
        actors = user.actors(timezone.now())
        if actors - {"administrator", *READERS}:
            places.append(("Meja kerja", reverse("desk")))
        if actors - {"administrator"}:
            places.append(("Berkas", reverse("cases")))
        if actors & OVERSEERS:
            places.append(("Pengawasan", reverse("oversight")))
        if actors & {"administrator", *READERS}:
            places.append(("Kantor", reverse("office")))
        if not actors:
            places += [("Permohonan saya", reverse("portal")), ("Kewajiban izin", reverse("obligations"))]
            places.append(("Pertanyaan", reverse("questions")))
            places.append(("Pemberitahuan", reverse("notices")))
    if not user.is_authenticated:
        places.append(("Ikuti berkas", reverse("follow")))
    places.append(("Periksa izin", reverse("verify_permit")))
    here = max((href for _, href in places if _is_under(request.path, href)), key=len, default="")
    return [Link(label, href, href == here) for label, href in places]


def _is_under(path: str, href: str) -> bool:
    return path == href if href == "/" else path.startswith(href)
