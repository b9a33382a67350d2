# SPDX-License-Identifier: Apache-2.0
"""``./wisp test-clients``: a table of clients, and what each came to."""

import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from wisp_tools.arguments import Parser
from wisp_tools.errors import WispError, say
from wisp_tools.interrupts import interruptible
from wisp_tools.stock_clients.nodes import clustered
from wisp_tools.stock_clients.programs import command_of
from wisp_tools.stock_clients.roster import CLIENTS, LISTS, StockClient, expectations
from wisp_tools.stock_clients.servers import NoServerError, serving
from wisp_tools.stock_clients.trial import Places, Trial, hold
from wisp_tools.tree import WISP

HELP = """\
Holds clients of Redis that others wrote to two lists in transports/src/clients: contract.txt, each against a server of
this tree, and cluster.txt, those with a cluster mode against a cluster of it. Those of Java are tests of Maven's:
./wisp test -pl transports -am -Dtest='*ContractTest,ClusterStockClientsTest' and -Dsurefire.failIfNoSpecifiedTests=false.

Exit codes: 0 if all that ran passed; 1 if one failed or none ran; 2 for a wrong command line; 130 if interrupted.
"""
SERVERS: dict[str, Callable[[], AbstractContextManager[Places]]] = {"contract": serving, "cluster": clustered}
"""What a list takes."""


def main(arguments: Sequence[str]) -> int:
    parser = Parser("./wisp test-clients", HELP)
    names = [client.name for client in CLIENTS]
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"which; all without any: {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="those that need no more than the other tests")
    parser.add_argument("--list", choices=LISTS, help="hold them to one list alone")
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
        return run(chosen, parsed.not_run, [parsed.list] if parsed.list else LISTS)


def run(chosen: Sequence[StockClient], not_run: Path | None, lists: Sequence[str] = LISTS) -> int:
    runnable, lacking = [], []
    for client in chosen:
        if lacks := client.lacks():
            why = f"{client.name}: {' and '.join(lack for lack, _ in lacks)}"
            lacking.append((why, " ".join(package for _, package in lacks)))
        else:
            runnable.append(client)
    if not_run:
        not_run.write_text("".join(f"{why}\t{package}\n" for why, package in lacking))
    passed, failed = _run(runnable, lists) if runnable else (0, 0)
    for client in runnable:
        if not any(client.words_for(each) for each in lists):
            say(f"did not run: {client.name} has no cluster mode")
    for why, package in lacking:
        say(f"did not run: {why} (Debian and Ubuntu: apt install {package})")
    return 0 if passed and not failed else 1


def _run(clients: Sequence[StockClient], lists: Sequence[str]) -> tuple[int, int]:
    """Prints a row for each client and list. Returns how many passed, and how many failed."""
    # The launcher says what it builds, which a server would tell to its log alone.
    if subprocess.run([str(WISP), "-s", "-h"], stdout=subprocess.DEVNULL, check=False).returncode:
        raise WispError("there is no server to try clients on, as said above")
    ran: set[str] = set()
    failed: set[str] = set()
    print(row("client", "version", "list", "held"), flush=True)
    for each in lists:
        able = [client for client in clients if client.words_for(each)]
        if not able:
            continue
        with SERVERS[each]() as servers:
            for client in able:
                trial = try_client(client, each, servers)
                ran.add(client.name)
                if trial.failed:
                    failed.add(client.name)
                print(row(client.name, trial.version, each, in_words(trial)), flush=True)
                for name, why in trial.failed.items():
                    say(f"{client.name} FAILED: {name}: {why}")
    print(f"{len(ran - failed)} passed, {len(failed)} failed")
    return len(ran - failed), len(failed)


def try_client(client: StockClient, chosen: str, servers: Places) -> Trial:
    names = expectations(chosen)
    try:
        command, folder = command_of(client, chosen)
        servers.prepare()
        return hold(command, folder, servers, names)
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
    return f"{cells[0]:<14}{cells[1]:<10}{cells[2]:<10}{cells[3]}"
