"""Guessing at the QR: random and mutated codes against a register of permits; none may open anything.

`python -m bench.codes [how many]` walks three cases to their permits in a temporary folder and tries 100,000
codes that are none of theirs, half random, half one of ours with something changed, on what the
public page asks; every hundredth on the page itself. Reported: what was found, and what the page answered.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from urllib.parse import quote

HOW_MANY = 100_000
HEX = "0123456789abcdef"


def mutated(token: str, among: random.Random) -> str:
    """One of our codes with a character another, missing, doubled or added, or written otherwise."""
    place, other = among.randrange(32), among.choice(HEX)
    match among.randrange(8):
        case 0 | 1:
            return token[:place] + other + token[place + 1 :]
        case 2:
            return token[:place] + token[place + 1 :]
        case 3:
            return token[:place] + token[place] + token[place:]
        case 4:
            second = among.randrange(32)
            chars = list(token)
            chars[place], chars[second] = chars[second], chars[place]
            return "".join(chars)
        case 5:
            return token.upper()
        case 6:
            return token + among.choice([" ", "\0", "\n", "%", "a", "'", "\u200b", "/"])
        case _:
            return among.choice([" ", "_", "%", "*"]) * place + token[place:]


def main() -> None:
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "muara.settings", "MUARA_DATA": folder, "MUARA_DEBUG": "1"}
        os.environ.pop("DATABASE_URL", None)
        _measure(how_many)


def _measure(how_many: int) -> None:
    import django

    django.setup()
    from django.contrib.auth.models import AnonymousUser
    from django.core.management import call_command
    from django.test import RequestFactory
    from django.utils import timezone

    from muara.permits.lookups import behind
    from muara.permits.models import Lookups, Permit
    from muara.web.demo import COMPANIES, case_at, seed_office
    from muara.web.public import permit

    call_command("migrate", verbosity=0)
    at = timezone.now()
    seed_office(at)
    tokens = [case_at("hand_over", at=at, company=company).permit.draft.token for company in COMPANIES[:3]]
    among, ask = random.Random(6), RequestFactory()
    answers: Counter[int] = Counter()
    tried = opened = 0
    begun = time.perf_counter()
    for number in range(how_many):
        wrong = f"{among.getrandbits(128):032x}" if number % 2 else mutated(among.choice(tokens), among)
        if wrong in tokens:
            continue
        tried += 1
        opened += behind(wrong) != (None, None)
        if number % 100 == 0:
            request = ask.get(f"/izin/{quote(wrong, safe='')}/")
            request.session = {}  # type: ignore[assignment]
            request.user = AnonymousUser()
            answers[permit(request, wrong).status_code] += 1
    seconds = time.perf_counter() - begun
    counted = sum(Lookups.objects.values_list("times", flat=True))
    print(f"{tried:,} codes against {Permit.objects.count()} permits in {seconds:.0f} s: {opened} accepted")
    print(f"the page answered {dict(answers)}; openings counted: {counted}")
    if opened or counted or set(answers) != {404}:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
