"""`python -m bench.drill [--cases 1000000]`: build an office's years on a private PostgreSQL, and measure.

The database lies in a folder of its own under var/drill and is gone afterwards; the plans of slow queries
stay in var/drill/plans.txt. Everybody and everything in it is fictional (muara.web.demo).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.postgres import cluster

PROJECT = Path(__file__).resolve().parent.parent.parent
# What an office's server of 16 GB would be set to; PostgreSQL's own settings are for a machine of 2005.
SERVER = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "checkpoint_timeout": "30min",
    # For the filling: nothing reads the log of a database that is thrown away.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "default_toast_compression": "lz4",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drill", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7, help="how often each page is asked for")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = PROJECT / "var" / "drill"
    folder.mkdir(parents=True, exist_ok=True)
    with cluster(durable=False, settings=SERVER, within=folder) as url:
        data = tempfile.mkdtemp(prefix="data-", dir=folder)
        os.environ |= {"DATABASE_URL": url, "MUARA_DATA": data, "DJANGO_SETTINGS_MODULE": "muara.settings"}
        os.environ |= {"MUARA_DEMO": "1", "MUARA_DEBUG": "0"}
        try:
            drill(url, options.cases, rounds=options.rounds, plans=folder / "plans.txt")
        finally:
            shutil.rmtree(data)


def drill(url: str, cases: int, *, rounds: int, plans: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench.drill.copies import fill
    from bench.drill.measure import measure
    from bench.drill.patterns import AT, tables, walk_all
    from muara.web.demo import seed_office

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    seed_office(AT - timedelta(days=6))
    listed = tables()
    began = time.perf_counter()
    patterns = list(walk_all(listed))
    print(f"{len(patterns)} pola dijalani dalam {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    entries = fill(url, patterns, listed, cases, processes=os.cpu_count() or 1)
    print(f"{cases} berkas, {entries} entri dalam {time.perf_counter() - began:.0f} s", flush=True)
    measure(rounds=rounds, plans=plans)


if __name__ == "__main__":
    main()
