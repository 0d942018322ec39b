"""The command line: `python3 course.py bench [--quick | --rivals | --page]`."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

from benchmarks import costs, environments, machine, page, race, targets
from benchmarks.work import WORKS, Work

EPOCHS_A_TURN = 3
"""The first epoch of a turn finds the others' numbers in the caches; training does not stop after each."""


def measure(works: Sequence[Work], rounds: int) -> list[page.Json]:
    """Run the race for each work."""
    races = []
    for work in works:
        results = race.race(work, [*race.CONTENDERS, race.LIMIT], rounds, a_turn=EPOCHS_A_TURN)
        for result in results:
            result_text = result.missing or f"{1000 * result.median:.0f} ms"
            print(f"{work.name:18} {result.label:45} {result_text}", flush=True)
        rows = [asdict(result) for result in results]
        races.append({"work": asdict(work), "flops": work.flops, "curves": work.curves, "results": rows})
    return races


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="course.py bench", description="Measure speed beside other frameworks."
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--quick", action="store_true", help="a short form that writes nothing: does it run?")
    only.add_argument("--rivals", action="store_true", help="make the environments of the rivals")
    only.add_argument("--page", action="store_true", help="make page, plot and table from the last results")
    only.add_argument("--races", action="store_true", help="measure the races only; keep the rest on record")
    parser.add_argument("--rounds", type=int, default=4, help="turns that count, for each contender")
    parser.add_argument(
        "--without-set-up", action="store_true", help="do not time the set-up in a fresh clone (no network)"
    )
    options = parser.parse_args(arguments)
    if options.rivals:
        for rival in environments.rivals():
            environments.make(rival)
        return 0
    if options.page:
        page.render()
        return 0
    if options.quick:
        small = [replace(work, rows=2 * work.batch_size) for work in WORKS[1:]]
        measure(small, rounds=1)
        for target in targets.run_all(1, source=False, epochs=2):
            print(f"{target.goal}, {target.label}: {target.missing or f'{target.median:.1f} s'}")
        print(*(f"{label}: {s:.2f} s" for label, s in costs.imports(1).items()), sep="\n")
        return 0
    results = page.read() if options.races else {}
    results |= {
        "machine": machine.name(),
        "day": datetime.date.today().isoformat(),
        "races": measure(WORKS, options.rounds),
    }
    if not options.races:
        results["targets"] = [asdict(target) for target in targets.run_all(3, source=True)]
        results["imports"] = costs.imports(5)
        results["set_up"] = None if options.without_set_up else costs.cold_set_up()
    page.write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
