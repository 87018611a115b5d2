"""How long a search takes over many cases and letters, on PostgreSQL and on SQLite.

`python -m bench.search --cases 20000` builds cases, five letters each, on a private PostgreSQL and on SQLite,
and searches as an official, as the agency and as an applicant: rare and common numbers, names, faults, words.
Rows are inserted in bulk, not made by acts: only what a search reads is there.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from functools import partial

from bench.apart import apart
from tests.postgres import NoPostgres, cluster

AT = datetime(2026, 7, 6, 1, tzinfo=UTC)
TARGETS = {"postgresql": 300, "sqlite": 800}  # ms, at a million cases
AT_ONCE = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    options = parser.parse_args()
    if options.only != "sqlite":
        try:
            with cluster(durable=False) as url:
                _apart(url, options.cases)
        except NoPostgres as error:
            print(error)
    if options.only != "postgresql":
        _apart("", options.cases)


def _apart(url: str, cases: int) -> None:
    apart(url, partial(measure, cases), failed="percobaan pencarian gagal", MUARA_DEMO="1")


def measure(cases: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from muara.records.searching import search
    from muara.web.demo import applicant, officer, seed_office

    call_command("migrate", verbosity=0)
    seed_office(AT)
    started = time.perf_counter()
    build(cases)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(f"{connection.vendor}: {cases} cases, {cases * 5} letters in {time.perf_counter() - started:.0f} s")
    for who, person in (
        ("official", officer("registrar")),
        ("agency", officer("technical_team")),
        ("applicant", applicant()),
    ):
        for typed in (
            f"2026/{cases // 2:06d}",
            "LHP/2026",
            "Contoh",
            f"Nama{cases // 10}",
            "Nmaa12",
            "pengantar",
        ):
            took = []
            for _ in range(3):
                begun = time.perf_counter()
                groups = search(typed, by=person, at=AT)
                took.append(1000 * (time.perf_counter() - begun))
            hits, best = sum(len(group.hits) for group in groups), sorted(took)[1]
            ratio = best / TARGETS[connection.vendor]
            print(f"  {who:10} {typed:14} {best:8.1f} ms  {ratio:6.2f} of the target  {hits} hits")


def build(cases: int) -> None:
    from muara.cases.models import Application, Case, CaseLetter, Revision
    from muara.documents.models import Letter, Template
    from muara.people.models import Company
    from muara.web.demo import applicant

    revision, owner = Revision.objects.first(), applicant()
    template = Template.objects.create(sha256="0" * 64, name="surat", source="-")
    assert revision is not None
    for first in range(0, cases, AT_ONCE):
        some = range(first, min(first + AT_ONCE, cases))
        companies = Company.objects.bulk_create(
            [Company(name=f"PT Contoh Nama{n} Usaha{n % 97}") for n in some if n % 10 == 0]
        )
        applications = Application.objects.bulk_create(
            [
                Application(
                    service=revision.service,
                    reference=f"{n:09d}",
                    company=companies[(n - first) // 10],
                    applicant=owner if n % 1000 == 0 else None,
                    entered_by=owner,
                    revision=revision,
                    created_at=AT,
                    updated_at=AT,
                )
                for n in some
            ]
        )
        made = Case.objects.bulk_create(
            [
                Case(
                    application=one,
                    revision=revision,
                    head="0" * 64,
                    registration_number=f"LHP/2026/{n:06d}",
                    registered_on=AT.date(),
                    opened_at=AT,
                )
                for n, one in zip(some, applications, strict=True)
            ]
        )
        letters = Letter.objects.bulk_create(
            [
                Letter(
                    template=template,
                    content="{}",
                    content_sha256="0" * 64,
                    title=f"Surat pengantar {case}",
                    words=f"surat pengantar lhp 2026 {case.pk} hal{place} nama{case.pk % 5003} izin limbah",
                    dated=AT.date(),
                    created_at=AT,
                )
                for case in made
                for place in range(5)
            ]
        )
        CaseLetter.objects.bulk_create(
            [
                CaseLetter(
                    case=made[at // 5], letter=letter, kind="cover_letter", step_key="verify", made_at=AT
                )
                for at, letter in enumerate(letters)
            ]
        )


if __name__ == "__main__":
    main()
