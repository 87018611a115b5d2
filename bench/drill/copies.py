"""Copying patterns by COPY: new ids, other weeks, numbers without a gap, chains hashed anew.

Indexes and foreign keys are taken off before and put back after, so PostgreSQL itself examines every row; the
check constraints and triggers stay on all the while.
"""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from bench.drill.patterns import Pattern, Table
from muara.audit.chains import GENESIS, digest, word
from muara.cases.models.application import ALPHABET
from muara.permits.models import Series, SeriesYear
from muara.sop.numbering import render_number

A_BATCH = 500
A_LETTER_IN = 20  # copies keeps what it says: letters are half of a case's bytes, and no list reads them
WEEK = timedelta(weeks=1)
OPEN_SINCE = 10  # weeks: open cases came in within them
CASES_A_COMPANY, COMPANIES_A_PERSON = 4, 2
# What a chain of its own is kept about, by the word that its key begins with, besides applications.
CHAINED = {"case": "cases_case", "notice": "people_notice", "discharge": "compliance_discharge"}
REFERENCES = len(ALPHABET) ** 8
SPREAD = 387_420_489_001  # prime to REFERENCES: neighbours get references that look unlike


@dataclass(frozen=True, slots=True)
class Copy:
    """One case to make: which pattern, how many weeks later, and the numbers that it gets."""

    pattern: int
    weeks: int
    minutes: int
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pool:
    """Companies with a member each; case n is one of company first + n % size."""

    first: int
    size: int
    members: int
    people: int

    def of(self, number: int) -> tuple[int, str, int]:
        place = number % self.size
        return self.first + place, company_name(place), self.members + place % self.people


def company_name(place: int) -> str:
    kinds = ("Muara", "Teluk", "Karang", "Tanjung", "Segara", "Pesisir", "Ombak", "Selat", "Kuala", "Delta")
    trades = ("Energi", "Kimia", "Pupuk", "Batubara", "Resort", "Sawit", "Perikanan", "Logam", "Semen")
    return f"PT {kinds[place % 10]} Rekaan {trades[place // 10 % 9]} {place}"


def plan(patterns: list[Pattern], cases: int, *, now: datetime, chance: random.Random) -> list[Copy]:
    """Choose the copies, the oldest first: one in five open, of the last weeks; the others of all years."""
    running = [i for i, p in enumerate(patterns) if p.opened]
    ended = [i for i, p in enumerate(patterns) if not p.opened]
    whole = [i for i in ended if "permits_permit" in patterns[i].rows]
    made = []
    for number in range(cases):
        is_open = number % 5 == 0
        # Nine of ten closed cases ended with a permit; the others in the other ways.
        chosen = chance.choice(running if is_open else whole if chance.random() < 0.9 else ended)
        latest = int((now - patterns[chosen].ends - timedelta(hours=1)) / WEEK)
        weeks = chance.randint(max(latest - OPEN_SINCE, 0), latest) if is_open else chance.randint(0, latest)
        made.append(Copy(chosen, weeks, chance.randrange(59)))
    return sorted(made, key=lambda item: item.weeks)


@dataclass(slots=True)
class Cells:
    """Where a pattern's rows of one table change: (row, column), and what the new value is made from."""

    own: list[tuple[int, int, str, int]] = field(default_factory=list)  # points at this row of that table
    members: list[tuple[int, int]] = field(default_factory=list)
    companies: list[tuple[int, int]] = field(default_factory=list)
    days: list[tuple[int, int, date]] = field(default_factory=list)
    moments: list[tuple[int, int, datetime]] = field(default_factory=list)
    unique: list[tuple[int, int, str]] = field(default_factory=list)  # the part that stays


# --- one copy -------------------------------------------------------------------------------------


