"""Is this permit mine to ask for? A service's questions to its visitor, and what their answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from muara.sop.broken import BrokenSop, Fault
from muara.sop.tables import Table, read_toml

FILE = "selfcheck.toml"

Means = Literal["yes", "ask", "no"]  # this permit; an officer should be asked; not this permit


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer, what it means for this permit, and what to do then (empty where it means yes)."""

    key: str
    label: str
    means: Means
    advice: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with where it comes from: a clause of the SOP or an article of a law."""

    key: str
    text: str
    help: str
    source: str
    choices: tuple[Choice, ...]

    def choice(self, key: str) -> Choice | None:
        """Find an answer by its key."""
        return next((choice for choice in self.choices if choice.key == key), None)


def verdict(questions: tuple[Question, ...], answers: Mapping[str, str]) -> tuple[Means, tuple[Choice, ...]]:
    """Tell what complete answers come to: the worst of them, and each that is not a plain yes.

    Raises:
        LookupError: a question has no answer, or one that it does not offer.
    """
    given: list[Choice] = []
    for question in questions:
        choice = question.choice(answers.get(question.key, ""))
        if choice is None:
            raise LookupError(question.key)
        given.append(choice)
    order = get_args(Means)
    worst: Means = max((choice.means for choice in given), key=order.index, default="yes")
    return worst, tuple(choice for choice in given if choice.means != "yes")


def read_selfcheck(text: str) -> tuple[Question, ...]:
    """Read a `selfcheck.toml`; raises BrokenSop listing every fault."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    questions = tuple(_question(table) for table in top.tables("questions", name="key"))
    top.finish()
    keys = [question.key for question in questions]
    faults += [
        Fault(FILE, f"questions '{key}'", "dipakai lebih dari sekali")
        for key in sorted(set(keys))
        if keys.count(key) > 1
    ]
    if faults:
        raise BrokenSop(faults)
    return questions


def _question(table: Table) -> Question:
    question = Question(
        table.text("key"),
        table.text("text"),
        table.text("help", ""),
        table.text("source"),
        tuple(_choice(item) for item in table.tables("answers", name="key")),
    )
    table.finish()
    if len({choice.key for choice in question.choices}) < len(question.choices):
        table.refuse("kunci jawaban dipakai lebih dari sekali")
    if not any(choice.means == "yes" for choice in question.choices):
        table.refuse("tidak ada jawaban yang cocok untuk izin ini")
    return question


def _choice(table: Table) -> Choice:
    means: Means = "yes"
    written = table.text("means")
    if written in get_args(Means):
        means = written  # type: ignore[assignment]
    else:
        table.refuse(f"means harus satu dari {', '.join(get_args(Means))}")
    choice = Choice(table.text("key"), table.text("label"), means, table.text("advice", ""))
    table.finish()
    if means != "yes" and not choice.advice:
        table.refuse("jawaban yang tidak cocok harus menyebut apa yang sebaiknya dilakukan (advice)")
    return choice
