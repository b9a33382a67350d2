# SPDX-License-Identifier: Apache-2.0
import hashlib
import re

import numpy
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from tests.files import latencies, measurement, perf, perf_closed_2, perf_open, write_json, write_suite
from wisp_tools import figures as figures_module
from wisp_tools import wording
from wisp_tools.canvas import save
from wisp_tools.drawings import draw_all, drawings_of
from wisp_tools.results.runs import load_run
from wisp_tools.style import DARK, LOOKS, looks_of

WAYS = (
    ("tcp", None, 12_000),
    ("zmq", None, 5_000),
    ("shm", "ring", 120_000),
    ("shm", "onesided", 220_000),
    ("null", None, 9e6),
)


@pytest.fixture(scope="module")
def host_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "host"
    for round_number in range(2):
        for transport, get, rate in WAYS:
            rate *= 1 + 0.1 * round_number
            name = f"{transport}-{get}-{round_number}"
            for payload in (10, 100, 1000):
                values = latencies(int(1e9 / rate), 200, round_number)
                file = perf(transport, rate, payload, get=get, values=values)
                write_json(folder / f"payload-{payload}-{name}.json", file)
            for many in (2, 4):
                write_json(folder / f"clients-{many}-{name}.json", perf(transport, rate * many, get=get, clients=many))
                pipelined = perf(transport, rate * many, get=get, pipeline=many)
                write_json(folder / f"pipeline-{many}-{name}.json", pipelined)
                write_json(folder / f"keys-{many}-{name}.json", perf(transport, rate, get=get, key_size=many))
            for percent in (25, 50, 75):
                mix = f"get:{percent},put:{100 - percent}"
                write_json(folder / f"reads-{percent}-{name}.json", perf(transport, rate, get=get, mix=mix))
    for payload in (10, 100, 1000):
        write_suite(folder / f"kv-{payload}", [measurement("tcp", payload, [8_000.0], "simple_kv.request")])
    for transport, capacity in (("tcp", 20_000), ("zmq", 6_000)):
        write_json(folder / f"load-{transport}.json", perf_open(transport, capacity))
    return load_run(folder)


@pytest.fixture(scope="module")
def drawings(host_run):
    return {drawing.name: drawing for drawing in drawings_of(host_run)}


@pytest.fixture(scope="module")
def figures(drawings) -> dict[str, Figure]:
    return {name: drawing.draw() for name, drawing in drawings.items()}


def test_a_run_gets_a_plot_for_everything_that_it_varies(drawings):
    sweeps = {f"qps-by-{varied}-host" for varied in ("payload", "key-size", "clients", "pipeline", "reads")}
    percentiles = {f"latency-percentiles-{payload}-host" for payload in (10, 100, 1000)}
    assert set(drawings) == {"throughput-host", "latency-by-load-host"} | sweeps | percentiles


def test_every_axis_that_measures_says_what_and_in_which_unit(figures):
    for name, figure in figures.items():
        for axes in figure.axes:
            if name == "throughput-host":
                continue
            assert any(word in axes.get_xlabel() for word in ("bytes", "%", "clients", "requests")), name
            assert any(word in axes.get_ylabel() for word in ("requests/s", "latency")), name
    assert "requests/s" in figures["throughput-host"].axes[-1].get_xlabel()


def test_latency_axes_carry_units_in_their_ticks(figures):
    for name in ("latency-percentiles-100-host", "latency-by-load-host"):
        figure = figures[name]
        figure.draw_without_rendering()
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels() if label.get_text()]
        assert labels
        assert all(label.endswith(("ns", "us", "ms", " s")) for label in labels)


def test_every_caption_holds_the_conditions(figures):
    for name, figure in figures.items():
        caption = words_of(figure, "caption")
        machine = ("Some CPU", "2 cores", "Linux 6.1.0-56", "JDK Eclipse Adoptium 25.0.3+9-LTS")
        for words in (*machine, "2026-11-25", "loop"):
            assert words in caption, name


def test_no_caption_is_cut_off_or_reaches_into_the_plot(figures):
    for name, figure in figures.items():
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        for text in figure.texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0 and box.x1 <= figure.bbox.x1, (name, text.get_gid())
            assert box.y0 >= 0 and box.y1 <= figure.bbox.y1, (name, text.get_gid())
            for axes in figure.axes:
                assert not box.overlaps(axes.get_tightbbox(renderer)), (name, text.get_gid())


