"""Long lists: what is counted and drawn does not grow with the list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.people.models import Company
from muara.web.paging import LongPage, Pages

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def companies(number: int) -> None:
    Company.objects.bulk_create(Company(name=f"PT Halaman Contoh {place:03d}") for place in range(number))


@pytest.mark.parametrize(("rows", "told", "pages"), [(24, "24", 3), (25, "25", 3), (26, "lebih dari 25", 3)])
def test_a_list_ends_at_its_limit_and_says_that_there_are_more(rows: int, told: str, pages: int) -> None:
    companies(rows)

    long_list = Pages(Company.objects.all(), 10, at_most=25)

    assert (long_list.told, long_list.num_pages) == (told, pages)
    assert len(long_list.get_page(99)) == min(rows, 25) - 20


def test_counting_stops_one_row_beyond_the_limit_and_sorts_nothing() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        _ = Pages(Company.objects.all(), 10, at_most=25).count

    (asked,) = queries.captured_queries
    assert "LIMIT 26" in asked["sql"]
    assert "ORDER BY" not in asked["sql"]


def test_without_a_limit_every_row_is_counted() -> None:
    companies(26)

    assert (Pages(Company.objects.all(), 10).count, Pages(Company.objects.all(), 10).told) == (26, "26")


def test_a_page_names_the_first_the_last_and_its_neighbours() -> None:
    companies(100)

    assert window(6) == [1, 4, 5, 6, 7, 8, 10]
    assert window(1) == [1, 2, 3, 10]


def window(number: int) -> list[int]:
    page = Pages(Company.objects.all(), 10).get_page(number)
    assert isinstance(page, LongPage)
    return page.window
