# SPDX-License-Identifier: Apache-2.0
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.simple_kv.support import PATIENCE_SECONDS, PROGRAM, port_of, program, run, tcp_server


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "-s/--server -c/--client -p/--perf is required"),
            (("-s", "-p", "localhost"), "not allowed with"),
            (("-p", "localhost", "--ahead", "0"), "'0' is no whole number from 1 to 64"),
            (("-p", "localhost", "--payload_size", "1048577"), "from 1 to 1048576"),
            (("-p", "localhost", "--requests", "٣"), "is no whole number"),
            (("-p", "localhost", "--requests", "2", "--iterations", "3"), "is more than --requests 2"),
            (("-p", "localhost:99999"), "is neither HOST nor HOST:PORT"),
            (("-p", ":1"), "is neither HOST nor HOST:PORT"),
            (("-p", "localhost", "--timeout", "nan"), "is no number of seconds from 0.01 to 60"),
            (("-s", "--memory", "1x"), "is no size from"),
            (("-s", "--cores", "99999"), "names cores that this process may not use"),
            (("-p", "localhost", "--write", "region"), "go with --transport rdma"),
            (("-p", "localhost", "get a"), "commands go with -c"),
            (("explain-write", "--rounds", "0"), "from 1 to 1000"),
        ],
    )
    def test_it_is_told_in_one_sentence_that_names_the_limit(self, arguments, words):
        done = run(*arguments)
        assert done.returncode == 2
        (said,) = done.stderr.splitlines()
        assert re.search(words, said)

    def test_a_port_that_is_taken_is_told(self):
        with tcp_server() as port:
            done = run("-s", "--port", str(port))
        assert done.returncode == 1
        assert re.search(f"^simple-kv: cannot listen on 127.0.0.1:{port}: .*use", done.stderr)

    def test_no_server_is_told(self):
        with tcp_server() as port:
            pass
        done = run("-c", f"127.0.0.1:{port}", "get a")
        assert done.returncode == 1
        assert done.stderr == f"simple-kv: no server at 127.0.0.1:{port}: Connection refused\n"


FULL, NULL = Path("/dev/full"), Path("/dev/null")


class TestShell:
    def test_commands_print_their_replies_and_tell_success(self):
        with tcp_server() as port:
            server = f"127.0.0.1:{port}"
            done = run("-c", server, "put ä ö ü", "GET ä")
            assert (done.returncode, done.stdout, done.stderr) == (0, "Put suc\nö ü\n", "")
            done = run("-c", server, "get nothing", "del ä")
            assert (done.returncode, done.stdout) == (1, "Get fail\nDel suc\n")

    def test_output_and_input_that_do_not_work_are_told(self):
        with tcp_server() as port, FULL.open("w") as full, NULL.open("w") as unreadable:
            shell = [*PROGRAM, "-c", f"127.0.0.1:{port}"]
            for arguments, streams, words in (
                (["get a"], {"stdout": full}, "No space left on device"),
                ([], {"stdin": unreadable, "stdout": subprocess.DEVNULL}, "Bad file descriptor|not readable"),
            ):
                done = subprocess.run(
                    shell + arguments, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS, **streams
                )
                assert done.returncode == 1
                assert re.search(f"^simple-kv: standard input or output: ({words})\n$", done.stderr)

    def test_a_command_that_is_no_request_is_refused_before_anything_is_sent(self):
        with tcp_server() as port:
            done = run("-c", f"127.0.0.1:{port}", "put a b", "put a")
            assert (done.returncode, done.stdout) == (1, "")
            assert "put takes a value" in done.stderr
            assert run("-c", f"127.0.0.1:{port}", "get a").stdout == "Get fail\n"

    def test_the_shell_reads_lines_until_it_is_told_to_quit(self):
        with tcp_server() as port:
            done = run("-c", f"127.0.0.1:{port}", said="put a 1\n\nfoo\nget a\nhelp\nquit\nget a\n")
        assert done.returncode == 0
        assert done.stdout.startswith("Put suc\n1\nget KEY"), done.stdout
        assert done.stdout.count("\n1\n") == 1
        assert "there is no request 'foo'" in done.stderr


class TestServer:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_says_where_it_listens_and_ends_when_told(self, number):
        with program("-s", "--port", "0") as server:
            assert run("-c", f"127.0.0.1:{port_of(server)}", "put a 1").stdout == "Put suc\n"
            server.send_signal(number)
            said, _ = server.communicate(timeout=PATIENCE_SECONDS)
            assert (server.returncode, said) == (0, "")

    def test_two_clients_at_a_time_see_each_others_values(self):
        with tcp_server() as port, program("-c", f"127.0.0.1:{port}"):
            assert run("-c", f"127.0.0.1:{port}", "put a 1").returncode == 0
            assert run("-c", f"127.0.0.1:{port}", "get a").stdout == "1\n"

    def test_perf_prints_rate_and_latencies(self):
        with tcp_server() as port:
            done = run("-p", f"127.0.0.1:{port}", "--requests", "300", "--warmup", "0", "--iterations", "1")
        assert (done.returncode, done.stderr) == (0, "")
        assert re.search(r"(?m)^[0-9,]+ requests/s$", done.stdout)
        assert "1,000 keys of 3 digits, values of 100 bytes, seed 1" in done.stdout