class Copier:
    """Turns patterns into rows, a case at a time."""

    def __init__(self, patterns: list[Pattern], listed: Mapping[str, Table], pool: Pool) -> None:
        self.patterns, self.listed, self.pool = patterns, listed, pool
        self.series = {row.pk: row for row in Series.objects.all()}
        years = SeriesYear.objects.values_list("series", "year", "pk")
        self.years = {(series, year): pk for series, year, pk in years}
        # By pattern and table: where each id stands among its rows.
        self.places = [
            {name: {row[0]: place for place, row in enumerate(rows)} for name, rows in pattern.rows.items()}
            for pattern in patterns
        ]
        self.cells = [
            {name: self._cells(index, name) for name in pattern.rows}
            for index, pattern in enumerate(patterns)
        ]
        text = listed["audit_entry"].at("text")
        self.facts = [
            [json.loads(row[text])["facts"] for row in pattern.rows["audit_entry"]] for pattern in patterns
        ]

    def rows(self, n: int, copy: Copy, base: Mapping[str, int]) -> dict[str, list[list[Any]]]:
        """The rows of copy number n; `base` holds the first new id of each table."""
        pattern = self.patterns[copy.pattern]
        company, name, member = self.pool.of(n)
        later = WEEK * copy.weeks
        moved, ending = later + timedelta(minutes=copy.minutes), f"{n:08x}"
        made: dict[str, list[list[Any]]] = {}
        for table_name, rows in pattern.rows.items():
            first, cells = base[table_name], self.cells[copy.pattern][table_name]
            fresh = made[table_name] = [row.copy() for row in rows]
            for place, row in enumerate(fresh):
                row[0] = first + place
            for place, at, target, own in cells.own:
                fresh[place][at] = base[target] + own
            for place, at in cells.members:
                fresh[place][at] = member
            for place, at in cells.companies:
                fresh[place][at] = company
            for place, at, day in cells.days:
                fresh[place][at] = day + later
            for place, at, moment in cells.moments:
                fresh[place][at] = moment + moved
            for place, at, stays in cells.unique:
                fresh[place][at] = stays + ending
        self._name(n, copy, made, base, company=name, member=member)
        return made

    def _cells(self, index: int, name: str) -> Cells:
        """Look once through a pattern's rows of a table for what each copy changes."""
        pattern, places, table, found = self.patterns[index], self.places[index], self.listed[name], Cells()
        for place, row in enumerate(pattern.rows[name]):
            for at, target in table.targets.items():
                old = row[at]
                if target == "people_user" and old is not None and old == pattern.applicant:
                    found.members.append((place, at))
                elif target == "people_company" and old == pattern.company[0]:
                    found.companies.append((place, at))
                elif old in places.get(target, {}):
                    found.own.append((place, at, target, places[target][old]))
            found.days += [(place, at, row[at]) for at in table.days if row[at] is not None]
            found.moments += [(place, at, row[at]) for at in table.moments if row[at] is not None]
            found.unique += [
                (place, at, row[at][: longest - 8])
                for at, longest in table.unique.items()
                if row[at] is not None
            ]
        return found

    def _name(
        self,
        n: int,
        copy: Copy,
        made: dict[str, list[list[Any]]],
        base: Mapping[str, int],
        *,
        company: str,
        member: int,
    ) -> None:
        """Give the copy its references, numbers and chains."""
        listed, pattern, places = self.listed, self.patterns[copy.pattern], self.places[copy.pattern]
        said: dict[str, str] = {}
        chains: dict[str, str] = {}
        for place, row in enumerate(made["cases_application"]):
            at = listed["cases_application"].at("reference")
            old = pattern.rows["cases_application"][place][at]
            row[at] = reference(2 * n + place)
            said[old] = row[at]
            chains[f"application:{old}"] = f"application:{row[at]}"
        for kind, name in CHAINED.items():
            for old, place in places.get(name, {}).items():
                chains[f"{kind}:{old}"] = f"{kind}:{base[name] + place}"
        numbers = listed["permits_number"]
        text, counter, seq = numbers.at("text"), numbers.at("counter_id"), numbers.at("seq")
        dated, given_to = numbers.at("dated"), numbers.at("given_to")
        for place, row in enumerate(made.get("permits_number", ())):
            series = self.series[pattern.series[row[counter]]]
            row[counter] = self.years[series.pk, row[dated].year]
            row[seq] = copy.numbers[place]
            row[text] = render_number(series.pattern, sequence=row[seq], on=row[dated], values=series.tokens)
            row[given_to] = chains[row[given_to]]
            said[pattern.rows["permits_number"][place][text]] = row[text]
        case = listed["cases_case"]
        at = case.at("registration_number")
        for place, row in enumerate(made["cases_case"]):
            if row[at] is not None:
                row[at] = said[pattern.rows["cases_case"][place][at]]
        for name in ("permits_permit", "permits_refusal"):
            for row in made.get(name, ()):
                row[listed[name].at("company")] = company
        about = listed["people_notice"].at("about")
        for row in made.get("people_notice", ()):
            row[about] = chains.get(row[about], row[about])
        if n % A_LETTER_IN:
            content = listed["documents_letter"].at("content")
            for row in made.get("documents_letter", ()):
                row[content] = "{}"
        people = {pattern.applicant: member} if pattern.applicant else {}
        tasks = {old: base["cases_task"] + place for old, place in places["cases_task"].items()}
        heads = self._hash(
            made["audit_entry"],
            self.facts[copy.pattern],
            chains=chains,
            said=said,
            people=people,
            tasks=tasks,
        )
        for row in made["cases_case"]:
            row[case.at("version")], row[case.at("head")] = heads[f"case:{row[0]}"]
        chain = listed["audit_chain"]
        for place, row in enumerate(made.get("audit_chain", ())):
            key = chain.at("key")
            row[key] = chains[pattern.rows["audit_chain"][place][key]]
            row[chain.at("seq")], row[chain.at("head")] = heads[row[key]]

    def _hash(
        self,
        entries: list[list[Any]],
        facts_told: list[dict[str, Any]],
        *,
        chains: Mapping[str, str],
        said: Mapping[str, str],
        people: Mapping[int, int],
        tasks: Mapping[int, int],
    ) -> dict[str, tuple[int, str]]:
        """Word every entry as muara.audit words it; give where each chain ends."""
        table = self.listed["audit_entry"]
        columns = ("chain", "seq", "at", "by_id", "task_id", "verb", "text", "prev", "hash", "note", "salt")
        where = {column: table.at(column) for column in columns}
        heads: dict[str, tuple[int, str]] = {}
        for row, known in zip(entries, facts_told, strict=True):
            chain = chains[row[where["chain"]]]
            task, by = row[where["task_id"]], row[where["by_id"]]
            seq, prev = heads.get(chain, (0, GENESIS))
            facts = {
                key: said.get(value, value) if isinstance(value, str) else value
                for key, value in known.items()
            }
            wording = word(
                chain=chain,
                seq=seq + 1,
                prev=prev,
                verb=row[where["verb"]],
                by_id=people.get(by, by),
                at=row[where["at"]],
                facts=facts,
                note=row[where["note"]] or "",
                task_id=tasks.get(task, task),
            )
            heads[chain] = wording.seq, wording.hash
            for column in columns:
                row[where[column]] = getattr(wording, column)
        return heads


