"""The engine against bare SQL: the same rows, with and without Muara.

`python -m bench.engine` measures SQLite, and PostgreSQL when DATABASE_URL names one (`make bench-engine`
starts a durable one). Two ways of walking complete cases are interleaved in small batches, so that a noisy
machine disturbs both alike:

- action: `take_over` and `complete` of muara.cases.actions, as every page calls them, with their checks;
- bare: only the statements of those acts that write, one transaction an act on a plain driver connection,
  their parameters made beforehand.

Reported: acts a second and client CPU an act, as ratios to bare, on the happy path and with 30
correction loops (7 → 8 → 7), and how an act's time grows with the length of its case.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from bench.apart import apart

AT = datetime(2026, 7, 6, 1, tzinfo=UTC)
BATCHES = 15
CASES_A_BATCH = 4
LOOPS = 30
HAPPY = (
    "check.complete register.registered verify.complete deliver.delivered review.recommended draft.drafted "
    "endorse_section.endorsed endorse_division.endorsed decide.signed number.issued hand_over.handed_over "
    "receive.received"
).split()
CORRECTED = [*HAPPY[:2], *["verify.incomplete", "correct.repaired"] * LOOPS, *HAPPY[2:]]


@dataclass
class Tally:
    """What one way of walking cost, a batch at a time: acts a second and CPU seconds an act."""

    speed: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(
        self,
        walk: Callable[[Sequence[tuple[int, int]], list[str]], None],
        cases: Sequence[tuple[int, int]],
        path: list[str],
    ) -> None:
        acts = len(cases) * acts_of(path)
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        walk(cases, path)
        self.speed.append(acts / (time.perf_counter() - wall))
        self.cpu.append((time.process_time() - cpu) / acts)


def main() -> None:
    """Measure each database in a process of its own settings."""
    databases = {"SQLite": "", "PostgreSQL": os.environ.get("DATABASE_URL", "")}
    for name, url in databases.items():
        if name == "PostgreSQL" and not url:
            print("PostgreSQL: dilewati (DATABASE_URL kosong; pakai `make bench-engine`)")
            continue
        apart(url, partial(measure, name), failed=f"{name}: pengukuran gagal")


def measure(name: str) -> None:
    """Print one database's figures."""
    import django

    django.setup()
    from django.core.management import call_command

    from muara.web.demo import seed_office

    call_command("migrate", verbosity=0)
    seed_office(AT)
    ways = (ByActions().walk, Bare().walk)
    for title, path in (("jalan lurus", HAPPY), (f"{LOOPS} putaran perbaikan", CORRECTED)):
        cases = CASES_A_BATCH if path is HAPPY else 1
        for walk in ways:
            walk(fresh_cases(1), path)  # warm: prepared statements, caches
        tallies = Tally(), Tally()
        for batch in range(BATCHES):
            order = (0, 1) if batch % 2 else (1, 0)
            for which in order:
                tallies[which].measure(ways[which], fresh_cases(cases), path)
        action, bare = tallies
        ratio = statistics.median(a / b for a, b in zip(action.speed, bare.speed, strict=True))
        cpu = statistics.median(a / b for a, b in zip(action.cpu, bare.cpu, strict=True))
        print(
            f"{name:<10} {title:<22} tindakan {statistics.median(action.speed):6.0f}/s"
            f"  SQL polos {statistics.median(bare.speed):6.0f}/s  rasio {ratio:.2f}"
            f"  CPU klien {statistics.median(action.cpu) * 1e6:5.0f} µs, {cpu:.1f} kali SQL polos",
            flush=True,
        )
    print(f"{name:<10} pertumbuhan: {growth():.2f} (tindakan ke-400-an dibagi ke-100-an dalam satu berkas)")


def fresh_cases(number: int) -> list[tuple[int, int]]:
    """Cases at step 4, made straight in the tables: (case, task). Making them is not measured."""
    return [_fresh_case() for _ in range(number)]


def _fresh_case() -> tuple[int, int]:
    from muara.audit.chains import GENESIS
    from muara.cases.models import Application, Case, Referral, Revision, Task
    from muara.documents.letters import compose, keep_template
    from muara.people.models import Company, Membership, Office
    from muara.web.demo import applicant, officer

    revision = Revision.objects.latest("pk")
    company = Company.objects.create(name="PT Ukur Contoh")
    Membership.objects.create(company=company, user=applicant())
    application = Application.objects.create(
        service=revision.service,
        revision=revision,
        company=company,
        applicant=applicant(),
        created_at=AT,
        updated_at=AT,
    )
    day = AT.date()
    case = Case.objects.create(
        application=application,
        revision=revision,
        head=GENESIS,
        opened_at=AT,
        registered_on=day,
        recommended_on=day,
    )
    template = keep_template(name="ukur", source="ukur")
    Referral.objects.create(
        case=case,
        agency=Office.objects.get(kind=Office.Kind.AGENCY),
        letter_date=day,
        cover_letter=compose(template=template, content={"a": "b"}, title="ukur", dated=day, at=AT),
        made_by=officer("verifier"),
        made_at=AT,
        delivered_at=AT,
        delivered_by=officer("liaison"),
        receiver="Penerima Contoh",
    )
    task = Task.objects.create(case=case, step_key="check", actor="customer_service", opened_at=AT)
    return case.pk, task.pk


