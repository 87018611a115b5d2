from __future__ import annotations

from django.apps import AppConfig


class StepsConfig(AppConfig):
    name = "muara.steps"