def reference(number: int) -> str:
    """A submission's number that no other one has."""
    rest, letters = number * SPREAD % REFERENCES, []
    for _ in range(8):
        rest, digit = divmod(rest, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


# --- all of them ----------------------------------------------------------------------------------


def fill(
    url: str, patterns: list[Pattern], listed: Mapping[str, Table], cases: int, *, processes: int
) -> int:
    """Copy the patterns until there are so many cases; give the number of entries made."""
    chance, now = random.Random(cases), timezone.now()
    copies = plan(patterns, cases, now=now, chance=chance)
    with psycopg.connect(url, autocommit=True) as database:
        pool = _companies(database, max(cases // CASES_A_COMPANY, 1), now)
        _number(patterns, listed, copies)
        put_back = _take_off(database, listed)
        copier = Copier(patterns, listed, pool)
        first = {name: _next_id(database, name) for name in listed}
        numbers = first["permits_number"]
        connection.close()  # the processes below must not share it
        tell = Progress(len(copies))
        with multiprocessing.get_context("fork").Pool(processes, _begin, (url, copier)) as workers:
            for number in workers.imap_unordered(_copy, _batches(copies, patterns, first)):
                tell.add(number)
        _write_series(url, database, first, since=numbers)
        for name in listed:
            database.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {first[name]}, false)")
        print("  indeks dan kunci asing …", flush=True)
        for statement in put_back:
            database.execute(statement)
        database.execute("VACUUM ANALYZE")
        found = database.execute("SELECT COUNT(*) FROM audit_entry").fetchone()
        assert found
        return int(found[0])


class Progress:
    """Says every tenth how far it is."""

    def __init__(self, whole: int) -> None:
        self.whole, self.done, self.told = whole, 0, 0

    def add(self, number: int) -> None:
        self.done += number
        if self.done * 10 // max(self.whole, 1) > self.told:
            self.told = self.done * 10 // self.whole
            print(f"  {self.done} berkas", flush=True)


Batch = tuple[int, list[Copy], dict[str, int]]
_worker: dict[str, Any] = {}


def _batches(copies: list[Copy], patterns: list[Pattern], first: dict[str, int]) -> Iterator[Batch]:
    """Cut the copies into batches, and reserve the ids of each in `first`."""
    for start in range(0, len(copies), A_BATCH):
        batch = copies[start : start + A_BATCH]
        yield start, batch, dict(first)
        for copy in batch:
            for name, rows in patterns[copy.pattern].rows.items():
                first[name] += len(rows)


def _begin(url: str, copier: Copier) -> None:
    _worker.update(database=psycopg.connect(url), copier=copier)


def _copy(batch: Batch) -> int:
    """Make the rows of a batch and write them in one transaction."""
    start, copies, base = batch
    copier, database = _worker["copier"], _worker["database"]
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for offset, copy in enumerate(copies):
        for name, made in copier.rows(start + offset, copy, base).items():
            rows[name] += made
            base[name] += len(made)
    with database.transaction():
        for name, table in copier.listed.items():  # permits last: their triggers look at drafts and numbers
            if name in rows:
                _write(database, name, table.columns, rows[name])
    return len(copies)


def _write(database: Any, name: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    told = ", ".join(f'"{column}"' for column in columns)
    with database.cursor() as cursor, cursor.copy(f"COPY {name} ({told}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _next_id(database: Any, name: str) -> int:
    return int(database.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {name}").fetchone()[0])


def _companies(database: Any, size: int, now: datetime) -> Pool:
    """Fictional companies, and people who act for two of them each."""
    people = max(size // COMPANIES_A_PERSON, 1)
    member, company = _next_id(database, "people_user"), _next_id(database, "people_company")
    nobody = "!"  # a password that nobody has
    _write(
        database,
        "people_user",
        ("id", "email", "name", "phone", "nip", "rank", "is_active", "joined_at", "password"),
        (
            (member + i, f"pemohon{i}@contoh.example", f"Pemohon Contoh {i}", "", "", "", True, now, nobody)
            for i in range(people)
        ),
    )
    _write(
        database,
        "people_company",
        ("id", "name", "nib", "npwp", "created_at"),
        ((company + i, company_name(i), f"99{i:011d}", "", now) for i in range(size)),
    )
    _write(
        database,
        "people_membership",
        ("company_id", "user_id"),
        ((company + i, member + i % people) for i in range(size)),
    )
    for name in ("people_user", "people_company"):
        highest = _next_id(database, name) - 1
        database.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest})")
    return Pool(company, size, member, people)


def _number(patterns: list[Pattern], listed: Mapping[str, Table], copies: list[Copy]) -> None:
    """Give every copy its numbers in the order of their days, each year from 1 on."""
    table = listed["permits_number"]
    counter, dated = table.at("counter_id"), table.at("dated")
    wanted: list[tuple[date, int, int, int]] = []
    for index, copy in enumerate(copies):
        rows = patterns[copy.pattern].rows.get("permits_number", ())
        copy.numbers.extend(0 for _ in rows)
        wanted += [
            (row[dated] + WEEK * copy.weeks, index, place, patterns[copy.pattern].series[row[counter]])
            for place, row in enumerate(rows)
        ]
    last: dict[tuple[int, int], int] = {}
    for day, index, place, series in sorted(wanted):
        seq = last[series, day.year] = last.get((series, day.year), 0) + 1
        copies[index].numbers[place] = seq
    for (series, year), highest in last.items():
        SeriesYear.objects.create(series_id=series, year=year, last=highest)


def _write_series(url: str, database: Any, first: dict[str, int], *, since: int) -> None:
    """Go on with the chain of each series: an entry a number, in their order."""
    heads = dict(
        (key, (seq, head))
        for key, seq, head in database.execute(
            "SELECT key, seq, head FROM audit_chain WHERE key LIKE 'series:%'"
        )
    )

    def entries(rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        for chain, year, number, text, to, at, by in rows:
            seq, prev = heads[chain]
            facts = {"number": text, "seq": number, "year": year, "to": to}
            said = word(chain=chain, seq=seq + 1, prev=prev, verb="number.give", by_id=by, at=at, facts=facts)
            heads[chain] = said.seq, said.hash
            first["audit_entry"] += 1
            place = (first["audit_entry"] - 1, chain, said.seq, at, by, None, said.verb, said.text)
            yield *place, said.prev, said.hash, said.note, said.salt, None, digest(said.text)

    with psycopg.connect(url) as reader, reader.cursor("numbers") as numbers:
        numbers.itersize = 5000
        numbers.execute(NUMBERS_GIVEN, [since])
        columns = "id chain seq at by_id task_id verb text prev hash note salt key body".split()
        _write(database, "audit_entry", columns, entries(numbers))
    for chain, (seq, head) in heads.items():
        database.execute("UPDATE audit_chain SET seq = %s, head = %s WHERE key = %s", [seq, head, chain])


NUMBERS_GIVEN = (
    "SELECT 'series:' || s.service || '.' || s.key, y.year, n.seq, n.text, n.given_to, n.given_at, "
    "n.given_by_id FROM permits_number n JOIN permits_seriesyear y ON y.id = n.counter_id "
    "JOIN permits_series s ON s.id = y.series_id WHERE n.id >= %s ORDER BY s.id, y.year, n.seq"
)


def _take_off(database: Any, listed: Mapping[str, Table]) -> list[str]:
    """Drop foreign keys, unique constraints and indexes (not primary keys); give what puts them back."""
    names = list(listed)
    constraints = database.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('u', 'f') ORDER BY contype DESC, conname",
        [names],
    ).fetchall()
    for table, name, _ in reversed(constraints):
        database.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = database.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint c WHERE c.conindid = (quote_ident(indexname))::regclass)",
        [names],
    ).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    return [
        *(definition for _, definition in indexes),
        *(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {told}' for table, name, told in constraints),
    ]