def test_no_plot_is_empty(figures):
    for name, figure in figures.items():
        for axes in figure.axes:
            assert axes.lines or axes.patches, name


def test_points_that_repeat_have_bars_from_the_lowest_to_the_highest(figures):
    (axes,) = figures["qps-by-clients-host"].axes
    container = next(c for c in axes.containers if c.get_label() == "tcp")
    (bars,) = container[2]
    first = bars.get_segments()[0]
    assert first[0][1] == pytest.approx(12_000)
    assert first[1][1] == pytest.approx(13_200)
    assert "lowest to the highest" in words_of(figures["qps-by-clients-host"], "caption")


def suite_run(folder, *rounds):
    """Of tcp and zmq in the suite, the samples of each round in a folder of its own."""
    for number, samples in enumerate(rounds):
        made = [measurement(transport, 100, samples) for transport in ("tcp", "zmq")]
        write_suite(folder / f"round-{number}", made)
    return load_run(folder)


def test_a_run_of_jmh_has_bars_over_its_interval_of_999_per_mille(tmp_path):
    (drawing,) = [
        each for each in drawings_of(suite_run(tmp_path, [9_000.0, 10_000.0, 11_000.0])) if each.kind == "comparison"
    ]
    (low, _), (high, _) = error_bars(drawing)[0]
    # Student's t with 2 degrees of freedom: 31.599, times 1000 / sqrt(3).
    assert high == pytest.approx(10_000 + 18_243, abs=1)
    assert low < 1, "below 0, which is beyond the edge of a logarithmic axis"
    assert drawing.draw().axes[0].get_xlim()[0] >= 100
    assert wording.interval(drawing.points[0]) == "0 to 28,244 (99.9 %)"
    assert "Mean of 3 iterations, and bars reach over the 99.9 % interval." in words_of(drawing.draw(), "caption")


def test_rounds_have_bars_from_the_lowest_to_the_highest(tmp_path):
    run = suite_run(tmp_path, [9_000.0, 10_000.0, 11_000.0], [12_000.0, 13_000.0, 14_000.0])
    (drawing,) = [each for each in drawings_of(run) if each.kind == "comparison"]
    assert [x for x, _ in error_bars(drawing)[0]] == pytest.approx([9_000, 14_000])
    assert "Median of 6 samples, and bars reach from the lowest to the highest." in words_of(drawing.draw(), "caption")


def test_single_runs_have_no_bars_and_say_so(tmp_path):
    for transport in ("tcp", "zmq"):
        write_json(tmp_path / "run" / f"{transport}.json", perf(transport))
    (drawing,) = [each for each in drawings_of(load_run(tmp_path / "run")) if each.kind == "comparison"]
    assert not error_bars(drawing)
    assert "One run each." in words_of(drawing.draw(), "caption")


def error_bars(drawing):
    """The ends of each bar of a comparison, from its last way to its first."""
    (axes,) = drawing.draw().axes
    return [lines.get_segments()[0] for lines in axes.collections if isinstance(lines, LineCollection)]


def test_loads_that_were_repeated_have_bars_at_each_percentile(tmp_path):
    for number, capacity in enumerate((20_000, 30_000)):
        write_json(tmp_path / "run" / f"{number}.json", perf_open("tcp", capacity, [4_000, 8_000]))
    (drawing,) = drawings_of(load_run(tmp_path / "run"))
    bars = error_bars(drawing)
    assert len(bars) == len(figures_module.LOAD_PERCENTS)
    point = drawing.points[0]
    assert [y for _, y in bars[0]] == pytest.approx(point.range_of_latency(50))
    assert "bars reach from the lowest repetition to the highest" in words_of(drawing.draw(), "caption")


def test_titles_name_the_load(drawings):
    assert drawings["throughput-host"].title == "A third each of put, get and delete, one request at a time"


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ("put:1,get:1,delete:1", "a third each of put, get and delete"),
        ("get:95,put:5", "95 % get, 5 % put"),
        ("get:1", "get alone"),
        ("put:0,get:2", "get alone"),
        ("get:1,put:2", "33.3 % get, 66.7 % put"),
    ],
)
def test_a_mix_is_said_in_words(mix, words):
    assert wording.mix(mix) == words


