"""What runs: the 18 steps as the SOP orders them, and refusals that say where a broken one is broken."""

from __future__ import annotations

import pytest

from muara.sop.broken import BrokenSop
from muara.sop.definition import (
    ACTIVITIES,
    Process,
    UnknownActor,
    UnknownKind,
    UnknownOutcome,
    UnknownRequirement,
    UnknownStep,
    read_process,
)
from tests.sop.folders import text

PROCESS = read_process(text("process.toml"))

# Number, actor, activity, and where each outcome leads: Lampiran 1, read by hand.
STEPS = {
    "ask": (1, "applicant", "ask", {"asked": "inform"}),
    "inform": (2, "information_officer", "inform", {"informed": "apply"}),
    "apply": (3, "applicant", "apply", {"submitted": "check"}),
    "check": (
        4,
        "customer_service",
        "check",
        {"complete": "register", "incomplete": "apply", "needs_advice": "advise", "new_application": "end"},
    ),
    "advise": (5, "customer_service", "advise", {"advised": "@caller"}),
    "register": (6, "registration_counter", "register", {"registered": "verify", "not_approved": "check"}),
    "verify": (
        7,
        "verifier",
        "verify",
        {"complete": "deliver", "incomplete": "correct", "resumed": "@caller", "new_application": "end"},
    ),
    "correct": (8, "customer_service", "correct", {"repaired": "verify"}),
    "deliver": (9, "liaison", "deliver", {"delivered": "review"}),
    "review": (
        10,
        "technical_team",
        "review",
        {"recommended": "draft", "unfit": "correct", "new_application": "end"},
    ),
    "draft": (
        11,
        "processing_officer",
        "draft",
        {"drafted": "endorse_section", "recommendation_incomplete": "review"},
    ),
    "endorse_section": (
        12,
        "section_head",
        "endorse",
        {"endorsed": "endorse_division", "faulty": "draft", "needs_meeting": "meet", "unmet": "correct"},
    ),
    "endorse_division": (
        13,
        "division_head",
        "endorse",
        {"endorsed": "decide", "faulty": "draft", "needs_meeting": "meet", "unmet": "correct"},
    ),
    "meet": (
        14,
        "joint_meeting",
        "meet",
        {
            "decided": "@caller",
            "redraft": "draft",
            "unmet": "correct",
            "review_again": "review",
            "refuse": "draft",
        },
    ),
    "decide": (
        15,
        "head_of_office",
        "decide",
        {
            "signed": "number",
            "faulty_section": "endorse_section",
            "faulty_division": "endorse_division",
            "unmet": "correct",
            "meeting": "meet",
            "review_again": "review",
            "refuse": "draft",
        },
    ),
    "number": (16, "registrar", "number", {"issued": "hand_over", "faulty": "decide"}),
    "hand_over": (17, "collection_counter", "hand_over", {"handed_over": "receive", "sent": "receive"}),
    "receive": (18, "applicant", "receive", {"received": "end"}),
}

# Clock, days, whether derived, and the minutes printed: "Hari ke H ..." and "Hari H - H+n ...".
LIMITS = {
    "advise": ("registration", 0, False, (10, 30)),
    "register": ("registration", 0, False, (10, 10)),
    "verify": ("registration", 0, False, (5, 15)),
    "draft": ("recommendation", 2, True, None),
    "endorse_section": ("recommendation", 2, False, (10, 30)),
    "endorse_division": ("recommendation", 2, False, (10, 30)),
    "meet": ("recommendation", 11, False, None),
    "decide": ("recommendation", 12, False, None),
    "number": ("recommendation", 13, False, (5, 15)),
    "hand_over": ("recommendation", 14, True, None),
    "receive": ("recommendation", 14, True, None),
}


def test_the_eighteen_steps_are_those_of_the_sop() -> None:
    found = {
        step.key: (
            step.number,
            step.actor,
            step.activity,
            {outcome.key: outcome.to for outcome in step.outcomes},
        )
        for step in PROCESS.steps
    }

    assert found == STEPS
    assert [step.source for step in PROCESS.steps] == [f"Lampiran 1, langkah {n}" for n in range(1, 19)]


