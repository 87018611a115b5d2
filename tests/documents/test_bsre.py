"""BSrE's service: what it is asked, which of its answers is believed, and that a passphrase stays nowhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from pytest_django import Settings

from muara.documents.signing import form, pki
from muara.documents.signing.bsre import sign_decree
from muara.documents.signing.local import CannotSign
from muara.documents.signing.validate import Trust, validate
from tests.documents import bsre_server
from tests.documents import signed as made
from tests.documents.bsre_server import EMAIL, PASSPHRASE, PASSWORD, USER, Service
from tests.documents.signed import EXPECTED, READ_AT, SIGNED_AT, office


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    with bsre_server.running(SIGNED_AT) as running:
        settings.MUARA_BSRE_URL = running.url
        settings.MUARA_BSRE_USER, settings.MUARA_BSRE_PASSWORD = USER, PASSWORD
        yield running


@cache
def decree() -> bytes:
    """A decree without a field for the official: the service brings its own."""
    return form.prepare(made.letter(), seal_subject="CONTOH Segel Kantor", official_signs_here=False)


def trust(service: Service) -> Trust:
    return replace(office().trust, certifiers=(pki.pem([service.root.certificate]),))


def ask(service: Service, *, passphrase: str = PASSPHRASE) -> tuple[bytes, str]:
    return sign_decree(
        decree(),
        email=EMAIL,
        passphrase=passphrase,
        reason="Menandatangani",
        trust=trust(service),
        at=SIGNED_AT,
    )


def test_a_decree_signed_by_the_service_is_numbered_and_sealed_like_any_other(service: Service) -> None:
    signed, mark = ask(service)

    sealed = made.seal(office().seal, pdf=signed)
    verdict = validate(sealed, trust=trust(service), expected=replace(EXPECTED, official=mark), at=READ_AT)

    assert verdict.faults == ()
    assert verdict.official is not None
    assert verdict.official.name == "CONTOH Guntur Andaian (BSrE)"
    assert set(service.asked[0]) == {"email", "passphrase", "signatureProperties", "file"}
    assert service.asked[0]["signatureProperties"] == [{"tampilan": "INVISIBLE", "reason": "Menandatangani"}]


def test_an_office_that_does_not_trust_the_certifier_does_not_believe_the_file(service: Service) -> None:
    signed, _ = ask(service)

    sealed = made.seal(office().seal, pdf=signed)

    assert not validate(sealed, trust=office().trust, expected=EXPECTED, at=READ_AT).valid


def test_a_certificate_of_the_offices_own_that_it_does_not_name_is_no_officials(service: Service) -> None:
    """A certifier outside makes no stranger below the office's root an official."""
    unnamed = made.certify(office().root, "CONTOH Kepala Dinas")

    forged = made.seal(office().seal, pdf=made.sign(unnamed))

    assert not validate(forged, trust=trust(service), expected=EXPECTED, at=READ_AT).valid


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("hangs up", "tidak menjawab"),
        ("slow", "tidak menjawab"),
        ("drips", "tidak menjawab"),
        ("broken", r"menolak permintaan \(kode 500\)"),
        ("garbage", "tidak dapat dipakai"),
        ("no file", "tidak dapat dipakai"),
        ("unsigned", "berkas lain"),
        ("another file", "berkas lain"),
        ("saved anew", "berkas lain"),
        ("a stranger", "tidak sah atau bukan dari BSrE"),
    ],
)
def test_whatever_else_the_service_answers_signs_nothing(
    service: Service, settings: Settings, mood: str, says: str
) -> None:
    service.mood = mood
    if mood in {"slow", "drips"}:
        settings.MUARA_SIGNING_TIMEOUT = 0.3

    with pytest.raises(CannotSign, match=says):
        ask(service)


def test_a_service_that_is_down_signs_nothing(service: Service, settings: Settings) -> None:
    settings.MUARA_BSRE_URL = "http://127.0.0.1:9"

    with pytest.raises(CannotSign, match="tidak menjawab"):
        ask(service)


def test_a_wrong_passphrase_is_told_in_the_services_words(service: Service) -> None:
    with pytest.raises(CannotSign, match="Layanan BSrE menolak: Passphrase anda salah"):
        ask(service, passphrase="keliru")


def test_the_passphrase_is_in_no_log_and_no_message(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(service)
    for mood in ("repeats the passphrase", "broken", "hangs up"):
        service.mood = mood
        with pytest.raises(CannotSign) as failed:
            ask(service)
        told = failed.value
        assert PASSPHRASE not in f"{told.says} {told.__cause__!r} {told.__context__!r}"

    assert PASSPHRASE not in caplog.text


def test_without_an_address_the_service_is_off(settings: Settings, service: Service) -> None:
    settings.MUARA_BSRE_URL = ""

    with pytest.raises(CannotSign, match="belum diatur"):
        ask(service)


def test_without_a_passphrase_nothing_is_asked(service: Service) -> None:
    with pytest.raises(CannotSign, match="Masukkan passphrase"):
        ask(service, passphrase="")

    assert service.asked == []
