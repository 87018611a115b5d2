from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.audit.triggers import after_migrate


class AuditConfig(AppConfig):
    name = "muara.audit"
    append_only: ClassVar = {"Entry": ("note", "salt")}

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
