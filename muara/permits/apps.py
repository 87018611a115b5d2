from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.permits import registers


class PermitsConfig(AppConfig):
    name = "muara.permits"

    def ready(self) -> None:
        from muara.permits import searching  # it reads models, which are loaded by now

        post_migrate.connect(registers.after_migrate, sender=self)
        post_migrate.connect(searching.after_migrate, sender=self)
