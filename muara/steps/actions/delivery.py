"""The liaison's round: several cases handed to one agency, all or none (SOP step 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from muara.cases.actions import NO_FORM, Refused, Stamp, act, take_over
from muara.cases.models import DeliveryRound, Referral, Task
from muara.documents.models import Blob
from muara.people.models import Office, User
from muara.steps.actions.verification import deliver


def deliver_round(
    tasks: Sequence[Task],
    *,
    agency: Office,
    receiver: str,
    by: User,
    at: datetime,
    receipt_scan: Blob | None = None,
    stamp: Stamp = NO_FORM,
) -> DeliveryRound:
    """Hand several cases to one agency in one round: received and delivered, each by its own act.

    The entry of the first case carries the form's key. One case that cannot go keeps all from going.

    Raises:
        Refused: nothing is chosen, nobody received, or a case is for another agency.
        NotYours: the person is not the liaison of one of them. Stale: one of them has moved.
    """
    if not tasks:
        raise Refused("Pilih paling sedikit satu berkas.", "tasks")
    if not receiver.strip():
        raise Refused("Tuliskan nama penerima di OPD sesuai bukti tanda terima.", "receiver")
    with act(stamp):
        made = DeliveryRound.objects.create(
            agency=agency, receiver=receiver, delivered_by=by, delivered_at=at, scan=receipt_scan
        )
        for number, task in enumerate(tasks):
            waiting = Referral.objects.filter(case=task.case_id, delivered_at=None)
            referrals = list(waiting)
            if {referral.agency_id for referral in referrals} != {agency.pk}:
                raise Refused(f"Berkas {task.case} tidak hanya untuk {agency.name}.", "tasks")
            if task.received_by_id != by.pk:
                take_over(task.pk, by=by, at=at)
            deliver(
                task,
                receiver=receiver,
                receipt_scan=receipt_scan,
                by=by,
                at=at,
                stamp=NO_FORM if number else stamp,
            )
            Referral.objects.filter(pk__in=[referral.pk for referral in referrals]).update(round=made)
        return made
