# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from tests.files import latencies, perf, perf_closed_2, perf_open, write_json
from wisp_tools.errors import WispError
from wisp_tools.model import Way
from wisp_tools.results.perf import load_perf

RESULTS = Path(__file__).resolve().parents[2] / "results"


def loaded(folder, values):
    return load_perf(write_json(folder / "run.json", values), "run.json")


def refusal(folder, values):
    with pytest.raises(WispError) as caught:
        loaded(folder, values)
    return str(caught.value)


def test_a_closed_loop_of_version_1_is_one_measurement(tmp_path):
    (measurement,) = loaded(tmp_path, perf("shm", 120_000.0, get="ring", pipeline=8, clients=2))
    configuration = measurement.configuration
    assert configuration.way == Way("wisp", "shm", "ring")
    assert (configuration.pipeline, configuration.clients, configuration.payload_size) == (8, 2, 100)
    assert measurement.throughput == (120_000.0,)
    assert measurement.latency.count == 1000
    assert not measurement.emulated
    assert not measurement.saturated


def test_the_guest_and_its_emulated_device_are_seen(tmp_path):
    (measurement,) = loaded(tmp_path, perf("rdma", get="onesided", emulated=True, cpu="QEMU TCG CPU version 2.5+"))
    assert measurement.emulated
    assert measurement.conditions.guest == "tcg"
    assert measurement.conditions.devices == ("rxe0",)
    assert measurement.conditions.machine.place == "guest"


def test_a_transport_without_a_device_in_the_guest_is_of_the_guest_and_not_emulated(tmp_path):
    (measurement,) = loaded(tmp_path, perf("tcp", cpu="QEMU TCG CPU version 2.5+"))
    assert measurement.conditions.machine.place == "guest"
    assert not measurement.emulated


def test_the_caller_may_know_of_a_guest_that_the_cpu_does_not_show(tmp_path):
    path = write_json(tmp_path / "run.json", perf("tcp", cpu="Some CPU"))
    (measurement,) = load_perf(path, "run.json", guest="kvm")
    assert measurement.conditions.guest == "kvm"


@pytest.mark.parametrize("guest", ["tcg", "kvm", None])
def test_a_file_that_says_what_ran_its_guest_is_believed_rather_than_its_cpu(tmp_path, guest):
    file = perf_closed_2(cpu="QEMU Virtual CPU" if guest is None else "Some CPU")
    file["environment"]["guest"] = guest
    (measurement,) = loaded(tmp_path, file)
    assert measurement.conditions.guest == guest


def test_a_guest_that_nothing_runs_is_refused(tmp_path):
    file = perf_closed_2()
    file["environment"]["guest"] = "dosbox"
    assert "guest is 'dosbox', not one of tcg, kvm" in refusal(tmp_path, file)


@pytest.mark.parametrize(
    ("allowed", "cores"), [("0-1", 2), ("1", 1), ("0,2-4,9", 5), ("unknown", 8), ("", 8), ("1-", 8)]
)
def test_cores_are_those_that_the_client_could_use(tmp_path, allowed, cores):
    file = perf()
    file["environment"] |= {"cores": 8, "coresAllowed": allowed}
    (measurement,) = loaded(tmp_path, file)
    assert measurement.conditions.cores == cores


def test_a_closed_loop_of_version_2_keeps_its_keys_and_cores(tmp_path):
    (measurement,) = loaded(tmp_path, perf_closed_2(transport="tcp", rate=5_000.0))
    assert measurement.configuration.keys == "zipfian:0.99"
    assert measurement.configuration.placement == "client on 0,1"
    assert measurement.configuration.offered is None


def test_an_open_loop_is_a_measurement_for_each_rate_with_both_latencies(tmp_path):
    measurements = loaded(tmp_path, perf_open("tcp", 20_000, [4_000, 8_000]))
    assert [m.configuration.offered for m in measurements] == [4_000, 8_000]
    assert measurements[1].latency.percentile(99) > measurements[1].service["all"].percentile(99)


def test_a_saturated_rate_has_no_latency(tmp_path):
    measured, saturated = loaded(tmp_path, perf_open("tcp", 20_000, [4_000, 40_000]))
    assert not measured.saturated
    assert saturated.saturated
    assert saturated.latency is None
    assert saturated.shortfall == pytest.approx(0.5)