def acts_of(path: list[str]) -> int:
    """Every step is received and finished; the applicant receives nothing."""
    return sum(1 if step.startswith("receive.") else 2 for step in path)


class ByActions:
    """The acts as pages call them, each by the holder of the step's actor."""

    def __init__(self) -> None:
        from muara.cases.models import Revision
        from muara.web.demo import applicant, officer

        steps = [step for step in Revision.objects.latest("pk").process.steps if step.activity != "meet"]
        self.holders = {
            step.key: applicant() if step.actor == "applicant" else officer(step.actor) for step in steps
        }

    def walk(self, cases: Sequence[tuple[int, int]], path: list[str]) -> None:
        from muara.cases.actions import act, complete, take_over

        holders = self.holders
        for _, first in cases:
            task: int | None = first
            for step in path:
                key, outcome = step.split(".")
                assert task is not None
                if key != "receive":
                    take_over(task, by=holders[key], at=AT)
                with act():
                    moved = complete(
                        task, outcome=outcome, by=holders[key], at=AT, note="catatan", facts=FACTS
                    )
                task = moved.task_id
            assert task is None


class Bare:
    """The writing statements alone, on the plain driver (sqlite3 or psycopg with prepared statements)."""

    def __init__(self) -> None:
        from django.db import connection

        from muara.audit.actions import INSERT_ENTRY
        from muara.cases import actions

        self.vendor = connection.vendor
        if self.vendor == "sqlite":
            options = connection.settings_dict["OPTIONS"]
            self.db: Any = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
            self.db.executescript(options["init_command"])
            self.begin = "BEGIN IMMEDIATE"
        else:
            import psycopg

            self.db = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=1)
            self.begin = "BEGIN"
        names = ("LOCK_CASE", "CLOSE_TASK", "OPEN_TASK", "TAKE_TASK", "TOUCH_CASE", "CLOSE_COMPANION")
        self.sql = {name: self.said(getattr(actions, name)) for name in names}
        self.sql["ENTRY"] = self.said(INSERT_ENTRY)
        self.numbers = count(10**9)

    def said(self, sql: str) -> str:
        return sql.replace("%s", "?") if self.vendor == "sqlite" else sql

    def moment(self) -> Any:
        return AT.replace(tzinfo=None).isoformat(" ") if self.vendor == "sqlite" else AT

    def entry(self, case: int, seq: int, task: int, verb: str) -> list[Any]:
        place = [f"case:{case}", seq, self.moment(), 1, task, verb]
        return [*place, TEXT, HASH, HASH, "catatan", HASH[:32], None, ""]

    def walk(self, cases: Sequence[tuple[int, int]], path: list[str]) -> None:
        moment, run, sql = self.moment(), self.db.execute, self.sql
        for case, first in cases:
            task, version = first, 0
            for place, step in enumerate(path):
                key, outcome = step.split(".")
                if key != "receive":
                    run(self.begin)
                    run(sql["TOUCH_CASE"], [version + 1, HASH, case, version])
                    run(sql["TAKE_TASK"], [moment, 1, task])
                    run(sql["ENTRY"], self.entry(case, version + 1, task, "take_over"))
                    run("COMMIT")
                    version += 1
                last = place + 1 == len(path)
                run(self.begin)
                ended = [moment, outcome] if last else [None, ""]
                run(sql["LOCK_CASE"], [version + 1, HASH, "", *ended, case, version])
                run(sql["CLOSE_TASK"], [moment, 1, outcome, task])
                if not last:
                    following = path[place + 1].split(".")[0]
                    opened = run(sql["OPEN_TASK"], [case, following, "verifier", False, moment, None])
                    done, task = task, opened.fetchone()[0]
                    if following == "review":
                        run(
                            sql["OPEN_TASK"], [case, "draft", "processing_officer", True, moment, None]
                        ).fetchone()
                    if key == "review":
                        run(sql["CLOSE_COMPANION"], [moment, outcome, case])
                else:
                    done = task
                run(sql["ENTRY"], self.entry(case, version + 1, done, step))
                run("COMMIT")
                version += 1


FACTS = {"ukur": "a" * 64}
TEXT = "x" * 420  # as long as the canonical text of an entry with one digest
HASH = "0" * 64


def growth() -> float:
    """How much longer an act takes late in a long case than early in it."""
    from muara.cases.actions import act, complete, take_over
    from muara.web.demo import officer

    holders = {"verify": officer("verifier"), "correct": officer("customer_service")}
    from muara.cases.models import Task

    _, first = _fresh_case()
    Task.objects.filter(pk=first).update(step_key="verify", actor="verifier")
    task: int | None = first
    took = []
    for turn in range(250):
        key, outcome = (("verify", "incomplete"), ("correct", "repaired"))[turn % 2]
        started = time.perf_counter()
        assert task is not None
        take_over(task, by=holders[key], at=AT)
        with act():
            task = complete(
                task, outcome=outcome, by=holders[key], at=AT, note="catatan", facts=FACTS
            ).task_id
        took.append(time.perf_counter() - started)
    return statistics.median(took[200:]) / statistics.median(took[25:75])


if __name__ == "__main__":
    main()
