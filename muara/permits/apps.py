from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.permits import registers


class PermitsConfig(AppConfig):
    name = "muara.permits"

    def ready(self) -> None:
        post_migrate.connect(registers.after_migrate, sender=self)
