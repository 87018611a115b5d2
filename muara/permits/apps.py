from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.permits.registers import after_migrate


class PermitsConfig(AppConfig):
    name = "muara.permits"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
