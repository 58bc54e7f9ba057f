"""Make a result of what a worker said, and remark on scripts that share files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from lrnotes.model import Environment, Outcome, Plan, Result, cell_id
from lrnotes.run.watch import Account


def make_result(plan: Plan, account: Account, environment: Environment) -> Result:
    """Return a plan's result; cells that did not run say which one stopped them."""
    script, outcomes = plan.script, account.outcomes
    missing = len(script.code) - len(outcomes)
    reason = f"{cell_id(script, len(outcomes) - 1)} failed" if outcomes else ""
    end = account.end
    return Result(
        plan.key,
        (*outcomes, *[Outcome("not reached", reason=reason)] * missing),
        scalars=end.scalars if end else {},
        dependencies=end.dependencies if end else (),
        environment=account.environment or environment,
        seconds=end.seconds if end else account.seconds,
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        problems=account.problems,
    )


def find_written(
    plans: Sequence[Plan], accounts: Mapping[str, Account]
) -> dict[str, list[str]]:
    """Return remarks by key: which inputs of a script other scripts wrote."""
    names = {plan.key: plan.script.name for plan in plans}
    writers: dict[str, set[str]] = {}
    for key, account in accounts.items():
        for path in account.end.written if account.end else ():
            writers.setdefault(path, set()).add(key)
    found: dict[str, list[str]] = {}
    for key, account in accounts.items():
        used = account.end.dependencies if account.end else ()
        inputs = [each for each in used if each.kind in ("file", "absent", "module")]
        found[key] = [
            f"{each.name} is written by {names[writer]}; scripts run in no order"
            for each in inputs
            for writer in sorted(writers.get(each.name, set()) - {key})
        ]
    return found
