"""Keeping that a page or file with somebody's personal data was shown to an official (UU 27/2022, Pasal 31).

Called by pages about one person or case, never by lists. A second look of the same day writes nothing.
"""

from __future__ import annotations

from datetime import datetime

from muara.cases.models import Application, Case, PowerOfAttorney
from muara.cases.rules import is_member, is_on_applicants_side
from muara.contacts.actions.privacy import note_access
from muara.contacts.models import Consultation, DataAccess
from muara.people.models import User

CONTACT = "nama, jabatan, telepon, surel"
FILE = DataAccess.Kind.FILE


def saw_case(
    viewer: User, case: Case, *, place: str, what: str, at: datetime, kind: str = DataAccess.Kind.PAGE
) -> None:
    """The data of whom a case is about; its own side looks at its own data."""
    if is_on_applicants_side(viewer, case.application):
        return
    main = case.main_task
    note_access(
        viewer,
        place=place,
        what=what,
        at=at,
        kind=kind,
        case=case,
        subject=case.application.applicant,
        step_key=main.step_key if main else "",
    )


def saw_application(viewer: User, application: Application, *, at: datetime) -> None:
    """What the counter fills in with somebody, NIK and NPWP whole: it is typed there."""
    if is_on_applicants_side(viewer, application):
        return
    case = getattr(application, "case", None)
    note_access(
        viewer,
        place="permohonan",
        what=f"{CONTACT}, NIK, NPWP",
        at=at,
        case=case,
        subject=application.applicant,
        about="" if case else f"application:{application.pk}",
    )


def saw_user(viewer: User, user: User, *, at: datetime) -> None:
    """An applicant's account, opened by an administrator; an official's belongs to the office."""
    if not user.actors(at):
        note_access(viewer, place="kantor/pengguna", what="nama, surel, telepon", at=at, subject=user)


def saw_talk(viewer: User, talk: Consultation, *, at: datetime) -> None:
    """Whoever asked at a desk, with or without an account."""
    note_access(
        viewer,
        place="konsultasi",
        what="nama, kontak, pertanyaan",
        at=at,
        subject=talk.person,
        about=f"consultation:{talk.pk}",
    )


def saw_power(viewer: User, power: PowerOfAttorney, *, at: datetime) -> None:
    """The scan of a power of attorney; the company's own people look at their own."""
    if is_member(viewer, power.company_id):
        return
    note_access(
        viewer,
        place=f"surat-kuasa/{power.pk}",
        what=f"surat kuasa {power.giver} kepada {power.holder_name}"[:160],
        at=at,
        kind=FILE,
        subject=power.holder,
        about=f"power:{power.pk}",
    )
