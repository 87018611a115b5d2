"""The file of public keys: what a stranger needs beside the PDF, and a tool, to judge a decree.

One file for everything: the keys of QR codes and checkpoints (`audit.keys`) and the certificates of signing.
"""

from __future__ import annotations

import json
from datetime import datetime

from muara.audit import keys
from muara.documents.models import Certificate
from muara.documents.signing.certificates import trust_in
from muara.documents.signing.validate import Signer, Trust


class NotAKeyFile(ValueError):
    """A file that is not a list of public keys."""


def public_keys(*, office: str, at: datetime) -> str:
    """Every public key there ever was, and every certificate with those above it, as JSON; nothing private.

    What was revoked is told as of `at`.
    """
    told = json.loads(keys.published(office)) | {
        "made_at": at.isoformat(timespec="seconds"),
        "certificates": [
            {
                "role": row.kind,
                "subject": row.subject,
                "sha256": row.fingerprint,
                "not_before": row.starts.isoformat(),
                "not_after": row.ends.isoformat(),
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
                "pem": row.pem,
            }
            for row in Certificate.objects.all()
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def read_public_keys(text: str) -> Trust:
    """Read whom a file names under "certificates", whatever else it holds; NotAKeyFile for none."""
    try:
        told = json.loads(text)
        return trust_in(
            (
                str(row["role"]),
                str(row["pem"]),
                Signer(
                    fingerprint=row["sha256"],
                    role=row["role"],
                    name=row["subject"],
                    starts=datetime.fromisoformat(row["not_before"]),
                    ends=datetime.fromisoformat(row["not_after"]),
                    revoked_at=datetime.fromisoformat(row["revoked_at"]) if row["revoked_at"] else None,
                ),
            )
            for row in told["certificates"]
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotAKeyFile(str(error)) from error
