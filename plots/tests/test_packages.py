# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest

from wisp_tools import packages
from wisp_tools.errors import WispError
from wisp_tools.tree import ROOT


def test_a_group_has_what_it_names_and_needs_and_no_more():
    record, draw, test, clients = (set(packages.locked(group)) for group in packages.GROUPS)
    assert {"hdrhistogram", "pbr", "setuptools", "jsonschema", "attrs"} <= record
    assert not record & {"matplotlib", "numpy", "pytest", "selenium"}
    assert draw >= record | {"matplotlib", "numpy", "pillow"}
    assert not draw & {"pytest", "ruff", "mypy", "selenium", "trio"}
    assert test > draw
    assert clients > test | {"redis", "coredis", "valkey-glide"}
    assert not test & {"redis", "coredis", "valkey-glide"}


def test_the_lock_holds_everything_by_version_and_hash_and_no_place_of_a_machine():
    text = (ROOT / "requirements.txt").read_text()
    assert len(packages.locked(packages.GROUPS[-1])) == text.count("==")
    assert all("--hash=sha256:" in entry for entry in packages.locked(packages.GROUPS[-1]).values())
    assert "\n--find-links" not in text and "file://" not in text


COMMANDS = ("plot", "report", "export", "compare", "prove-compare", "beside redis", "beside clients", "simple-kv")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_explanation_installs_nothing(command, tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", "-m", "wisp_tools", *command.split(), "-h"],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path), "WISP_BUILD": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: ./wisp {command}")
    assert not any(tmp_path.iterdir())


def test_what_may_not_be_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("WISP_BUILD", "never")
    with pytest.raises(WispError, match="packages to draw are not in .*, and WISP_BUILD=never forbids to install"):
        packages.require("draw")


def test_an_installation_that_fails_leaves_no_group_that_seems_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("WISP_BUILD", raising=False)
    monkeypatch.setattr(packages, "locked", lambda group: {"nothing": "no-such-package==1 --hash=sha256:" + "0" * 64})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(WispError, match="^Python could not install the packages to record: .*no-such-package"):
        packages.ensure("record")
    assert not list(packages.environment().glob("has-*"))
