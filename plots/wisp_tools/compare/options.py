# SPDX-License-Identifier: Apache-2.0
"""The command line of ./wisp compare."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from wisp_tools.arguments import Parser, number, whole
from wisp_tools.compare.any_suite import AnySuite
from wisp_tools.compare.own_suite import OwnSuite
from wisp_tools.compare.plan import FEWEST_PAIRS, MOST_PAIRS
from wisp_tools.compare.revisions import WORKING_TREE
from wisp_tools.compare.sets import SETS
from wisp_tools.compare.subject import Subject
from wisp_tools.compare.verdict import DEFAULT_THRESHOLD_PERCENT

_HELP = f"""\
Builds two commits and measures them on this machine in pairs of runs: base then head, head then base, and
so on. For each figure it says one of faster, slower, no clear change, machine not steady.

BASE and HEAD are commits by any name that git knows; HEAD may also be "{WORKING_TREE}", which is what is in
your working tree now. The same commit twice is built twice, and should never be called slower.

"slower" means that an operation takes longer by more than the threshold, that the 99 % intervals of base and
head are disjoint, that the interval of their ratio does not hold 1, and that the rulers were steady. Rulers
are benchmarks without any code of Wisp, run from one jar in both commits' places. Bytes allocated per
operation are held to about a byte and 5 %, whatever the times.

Any other suite of JMH is compared with --build and --jar, in the git repository around the current folder.
What follows "--" are options for JMH. There are no rulers then. plots/COMPARE.md shows it:
  ./wisp compare --build "mvn -q package" --jar target/benchmarks.jar main HEAD -- -f 1 -wi 3 -i 3 -prof gc

exit codes:
  0    nothing is slower and nothing allocates more
  1    something is slower or allocates more
  2    the command line is wrong; nothing was measured
  3    no verdict: the machine was not steady, or the rulers that tell it were not measured
  4    something could not be compared: a commit does not build, lacks a benchmark, or crashes
  130  interrupted; no file was written
If several are true, 1 goes before 4 and 4 before 3. Files are written only at the end of a whole comparison.

Jars are kept by commit in {"${XDG_CACHE_HOME:-$HOME/.cache}"}/wisp-compare.
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked for; ends the program with a sentence if that makes no sense."""
    own, for_jmh = list(arguments), None
    if "--" in own:
        end = own.index("--")
        own, for_jmh = own[:end], own[end + 1 :]
    parser = _parser()
    options = parser.parse_args(own)
    options.jmh_options = tuple(for_jmh or ())
    if missing := [name for name in ("BASE", "HEAD") if getattr(options, name.lower()) is None]:
        before = "" if for_jmh is None else ' (before "--": what follows is for JMH)'
        parser.error(f"the following arguments are required: {', '.join(missing)}{before}")
    if bool(options.build) != bool(options.jar):
        parser.error("--build and --jar go together")
    if options.build and options.chosen:
        parser.error("--set is of Wisp's own suite, which --build is not for")
    suites = {"--include": options.include, "--repository": options.repository, "options for JMH after --": for_jmh}
    for name, value in suites.items():
        if value is not None and not options.build:
            parser.error(f"{name} can only be given with --build")
    return options


def subject_of(options: argparse.Namespace) -> Subject:
    """Raises ComparisonError for a suite that cannot be."""
    if options.build:
        return AnySuite(options.build, options.jar, options.include, options.jmh_options)
    return OwnSuite(SETS[options.chosen or "short"])


def _parser() -> Parser:
    sets = "; ".join(f"{each.name}: {each.purpose}, {each.pairs} pairs" for each in SETS.values())
    parser = Parser("./wisp compare", _HELP, "wisp compare")
    parser.usage = "./wisp compare [OPTION ...] BASE HEAD [-- OPTION of JMH ...]"
    parser.add_argument("base", nargs="?", metavar="BASE", help="the commit to compare with")
    parser.add_argument("head", nargs="?", metavar="HEAD", help=f"the commit that may be slower, or {WORKING_TREE}")
    parser.add_argument("--set", dest="chosen", choices=SETS, help=f"what is measured ({sets}; default short)")
    pairs, threshold = whole(FEWEST_PAIRS, MOST_PAIRS), DEFAULT_THRESHOLD_PERCENT
    parser.add_argument("--pairs", type=pairs, metavar="N", help=f"pairs of runs, {FEWEST_PAIRS} or more")
    help_text = "how much longer an operation must take to matter (default %(default)g)"
    parser.add_argument("--threshold", type=number(0.1, 100), default=threshold, metavar="PERCENT", help=help_text)
    parser.add_argument("--out", type=Path, metavar="DIR", help="a new folder for comparison.json and comparison.md")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where else to write the JSON (results/FORMAT.md)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="where else to write the report")
    suite = parser.add_argument_group("any other suite of JMH")
    help_text = "what builds its jar, given to sh in a fresh checkout of each commit"
    suite.add_argument("--build", metavar="COMMAND", help=help_text)
    help_text = "the jar that this leaves, below the checkout; a pattern such as target/*-jmh.jar if its name changes"
    suite.add_argument("--jar", metavar="PATH", help=help_text)
    help_text = "measure only benchmarks that this pattern of JMH matches"
    suite.add_argument("--include", metavar="REGEX", help=help_text)
    help_text = "in whose git repository the commits are (default: the current folder)"
    suite.add_argument("--repository", type=Path, metavar="DIR", help=help_text)
    return parser
