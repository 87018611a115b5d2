"""Run by pm4py's own Python, never imported by Muara: `judge.py MODEL.bpmn… LOG…` prints JSON.

Of each model: whether it is a sound workflow net. Of each log (XES or OCEL) against it: the traces of closed
cases that did not come from paper, replayed by alignments, which are exact, and by tokens, which guess where
several tasks of a model bear one name.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pm4py

warnings.simplefilter("ignore")


def main(names: list[str]) -> dict[str, Any]:
    logs = [name for name in names if not name.endswith(".bpmn")]
    return {Path(name).stem: of_model(name, logs) for name in names if name.endswith(".bpmn")}


def of_model(model: str, logs: list[str]) -> dict[str, Any]:
    net = pm4py.convert_to_petri_net(pm4py.read_bpmn(model))
    return {
        "sound": bool(pm4py.check_soundness(*net)[0]),
        "activities": sorted({item.label for item in net[0].transitions if item.label}),
        "logs": {Path(name).stem: judge(name, net) for name in logs},
    }


def judge(name: str, net: Any) -> dict[str, Any]:
    told = read_ocel(name) if name.endswith(".json") else {"events": closed_cases(pm4py.read_xes(name))}
    events = told.pop("events")
    aligned = pm4py.conformance_diagnostics_alignments(events, *net)
    replayed = pm4py.fitness_token_based_replay(events, *net)
    return {
        **told,
        "traces": len(aligned),
        "fitness": [round(item["fitness"], 6) for item in aligned],
        "token_fitness": round(replayed["log_fitness"], 6),
        # A move on one side only: (log, model); ">>" stands for nothing, None for a silent step.
        "moves": [
            [[log, step] for log, step in item["alignment"] if log != step and step is not None]
            for item in aligned
        ],
    }


def closed_cases(events: Any) -> Any:
    said = events.fillna("")
    kept = (said["lifecycle:transition"] == "complete") & (said["case:result"] != "")
    return said[kept & (said["case:entered_at"] == "")]


def read_ocel(name: str) -> dict[str, Any]:
    """Read an object-centric log and look at it from the cases, as if it were a common one."""
    log = pm4py.read_ocel2_json(name)
    objects = log.objects
    cases = objects[(objects["ocel:type"] == "case")].fillna("")
    kept = set(cases[(cases["result"] != "") & (cases["entered_at"] == "")]["ocel:oid"])
    flat = pm4py.ocel_flattening(log, "case")
    return {
        "events": flat[flat["case:concept:name"].isin(kept)],
        "objects": {str(key): int(count) for key, count in objects["ocel:type"].value_counts().items()},
    }


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(sys.argv[1:])))
