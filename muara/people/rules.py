"""May this person administer the office? And which shape do an official's identifiers have?"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q

from muara.people.models import User, office_day
from muara.sop.values import ValueRefused

ADMINISTRATOR, AUDITOR, COMPLAINT_MANAGER = "administrator", "auditor", "complaint_manager"
# Beside the SOP's columns: who sets the system up, who reads everything and changes nothing, and who handles
# complaints (section Q sends them to SOP-PAIP-LPA-01, which names its own official).
SYSTEM_ACTORS = {
    ADMINISTRATOR: "Administrator",
    AUDITOR: "Auditor (hanya membaca)",
    COMPLAINT_MANAGER: "Pengelola pengaduan",
}
AGENCY_ACTORS = frozenset({"technical_team"})
# Posts that one person holds: two definitive heads would make it a matter of luck who signs.
SEATS = frozenset({"head_of_office"})
# Who answers for the work of the others, from below (SOP P.1: the superiors, level by level).
SUPERIORS = ("section_head", "division_head", "head_of_office")
# How long a proof of who somebody is stands, where what they do binds the office.
FRESH = timedelta(minutes=5)
PPPK_MONTH = 21  # contract officials' numbers carry 21 where civil servants' have the month


def may_administer(user: User, *, at: datetime) -> bool:
    """Tell whether the person may change users, offices, number series and the calendar."""
    return user.is_authenticated and user.is_active and user.holds(ADMINISTRATOR, at)


def may_read_administration(user: User, *, at: datetime) -> bool:
    """Tell whether the person may read those pages: an administrator, or an auditor who changes nothing."""
    return user.is_authenticated and user.is_active and bool(user.actors(at) & {ADMINISTRATOR, AUDITOR})


def may_change_own_name(user: User, *, at: datetime) -> bool:
    """Tell whether a person may correct their own name: not whose name the office prints under its acts.

    An official's name stands with their NIP and rank under what they sign; an administrator changes it.
    """
    day = office_day(at)
    return not user.holdings.filter(Q(ends=None) | Q(ends__gte=day)).exists()


def superiors_of(actor: str) -> tuple[str, ...]:
    """The posts above an actor, the nearest first; above the head of the office is nobody."""
    return SUPERIORS[SUPERIORS.index(actor) + 1 :] if actor in SUPERIORS else SUPERIORS


def answers_for(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Tell whether who holds `mine` records the absence of who holds `theirs`: a superior, an administrator.

    An agency's people are not below ours, and an auditor or administrator is below nobody.
    """
    below = set(theirs) - AGENCY_ACTORS - {ADMINISTRATOR, AUDITOR}
    return ADMINISTRATOR in mine or any(set(mine) & set(superiors_of(actor)) for actor in below)


def may_record_absence(user: User, of: User, *, at: datetime) -> bool:
    """An official for themself, and whoever answers for them."""
    theirs = of.actors(at)
    if not user.is_active or not theirs:
        return False
    return user.pk == of.pk or answers_for(user.actors(at), theirs)


def stands_above(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Tell whether who holds `mine` is a superior of who holds `theirs`."""
    return answers_for(set(mine) - {ADMINISTRATOR}, theirs)


def may_record_competence(user: User, of: User, *, at: datetime) -> bool:
    """Whoever answers for an official writes down what they learned; nobody for themself."""
    theirs = of.actors(at)
    if not user.is_active or user.pk == of.pk or not theirs:
        return False
    return answers_for(user.actors(at), theirs)


def may_read_competence(user: User, of: User, *, at: datetime) -> bool:
    """The official, whoever answers for them, and the auditor."""
    if not user.is_active or not of.actors(at):
        return False
    return user.pk == of.pk or user.holds(AUDITOR, at) or may_record_competence(user, of, at=at)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved with their second factor that it is them: by what means, and when."""

    means: str
    at: datetime

    def is_fresh(self, *, at: datetime) -> bool:
        """Tell whether it still stands; a clock that was set back takes no proof from its future."""
        return timedelta(0) <= at - self.at <= FRESH


def has_second_factor(user: User) -> bool:
    """Tell whether signing in as this person asks for a code from their telephone too."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def check_nip(text: str) -> str:
    """Return an official's number as 18 digits; raises ValueRefused.

    Birth date, month of appointment, 1 or 2 for the sex, three serial digits (domain 9.1); the shape
    only, since no register is asked.
    """
    digits = re.sub(r"[ .\-]", "", text.strip())
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise ValueRefused("NIP terdiri atas 18 angka.")
    born = _birth_date(digits[:8])
    year, month = int(digits[8:12]), int(digits[12:14])
    if not (1 <= month <= 12 or month == PPPK_MONTH) or year <= born.year:
        raise ValueRefused("Angka ke-9 sampai ke-14 NIP bukan tahun dan bulan pengangkatan. Periksa kembali.")
    if digits[14] not in "12":
        raise ValueRefused("Angka ke-15 NIP harus 1 (pria) atau 2 (wanita).")
    return digits


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ValueRefused("Delapan angka pertama NIP bukan tanggal lahir. Periksa kembali.") from None
