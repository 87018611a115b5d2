"""What an electronic original costs: its size, CPU of each stage, and altered bytes that pass for genuine.

`python -m bench.signing --runs 20 --bytes 300`. The bytes are altered one at a time and judged without the
register's hash of the file, which would notice every one of them anyway.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Stages:
    """Seconds of CPU by stage, one a run."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def run(self, name: str, act: Callable[[], Result]) -> Result:
        began = time.process_time()
        result = act()
        self.times.setdefault(name, []).append(time.process_time() - began)
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=300)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # the settings come first

    django.setup()
    stages, sealed = Stages(), b""
    for _ in range(options.runs):
        sealed = one(stages)
    making = [sum(run) for run in zip(*(stages.times[name] for name in MAKING), strict=True)]
    for name, times in [*stages.times.items(), ("made in all", making)]:
        print(f"{name:16} {statistics.median(times) * 1000:6.0f} ms CPU, worst {max(times) * 1000:.0f} ms")
    print(f"{'size':16} {len(sealed) / 1024:6.0f} KB")
    passed = altered(sealed, options.bytes)
    print(f"{'altered bytes':16} {options.bytes:6} tried, {passed} passed for genuine")


MAKING = ("set", "fields", "sign", "number and seal")


def one(stages: Stages) -> bytes:
    """Make and judge one decree."""
    from muara.documents.signing import form
    from tests.documents import signed as made

    office, (set_, fields, sign, seal) = made.office(), MAKING
    plain = stages.run(set_, made.letter)
    prepared = stages.run(fields, lambda: form.prepare(plain, seal_subject="CONTOH Segel Kantor"))
    signed = stages.run(sign, lambda: made.sign(office.official, pdf=prepared))
    sealed = stages.run(seal, lambda: made.seal(office.seal, pdf=signed))
    assert stages.run("validate", lambda: is_valid(sealed))
    return sealed


def is_valid(pdf: bytes) -> bool:
    from muara.documents.signing.validate import validate
    from tests.documents import signed as made

    return validate(pdf, trust=made.office().trust, expected=made.EXPECTED, at=made.READ_AT).valid


def altered(pdf: bytes, count: int) -> int:
    """How many of so many files with one altered byte pass for genuine."""
    places, passed = random.Random(6), 0
    for _ in range(count):
        place = places.randrange(len(pdf))
        other = bytes([(pdf[place] + places.randrange(1, 256)) % 256])
        passed += is_valid(pdf[:place] + other + pdf[place + 1 :])
    return passed


if __name__ == "__main__":
    main()
