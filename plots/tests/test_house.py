# SPDX-License-Identifier: Apache-2.0
"""The house as CONTRIBUTING.md describes it is the house as it stands."""

import re
from collections import defaultdict
from pathlib import Path

from wisp_tools.tree import ROOT

# Entry points and what each package has.
EVERYWHERE = {"Main", "package-info"}


def main_classes() -> dict[str, list[Path]]:
    classes = defaultdict(list)
    for module in ("core", "transports", "transports/verbs", "measure", "cli", "replication", "benchmarks"):
        for kind in ("main", "launcher"):
            for path in (ROOT / module / "src" / kind / "java").rglob("*.java"):
                classes[path.stem].append(path)
    return classes


def test_every_class_and_room_that_contributing_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    classes = set(main_classes()) | {path.stem for path in ROOT.glob("*/src/test/java/**/*.java")}
    classes |= {path.stem for path in ROOT.glob("transports/verbs/src/test/java/**/*.java")}
    walks = text[text.index("## The house") : text.index("## Building and testing")]
    named = set(re.findall(r"`([A-Z][a-z]\w+)`", walks))
    assert len(named) > 40
    assert not named - classes
    packages = set(re.findall(r"`(io\.wisp[.\w]*)`", walks))
    folders = {
        str(path.parent.relative_to(source)).replace("/", ".")
        for source in [*ROOT.glob("*/src/main/java"), *ROOT.glob("transports/verbs/src/main/java")]
        for path in source.rglob("*.java")
    }
    assert not {package for package in packages if package not in folders}


def test_names_of_classes_are_there_once():
    twice = {
        name: [str(path.relative_to(ROOT)) for path in paths]
        for name, paths in main_classes().items()
        if len(paths) > 1 and name not in EVERYWHERE
    }
    assert not twice
