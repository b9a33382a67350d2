# SPDX-License-Identifier: Apache-2.0
"""``./wisp test-clients``: a table of clients, and what each came to."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from wisp_tools.arguments import Parser
from wisp_tools.errors import WispError, say
from wisp_tools.interrupts import interruptible
from wisp_tools.stock_clients.programs import command_of
from wisp_tools.stock_clients.roster import CLIENTS, StockClient, contract
from wisp_tools.stock_clients.servers import PASSWORD, NoServerError, serving
from wisp_tools.stock_clients.trial import Places, Trial, hold
from wisp_tools.tree import WISP

HELP = """\
Holds clients of Redis that others wrote to transports/src/clients/contract.txt, each against a server of this tree.
Those of Java are tests of Maven's: ./wisp test -pl transports -am -Dtest='*ContractTest' and
-Dsurefire.failIfNoSpecifiedTests=false.

Exit codes: 0 if all that ran passed; 1 if one failed or none ran; 2 for a wrong command line; 130 if interrupted.
"""


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp test-clients", HELP)
    names = [client.name for client in CLIENTS]
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"which; all without any: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="those that need no more than the other tests")
    help_text = "a file for a line of each client that cannot run here: why, a tab, and the packages that it takes"
    parser.add_argument("--not-run", type=Path, metavar="FILE", help=help_text)
    parsed = parser.parse_args(arguments)
    for name in parsed.clients:
        if name not in names:
            parser.error(f"there is no client {name}; there are {', '.join(names)}")
    chosen = [
        client
        for client in CLIENTS
        if (not parsed.clients or client.name in parsed.clients) and (not parsed.quick or client.quick)
    ]
    with interruptible():
        return run(chosen, parsed.not_run)


def run(chosen: Sequence[StockClient], not_run: Path | None) -> int:
    runnable, lacking = [], []
    for client in chosen:
        if lacks := client.lacks():
            why = f"{client.name}: {' and '.join(lack for lack, _ in lacks)}"
            lacking.append((why, " ".join(package for _, package in lacks)))
        else:
            runnable.append(client)
    if not_run:
        not_run.write_text("".join(f"{why}\t{package}\n" for why, package in lacking))
    failures = _run(runnable) if runnable else 0
    for why, package in lacking:
        say(f"did not run: {why} (Debian and Ubuntu: apt install {package})")
    return 0 if runnable and not failures else 1


def _run(clients: Sequence[StockClient]) -> int:
    """Prints a row for each client. Returns how many failed."""
    # The launcher says what it builds, which a server would tell to its log alone.
    if subprocess.run([str(WISP), "-s", "-h"], stdout=subprocess.DEVNULL, check=False).returncode:
        raise WispError("there is no server to try clients on, as said above")
    failures = 0
    with serving() as servers:
        print(row("client", "version", "held"), flush=True)
        for client in clients:
            trial = try_client(client, servers)
            failures += bool(trial.failed)
            print(row(client.name, trial.version, in_words(trial)), flush=True)
            for name, why in trial.failed.items():
                say(f"{client.name} FAILED: {name}: {why}")
    print(f"{len(clients) - failures} passed, {failures} failed")
    return failures


def try_client(client: StockClient, servers: Places) -> Trial:
    names = contract()
    try:
        command, folder = command_of(client)
        return hold(command, folder, servers, PASSWORD, names)
    except NoServerError:
        raise
    except WispError as failure:
        return Trial(failed={"all": str(failure)})


def in_words(trial: Trial) -> str:
    expected = len(trial.held) + len(trial.failed)
    words = f"{len(trial.held)} of {expected}"
    if trial.without:
        words += "; none: " + ", ".join(f"{name} ({why})" for name, why in trial.without.items())
    return words


def row(*cells: str) -> str:
    return f"{cells[0]:<14}{cells[1]:<10}{cells[2]}"
