from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.audit.triggers import after_migrate


class ComplianceConfig(AppConfig):
    name = "muara.compliance"
    # A correction is another row: the one that it takes the place of only stops being current.
    append_only: ClassVar = {
        "Reading": ("current",),
        "Measurement": (),
        "Production": ("current",),
        "Certificate": ("current",),
        "Sample": (),
        "Result": (),
        "Report": ("current",),
        "Finding": ("current",),
        "FollowUp": (),
    }

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