def test_pictures_are_light_by_themselves_and_dark_for_those_who_prefer_that(figures, tmp_path):
    for name, figure in figures.items():
        svg = next(path for path in save(figure, tmp_path, name) if path.suffix == ".svg").read_text()
        plain, dark = re.sub(r"@media[^<]*", "", svg), re.search(r"@media([^<]*)", svg)[1]
        assert "(prefers-color-scheme:dark)" in dark
        used = set(re.findall(r"(?:fill|stroke)(?:: |=\")(#\w+)", plain))
        assert "#ffffff" in used
        for colour in used:
            shown = re.search(rf'stroke: {colour}"\],\[stroke="{colour}"\]{{stroke:(#\w+)!', dark)
            assert contrast(shown[1] if shown else colour, DARK["#ffffff"]) > 3 or colour in ("#ffffff", "#d9d9d9"), (
                colour
            )


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_comparison_has_every_way_and_the_labelled_line_of_the_notes(figures):
    figure = figures["throughput-host"]
    labels = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    assert labels == {"tcp", "zmq", "shm, ring get", "shm, one-sided get", "simple_kv, tcp", "null (harness alone)"}
    assert len(figure.axes) == 3
    for axes in figure.axes:
        assert any(list(line.get_xdata()) == [20_000, 20_000] for line in axes.lines)
    legend = figure.legends[0].get_texts()[0].get_text()
    assert legend.startswith("original notes (2016, python-rdma, their hardware)")


def test_a_saturated_rate_is_marked_and_has_no_latency(drawings, figures):
    axes = figures["latency-by-load-host"].axes[0]
    curves = [line for line in axes.lines if line.get_label() in ("50 %", "99 %", "99.9 %")]
    assert len(curves) == 3
    assert all(max(line.get_xdata()) < 20_000 for line in curves)
    crosses = [line for line in axes.lines if line.get_marker() == "X"]
    assert [list(line.get_xdata()) for line in crosses] == [[26_000.0]]
    assert any("saturated: 77 % reached" in text.get_text() for text in axes.texts)


def test_percentile_curves_rise_and_end_at_the_highest_latency(drawings, figures):
    points = {point.configuration.way.label: point for point in drawings["latency-percentiles-100-host"].points}
    (axes,) = figures["latency-percentiles-100-host"].axes
    for line in axes.lines:
        values = line.get_ydata()
        assert all(numpy.diff(values) >= 0)
        assert values[-1] == points[line.get_label()].latency.highest


def test_figures_of_host_and_guest_are_never_in_one_plot_and_an_emulated_device_is_named(tmp_path):
    for payload in (10, 100, 1000):
        for cpu, emulated, transport in (
            ("Some CPU", False, "tcp"),
            ("Some CPU", False, "zmq"),
            ("QEMU TCG CPU", False, "tcp"),
            ("QEMU TCG CPU", True, "rdma"),
        ):
            file = perf(transport, payload=payload, cpu=cpu, emulated=emulated, get="ring" if emulated else None)
            write_json(tmp_path / "run" / f"{transport}-{payload}-{cpu[:4]}.json", file)
    drawings = drawings_of(load_run(tmp_path / "run"))
    assert {drawing.name for drawing in drawings} >= {"throughput-host", "throughput-guest"}
    for drawing in drawings:
        assert len({point.machine for point in drawing.points}) == 1
        figure = drawing.draw()
        emulated = "Soft-RoCE, emulated" in words_of(figure, "title")
        assert emulated == drawing.name.endswith("-guest")
        if drawing.name == "throughput-guest":
            labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
            assert labels == ["rdma, ring get (emulated)", "tcp"]


def test_what_the_harness_costs_is_in_every_comparison_however_the_others_wait(tmp_path):
    for transport, waiting in (("tcp", "poll"), ("shm", "poll"), ("zmq", "spin"), ("tcp", "spin"), ("null", "spin")):
        file = perf(transport)
        file["connection"]["waiting"] = waiting
        write_json(tmp_path / "run" / f"{transport}-{waiting}.json", file)
    comparisons = [drawing for drawing in drawings_of(load_run(tmp_path / "run")) if drawing.kind == "comparison"]
    assert [sorted(point.configuration.way.transport for point in each.points) for each in comparisons] == [
        ["null", "shm", "tcp"],
        ["null", "tcp", "zmq"],
    ]
    assert "waiting by poll;" in words_of(comparisons[0].draw(), "caption")


