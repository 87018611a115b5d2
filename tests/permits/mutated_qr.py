"""Genuine texts of a permit's QR, and what may happen to one: shared with bench/tampering.py."""

from __future__ import annotations

import base64
import string
from random import Random

from muara.audit.keys import Signer
from muara.permits.qr import signed_address

URL_SAFE = string.ascii_letters + string.digits + "-_"


def genuine(key: Signer, number: int = 0) -> str:
    return signed_address(
        f"https://izin.contoh.example/izin/{number:032x}/",
        kind="refusal" if number % 5 == 1 else "permit",
        content_sha256=f"{number * 7919:064x}",
        name=f"PT Contoh Muara {'é' * (number % 40)}",
        key=key,
    )


def changed(text: str, random: Random) -> str:
    """Another text that differs from this one: characters, bytes, bits, order, length, or another's part."""
    while True:
        other = random.choice(WAYS)(text, random)
        if other.strip() != text:
            return other


def _character(text: str, random: Random) -> str:
    place = random.randrange(len(text))
    return text[:place] + random.choice(URL_SAFE) + text[place + 1 :]


def _last_character(text: str, random: Random) -> str:
    return text[:-1] + random.choice(URL_SAFE)  # bits that base64 leaves over


def _insertion(text: str, random: Random) -> str:
    place = random.randrange(len(text))
    return text[:place] + random.choice(URL_SAFE + "=/+#") + text[place:]


def _deletion(text: str, random: Random) -> str:
    place = random.randrange(len(text))
    return text[:place] + text[place + random.randint(1, 3) :]


def _swap(text: str, random: Random) -> str:
    one, other = sorted(random.sample(range(len(text)), 2))
    return text[:one] + text[other] + text[one + 1 : other] + text[one] + text[other + 1 :]


def _bit(text: str, random: Random) -> str:
    address, _, written = text.partition("#")
    payload = bytearray(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    payload[random.randrange(len(payload))] ^= 1 << random.randrange(8)
    return f"{address}#{base64.urlsafe_b64encode(payload).decode().rstrip('=')}"


def _multiple_of_the_order(text: str, random: Random) -> str:
    """The same signature with S + L, which a careless check takes for another valid one."""
    address, _, written = text.partition("#")
    payload = bytearray(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    order = 2**252 + 27742317777372353535851937790883648493
    payload[-32:] = (int.from_bytes(payload[-32:], "little") + order).to_bytes(32, "little")
    return f"{address}#{base64.urlsafe_b64encode(payload).decode().rstrip('=')}"


def _other_site(text: str, random: Random) -> str:
    return text.replace("izin.contoh", random.choice(["izin-contoh", "izim.contoh", "IZIN.contoh"]))


def _padding(text: str, random: Random) -> str:
    return text + "=" * random.randint(1, 3)


def _two_signs(text: str, random: Random) -> str:
    return text.replace("#", "##")


WAYS = (
    _character,
    _last_character,
    _insertion,
    _deletion,
    _swap,
    _bit,
    _multiple_of_the_order,
    _other_site,
    _padding,
    _two_signs,
)
