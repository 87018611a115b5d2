from __future__ import annotations

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "muara.permits"
