# SPDX-License-Identifier: Apache-2.0
"""``./wisp scale``: figures of transports/SCALE.md, and the same for other clusters."""

from collections.abc import Callable, Sequence

from wisp_tools.arguments import Parser
from wisp_tools.scale import connections, metadata, rebalance, spread

HELP = """\
Counts and simulates what a thousand machines would ask of Wisp: transports/SCALE.md says what for, and what of it is there today. It
measures nothing. Each question has options of its own, which -h behind it lists:

  connections  queue pairs and locked memory of nodes and of clients
  spread       how clients learn of new maps
  metadata     what a group that keeps the map would carry
  rebalance    how long it takes to give new nodes their slots
"""
QUESTIONS: dict[str, Callable[[Sequence[str]], int]] = {
    "connections": connections.main,
    "spread": spread.main,
    "metadata": metadata.main,
    "rebalance": rebalance.main,
}


def main(arguments: Sequence[str]) -> int:
    match list(arguments):
        case [name, *others] if name in QUESTIONS:
            return QUESTIONS[name](others)
    parser = Parser("./wisp scale", HELP)
    parser.add_argument("question", choices=sorted(QUESTIONS))
    return QUESTIONS[parser.parse_args(arguments).question]([])
