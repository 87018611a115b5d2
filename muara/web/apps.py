from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    name = "muara.web"

    def ready(self) -> None:
        from muara.records import finding  # it reads models, which are loaded by now

        # A room without tables is not told of migrations; by any of them all tables are there.
        post_migrate.connect(finding.after_migrate, sender=apps.get_app_config("contacts"))
