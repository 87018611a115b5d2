"""The way through a service as a page: a row a step, and a diagram."""

from __future__ import annotations

from collections.abc import Iterator

from muara.sop.definition import CALLER, END, Limit, Outcome, Process, Step

_ARROWS = {"forward": "-->", "close": "-->", "refuse": "-->", "return": "-.->", "detour": "-.->"}


def render_path(process: Process) -> str:
    """Render docs/path.md in Markdown: the steps with actors, outcomes and limits, and a Mermaid diagram."""
    return "\n".join(_lines(process))


def _lines(process: Process) -> Iterator[str]:
    yield f"# The way through {process.document} rev. {process.revision}"
    yield ""
    yield f"{process.title}. Generated from `process.toml`; do not edit."
    yield ""
    yield "Limits are working days after day 0 of a clock; *derived* marks those that the SOP does not print."
    yield ""
    yield "| step | actor | activity | outcomes | limit as printed | days we count | source |"
    yield "|---|---|---|---|---|---|---|"
    for step in process.steps:
        yield _row(process, step)
    yield ""
    yield from _clocks(process)
    yield ""
    yield from _separations(process)
    yield ""
    yield from _endings(process)
    yield ""
    yield "```mermaid"
    yield from _diagram(process)
    yield "```"
    yield ""


def _row(process: Process, step: Step) -> str:
    optional = " *(optional)*" if step.optional else ""
    outcomes = "<br>".join(_outcome(process, step, outcome) for outcome in step.outcomes)
    cells = (
        f"{step.number} `{step.key}`{optional}<br>{step.title}{_companion(process, step)}",
        process.actor(step.actor).label,
        f"`{step.activity}`",
        outcomes,
        step.limit.printed if step.limit else "",
        _days(step.limit),
        step.source,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _outcome(process: Process, step: Step, outcome: Outcome) -> str:
    reason = ", reason" if outcome.needs_reason else ""
    extension = ", *not printed*" if outcome.extension else ""
    return f"`{outcome.key}` → {_target(process, step, outcome)} ({outcome.kind}{reason}{extension})"


def _target(process: Process, step: Step, outcome: Outcome) -> str:
    if outcome.to == END:
        return END
    if outcome.to == CALLER:
        numbers = sorted(process.step(key).number for key in process.callers(step.key))
        return f"whoever called ({', '.join(map(str, numbers))})"
    return f"{process.step(outcome.to).number}"


def _companion(process: Process, step: Step) -> str:
    if step.companion is None:
        return ""
    beside = process.step(step.companion.opens_with).number
    return f"<br>beside {beside}: {step.companion.title}"


def _days(limit: Limit | None) -> str:
    if limit is None or limit.days is None:
        return ""
    again = f" (again: + {limit.later_days})" if limit.later_days is not None else ""
    again = again or (" (again: none)" if limit.first_pass_only else "")
    return f"{limit.clock} + {limit.days}{again}{' *derived*' if limit.derived else ''}"


def _clocks(process: Process) -> Iterator[str]:
    for clock in process.clocks:
        number = process.step(clock.starts_at).number
        yield f"- Clock `{clock.key}`: {clock.label}, fixed in step {number} ({clock.source})."
    yield f"- The promise: {process.promise_days} working days, clock `{process.promise_clock}`."


def _separations(process: Process) -> Iterator[str]:
    pairs = [f"{process.step(one).number} × {process.step(two).number}" for one, two in process.separated]
    yield f"Nobody does both of a pair in one case: {', '.join(pairs)}."


def _endings(process: Process) -> Iterator[str]:
    yield "Ends that the SOP does not print, from whatever step:"
    yield ""
    for ending in process.endings:
        by = ", ".join(process.actor(key).label for key in ending.by)
        yield f"- `{ending.key}`: {ending.label}, by {by}, before step {process.step(ending.before).number}."


def _diagram(process: Process) -> Iterator[str]:
    yield "flowchart TD"
    for step in process.steps:
        yield f'    {step.key}["{step.number}. {step.title}"]'
    yield f'    {END}_(["{END}"])'
    for step in process.steps:
        for outcome in step.outcomes:
            callers = [process.step(key) for key in process.callers(step.key)]
            targets = (
                [other.key for other in sorted(callers, key=lambda other: other.number)]
                if outcome.to == CALLER
                else [f"{END}_" if outcome.to == END else outcome.to]
            )
            for target in targets:
                yield f"    {step.key} {_ARROWS[outcome.kind]}|{outcome.key}| {target}"
        if step.companion:
            yield f"    {step.companion.opens_with} -. beside .- {step.key}"
