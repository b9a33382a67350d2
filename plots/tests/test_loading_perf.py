# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest

from tests.files import encoded, latencies, perf, perf_closed_2, perf_open, write_json
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


def test_a_rate_of_which_too_few_requests_were_due_to_tell_has_no_shortfall(tmp_path):
    file = perf_open("tcp", 20_000, [4_000])
    file["runs"][0]["shortfall"] = None
    (measurement,) = loaded(tmp_path, file)
    assert measurement.shortfall is None
    assert not measurement.saturated


def spoiled(file, *path, **values):
    """A file in which some fields, of what the path leads to, say something else."""
    place = file
    for step in path:
        place = place[step]
    place.update(values)
    return file


ALL_OF_ONE = ("result", "operations", "all")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (spoiled(perf_closed_2(), "environment", guest="dosbox"), "guest is 'dosbox', not one of tcg, kvm"),
        (
            spoiled(perf_open("tcp", 20_000, [40_000]), "runs", 0, operations={}),
            "a saturated run has no latencies, and this one holds some",
        ),
        (spoiled(perf_open("tcp", 20_000, [4_000]), interrupted=True), "was interrupted"),
        (spoiled(perf_closed_2(), "runs", 0, outcome="saturated"), "a closed loop cannot be saturated"),
        (
            spoiled(perf_open("tcp", 20_000, [4_000]), "runs", 0, outcome="failed"),
            "outcome is 'failed', not one of measured, saturated",
        ),
        (spoiled(perf(), *ALL_OF_ONE, errors=3), "3 requests failed"),
        (spoiled(perf(values=latencies(1000, 500)), *ALL_OF_ONE, requests=400), "holds 500 latencies of 400 requests"),
        (spoiled(perf(), "settings", keySize="three"), "keySize is not a whole number"),
        (spoiled(perf(), "settings", keySize=None), "keySize is missing"),
        (spoiled(perf(), "settings", clients=0), "clients is 0, less than 1"),
        (spoiled(perf(), "settings", mix="all of them"), "is no mix"),
        (spoiled(perf(), "settings", loop="spiral"), "loop is 'spiral'"),
        (spoiled(perf(), "result", requestsPerSecond=0.0), "nothing was measured"),
        (spoiled(perf(), "result", requestsPerSecond=-1.0), "less than 0"),
        (spoiled(perf(), "result", requestsPerSecond=True), "is not a number"),
        (spoiled(perf(), "connection", emulated="no"), "emulated is not true or false"),
        (spoiled(perf(), formatVersion=3), "version 3"),
        (spoiled(perf(), format="wisp-result"), "is a wisp-result"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, file, words):
    assert words in refusal(tmp_path, file)


@pytest.mark.parametrize("histogram", ["", "AAAA", "not Base64 at all!", "HISTFAAAB+N4nD1W", encoded([1, 2, 3])[:-40]])
def test_a_broken_histogram_is_refused(tmp_path, histogram):
    file = spoiled(perf(), *ALL_OF_ONE, histogram=histogram)
    assert "the histogram cannot be decoded" in refusal(tmp_path, file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text, "is not whole JSON")
        for text in (b"", b"{", b'{"format": NaN}', b"\x00\x01", b"[" * 100_000, b"\xff\xfe\x00{")
    ]
    + [(b"[1, 2]", "holds no JSON object")],
    ids=lambda each: repr(each[:20]),
)
def test_what_is_no_json_object_is_refused(tmp_path, content, words):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(WispError, match=rf"run\.json: {words}"):
        load_perf(path, "run.json")


def test_every_recorded_file_loads_with_the_percentiles_that_it_states():
    files = sorted((RESULTS / "rdma-guest").glob("*.json"))
    assert files
    for path in files:
        (measurement,) = load_perf(path, path.name)
        stated = json.loads(path.read_text())["runs"][0]["operations"]["all"]["latencyNanoseconds"]
        for name in ("p50", "p90", "p99", "p99.9", "p99.99"):
            assert measurement.latency.percentile(float(name[1:])) == stated[name]
