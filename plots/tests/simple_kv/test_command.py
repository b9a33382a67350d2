# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import unittest
from pathlib import Path

from tests.simple_kv.support import PATIENCE_SECONDS, PROGRAM, port_of, program, run, tcp_server


class WrongUseTest(unittest.TestCase):
    def test_it_is_told_in_one_sentence_that_names_the_limit(self):
        for arguments, words in (
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
        ):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, msg=arguments)
            self.assertRegex(done.stderr, words)
            self.assertEqual(len(done.stderr.splitlines()), 1, msg=done.stderr)

    def test_a_port_that_is_taken_is_told(self):
        with tcp_server() as port:
            done = run("-s", "--port", str(port))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, f"^simple-kv: cannot listen on 127.0.0.1:{port}: .*use")

    def test_no_server_is_told(self):
        with tcp_server() as port:
            pass
        done = run("-c", f"127.0.0.1:{port}", "get a")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"simple-kv: no server at 127.0.0.1:{port}: Connection refused\n")


FULL, NULL = Path("/dev/full"), Path("/dev/null")


class ShellTest(unittest.TestCase):
    def test_commands_print_their_replies_and_tell_success(self):
        with tcp_server() as port:
            server = f"127.0.0.1:{port}"
            done = run("-c", server, "put ä ö ü", "GET ä")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Put suc\nö ü\n", ""))
            done = run("-c", server, "get nothing", "del ä")
            self.assertEqual((done.returncode, done.stdout), (1, "Get fail\nDel suc\n"))

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
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, f"^simple-kv: standard input or output: ({words})\n$")

    def test_a_command_that_is_no_request_is_refused_before_anything_is_sent(self):
        with tcp_server() as port:
            done = run("-c", f"127.0.0.1:{port}", "put a b", "put a")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("put takes a value", done.stderr)
            self.assertEqual(run("-c", f"127.0.0.1:{port}", "get a").stdout, "Get fail\n")

    def test_the_shell_reads_lines_until_it_is_told_to_quit(self):
        with tcp_server() as port:
            done = run("-c", f"127.0.0.1:{port}", said="put a 1\n\nfoo\nget a\nhelp\nquit\nget a\n")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("Put suc\n1\nget KEY"), done.stdout)
        self.assertEqual(done.stdout.count("\n1\n"), 1)
        self.assertIn("there is no request 'foo'", done.stderr)


class ServerTest(unittest.TestCase):
    def test_it_says_where_it_listens_and_ends_when_told(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with program("-s", "--port", "0") as server:
                self.assertEqual(run("-c", f"127.0.0.1:{port_of(server)}", "put a 1").stdout, "Put suc\n")
                server.send_signal(number)
                said, _ = server.communicate(timeout=PATIENCE_SECONDS)
                self.assertEqual((server.returncode, said), (0, ""))

    def test_two_clients_at_a_time_see_each_others_values(self):
        with tcp_server() as port, program("-c", f"127.0.0.1:{port}"):
            self.assertEqual(run("-c", f"127.0.0.1:{port}", "put a 1").returncode, 0)
            self.assertEqual(run("-c", f"127.0.0.1:{port}", "get a").stdout, "1\n")

    def test_perf_prints_rate_and_latencies(self):
        with tcp_server() as port:
            done = run("-p", f"127.0.0.1:{port}", "--requests", "300", "--warmup", "0", "--iterations", "1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"(?m)^[0-9,]+ requests/s$")
        self.assertIn("1,000 keys of 3 digits, values of 100 bytes, seed 1", done.stdout)
