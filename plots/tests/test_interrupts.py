# SPDX-License-Identifier: Apache-2.0
import signal
import threading

import pytest

from wisp_tools.interrupts import held, interruptible


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
