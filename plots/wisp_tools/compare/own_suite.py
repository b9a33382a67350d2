# SPDX-License-Identifier: Apache-2.0
"""Wisp's own suite, of which a set is compared."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wisp_tools.compare.build import Recipe, describe
from wisp_tools.compare.errors import ComparisonError
from wisp_tools.compare.groups import BenchmarkSet
from wisp_tools.compare.plan import BASE, HEAD, as_time, estimated_seconds
from wisp_tools.compare.revisions import Revision
from wisp_tools.compare.run import Runner
from wisp_tools.compare.subject import Selection, benchmarks_of
from wisp_tools.compare.verdict import Figure
from wisp_tools.tree import JVM_FLAGS

_MODULE = "benchmarks"
_BUILD = ("./mvnw", "--batch-mode", "--projects", _MODULE, "--also-make", "-DskipTests", "package")


@dataclass(frozen=True)
class OwnSuite:
    chosen: BenchmarkSet

    @property
    def recipe(self) -> Recipe:
        return Recipe(
            command=_BUILD,
            shown="Maven",
            jar=f"{_MODULE}/target/benchmarks.jar",
            needs=("mvnw", f"{_MODULE}/pom.xml"),
            variables={"MAVEN_OPTS": f"{' '.join(JVM_FLAGS)} {os.environ.get('MAVEN_OPTS', '')}"},
        )

    @property
    def pairs(self) -> int:
        return self.chosen.pairs

    def announcement(self, pairs: int) -> str:
        seconds = estimated_seconds(self.chosen, pairs)
        return f'set "{self.chosen.name}", {pairs} pairs: about {as_time(seconds)} of measuring'

    def select(self, revisions: Mapping[str, Revision], jars: Mapping[str, Path], runner: Runner) -> Selection:
        """What both commits have of the set, what they lack, and whose jar has the rulers."""
        known = benchmarks_of(revisions, jars, runner)
        rulers = {group.benchmark for group in self.chosen.groups if group.is_ruler}
        ruler_from = next((side for side in (BASE, HEAD) if rulers <= set(known[side])), None)
        if ruler_from is None:
            raise ComparisonError(
                "neither commit has the rulers that tell whether the machine was steady: " + ", ".join(sorted(rulers))
            )
        groups, lacking = [], {}
        for group in self.chosen.groups:
            without = [side for side in (BASE, HEAD) if group.benchmark not in known[side]]
            if group.is_ruler or not without:
                groups.append(group)
                continue
            for title in group.titles():
                reason = f"{without[0]}, {describe(revisions[without[0]])}, has no {group.benchmark}"
                lacking[title] = Figure(title, group.rulers, failures=[reason])
        return Selection(replace(self.chosen, groups=tuple(groups)), lacking, ruler_from)

    def settings(self) -> dict[str, Any]:
        return {"set": self.chosen.name, "suite": None}

    def conditions(self) -> str:
        return f'set "{self.chosen.name}"'
