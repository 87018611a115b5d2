"""How many entries a second `audit verify` and `muara-verify` check: python -m bench.verification.

On a SQLite file of its own (PostgreSQL by DATABASE_URL), in chains of thirty, every tenth entry with a note.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
LENGTH = 30


@contextmanager
def timed(what: str, entries: int) -> Iterator[None]:
    clock, cpu = time.perf_counter(), sum(os.times()[:4])  # those of children too
    yield
    seconds, used = time.perf_counter() - clock, sum(os.times()[:4]) - cpu
    per_cpu = f", {entries / used:,.0f} a CPU second" if used > 0.1 else ""
    print(f"{what}: {entries:,} entries in {seconds:.1f} s: {entries / seconds:,.0f} a second{per_cpu}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    wanted = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUARA_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "muara.settings"
        import django

        django.setup()
        measure(wanted, Path(folder))


def measure(wanted: int, folder: Path) -> None:
    import subprocess

    from django.db import connection

    from muara.audit import checkpoints, exports, keys, muara_verify
    from muara.audit.chains import GENESIS, word
    from muara.audit.models import Chain, Covered, Entry
    from muara.audit.queries import breaks, heads

    with connection.schema_editor() as editor:
        for model in (Chain, Entry, Covered):
            editor.create_model(model)
    for first in range(0, wanted, LENGTH * 200):
        rows, ends = [], []
        for chain in (f"case:{number}" for number in range(first, min(first + LENGTH * 200, wanted), LENGTH)):
            prev = GENESIS
            for seq in range(1, LENGTH + 1):
                said = word(
                    chain=chain,
                    seq=seq,
                    prev=prev,
                    verb="verify.complete",
                    by_id=seq,
                    task_id=first + seq,
                    at=START + timedelta(seconds=first + seq),
                    facts={"to": "deliver", "items": list(range(seq % 7)), "draft": "0" * 64},
                    note="Semua persyaratan lengkap dan sesuai." if seq % 10 == 0 else "",
                )
                prev = said.hash
                rows.append(
                    Entry(
                        **{name: getattr(said, name) for name in said.__slots__},
                        body=said.hash,
                        key=said.hash,
                    )
                )
            ends.append(Chain(key=chain, seq=LENGTH, head=prev))
        Entry.objects.bulk_create(rows, batch_size=2_000)
        Chain.objects.bulk_create(ends)
    count = Entry.objects.count()
    with timed("audit verify", count):
        assert breaks(heads()) == []
    keys.make_keys(at=START)
    with timed("first checkpoint over all chains", count):
        checkpoints.take(at=START + timedelta(days=300))
    with timed("audit verify against checkpoints", count):
        assert breaks(heads(), witnessed=checkpoints.witnessed()) == []
    with timed("export-log", count):
        exports.export_log(folder / "ekspor", office="Kantor Contoh", notes=True, at=START)
    (folder / "kunci.json").write_text(keys.published("Kantor Contoh"))
    verifier = [sys.executable, "-I", "-S", muara_verify.__file__, "log", str(folder / "ekspor")]
    with timed("muara-verify", count):
        subprocess.run([*verifier, "--keys", str(folder / "kunci.json")], check=True)


if __name__ == "__main__":
    main()
