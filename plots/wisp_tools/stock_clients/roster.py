# SPDX-License-Identifier: Apache-2.0
"""Which clients there are, what each needs of the machine, and whether that is there."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from wisp_tools.processes import captured
from wisp_tools.tree import ROOT

SOURCES = ROOT / "transports" / "src" / "clients"
"""A folder of programs for each language."""


LISTS = ("contract", "cluster")
"""What clients are held to: all at a server, and those with a cluster mode as clients of a cluster."""


def expectations(chosen: str) -> list[str]:
    """The names of a list, in order."""
    return [line.split()[0] for line in (SOURCES / f"{chosen}.txt").read_text().splitlines()]


@dataclass(frozen=True)
class Need:
    """A program, of a version at least, or a file: and the package of Debian that brings it."""

    what: str
    package: str
    least: tuple[int, int] | None = None
    asked: str = "--version"
    """Says the version."""

    def lack(self) -> str | None:
        """What is not there, in words."""
        if self.what.startswith("/"):
            return None if Path(self.what).exists() else f"there is no {self.what}"
        if shutil.which(self.what) is None:
            return f"there is no {self.what}"
        if self.least is None:
            return None
        found = re.search(r"(\d+)\.(\d+)", captured([self.what, self.asked]).stdout)
        if found and (int(found[1]), int(found[2])) >= self.least:
            return None
        return f"{self.what} is {found[0] if found else 'of no known version'}, and {'.'.join(map(str, self.least))} is needed"


NEEDS = {
    "python": (),
    "c": (Need("cc", "gcc"), Need("/usr/include/hiredis/hiredis.h", "libhiredis-dev")),
    "node": (Need("node", "nodejs", (20, 0)), Need("npm", "npm")),
    # From 1.21 on it fetches the version that go.mod names.
    "go": (Need("go", "golang-go", (1, 21), "version"),),
}


@dataclass(frozen=True)
class StockClient:
    name: str
    language: str
    words: tuple[str, ...]
    """What runs its program in the folder where that was made, without what tells it of servers."""
    cluster: tuple[str, ...] = ()
    """The same for its program of a cluster; empty if it has no cluster mode."""
    quick: bool = False
    """Whether it needs no more than the other tests."""

    def words_for(self, chosen: str) -> tuple[str, ...]:
        """Those of the program for a list; empty if there is none."""
        return self.words if chosen == "contract" else self.cluster

    def lacks(self) -> list[tuple[str, str]]:
        """What is not there, in words, and the packages that bring it."""
        found = [(need.lack(), need.package) for need in NEEDS[self.language]]
        return [(lack, package) for lack, package in found if lack]


CLIENTS = (
    StockClient("redis-py", "python", ("with_redis.py",), ("cluster_redis.py",), quick=True),
    StockClient("coredis", "python", ("with_coredis.py",), ("cluster_coredis.py",)),
    StockClient("valkey-glide", "python", ("with_glide.py",), ("cluster_glide.py",)),
    StockClient("hiredis", "c", ("./hiredis",), quick=True),
    StockClient("ioredis", "node", ("node", "with-ioredis.js", "ioredis"), ("node", "cluster-ioredis.js", "ioredis")),
    StockClient(
        "iovalkey", "node", ("node", "with-ioredis.js", "iovalkey"), ("node", "cluster-ioredis.js", "iovalkey")
    ),
    StockClient("node-redis", "node", ("node", "with-redis.js"), ("node", "cluster-redis.js")),
    StockClient("go-redis", "go", ("./clients", "contract", "go-redis"), ("./clients", "cluster", "go-redis")),
    StockClient("rueidis", "go", ("./clients", "contract", "rueidis"), ("./clients", "cluster", "rueidis")),
)
