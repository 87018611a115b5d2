"""One form an activity; a step says which in `process.toml`."""

from __future__ import annotations

from muara.cases.models import Task
from muara.steps.forms.approval import Decide, DraftPermit, Endorse, Meet, Monitor, ReceiveRecommendation
from muara.steps.forms.intake import Advise, Check, Register
from muara.steps.forms.issuance import AssignNumber, HandOver, Number, Receive
from muara.steps.forms.requests import (
    AskAgain,
    AskApplicant,
    Confirm,
    Lapse,
    PermitLateDefect,
    Withdraw,
)
from muara.steps.forms.review import Review
from muara.steps.forms.step import MORE, ActForm, RequestingForm, StepForm
from muara.steps.forms.verification import Correct, Deliver, Verify

__all__ = ["ASIDES", "FORMS", "MORE", "ActForm", "RequestingForm", "Review", "StepForm", "aside", "first_act"]

FORMS: dict[str, type[StepForm]] = {
    "check": Check,
    "advise": Advise,
    "register": Register,
    "verify": Verify,
    "correct": Correct,
    "deliver": Deliver,
    "review": Review,
    "draft": DraftPermit,
    "endorse": Endorse,
    "meet": Meet,
    "decide": Decide,
    "number": Number,
    "hand_over": HandOver,
    "receive": Receive,
}


# Acts beside the outcomes, in the order in which a page offers them.
ASIDES: tuple[type[ActForm], ...] = (
    ReceiveRecommendation,
    AskApplicant,
    AssignNumber,
    Monitor,
    AskAgain,
    Confirm,
    PermitLateDefect,
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
