"""What an electronic original costs: size, CPU of each stage, and how many altered bytes pass for genuine.

    python -m bench.signing --runs 20 --bytes 300
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from muara.documents.signing import form, local
from muara.documents.signing.validate import validate
from tests.documents import signed as made


def cpu(act: Callable[[], bytes]) -> tuple[float, bytes]:
    """Seconds of CPU that an act takes, and what it makes."""
    began = time.process_time()
    result = act()
    return time.process_time() - began, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=300, help="bytes altered, one at a time")
    options = parser.parse_args()
    office = made.office()
    stages: dict[str, list[float]] = {}

    def stage(name: str, act: Callable[[], bytes]) -> bytes:
        seconds, result = cpu(act)
        stages.setdefault(name, []).append(seconds)
        return result

    sealed = b""
    for _ in range(options.runs):
        plain = stage("set", made.letter)
        prepared = stage("fields", lambda: form.prepare(plain, seal_subject="CONTOH Segel Kantor"))
        signed = stage(
            "sign",
            lambda: local.sign(prepared, key=made.key(office.official), at=made.SIGNED_AT, reason="Uji"),
        )
        sealed = stage("number and seal", lambda: made.seal(office.seal, pdf=signed))
        stage("validate", lambda: _valid(sealed))
    for name, times in stages.items():
        print(f"{name:16} {statistics.median(times) * 1000:7.0f} ms CPU, worst {max(times) * 1000:.0f} ms")
    making = [sum(times[run] for name, times in stages.items() if name != "validate") for run in range(options.runs)]
    print(f"{'made in all':16} {statistics.median(making) * 1000:7.0f} ms CPU, worst {max(making) * 1000:.0f} ms")
    print(f"{'size':16} {len(sealed) / 1024:7.0f} KB")

    places = random.Random(6)
    passed = 0
    for _ in range(options.bytes):
        place = places.randrange(len(sealed))
        other = bytes([(sealed[place] + places.randrange(1, 256)) % 256])
        forged = sealed[:place] + other + sealed[place + 1 :]
        passed += validate(forged, trust=office.trust, expected=made.EXPECTED, at=made.READ_AT).valid
    print(f"{'altered bytes':16} {options.bytes:7} tried without the register's hash, {passed} passed for genuine")


def _valid(pdf: bytes) -> bytes:
    assert validate(pdf, trust=made.office().trust, expected=made.EXPECTED, at=made.READ_AT).valid
    return pdf


if __name__ == "__main__":
    main()
