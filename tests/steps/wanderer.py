"""A case that takes any way out of any step, by the acts that the pages use, with whatever data fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from muara.cases.actions import Refused, take_over
from muara.cases.models import Case, Correction, CorrectionItem, Recommendation, Task
from muara.cases.models.coordination import Channel
from muara.cases.models.precheck import AuthorityCheck
from muara.cases.queries import latest_submission
from muara.cases.rules import Doing, is_recused, may_act_as_applicant, who_may_do
from muara.people.models import WITA, Holding, Office, User
from muara.sop.definition import Outcome
from muara.steps.actions import drafting, examination, filing, intake, issuance, verification
from muara.steps.actions.checklists import Mark
from muara.steps.actions.endings import let_lapse, may_lapse_from, withdraw_application
from muara.steps.actions.monitoring import monitor
from muara.steps.actions.recusal import recuse
from muara.steps.actions.requests import (
    Asked,
    Reply,
    confirm,
    is_late,
    may_permit_late_defect,
    permit_late_defect,
)
from muara.web.demo import CAST, SINCE, Walk, address_of, all_fit, current_draft

T = TypeVar("T")
Choose = Callable[[str, Sequence[T]], T]
Kind = CorrectionItem.Kind
# What an officer may find: numbers of section G whose files can be mended, each with a kind of the SOP.
FINDINGS: tuple[dict[int, str], ...] = (
    {5: Kind.REPAIR},
    {8: Kind.CONFIRM},
    {6: Kind.REPAIR, 8: Kind.CONFIRM, 15: Kind.ADDITIONAL},
)
# What an applicant may change besides: nothing, what a decree says, what a recommendation cites.
CHANGES = (("", ""), ("office_address", "Jalan Umpama Nomor {}, Samarinda"), ("flow_max_day", "15{}0"))
# Ways that a rule closes until something else was done: the recommendation cites what has changed, or
# nobody waits for the file; a paraf is missing; the draft says otherwise, or names another head.
CONDITIONAL = {
    ("verify", "resumed"),
    ("endorse_division", "endorsed"),
    ("decide", "signed"),
}


class Closed(Exception):
    """The rules refuse this way now, and nothing has changed."""


def appoint_deputies(office: Office) -> None:
    """Give every actor a second holder, so that one who declares a conflict of interest is replaced."""
    agency = Office.objects.get(kind=Office.Kind.AGENCY)
    for person in CAST:
        if person.actor in {"administrator", "auditor"}:
            continue
        user = User.objects.create_user(email=address_of(f"{person.login}.plh"), name=f"{person.name} Kedua")
        Holding.objects.create(
            user=user,
            actor=person.actor,
            office=agency if person.actor == "technical_team" else office,
            status=Holding.Status.PLH,
            starts=SINCE,
        )


@dataclass(kw_only=True)
class Wanderer(Walk):
    """A walk that asks `choose` wherever an official or the applicant has a choice."""

    choose: Choose[Any]

    @property
    def dossier(self) -> Case:
        assert self.case is not None
        return Case.objects.get(pk=self.case.pk)

    @property
    def is_over(self) -> bool:
        return self.case is None or self.dossier.closed_at is not None

    # --- who --------------------------------------------------------------------------------------

    def who(self, task: Task) -> User:
        if task.actor == "applicant":
            return self.applicants_hand
        if task.received_by is not None:
            return task.received_by
        official: User = self.choose("official", self._officials(task))
        return official

    def _officials(self, task: Task) -> list[User]:
        """Who may do the step; for the signature first the head whom the draft names."""
        people = who_may_do(task, at=self.clock.now)
        if task.step.activity != "decide":
            return people
        named = drafting.decree(current_draft(task))["signatory"]
        assert isinstance(named, dict)
        return sorted(people, key=lambda user: user.name != named["name"])

    @property
    def applicants_hand(self) -> User:
        if self.on_behalf_by is None:
            return self.applicant
        assert self.case is not None or self.application is not None
        application = self.application or self.dossier.application
        counter = Holding.objects.filter(actor__in=("customer_service", "registration_counter")).order_by(
            "pk"
        )
        at = self.clock.now
        return next(
            h.user for h in counter if may_act_as_applicant(h.user, application, at=at, doing=Doing.FILL)
        )

    # --- ways out ---------------------------------------------------------------------------------

    def leave(self, way: Outcome) -> None:
        """Do the open step and leave it by a way out.

        Raises:
            Closed: a rule closes the way; the case stands where it stood.
        """
        task = self.task
        try:
            self.forward(way.key, note=f"Alasan pada langkah {task.step.number}." if way.needs_reason else "")
        except Refused:
            if (task.step_key, way.key) not in CONDITIONAL:
                raise
            assert (self.task.pk, self.task.outcome) == (task.pk, "")
            raise Closed from None

    def marks(self, task: Task, way: Outcome) -> dict[int, Mark]:
        if way.kind != "return":
            return super().marks(task, way)
        found = self._findings(task)
        return all_fit(task) | {
            number: Mark("unfit", "Belum sesuai.", kind) for number, kind in found.items()
        }

    def asked(self, task: Task, way: Outcome) -> Sequence[Asked]:
        if way.to != "correct":
            return ()
        if self.choose("item by item", (True, False)):
            found = self._findings(task)
            return [Asked("Belum sesuai.", kind, number) for number, kind in found.items()]
        self._permit(task, None)
        return ()

    def _findings(self, task: Task) -> dict[int, str]:
        found: dict[int, str] = self.choose("findings", FINDINGS)
        for number, kind in found.items():
            if kind != Kind.CONFIRM:
                self._permit(task, number)
        return found

    def _permit(self, task: Task, requirement: int | None) -> None:
        """A superior lets a defect be raised late, where it is."""
        if task.actor == "head_of_office" or not is_late(task, requirement, latest_submission(task.case)):
            return
        at = self.clock.tick()
        above = [
            user
            for user in User.objects.order_by("pk")
            if user != task.received_by
            and may_permit_late_defect(user, task, at=at)
            and not is_recused(user, case_id=task.case_id)
        ]
        by = self.choose("superior", above)
        permit_late_defect(task, requirement=requirement, reason="Baru terlihat.", by=by, at=at)

    def reply(self, asked: Correction) -> dict[int, Reply]:
        """Mend or dispute each thing that was asked; change something else perhaps."""
        replies = {}
        mended = set()
        for item in asked.items.all():
            if self.choose("dispute", (False, True)):
                replies[item.number] = Reply(disputed=True, grounds="Sudah ada pada halaman 4.")
            elif item.requirement is not None:
                mended.add(item.requirement)
                replies[item.number] = Reply(answer="Sudah dilengkapi.")
        if mended:
            self.mend(asked, requirements=mended)
        self._change(asked)
        return replies

    def _change(self, asked: Correction) -> None:
        key, value = self.choose("change", CHANGES)
        application = asked.case.application
        for section in asked.case.revision.definition.form.sections:
            if key in {field.key for field in section.fields}:
                raw = {**application.data, key: value.format(asked.number)}
                by, at = self.applicants_hand, self.clock.tick()
                assert not filing.save_section(application, section=section, raw=raw, by=by, at=at)

    def advice(self) -> dict[str, object]:
        if self.choose("advice", (True, True, False)):
            return super().advice()
        return {"verdict": Recommendation.Verdict.AGAINST, "reasons": "Tidak memenuhi baku mutu."}

    def do_number(self, task: Task, by: User, way: Outcome, note: str) -> None:
        """The final checklist may fail before a number is given, or after."""
        if way.kind == "return" and self.choose("before the number", (False, True)):
            issuance.return_to_head(task, note=note, by=by, at=self.clock.tick())
            return
        super().do_number(task, by, way, note)

    # --- beside the steps ---------------------------------------------------------------------------

    def end(self, ending: str) -> None:
        """End the case in a way that the SOP does not print."""
        {"withdrawn": self.withdraw, "lapsed": self.lapse, "redirected": self.redirect}[ending]()

    def withdraw(self) -> None:
        at = self.clock.tick()
        withdraw_application(
            self.task, reason="Pabrik ditunda.", by=self.applicants_hand, at=at, proof=self.proof(at)
        )

    def lapse(self) -> None:
        """Ask the applicant, where they have not been asked, and wait as long as the office waits."""
        if Correction.objects.open().filter(case=self.case, sent_at=None).exists():
            task = self.take()
            verification.ask_applicant(task, by=self.who(task), at=self.clock.tick())
        day = may_lapse_from(Correction.objects.open().get(case=self.case))
        assert day is not None
        self.clock.now = max(self.clock.now, morning(day))
        let_lapse(self.task, reason="Tidak menjawab.", by=self._cs(), at=self.clock.tick())

    def redirect(self) -> None:
        task = self.take()
        intake.decide_authority(
            task,
            decision=AuthorityCheck.Decision.REDIRECT,
            reason="Kewenangan Menteri.",
            apply_to="Kementerian yang membidangi lingkungan hidup",
            by=self.who(task),
            at=self.clock.tick(),
        )

    def _cs(self) -> User:
        holders = Holding.objects.filter(actor="customer_service").order_by("pk")
        return next(held.user for held in holders if not is_recused(held.user, case_id=self.dossier.pk))

    def recuse(self) -> None:
        """An official who could do the open step keeps out of the case, while another can do it."""
        task = self.task
        people = [] if task.actor == "applicant" else who_may_do(task, at=self.clock.now)
        if len(people) > 1:
            by = self.choose("who keeps out", people)
            recuse(task, reason="Direkturnya ipar saya.", by=by, at=self.clock.tick())

    def talk(self) -> None:
        """Confirm something with the applicant, remark on the draft, look after the agency: nothing moves."""
        task = self.task
        if task.actor == "applicant":
            return
        task = self.take()
        by = self.who(task)
        if task.step.activity in {"endorse", "decide"}:
            at = self.clock.tick()
            examination.remark(task, place="company", text="Periksa ejaannya.", by=by, at=at)
        else:
            confirm(
                task,
                asked_of="Sari Contohwati",
                channel="telepon",
                question="Apakah debitnya tetap?",
                answer="Tetap.",
                by=by,
                at=self.clock.tick(),
            )
        for watch in Task.objects.open().filter(case=self.case, companion=True):
            by = self.choose("official", who_may_do(watch, at=self.clock.now))
            take_over(watch.pk, by=by, at=self.clock.tick())
            monitor(
                watch,
                whom="Teguh Fiktif",
                channel=Channel.TELEPHONE,
                status="Sedang dianalisis.",
                expected_on=None,
                follow_up_on=None,
                by=by,
                at=self.clock.tick(),
            )

    def pause(self) -> None:
        self.clock.now += timedelta(hours=self.choose("hours", (1, 20, 70)))

    def asides(self) -> dict[str, Callable[[], None]]:
        """What may happen now beside leaving the step, by its name."""
        task, process = self.task, self.dossier.process
        found = {"pause": self.pause, "talk": self.talk, "recuse": self.recuse}
        if task.step.number < process.step(process.ending("withdrawn").before).number:
            found["withdraw"] = self.withdraw
            if Correction.objects.open().filter(case=self.case).exists():
                found["lapse"] = self.lapse
        return found


def morning(day: date) -> datetime:
    return datetime.combine(day, time(10), WITA)
