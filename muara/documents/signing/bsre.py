"""A client of BSrE's signing service, version 2 of its interface; off unless MUARA_BSRE_URL is set.

The agency runs the service on a server of its own; it is asked with Basic auth and JSON. What is known of
it comes from public clients and waits for BSrE's confirmation (docs/adr/0016). The official is named by
e-mail, so that no NIK is kept. The passphrase goes into the one request and nowhere else: it is never
stored or logged, and an answer that repeats it is not shown.

The service signs remotely, in a field that it adds itself. So its answer is believed only after it was
judged: our bytes come first, unchanged; one signature, over the whole file, by a certifier whom the office
trusts.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import time
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from cryptography import x509
from django.conf import settings
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from muara.documents.signing.local import CannotSign
from muara.documents.signing.pki import fingerprint
from muara.documents.signing.validate import LARGEST, Trust, judge_official

SIGN = "/api/v2/sign/pdf"
SILENT = "Layanan BSrE tidak menjawab. Keputusan belum ditandatangani; coba lagi nanti."
NONSENSE = "Jawaban layanan BSrE tidak dapat dipakai. Keputusan belum ditandatangani."
CHUNK = 64 * 1024


def is_configured() -> bool:
    return bool(settings.MUARA_BSRE_URL)


def sign_decree(
    pdf: bytes, *, email: str, passphrase: str, reason: str, trust: Trust, at: datetime
) -> tuple[bytes, str]:
    """Let the service sign these bytes for an official; return the file and the certificate's fingerprint.

    Raises:
        CannotSign: the service is off, silent, refuses, or what it answered is not these bytes, signed.
    """
    if not is_configured():
        raise CannotSign("Layanan BSrE belum diatur pada server ini.")
    if not passphrase:
        raise CannotSign("Masukkan passphrase BSrE untuk menandatangani.")
    body = {
        "email": email,
        "passphrase": passphrase,
        "signatureProperties": [{"tampilan": "INVISIBLE", "reason": reason}],
        "file": [base64.b64encode(pdf).decode()],
    }
    answer = _post(SIGN, body, secret=passphrase)
    files = answer.get("file")
    if not isinstance(files, list) or len(files) != 1 or not isinstance(files[0], str):
        raise CannotSign(NONSENSE)
    try:
        signed = base64.b64decode(files[0], validate=True)
    except binascii.Error as error:
        raise CannotSign(NONSENSE) from error
    return signed, _demand_signed(signed, asked=pdf, trust=trust, at=at)


def _post(path: str, body: dict[str, Any], *, secret: str) -> dict[str, Any]:
    credentials = f"{settings.MUARA_BSRE_USER}:{settings.MUARA_BSRE_PASSWORD}"
    request = Request(
        settings.MUARA_BSRE_URL.rstrip("/") + path,
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}",
        },
    )
    # No proxy, no redirect to another host with the passphrase in its body: urllib repeats no POST.
    opener = build_opener(ProxyHandler({}))
    until = time.monotonic() + settings.MUARA_SIGNING_TIMEOUT
    try:
        with opener.open(request, timeout=settings.MUARA_SIGNING_TIMEOUT) as response:
            return _read(response, until)
    except HTTPError as error:
        with error:
            raise CannotSign(_refusal(error, until, secret)) from None
    except (OSError, HTTPException, ValueError):
        # Without its cause: a traceback that is logged shows no request.
        raise CannotSign(SILENT) from None


def _read(response: Any, until: float) -> dict[str, Any]:
    parts, size = [], 0
    while part := response.read1(CHUNK):
        parts.append(part)
        size += len(part)
        if size > 2 * LARGEST:
            raise CannotSign(NONSENSE)
        if time.monotonic() > until:
            raise CannotSign(SILENT)
    try:
        told = json.loads(b"".join(parts))
    except ValueError:
        raise CannotSign(NONSENSE) from None
    if not isinstance(told, dict):
        raise CannotSign(NONSENSE)
    return told


def _refusal(error: HTTPError, until: float, secret: str) -> str:
    """What the service says against it, where that is a short sentence without the passphrase in it."""
    try:
        said = str(_read(error, until).get("error", ""))
    except (CannotSign, OSError, HTTPException):
        said = ""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())
    if not plain or len(plain) > 160 or secret in said:
        return f"Layanan BSrE menolak permintaan (kode {error.code}). Keputusan belum ditandatangani."
    return f"Layanan BSrE menolak: {plain}"


def _demand_signed(signed: bytes, *, asked: bytes, trust: Trust, at: datetime) -> str:
    if not signed.startswith(asked) or len(signed) == len(asked):
        raise CannotSign("Layanan BSrE mengembalikan berkas lain daripada yang diminta untuk ditandatangani.")
    try:
        reader = PdfFileReader(io.BytesIO(signed))
        found = list(reader.embedded_signatures)
    except (PdfError, ValueError, KeyError, TypeError) as error:
        raise CannotSign(NONSENSE) from error
    if len(found) != 1 or not judge_official(found[0], trust=trust, size=len(signed), at=at):
        raise CannotSign("Tanda tangan dalam jawaban layanan BSrE tidak sah atau bukan dari BSrE.")
    level = found[0].docmdp_level
    if level is not None and level == MDPPerm.NO_CHANGES:
        raise CannotSign("Layanan BSrE mengunci berkas sehingga nomornya tidak dapat diisikan.")
    return fingerprint(x509.load_der_x509_certificate(found[0].signer_cert.dump()))
