"""One form an activity; a step says which in `process.toml`."""

from __future__ import annotations

from muara.cases.models import Task
from muara.steps.forms.agency import AGENCY_ACTS
from muara.steps.forms.approval import Decide, Endorse, ReadThrough, Remark, TakeCare
from muara.steps.forms.coordination import AskAgency
from muara.steps.forms.drafting import AdjustTerms, ChooseBinding, DraftDecree, ReceiveRecommendation
from muara.steps.forms.intake import Advise, Check, DecideAuthority, Register
from muara.steps.forms.issuance import AssignNumber, HandOver, Number, Receive, Remind, TurnAway
from muara.steps.forms.meeting import MEETING_ACTS, Meet
from muara.steps.forms.monitoring import Monitor
from muara.steps.forms.pausing import BeginPause, EndPause
from muara.steps.forms.recusal import Recuse
from muara.steps.forms.requests import (
    AskAgain,
    AskApplicant,
    Confirm,
    ExtendTime,
    Lapse,
    PermitLateDefect,
    Withdraw,
)
from muara.steps.forms.review import CopyRecommendation, Review
from muara.steps.forms.sharing import Assign, PassOn
from muara.steps.forms.step import MORE, ActForm, RowsForm, StepForm
from muara.steps.forms.verification import Correct, Deliver, Verify

__all__ = [
    "ASIDES",
    "FORMS",
    "MORE",
    "ActForm",
    "ReadThrough",
    "Review",
    "RowsForm",
    "StepForm",
    "aside",
    "first_act",
]

FORMS: dict[str, type[StepForm]] = {
    "check": Check,
    "advise": Advise,
    "register": Register,
    "verify": Verify,
    "correct": Correct,
    "deliver": Deliver,
    "review": Review,
    "draft": DraftDecree,
    "endorse": Endorse,
    "meet": Meet,
    "decide": Decide,
    "number": Number,
    "hand_over": HandOver,
    "receive": Receive,
}


# Acts beside the outcomes, in the order in which a page offers them.
ASIDES: tuple[type[ActForm], ...] = (
    CopyRecommendation,
    ReceiveRecommendation,
    ChooseBinding,
    AdjustTerms,
    AskApplicant,
    *MEETING_ACTS,
    AssignNumber,
    TurnAway,
    Remind,
    Monitor,
    DecideAuthority,
    *AGENCY_ACTS,
    Remark,
    TakeCare,
    AskAgain,
    Confirm,
    PermitLateDefect,
    ExtendTime,
    AskAgency,
    PassOn,
    Assign,
    BeginPause,
    EndPause,
    Recuse,
    Lapse,
    Withdraw,
)


def aside(task: Task, slug: str) -> type[ActForm] | None:
    """Find an act beside the outcomes by its address; None where this task's step has no such act."""
    return next((form for form in ASIDES if form.slug == slug and form.belongs_to(task)), None)


def first_act(task: Task) -> type[ActForm] | None:
    """What has to be done at a task before, or instead of, its outcome."""
    return next(
        (form for form in ASIDES if form.comes_first and form.belongs_to(task) and form.offered(task)), None
    )
