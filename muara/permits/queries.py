"""Reading the register."""

from __future__ import annotations

import re

from muara.cases.models import Draft
from muara.permits.models import Permit, Series


def permit_by_token(token: str) -> Permit | None:
    return Permit.objects.select_related("number").filter(draft__token=token).first()


def draft_by_token(token: str) -> Draft | None:
    """A draft whose QR was printed; it may have been replaced, or not be numbered yet."""
    return Draft.objects.select_related("case").filter(token=token).first()


def number_blanks(service: str, series: str) -> tuple[str, str]:
    """What is printed before and after the blank that the registrar fills in by hand.

    Parts of the number that depend on the day of issue are left as dots: a draft may be numbered in
    another month or year.
    """
    register = Series.objects.filter(service=service, key=series).first()
    if register is None:
        return "", ""
    dots = {name: "……" for name in ("tahun", "bulan", "bulan_romawi")} | register.tokens
    before, after = re.split(r"\{urut\d?\}", register.pattern, maxsplit=1)
    before, after = (
        re.sub(r"\{(\w+)\}", lambda match: dots.get(match[1], ""), part) for part in (before, after)
    )
    return before, after
