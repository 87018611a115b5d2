"""`manage.py conformance`: which cases of a period left the path of their SOP, where, and by whose act."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from muara.people.models import WITA, User
from muara.records.histories import histories
from muara.sop.history import History
from muara.sop.replay import KINDS, Deviation, deviations
from muara.web.management.periods import add_period, read_period


class Command(BaseCommand):
    help = (
        "Memutar ulang semua berkas yang berjalan dalam suatu masa terhadap revisi SOP-nya, dan menyebut "
        "yang keluar dari alur: di mana, kapan, dan oleh perbuatan siapa. Gagal (status bukan 0) bila ada."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_period(parser)
        parser.add_argument("--json", action="store_true", help="sebagai JSON")
        parser.add_argument("--names", action="store_true", help="sebut juga nama pejabatnya (untuk auditor)")

    def handle(self, *args: Any, **options: Any) -> None:
        period = read_period(options["first"], options["last"])
        told = Told(names=options["names"])
        if options["json"]:
            self.write_json(period, told)
        else:
            self.write_words(period, told)
        if told.astray:
            raise CommandError(f"{told.astray} dari {told.cases} berkas keluar dari alur SOP.")

    def write_words(self, period: tuple[date, date], told: Told) -> None:
        for history, found in told.over(period):
            self.stdout.write(f"Berkas {found[0].case}:")
            for item in found:
                when = item.at.astimezone(WITA).strftime("%Y-%m-%d %H.%M")
                self.stdout.write(f"  {when} {KINDS[item.code]}: {item.words} {told.whose(history, item)}")
        if not told.astray:
            self.stdout.write(f"sesuai SOP: {told.cases} berkas ({told.closed} ditutup)")
            return
        for code, times in told.codes.most_common():
            self.stdout.write(f"{times} × {KINDS[code]}")

    def write_json(self, period: tuple[date, date], told: Told) -> None:
        head = {"from": period[0].isoformat(), "to": period[1].isoformat()}
        self.stdout.write(json.dumps(head)[:-1] + ', "deviations": [', ending="")
        separator = "\n"
        for history, found in told.over(period):
            for item in found:
                self.stdout.write(
                    separator + json.dumps(told.facts(history, item), ensure_ascii=False), ending=""
                )
                separator = ",\n"
        tail = {"cases": told.cases, "closed": told.closed, "astray": told.astray, "kinds": dict(told.codes)}
        self.stdout.write("],\n" + json.dumps(tail)[1:])


class Told:
    """Counts what was replayed, and says by whose act a case left the path."""

    def __init__(self, *, names: bool) -> None:
        self.names = names
        self.cases = self.closed = self.astray = 0
        self.codes: Counter[str] = Counter()
        self.known: dict[int, str] = {}

    def over(self, period: tuple[date, date]) -> Iterator[tuple[History, list[Deviation]]]:
        """Replay the cases of a period; hand out those that left the path."""
        for history in histories(first=period[0], last=period[1]):
            found = deviations(history)
            self.cases += 1
            self.closed += history.closed_at is not None
            if found:
                self.astray += 1
                self.codes.update(item.code for item in found)
                yield history, found

    def whose(self, history: History, item: Deviation) -> str:
        labels = {actor.key: actor.label for actor in history.process.actors}
        actor = labels.get(item.actor, item.actor or "-")
        if item.by is None:
            return f"[{actor}, belum ada perbuatan]"
        name = f" {self._name(item.by)}" if self.names else ""
        return f"[{actor}, pengguna {item.by}{name}]"

    def facts(self, history: History, item: Deviation) -> dict[str, object]:
        found: dict[str, object] = {
            "case": item.case,
            "sop": f"{history.process.document} rev. {history.process.revision}",
            "kind": item.code,
            "words": item.words,
            "step": item.step,
            "number": item.number,
            "task": item.task,
            "at": item.at.isoformat(),
            "actor": item.actor,
            "user": item.by,
        }
        return found | ({"name": self._name(item.by)} if self.names and item.by is not None else {})

    def _name(self, user: int) -> str:
        if user not in self.known:
            self.known[user] = User.objects.values_list("name", flat=True).get(pk=user)
        return self.known[user]
