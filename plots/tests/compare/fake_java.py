# SPDX-License-Identifier: Apache-2.0
"""Stands in for "java -jar benchmarks.jar": a jar is JSON that says what it measures, and how it fails."""

import json
import os
import re
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    if arguments == ["-version"]:
        print('openjdk version "25"\nFake Runtime Environment (build 25)', file=sys.stderr)
        return 0
    jar = json.loads(Path(arguments[arguments.index("-jar") + 1]).read_text(encoding="utf-8"))
    if arguments[-1] == "-l":
        chosen = patterns(arguments[arguments.index("-jar") + 2 : -1])
        print("Benchmarks: ", *[each for each in jar["benchmarks"] if not chosen or re.search(chosen, each)], sep="\n")
        return 0
    if jar.get("pid"):
        Path(jar["pid"]).write_text(str(os.getpid()), encoding="utf-8")
        time.sleep(600)
    if jar.get("complaint"):
        print(f"# warming up\nThe run failed: {jar['complaint']}\nwhat it left is no result", file=sys.stderr)
        return 1
    benchmark = arguments[arguments.index("-jar") + 2].strip("^$").replace("\\", "")
    values = [each.split("=") for each in arguments if "=" in each and not each.startswith("-")]
    results = Path(arguments[arguments.index("-rff") + 1])
    parameters = jar.get("parameters", {}).get(benchmark, {}) | dict(values)
    results.write_text(json.dumps(entries(jar, benchmark, parameters)), encoding="utf-8")
    return 0


def patterns(arguments: list[str]) -> str:
    """Those among arguments for JMH, of which each option has a value."""
    found = [
        each
        for number, each in enumerate(arguments)
        if not each.startswith("-") and (number == 0 or not arguments[number - 1].startswith("-"))
    ]
    return "|".join(found)


def entries(jar: dict, benchmark: str, parameters: dict[str, str]) -> list[dict]:
    combinations = [{}]
    for name, values in parameters.items():
        combinations = [each | {name: value} for each in combinations for value in values.split(",")]
    return [
        {
            "benchmark": benchmark,
            "mode": mode,
            "params": each,
            "measurementTime": "500 ms",
            "primaryMetric": {"score": jar["score"] if "Ruler" not in benchmark else 5.0, "scoreUnit": unit},
            "secondaryMetrics": {"gc.alloc.rate.norm": {"score": jar["allocated"], "scoreUnit": "B/op"}},
        }
        for each in combinations
        for mode, unit in jar.get("modes", {"thrpt": "ops/us"}).items()
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
