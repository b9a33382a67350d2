# SPDX-License-Identifier: Apache-2.0
"""What a program says is what counts, and a program that says nothing, too much or too little has failed."""

import sys
import textwrap

import pytest

from tests.waiting import wait_until_gone
from wisp_tools.processes import ProcessFailure
from wisp_tools.stock_clients.trial import hold

CONTRACT = ("connect", "count", "outlive-a-restart")
# So long a program may be silent that shall end.
PATIENCE = 300
# So long one may be that shall not; it takes longer than to start a program on a machine that stands still for seconds.
SILENCE = 10


class Servers:
    told = ("4", "5", "open")

    def __init__(self, doubts=None):
        self.restarts = 0
        self.doubts = doubts or {}

    @property
    def orders(self):
        return {"restart": self.restart}

    def restart(self):
        self.restarts += 1

    def doubt(self, name):
        return self.doubts.get(name)


def tried(tmp_path, program, silence=PATIENCE, servers=None):
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(program))
    return hold([sys.executable, str(file)], tmp_path, servers or Servers(), CONTRACT, silence)


def test_a_client_that_does_all_passes_and_gets_its_restart(tmp_path):
    servers = Servers()
    trial = tried(
        tmp_path,
        """
        import sys
        assert sys.argv[1:] == ["4", "5", "open"]
        print("client some-client 1.2.3")
        print("ok connect", "some chatter", "none count: it cannot count", "restart", sep="\\n", flush=True)
        assert sys.stdin.readline() == "done\\n"
        print("ok outlive-a-restart")
        """,
        servers=servers,
    )
    assert (trial.version, trial.held, trial.failed) == ("1.2.3", ["connect", "outlive-a-restart"], {})
    assert trial.without == {"count": "it cannot count"}
    assert servers.restarts == 1


def test_a_failure_keeps_its_reason(tmp_path):
    trial = tried(
        tmp_path,
        """
        import sys
        print("ok connect", "FAIL count: 3 instead of: 4", "ok outlive-a-restart", sep="\\n")
        sys.exit(1)
        """,
    )
    assert (trial.held, trial.failed) == (["connect", "outlive-a-restart"], {"count": "3 instead of: 4"})


def test_what_the_servers_saw_otherwise_is_a_failure(tmp_path):
    lines = 'print("ok connect", "ok count", "ok outlive-a-restart", sep="\\n")'
    trial = tried(tmp_path, lines, servers=Servers({"count": "nobody counted"}))
    assert (trial.held, trial.failed) == (["connect", "outlive-a-restart"], {"count": "nobody counted"})


def test_a_client_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    trial = tried(
        tmp_path,
        """
        import os, pathlib, subprocess, time
        child = subprocess.Popen(["sleep", "600"])
        pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")
        print("ok connect", flush=True)
        time.sleep(600)
        """,
        silence=SILENCE,
    )
    assert trial.held == ["connect"]
    assert trial.failed == {
        "count": f"the program said nothing for {SILENCE} s",
        "outlive-a-restart": "was not reached",
    }
    wait_until_gone(*map(int, (tmp_path / "pids").read_text().split()))


def test_a_client_that_does_not_end_after_its_last_word_has_failed(tmp_path):
    trial = tried(
        tmp_path,
        """
        import os, time
        print("ok connect", "ok count", "ok outlive-a-restart", sep="\\n", flush=True)
        os.close(1)
        time.sleep(600)
        """,
        silence=SILENCE,
    )
    assert trial.failed == {"the end": f"the program said nothing for {SILENCE} s"}


def test_a_client_that_does_not_listen_for_its_restart_is_judged_by_what_it_says(tmp_path):
    trial = tried(
        tmp_path,
        """
        import os
        os.close(0)
        print("ok connect", "ok count", "restart", "FAIL outlive-a-restart: deaf", sep="\\n")
        """,
    )
    assert trial.failed == {"outlive-a-restart": "deaf"}


def test_a_client_that_dies_tells_its_last_words(tmp_path):
    trial = tried(tmp_path, 'print("ok connect", flush=True)\nraise SystemExit("out of luck")')
    assert trial.failed == {
        "count": "the program ended with status 1: out of luck",
        "outlive-a-restart": "was not reached",
    }


def test_an_end_that_no_line_explains_is_a_failure(tmp_path):
    trial = tried(tmp_path, 'print("ok connect", "ok count", "ok outlive-a-restart", sep="\\n")\nraise SystemExit(3)')
    assert trial.failed == {"the end": "the program ended with status 3"}


def test_an_expectation_that_is_told_twice_or_not_known_is_a_failure(tmp_path):
    lines = ["ok connect", "ok connect", "ok count", "ok outlive-a-restart", "ok dance"]
    trial = tried(tmp_path, f"print({chr(10).join(lines)!r})")
    assert set(trial.failed) == {"connect", "dance"}


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ProcessFailure, match="no-such-program cannot be started: No such file"):
        hold([str(tmp_path / "no-such-program")], tmp_path, Servers(), CONTRACT)