def test_limits_count_only_where_the_sop_sets_days() -> None:
    counted = {
        step.key: (
            step.limit.clock,
            step.limit.days,
            step.limit.derived,
            (step.touch.least, step.touch.most) if step.touch else None,
        )
        for step in PROCESS.steps
        if step.limit and step.limit.days is not None
    }

    assert counted == LIMITS


def test_steps_without_a_printed_time_have_no_invented_one() -> None:
    silent = [step.number for step in PROCESS.steps if step.limit is None]

    assert silent == [8, 9, 10]


def test_a_return_or_detour_asks_for_a_reason_and_nothing_else_does() -> None:
    assert all(
        outcome.needs_reason
        == (outcome.kind in {"return", "detour", "refuse"} or outcome.key == "new_application")
        for step in PROCESS.steps
        for outcome in step.outcomes
    )


def test_fourteen_actors_stand_in_the_columns_of_the_sop() -> None:
    assert [actor.column for actor in PROCESS.actors] == list(range(1, 15))
    assert PROCESS.actor("registrar").printed == "PETUGAS TATA USAHA"
    assert {step.actor for step in PROCESS.steps} == {actor.key for actor in PROCESS.actors}


def test_only_the_help_desk_and_the_meeting_are_optional() -> None:
    assert [step.number for step in PROCESS.steps if step.optional] == [5, 14]


def test_a_detour_comes_back_to_whoever_called() -> None:
    assert PROCESS.follows("advise") == {"check"}
    callers = {"endorse_section", "endorse_division", "decide"}
    assert PROCESS.follows("meet") == callers | {"draft", "correct", "review"}
    # What 10, 12, 13, 14 or 15 asked of the applicant goes 8, 7 and back to whoever asked.
    assert PROCESS.follows("verify") == callers | {"review", "deliver", "correct", "end"}
    assert [step.number for step in PROCESS.steps if PROCESS.is_detour(step.key)] == [5, 7, 8, 14]


def test_ways_that_the_sop_does_not_print_are_marked() -> None:
    marked = {(step.number, way.key) for step in PROCESS.steps for way in step.outcomes if way.extension}

    assert marked == {
        (12, "unmet"),
        (13, "unmet"),
        (14, "refuse"),
        (15, "refuse"),
        (16, "faulty"),
        (17, "sent"),
    }
    assert [ending.key for ending in PROCESS.endings] == ["withdrawn", "lapsed", "redirected"]
    binding = {(step.number, way.drafts) for step in PROCESS.steps for way in step.outcomes if way.drafts}
    assert binding == {(14, "refusal"), (15, "refusal")}


def test_monitoring_runs_beside_the_review() -> None:
    assert [step.key for step in PROCESS.companions("review")] == ["draft"]
    assert PROCESS.companions("draft") == ()


def test_nobody_drafts_and_endorses_or_signs_and_numbers_one_case() -> None:
    assert PROCESS.separated_from("draft") == {"endorse_section", "endorse_division", "decide"}
    assert PROCESS.separated_from("number") == {"decide"}
    assert PROCESS.separated_from("check") == frozenset()


def test_a_number_covered_by_another_asks_for_no_file_of_its_own() -> None:
    assert [requirement.number for requirement in PROCESS.requirements] == list(range(1, 18))
    assert [requirement.number for requirement in PROCESS.uploads()] == [1, 2, 3, 5, 6, 7, 14, 15]
    assert PROCESS.requirement(4).covered_by == 3
    assert [r.number for r in PROCESS.requirements if r.group == "document"] == list(range(1, 8))


def test_checklists_stand_where_the_sop_has_them() -> None:
    assert {step.number: step.checklist for step in PROCESS.steps if step.checklist} == {
        4: "requirements",
        6: "requirements",
        7: "requirements",
        16: "final",
    }


