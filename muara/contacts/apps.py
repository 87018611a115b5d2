from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.audit.triggers import after_migrate


class ContactsConfig(AppConfig):
    name = "muara.contacts"
    append_only: ClassVar = {"DataAccess": ()}

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
