"""Reading the register."""

from __future__ import annotations

import re
from collections.abc import Iterable

from muara.cases.models import Draft
from muara.people.models import Company
from muara.permits.models import Permit, Series


def permit_by_token(token: str) -> Permit | None:
    return Permit.objects.select_related("number").filter(draft__token=token).first()


def draft_by_token(token: str) -> Draft | None:
    """A draft whose QR was printed; it may have been replaced, or not be numbered yet."""
    return Draft.objects.select_related("case").filter(token=token).first()


def permit_by_number(number: str) -> Permit | None:
    """The permit that bears a number, however it was spaced when it was typed."""
    spellings = {number.strip(), "".join(number.split())}
    rows = Permit.objects.select_related("number", "case__application", "case__revision")
    return rows.filter(number__text__in=spellings).first()


def permits_of(companies: Iterable[Company], *, service: str) -> list[Permit]:
    """The permits of some companies that were issued and not replaced, the newest first."""
    rows = Permit.objects.select_related("number", "case__application__company").filter(
        case__application__company__in=list(companies),
        case__application__service=service,
        scan__isnull=False,
        replaced_on=None,
    )
    return list(rows.order_by("-issued_on", "-pk"))


def number_blanks(series: str) -> tuple[str, str]:
    """What is printed before and after the blank that the registrar fills in by hand.

    Parts of the number that depend on the day of issue are left as dots: a draft may be numbered in
    another month or year.
    """
    register = Series.objects.filter(key=series).first()
    if register is None:
        return "", ""
    dots = {name: "……" for name in ("tahun", "bulan", "bulan_romawi")} | register.tokens
    before, after = re.split(r"\{urut\d?\}", register.pattern, maxsplit=1)
    before, after = (
        re.sub(r"\{(\w+)\}", lambda match: dots.get(match[1], ""), part) for part in (before, after)
    )
    return before, after
