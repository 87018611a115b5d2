"""What a rule answered stands while one page is only read: nothing is written meanwhile that could change it.

A page asks the same rules for every act that it might offer. Without `only_reading` nothing is remembered:
whoever writes asks the database each time, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def only_reading() -> Iterator[None]:
    """Remember answers until the end of the block."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def answered(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question, asked once while a page is only read; `key` names all that it depends on."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if key not in answers:
        answers[key] = ask()
    return cast("T", answers[key])
