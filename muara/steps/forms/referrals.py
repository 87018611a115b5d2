"""Which of a case's referrals an act of an agency is about; asked only where there are several."""

from __future__ import annotations

from typing import Any

from django import forms

from muara.cases.actions import NotYours, Refused
from muara.cases.models import Referral
from muara.people.models import User
from muara.steps.actions.review import referrals_of
from muara.steps.forms.step import ActForm


class ReferralChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A referral by agency, subject and letter."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.agency.short_name}: {obj.subject} ({obj.letter_number})"


def answered_referral() -> ReferralChoice:
    """The field that asks for which letter something is done."""
    return ReferralChoice(
        label="Surat pengantar",
        queryset=Referral.objects.none(),
        required=False,
        empty_label="Yang ditujukan kepada OPD saya",
    )


def offer_referrals(form: ActForm) -> None:
    """Offer the live referrals of the form's case, or take the question away where there is one."""
    live = form.task.case.referrals.live().select_related("agency")
    choice = form.fields["referral"]
    assert isinstance(choice, forms.ModelChoiceField)
    choice.queryset = live
    if len(live) < 2:
        del form.fields["referral"]


def referral_of(form: ActForm, by: User) -> Referral:
    """The referral that a valid form is about: the chosen one, or the only one of this person's agency.

    Raises:
        NotYours: no referral of the case went to their agency.
        Refused: several did, and none or another agency's was chosen.
    """
    theirs = referrals_of(by, form.task, at=form.at)
    if not theirs:
        raise NotYours
    chosen = form.cleaned_data.get("referral")
    if chosen is None:
        return theirs[0]
    if chosen.pk not in {item.pk for item in theirs}:
        raise Refused("Surat pengantar itu ditujukan kepada OPD lain.", "referral")
    return next(item for item in theirs if item.pk == chosen.pk)
