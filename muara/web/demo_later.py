"""Decisions about issued permits for the demonstration: a correction that came, a freeze on its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from muara.documents.contents.later import Misprint
from muara.people.models import office_day
from muara.permits.models import LaterDecision, Permit
from muara.steps.actions import later, later_delivery
from muara.steps.letters.later import Said, Warned
from muara.web.demo import applicant, officer, proven, sample_upload, working_morning

Kind = LaterDecision.Kind
LAW = "Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan"


def seed_later(at: datetime) -> Iterator[str]:
    """The oldest permit is corrected, which its holder confirmed; the next is frozen since this morning."""
    corrected, frozen = Permit.objects.exclude(scan=None).order_by("issued_on", "pk")[:2]
    morning = working_morning(at, ago=0) - timedelta(hours=1)
    company = str(json.loads(corrected.draft.content)["company"])
    slip = Said(
        reasons=("nama perusahaan tertulis tidak lengkap (CONTOH)",),
        bases=(LAW,),
        found_on=office_day(morning),
        misprints=(Misprint(printed=company, corrected=f"{company} (Contoh)"),),
    )
    first = _carried_through(corrected, Kind.CORRECTION, slip, at=morning)
    later_delivery.confirm(first, by=applicant(), at=at)
    day = office_day(morning)
    beyond = Said(
        reasons=("debit air limbah berulang kali melampaui ketentuan izin (CONTOH)",),
        bases=(LAW,),
        found_on=day,
        warnings=(Warned(dated=frozen.issued_on, number="660/01/CONTOH"),),
        told_on=frozen.issued_on,
        heard="pemegang izin menjawab akan memperbaiki pompa dosisnya (CONTOH)",
    )
    _carried_through(frozen, Kind.SUSPENSION, beyond, at=morning)
    yield f"{corrected} · diralat"
    yield f"{frozen} · dibekukan, suratnya belum disampaikan"


def _carried_through(permit: Permit, kind: Kind, said: Said, *, at: datetime) -> LaterDecision:
    made = later.propose(permit, kind=kind, said=said, by=officer("processing_officer"), at=at)
    for actor in ("section_head", "division_head", "head_of_office"):
        later.endorse(made, shown=made.sha256, by=officer(actor), at=at, stamp=proven(at))
    registrar, scan = officer("registrar"), sample_upload(f"{kind.label} bertanda tangan", at=at).blob
    later.number(made, by=registrar, at=at, stamp=proven(at))
    later.bring_into_force(made, scan=scan, by=registrar, at=at)
    return made
