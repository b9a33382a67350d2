# SPDX-License-Identifier: Apache-2.0
"""What documents and programs say of clients is what is there."""

import json
import re

import pytest

from wisp_tools import packages
from wisp_tools.stock_clients import programs, roster
from wisp_tools.stock_clients.roster import CLIENTS, SOURCES, Need
from wisp_tools.tree import ROOT

JAVA = ROOT / "transports/src/test/java/io/wisp/transport/tcp"


def table_of_clients() -> dict[str, str]:
    """The versions of the table in REDIS.md by client."""
    text = (ROOT / "transports" / "REDIS.md").read_text()
    section = text[text.index("\n## Clients\n") : text.index("\n## ", text.index("\n## Clients\n") + 1)]
    rows = re.findall(r"^\| ([\w-]+) \| ([\d.]+) \|", section, re.MULTILINE)
    return dict(rows)


def pinned() -> dict[str, str]:
    lock = {name: entry.split("==")[1].split()[0] for name, entry in packages.locked("clients").items()}
    node = json.loads((SOURCES / "node" / "package.json").read_text())["dependencies"]
    go = dict(re.findall(r"^\t(\S+) v(\S+)$", (SOURCES / "go" / "go.mod").read_text(), re.MULTILINE))
    pom = dict(re.findall(r"<(\w+)\.version>([^<]+)<", (ROOT / "pom.xml").read_text()))
    return {
        "Jedis": pom["jedis"],
        "Lettuce": pom["lettuce"].removesuffix(".RELEASE"),
        "Redisson": pom["redisson"],
        "redis-py": lock["redis"],
        "coredis": lock["coredis"],
        "valkey-glide": lock["valkey-glide"],
        "ioredis": node["ioredis"],
        "iovalkey": node["iovalkey"],
        "node-redis": node["redis"],
        "go-redis": go["github.com/redis/go-redis/v9"],
        "rueidis": go["github.com/redis/rueidis"],
    }


def test_the_table_of_the_document_has_each_client_with_the_version_that_is_tried():
    told = table_of_clients()
    # That of hiredis is the distribution's.
    assert told.pop("hiredis")
    assert told == pinned()
    assert {client.name for client in CLIENTS} == set(pinned()) - {"Jedis", "Lettuce", "Redisson"} | {"hiredis"}


def test_the_lock_of_node_has_each_package_by_its_hash():
    lock = json.loads((SOURCES / "node" / "package-lock.json").read_text())["packages"]
    assert all(entry["integrity"].startswith("sha512-") for name, entry in lock.items() if name)


def test_java_has_a_test_for_each_expectation():
    tests = re.findall(r"@Test\s+void should(\w+)\(", (JAVA / "StockClientContractTest.java").read_text())
    assert tests == [name.title().replace("-", "") for name in roster.expectations("contract")]


@pytest.mark.parametrize(
    ("chosen", "program", "form"),
    [
        ("contract", "python/contract.py", r"^    (\w+),$"),
        ("contract", "node/contract.js", r'^  async "?([a-z-]+)"?\('),
        ("contract", "go/contract.go", r'^\t\{"([a-z-]+)", '),
        ("contract", "c/hiredis.c", r'^    \{"([a-z-]+)", '),
        ("cluster", "python/cluster.py", r"^    (\w+),$"),
        ("cluster", "node/cluster.js", r'^  async "?([a-z-]+)"?\('),
        ("cluster", "go/cluster.go", r'^\t\{"([a-z-]+)", '),
    ],
)
def test_each_language_has_each_expectation_in_order(chosen, program, form):
    found = re.findall(form, (SOURCES / program).read_text(), re.MULTILINE)
    assert [name.replace("_", "-") for name in found] == roster.expectations(chosen)


def test_what_is_not_there_is_named_with_what_brings_it():
    assert Need("sh", "dash").lack() is None
    assert Need("no-such-program", "some-package").lack() == "there is no no-such-program"
    assert Need("/no/such/file", "some-package").lack() == "there is no /no/such/file"


def test_a_program_that_is_too_old_is_named_with_both_versions(tmp_path, monkeypatch):
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert Need("node", "nodejs", (20, 0)).lack() == "node is 18.19, and 20.0 is needed"
    assert Need("node", "nodejs", (18, 9)).lack() is None


def test_every_language_says_what_it_needs_and_how_it_is_made():
    assert set(roster.NEEDS) == {client.language for client in CLIENTS}
    assert set(programs.BUILDS) == set(programs.VERSIONS) == set(roster.NEEDS) - {"python"}
    assert all((SOURCES / client.language).is_dir() for client in CLIENTS)


def test_every_program_of_python_and_node_is_there():
    programs = {
        SOURCES / client.language / word
        for client in CLIENTS
        for words in (client.words, client.cluster)
        for word in words
        if word.endswith((".py", ".js"))
    }
    assert len(programs) == 10
    assert not {program for program in programs if not program.is_file()}
