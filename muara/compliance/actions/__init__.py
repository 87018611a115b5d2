"""All writing after the permit, by chapter: obligations, the daily log, certificates."""

from __future__ import annotations

from muara.compliance.actions.obligations import (
    obligations_for as obligations_for,
)
from muara.compliance.actions.obligations import (
    regenerate as regenerate,
)
from muara.compliance.actions.obligations import (
    void_obligations as void_obligations,
)