def test_the_promise_and_the_validity_are_those_of_sections_i_and_l() -> None:
    assert (PROCESS.promise_days, PROCESS.promise_clock, PROCESS.validity_years) == (14, "recommendation", 5)


def test_unknown_names_have_named_errors() -> None:
    with pytest.raises(UnknownStep, match="'fly'"):
        PROCESS.step("fly")
    with pytest.raises(UnknownStep, match="19"):
        PROCESS.step_number(19)
    with pytest.raises(UnknownActor, match="'pilot'"):
        PROCESS.actor("pilot")
    with pytest.raises(UnknownOutcome, match=r"Langkah 7 .*'lost'"):
        PROCESS.step("verify").outcome("lost")
    with pytest.raises(UnknownRequirement, match="18"):
        PROCESS.requirement(18)
    with pytest.raises(UnknownKind, match="'gift'"):
        PROCESS.kind("gift")
    with pytest.raises(LookupError, match="'letter'"):
        PROCESS.numbering("letter")


def test_every_known_activity_is_used_by_the_sop() -> None:
    assert {step.activity for step in PROCESS.steps} == ACTIVITIES


BROKEN = [
    ('actor = "verifier"\n', 'actor = "wizard"\n', "langkah 7 'verify'", "pelaksana 'wizard' tidak dikenal"),
    (
        'activity = "verify"',
        'activity = "divine"',
        "langkah 7 'verify'",
        "kegiatan 'divine' tidak dikenal",
    ),
    ('to = "deliver"', 'to = "moon"', "langkah 7 'verify'", "menuju 'moon' yang tidak ada"),
    ('to = "hand_over"', 'to = "@caller"', "langkah 16 'number'", "kembali ke pemanggil, tetapi tidak ada"),
    ('to = "hand_over"', 'to = "number"', "langkah 17 'hand_over'", "tidak dapat dicapai dari awal"),
    (
        'label = "Izin diterima", to = "end", kind = "close"',
        'label = "Izin diterima", to = "receive", kind = "forward"',
        "langkah 17 'hand_over'",
        "mencapai akhir",
    ),
    ("number = 7\nactor", "number = 6\nactor", "process.toml", "nomor langkah '6' dipakai 2 kali"),
    ('key = "verify"\n', 'key = "check"\n', "process.toml", "kunci langkah 'check' dipakai 2 kali"),
    ('title = "Memverifikasi berkas"\n', "", "steps 'verify'", "kunci 'title' tidak ada"),
    ("number = 7\nactor", 'number = "7"\nactor', "steps 'verify'", "kunci 'number' harus bilangan bulat"),
    ('clock = "recommendation", days = 12', 'clock = "moon", days = 12', "langkah 15 'decide'", "'moon'"),
    ('clock = "recommendation", days = 12', "days = 12", "steps 'decide'", "'days' dan 'clock' bersama-sama"),
    ("days = 14, derived = true", "days = 14", "steps 'hand_over'", "harus ditandai 'derived = true'"),
    (
        'letters = ["first_proof", "receipt"]',
        'letters = ["ode"]',
        "langkah 6 'register'",
        "surat 'ode' tidak dikenal",
    ),
    ("covered_by = 3", "covered_by = 40", "persyaratan 4", "nomor 40 yang tidak ada"),
    ('opens_with = "review"', 'opens_with = "sleep"', "langkah 11 'draft'", "'sleep' tidak dikenal"),
    (
        '"end", kind = "close", refusal',
        '"end", kind = "vanish", refusal',
        "outcomes 'received'",
        "kind 'vanish' tidak dikenal",
    ),
    ("promise_days = 14", "promise_dayz = 14", "process.toml", "kunci 'promise_dayz' tidak dikenal"),
    ("{urut}/DPMPTSP", "{nomor}/DPMPTSP", "numbering 'permit'", "token {nomor} tidak dikenal"),
    ('steps = ["decide", "number"]', 'steps = ["decide"]', "separated ke-5", "tepat dua langkah"),
    ("least = 10, most = 30", "least = 40, most = 30", "steps 'advise'", "menit terkecil melebihi"),
    ('clock = "recommendation", days = 12', 'clock = "recommendation", days = -1', "'decide'", "negatif"),
    (
        "days = 14, derived = true, note",
        "days = 14, derived = true, memo",
        "'hand_over'",
        "dasarnya dalam 'note'",
    ),
    (
        'letters = ["first_proof", "receipt"]',
        "letters = [1]",
        "steps 'register'",
        "kunci 'letters' harus daftar teks",
    ),
    ('title = "Memverifikasi berkas"', 'title = " "', "steps 'verify'", "kunci 'title' kosong"),
    ('promise_clock = "recommendation"', 'promise_clock = "moon"', "process.toml", "jam hitung janji 'moon'"),
    ("promise_days = 14", "promise_days = true", "process.toml", "kunci 'promise_days' harus bilangan bulat"),
    (
        "effective = 2017-06-07",
        "effective = 2017-06-07T00:00:00",
        "process.toml",
        "'effective' harus tanggal",
    ),
    ('key = "received", label', 'key = "issued", to2 = "x", label', "outcomes 'issued'", "kunci 'to2' tidak"),
    ('key = "redraft"', 'key = "unmet"', "langkah 14 'meet'", "hasil 'unmet' dipakai lebih dari sekali"),
    ("covered_by = 3", "covered_by = 3\nupload = true", "persyaratan 4", "tidak diunggah sendiri"),
    (
        '"end", kind = "close", refusal',
        '"end", kind = "forward", refusal',
        "langkah 18 'receive'",
        "hanya 'close'",
    ),
    ('start = "ask"', 'start = "nap"', "process.toml", "start menunjuk langkah 'nap'"),
]


