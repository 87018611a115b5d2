from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from muara.audit.triggers import after_migrate


class CasesConfig(AppConfig):
    name = "muara.cases"
    append_only: ClassVar = {
        "Revision": (),
        "Submission": (),
        "Draft": (),
        "ArchivePlace": (),
        "ArchiveRule": (),
    }

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)