def test_ways_that_wait_and_run_as_suits_each_are_compared_in_one_plot_that_says_how(tmp_path):
    for transport, waiting, cores in (("tcp", "spin", [1]), ("zmq", "spin", [1]), ("shm", "poll", [0, 1])):
        file = perf(transport)
        file["connection"]["waiting"] = waiting
        file["settings"]["cores"] = cores
        write_json(tmp_path / "run" / f"{transport}.json", file)
    (drawing,) = [each for each in drawings_of(load_run(tmp_path / "run")) if each.kind == "comparison"]
    assert {point.configuration.way.transport for point in drawing.points} == {"tcp", "zmq", "shm"}
    caption = " ".join(words_of(drawing.draw(), "caption").split())
    assert "tcp and zmq with waiting by spin, placement client on 1" in caption
    assert "shm with waiting by poll, placement client on 0,1" in caption


def test_a_sweep_of_the_harness_alone_makes_none_of_one_value_of_another(tmp_path):
    for payload in (10, 100, 1000):
        write_json(tmp_path / "run" / f"null-{payload}.json", perf("null", payload=payload))
    write_json(tmp_path / "run" / "tcp.json", perf("tcp"))
    assert "payload" not in {drawing.kind for drawing in drawings_of(load_run(tmp_path / "run"))}
    (tmp_path / "run" / "tcp.json").unlink()
    names = [drawing.name for drawing in drawings_of(load_run(tmp_path / "run"))]
    assert "qps-by-payload-host" in names


def test_a_file_alone_has_its_percentile_curve(tmp_path):
    drawings = drawings_of(load_run(write_json(tmp_path / "one.json", perf())))
    assert [drawing.name for drawing in drawings] == ["latency-percentiles-100-host"]


def test_the_same_run_makes_the_same_bytes_without_the_time_or_place_of_its_making(host_run, tmp_path):
    first, second = (draw_all("run", drawings_of(host_run), tmp_path / each) for each in "ab")
    assert [path.name for path in first] == [path.name for path in second]
    assert len(first) == 20
    for one, other in zip(first, second, strict=True):
        content = one.read_bytes()
        assert hashlib.sha256(content).digest() == hashlib.sha256(other.read_bytes()).digest(), one.name
        assert str(tmp_path).encode() not in content
        assert one.suffix != ".svg" or b"<dc:date>" not in content


def test_pictures_are_mostly_paper_with_ink_of_every_way(figures, tmp_path):
    for name, figure in figures.items():
        path = next(path for path in save(figure, tmp_path, name) if path.suffix == ".png")
        pixels = numpy.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)
        white = (pixels > 250).all(axis=1).mean()
        assert 0.5 < white < 0.99, name
        if name.startswith("qps") or name.startswith("latency-percentiles"):
            for colour in ("#0072B2", "#E69F00", "#009E73", "#56B4E9"):
                assert near(pixels, colour) > 100, (name, colour)


def test_ways_are_told_apart_without_colour():
    known = list(LOOKS.values())
    assert len({look.marker for look in known}) == len(known)
    assert len({look.hatch for look in known}) == len(known)
    assert len({look.colour for look in known}) == len(known)


def test_a_way_that_nobody_knew_of_gets_a_look_of_its_own():
    from wisp_tools.model import Way

    new = [Way("wisp", f"transport{number}") for number in range(6)]
    assert set(looks_of([*new, Way("wisp", "tcp")])) == {*new, Way("wisp", "tcp")}


def words_of(figure: Figure, gid: str) -> str:
    return next(text.get_text() for text in figure.texts if text.get_gid() == gid).replace("\n", " ")


def near(pixels, colour: str) -> int:
    wanted = numpy.array([int(colour[index : index + 2], 16) for index in (1, 3, 5)])
    return int((numpy.abs(pixels.astype(int) - wanted).max(axis=1) < 24).sum())


def test_connections_that_share_threads_are_no_point_among_those_that_do_not(tmp_path):
    for clients, threads in ((1, 1), (4, 4), (50, 50), (50, 1)):
        made = perf_closed_2(clients=clients)
        made["settings"]["threads"] = threads
        write_json(tmp_path / "run" / f"{clients}-{threads}.json", made)
    (sweep,) = [drawing for drawing in drawings_of(load_run(tmp_path / "run")) if drawing.kind == "clients"]
    shown = [(point.configuration.clients, point.configuration.threads) for point in sweep.points]
    assert sorted(shown) == [(1, 1), (4, 4), (50, 50)]