@pytest.mark.parametrize(("old", "new", "place", "reason"), BROKEN)
def test_a_broken_sop_is_refused_by_file_step_and_reason(old: str, new: str, place: str, reason: str) -> None:
    source = text("process.toml")
    assert source.count(old) >= 1

    with pytest.raises(BrokenSop) as refused:
        read_process(source.replace(old, new, 1))

    lines = str(refused.value).splitlines()
    assert [line for line in lines if "process.toml" in line and place in line and reason in line] != []


def test_all_faults_are_told_at_once() -> None:
    source = text("process.toml").replace('to = "deliver"', 'to = "moon"')

    with pytest.raises(BrokenSop) as refused:
        read_process(source.replace('actor = "verifier"', 'actor = "wizard"'))

    assert [str(fault) for fault in refused.value.faults] == [
        "process.toml, langkah 7 'verify': pelaksana 'wizard' tidak dikenal",
        "process.toml, langkah 7 'verify': hasil 'complete' menuju 'moon' yang tidak ada",
    ]


def test_what_is_not_toml_is_refused_by_name() -> None:
    with pytest.raises(BrokenSop, match=r"process\.toml: bukan TOML"):
        read_process("[[steps")


def test_a_process_is_frozen() -> None:
    with pytest.raises(AttributeError):
        PROCESS.code = "X"  # type: ignore[misc]
    assert isinstance(PROCESS, Process)


def test_every_form_that_the_sop_names_is_made_kept_or_left_to_the_rooms_beside_the_case() -> None:
    """Domain 1.5: F01 to F31; tickets, survey and complaints belong to no case. M.24: a brochure."""
    *forms, brochure = PROCESS.forms
    assert (brochure.code, brochure.empty) == ("M24", True)
    assert [form.code for form in forms] == [f"F{number:02}" for number in range(1, 32)]
    assert {form.code: form.kept for form in forms if form.kept in {"ticket", "survey", "complaint"}} == {
        "F01": "ticket", "F02": "ticket", "F29": "survey", "F30": "complaint",
    }  # fmt: skip
    assert {form.code for form in forms if form.empty} == {"F03", "F04", "F05", "F06", "F31"}
    assert all(form.born for form in forms if form.kept in {"scan", "record"})
