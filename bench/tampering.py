"""How many of a thousand tamperings of each kind get past `muara-verify`, and how many mutated QR texts.

python -m bench.tampering [--trials 1000] [--kinds edit delete …] [--mutations 100000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muara.audit.keys import Signer, key_id
from muara.audit.muara_verify import Broken, check_log
from muara.permits.qr import NotGenuine, check
from tests.audit.simulated_log import TAMPERINGS, simulated, tampered
from tests.permits.mutated_qr import changed, genuine

KINDS = [*TAMPERINGS, "rewrite"]


def tamper(kinds: list[str], trials: int) -> None:
    for how in kinds:
        random, missed, wrong = Random(how), 0, 0
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            where = Path(folder) / "ekspor"
            for trial in range(trials):
                log = simulated(random)
                other, kept = tampered(log, how, random)
                if trial % 10 == 0:  # that sound ones pass needs no thousand
                    try:
                        check_log(log.write(where), log.public, kept)
                    except Broken:
                        wrong += 1
                try:
                    check_log(other.write(where), log.public, kept)
                    missed += 1
                except Broken:
                    pass
        seconds = time.perf_counter() - began
        print(
            f"{how:9} {trials} trials: {missed} missed, {wrong} sound logs refused, {seconds:.0f} s",
            flush=True,
        )


def mutate(times: int) -> None:
    """Change a genuine QR at random places, in random ways: the text, or the bytes behind it."""
    random = Random("qr")
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = Signer(key_id(public), private)
    accepted = 0
    began = time.perf_counter()
    for number in range(times):
        text = genuine(key, number % 97)
        other = changed(text, random)
        try:
            check(other, {key.id: public})
            accepted += 1
            print(f"accepted: {other}")
        except NotGenuine:
            pass
    print(f"QR: {times} mutated, {accepted} accepted, {time.perf_counter() - began:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--mutations", type=int, default=100_000)
    asked = parser.parse_args()
    mutate(asked.mutations)
    tamper(asked.kinds, asked.trials)


if __name__ == "__main__":
    main()
