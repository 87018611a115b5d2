"""Pages of long lists: no more is counted, and no more page numbers are drawn, than anybody leafs through."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

AT_MOST = 10_000  # rows that can be leafed through where a list may be narrowed instead


class LongPage(Page):  # type: ignore[type-arg]
    """A page that names the few numbers to draw, however many pages there are."""

    @property
    def window(self) -> list[int]:
        """The first page, the last, and the two on either side of this one."""
        last = self.paginator.num_pages
        near = range(self.number - 2, self.number + 3)
        return sorted({1, last, *(number for number in near if 1 <= number <= last)})


class Pages(Paginator):  # type: ignore[type-arg]  # the class takes no argument at run time
    """A paginator that ends after `at_most` rows and says that there are more; None: it counts them all.

    To count a million cases takes longer than to show a page of them; `counted` is what is known already.
    """

    object_list: QuerySet[Any]

    def __init__(
        self,
        rows: QuerySet[Any] | Sequence[Any],
        per_page: int,
        *,
        at_most: int | None = None,
        counted: int | None = None,
    ) -> None:
        super().__init__(rows, per_page)
        self.at_most = at_most
        if counted is not None:
            self._counted = counted

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list.order_by()
        # One row beyond the end tells whether the list goes on.
        return rows.count() if self.at_most is None else rows[: self.at_most + 1].count()

    @cached_property
    def count(self) -> int:
        return self._counted if self.at_most is None else min(self._counted, self.at_most)

    @property
    def goes_on(self) -> bool:
        """There are more rows than can be leafed through."""
        return self._counted > self.count

    @property
    def told(self) -> str:
        """How many rows there are, as one reads it."""
        return f"lebih dari {self.count:,}".replace(",", ".") if self.goes_on else str(self.count)

    def _get_page(self, *args: Any, **kwargs: Any) -> LongPage:
        return LongPage(*args, **kwargs)
