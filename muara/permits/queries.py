"""Reading the register."""

from __future__ import annotations

import re
from collections.abc import Iterable

from muara.cases.models import Case, Draft
from muara.permits.models import Number, Permit, Series, SeriesYear


def permit_by_token(token: str) -> Permit | None:
    return Permit.objects.select_related("number").filter(draft__token=token).first()


def draft_by_token(token: str) -> Draft | None:
    """A draft whose QR was printed; it may have been replaced, or not be numbered yet."""
    return Draft.objects.select_related("case").filter(token=token).first()


def voided_numbers(case: Case) -> list[Number]:
    """The numbers that papers of this case bore once and that hold no more."""
    return list(Number.objects.filter(given_to=case.chain, voided_at__isnull=False).order_by("given_at"))


def register(series: str, year: int) -> list[Number]:
    """Every number of a series in a year, in order, the void ones in their places (SOP step 16.a)."""
    numbers = Number.objects.filter(counter__series__key=series, counter__year=year)
    return list(numbers.select_related("permit", "given_by").order_by("seq"))


def register_years(series: str) -> list[int]:
    """The years in which a series gave numbers, the newest first."""
    years = SeriesYear.objects.filter(series__key=series).order_by("-year")
    return list(years.values_list("year", flat=True))


def holders(numbers: Iterable[Number]) -> dict[int, str]:
    """Whom each number was given to, by the number's row: as the decree says it, else the case's company."""
    numbers = list(numbers)
    names = {number.pk: number.permit.company for number in numbers if hasattr(number, "permit")}
    cases = {number.pk: int(number.given_to.removeprefix("case:")) for number in numbers if number.voided_at}
    companies = dict(
        Case.objects.filter(pk__in=cases.values()).values_list("pk", "application__company__name")
    )
    return names | {pk: companies.get(case, "") for pk, case in cases.items()}


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