def test_a_saturated_rate_that_claims_latencies_is_refused(tmp_path):
    file = perf_open("tcp", 20_000, [4_000, 40_000])
    file["runs"][1]["operations"] = file["runs"][0]["operations"]
    assert "a saturated run has no latencies" in refusal(tmp_path, file)


def test_a_rate_of_which_too_few_requests_were_due_to_tell_has_no_shortfall(tmp_path):
    file = perf_open("tcp", 20_000, [4_000])
    file["runs"][0]["shortfall"] = None
    (measurement,) = loaded(tmp_path, file)
    assert measurement.shortfall is None
    assert not measurement.saturated


def test_a_measurement_that_was_interrupted_is_refused(tmp_path):
    file = perf_open("tcp", 20_000, [4_000])
    assert "was interrupted" in refusal(tmp_path, file | {"interrupted": True})


def test_a_closed_loop_cannot_be_saturated(tmp_path):
    file = perf_closed_2()
    file["runs"][0] |= {"outcome": "saturated"}
    assert "a closed loop cannot be saturated" in refusal(tmp_path, file)


def test_an_unknown_outcome_is_refused(tmp_path):
    file = perf_open("tcp", 20_000, [4_000])
    file["runs"][0]["outcome"] = "failed"
    assert "outcome is 'failed', not one of measured, saturated" in refusal(tmp_path, file)


def test_requests_that_failed_make_no_result(tmp_path):
    file = perf()
    file["result"]["operations"]["all"]["errors"] = 3
    assert "3 requests failed" in refusal(tmp_path, file)


def test_a_histogram_of_another_number_of_requests_is_refused(tmp_path):
    file = perf(values=latencies(1000, 500))
    file["result"]["operations"]["all"]["requests"] = 400
    assert "holds 500 latencies of 400 requests" in refusal(tmp_path, file)


@pytest.mark.parametrize("histogram", ["", "AAAA", "not Base64 at all!", "HISTFAAAB+N4nD1W"])
def test_a_broken_histogram_is_refused(tmp_path, histogram):
    file = perf()
    file["result"]["operations"]["all"]["histogram"] = histogram
    assert "the histogram cannot be decoded" in refusal(tmp_path, file)


def test_a_histogram_that_was_cut_short_is_refused(tmp_path):
    file = perf()
    operation = file["result"]["operations"]["all"]
    operation["histogram"] = operation["histogram"][:-40]
    assert "the histogram cannot be decoded" in refusal(tmp_path, file)


@pytest.mark.parametrize(
    ("section", "name", "value", "words"),
    [
        ("settings", "keySize", "three", "keySize is not a whole number"),
        ("settings", "keySize", None, "keySize is missing"),
        ("settings", "clients", 0, "clients is 0, less than 1"),
        ("settings", "mix", "all of them", "is no mix"),
        ("settings", "loop", "spiral", "loop is 'spiral'"),
        ("result", "requestsPerSecond", 0.0, "nothing was measured"),
        ("result", "requestsPerSecond", -1.0, "less than 0"),
        ("result", "requestsPerSecond", True, "is not a number"),
        ("connection", "emulated", "no", "emulated is not true or false"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, section, name, value, words):
    file = perf()
    file[section][name] = value
    assert words in refusal(tmp_path, file)


def test_a_version_of_the_future_is_refused(tmp_path):
    assert "version 3" in refusal(tmp_path, perf() | {"formatVersion": 3})


def test_another_format_is_refused(tmp_path):
    assert "is a wisp-result" in refusal(tmp_path, perf() | {"format": "wisp-result"})


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"format": NaN}', "\x00\x01", "[" * 100_000])
def test_what_is_no_json_object_is_refused(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(WispError, match=r"run\.json"):
        load_perf(path, "run.json")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(WispError, match="not whole JSON"):
        load_perf(path, "run.json")


def test_every_recorded_file_loads_with_the_percentiles_that_it_states():
    import json

    files = sorted((RESULTS / "rdma-guest").glob("*.json"))
    assert files
    for path in files:
        (measurement,) = load_perf(path, path.name)
        stated = json.loads(path.read_text())["runs"][0]["operations"]["all"]["latencyNanoseconds"]
        for name in ("p50", "p90", "p99", "p99.9", "p99.99"):
            assert measurement.latency.percentile(float(name[1:])) == stated[name]
