"""Cases as the plain histories that a replay judges and an event log tells, some hundreds at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.crypto import salted_hmac

from muara.audit.models import Entry
from muara.cases.models import Case, Draft, Endorsement, Handover, PaperCase, Task
from muara.cases.models.case import chain_of, definition_of
from muara.people.models import Holding, office_day
from muara.permits.models import Number, Permit, Refusal
from muara.records.periods import between
from muara.sop.definition import END
from muara.sop.history import Drafted, Endorsed, Handed, History, Numbered, Recorded, Stay

AT_ONCE = 500  # cases held in memory


def histories(*, first: date, last: date) -> Iterator[History]:
    """Read the cases that were under way on some office day of a period, in the order they were opened.

    Each is told whole, before and after the period too. However many there are, only some hundreds are
    in memory; a case that moves while it is read is read again.
    """
    period = between(first, last)
    wanted = Case.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=period.begins), opened_at__lt=period.ends
    )
    reader = _Reader()
    after = 0
    while keys := list(wanted.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        after = keys[-1]
        yield from reader.read(keys)


def pseudonym(user: int) -> str:
    """A name for an official that stays the same from one log to the next, and that only the office's own
    secret key could tie to an account."""
    return salted_hmac("muara.records.pseudonym", str(user), algorithm="sha256").hexdigest()[:16]


class _Reader:
    """Reads some cases by one query a table; who held which actor, and when, is small and read once."""

    def __init__(self) -> None:
        self.holdings: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
        for user, actor, starts, ends in Holding.objects.values_list("user_id", "actor", "starts", "ends"):
            self.holdings[user].append((actor, starts, ends))

    def read(self, keys: Sequence[int]) -> list[History]:
        done: dict[int, History] = {}
        pending = list(keys)
        while pending:
            before = _versions(pending)
            found = self._read(pending)
            now = _versions(pending)
            done |= {key: found[key] for key in pending if before[key] == now[key]}
            pending = [key for key in pending if before[key] != now[key]]
        return [done[key] for key in keys]

    def _read(self, keys: Sequence[int]) -> dict[int, History]:
        stays = self._stays(keys)
        drafts: dict[int, list[Drafted]] = defaultdict(list)
        rows = Draft.objects.filter(case__in=keys).values_list("case_id", "pk", "kind", "made_at")
        for case, draft, kind, made_at in rows:
            drafts[case].append(Drafted(draft, kind, made_at))
        given: dict[int, list[Endorsed]] = defaultdict(list)
        for case, kind, draft, task, step, by, at, voided_at in Endorsement.objects.filter(
            draft__case__in=keys
        ).values_list(
            "draft__case_id", "kind", "draft_id", "task_id", "step_key", "by_id", "at", "voided_at"
        ):
            signature = kind == Endorsement.Kind.SIGNATURE
            given[case].append(Endorsed(draft, task, step, signature, by, at, voided_at))
        numbers = _numbers(keys)
        handed = {
            case: Handed(by, at)
            for case, by, at in Handover.objects.filter(case__in=keys).values_list(
                "case_id", "given_by_id", "given_at"
            )
        }
        entries = _entries(keys)
        paper = dict(PaperCase.objects.filter(case__in=keys).values_list("case_id", "step_key"))
        return {
            case: History(
                case=case,
                process=definition_of(revision).process,
                opened_at=opened_at,
                closed_at=closed_at,
                result=result,
                stays=tuple(stays[case]),
                entered_at=paper.get(case, ""),
                drafts=tuple(drafts[case]),
                endorsements=tuple(given[case]),
                numbers=tuple(numbers[case]),
                handed=handed.get(case),
                entries=tuple(entries[case]),
            )
            for case, revision, opened_at, closed_at, result in Case.objects.filter(pk__in=keys).values_list(
                "pk", "revision_id", "opened_at", "closed_at", "result"
            )
        }

    def _stays(self, keys: Sequence[int]) -> dict[int, list[Stay]]:
        found: dict[int, list[Stay]] = defaultdict(list)
        rows = Task.objects.filter(case__in=keys).order_by("case_id", "opened_at", "pk")
        for stay in rows.values_list(
            "case_id",
            "pk",
            "step_key",
            "actor",
            "companion",
            "opened_at",
            "received_at",
            "received_by_id",
            "closed_at",
            "closed_by_id",
            "outcome",
            named=True,
        ):
            found[stay.case_id].append(
                Stay(
                    id=stay.pk,
                    step=stay.step_key,
                    actor=stay.actor,
                    companion=stay.companion,
                    opened_at=stay.opened_at,
                    received_at=stay.received_at,
                    received_by=stay.received_by_id,
                    closed_at=stay.closed_at,
                    closed_by=stay.closed_by_id,
                    outcome=stay.outcome,
                    roles=self._held(stay.closed_by_id, stay.closed_at),
                )
            )
        return found

    def _held(self, user: int | None, at: datetime | None) -> frozenset[str]:
        if user is None or at is None or user not in self.holdings:
            return frozenset()
        day = office_day(at)
        return frozenset(
            actor
            for actor, starts, ends in self.holdings[user]
            if starts <= day and (ends is None or ends >= day)
        )


def _versions(keys: Sequence[int]) -> dict[int, int]:
    return dict(Case.objects.filter(pk__in=keys).values_list("pk", "version"))


def _entries(keys: Sequence[int]) -> dict[int, list[Recorded]]:
    """What the chains of some cases say; the columns stand in the hashed text too (`audit verify`)."""
    found: dict[int, list[Recorded]] = defaultdict(list)
    case_of = {chain_of(key): key for key in keys}
    rows = Entry.objects.filter(chain__in=case_of).order_by("chain", "seq")
    for chain, seq, task, verb, by, at, text in rows.values_list(
        "chain", "seq", "task_id", "verb", "by_id", "at", "text"
    ):
        # Only what moves a case names the step that follows; an ending is an outcome of no step.
        closes = verb.startswith(f"{END}.") or (
            "." in verb and isinstance(json.loads(text)["facts"].get("to"), str)
        )
        found[case_of[chain]].append(Recorded(seq, task, verb, closes, by, at))
    return found


def _numbers(keys: Sequence[int]) -> dict[int, list[Numbered]]:
    """The numbers of decrees: those that the register has, and those that it no longer leads to."""
    found: dict[int, list[Numbered]] = defaultdict(list)
    columns = ("case_id", "number__given_by_id", "number__given_at", "pk", "draft_id", "number__voided_at")
    registers: tuple[Any, ...] = (Permit, Refusal)
    for register in registers:
        for case, by, at, decision, draft, voided_at in register.objects.filter(case__in=keys).values_list(
            *columns
        ):
            found[case].append(Numbered(by, at, str(register.kind), decision, draft, voided_at))
    case_of = {chain_of(key): key for key in keys}
    loose = Number.objects.filter(
        given_to__in=case_of,
        permit=None,
        refusal=None,
        counter__series__key__in=[register.kind for register in registers],
    )
    for given_to, by, at, kind, voided_at in loose.values_list(
        "given_to", "given_by_id", "given_at", "counter__series__key", "voided_at"
    ):
        found[case_of[given_to]].append(Numbered(by, at, kind, voided_at=voided_at))
    return found
