# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import threading
from types import SimpleNamespace

import pytest

from tests.waiting import wait_until_gone
from wisp_tools.campaign.cells import CLIENT, GUEST, SHARED, Cell, FirstWarmup
from wisp_tools.campaign.clients import WarmClients
from wisp_tools.interrupts import held, interruptible
from wisp_tools.processes import server, status_of
from wisp_tools.stock_clients.trial import hold


@pytest.fixture(autouse=True)
def interrupts_are_not_ignored():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_of_what_is_held_comes_at_its_end(number):
    began = ended = False
    with pytest.raises(KeyboardInterrupt), interruptible():
        with held():
            began = True
            signal.raise_signal(number)
            ended = True
        pytest.fail("it went on")
    assert began and ended


def test_an_interrupt_comes_although_what_is_held_fails():
    with pytest.raises(KeyboardInterrupt), held():
        signal.raise_signal(signal.SIGINT)
        raise ValueError("it fails")


def test_what_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible(), held():
            signal.raise_signal(signal.SIGHUP)
    finally:
        assert signal.signal(signal.SIGHUP, before) is signal.SIG_IGN


def test_handlers_are_those_of_before_afterwards():
    with held():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def a_command(program, folder):
    status_of([str(program)], folder / "log", None)


def a_server(program, folder):
    with server([str(program)], folder / "log", lambda: True, 60):
        pytest.fail("it was not interrupted")


def a_warm_client(program, folder):
    tcp = Cell(GUEST, "group", "name", CLIENT, "tcp", SHARED, ("--key_size", "3", "--payload_size", "100"), 1)
    with WarmClients(program, folder, FirstWarmup(1)) as clients:
        clients.measure(tcp, "127.0.0.1:1", "target", folder / "log", 60)


def a_stock_client(program, folder):
    hold([str(program)], folder, SimpleNamespace(told=["1", "2"], orders={}), ["connect"])


@pytest.mark.parametrize("begin", [a_command, a_server, a_warm_client, a_stock_client])
def test_an_interrupt_in_the_midst_of_a_start_leaves_no_process(tmp_path, monkeypatch, begin):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    started = []
    popen = subprocess.Popen

    def interrupted(*arguments, **options):
        process = popen(*arguments, **options)
        started.append(process.pid)
        signal.raise_signal(signal.SIGINT)
        return process

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        begin(program, tmp_path)
    assert len(started) == 1
    wait_until_gone(*started)


def test_other_threads_which_no_signal_interrupts_hold_nothing():
    failures = []

    def hold():
        try:
            with held():
                pass
        except ValueError as failure:
            failures.append(failure)

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert not failures
