"""The nouns after the permit, by chapter: what is owed and measured, what is reported, what is overseen."""

from __future__ import annotations

from muara.compliance.models.followed import (
    Certificate as Certificate,
)
from muara.compliance.models.followed import (
    Discharge as Discharge,
)
from muara.compliance.models.followed import (
    Grant as Grant,
)
from muara.compliance.models.followed import (
    Laboratory as Laboratory,
)
from muara.compliance.models.followed import (
    Limit as Limit,
)
from muara.compliance.models.followed import (
    Obligation as Obligation,
)
from muara.compliance.models.followed import (
    Point as Point,
)
from muara.compliance.models.followed import (
    Production as Production,
)
from muara.compliance.models.followed import (
    Reading as Reading,
)
from muara.compliance.models.followed import (
    Result as Result,
)
from muara.compliance.models.followed import (
    Sample as Sample,
)
from muara.compliance.models.followed import (
    Source as Source,
)
from muara.compliance.models.followed import (
    choices as choices,
)
from muara.compliance.models.loggers import (
    Logger as Logger,
)
from muara.compliance.models.loggers import (
    Measurement as Measurement,
)
from muara.compliance.models.overseen import (
    Finding as Finding,
)
from muara.compliance.models.overseen import (
    FollowUp as FollowUp,
)
from muara.compliance.models.overseen import (
    Incident as Incident,
)
from muara.compliance.models.overseen import (
    WarningLetter as WarningLetter,
)
from muara.compliance.models.reports import (
    Comment as Comment,
)
from muara.compliance.models.reports import (
    Report as Report,
)
from muara.compliance.models.reports import (
    ReportDraft as ReportDraft,
)
from muara.compliance.models.reports import (
    ReportFile as ReportFile,
)
from muara.compliance.models.reports import (
    Review as Review,
)
