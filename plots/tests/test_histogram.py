# SPDX-License-Identifier: Apache-2.0
import pytest
from hdrh.histogram import HdrHistogram

from tests.files import encoded
from wisp_tools.histogram import Histogram
from wisp_tools.report.page import BINS_PER_DECADE, bins_of


def test_percentiles_are_ranks_rounded_up():
    histogram = Histogram((10, 20, 30, 40), (1, 1, 1, 1))
    assert [histogram.percentile(p) for p in (0, 25, 26, 50, 75, 76, 100)] == [10, 10, 20, 20, 30, 40, 40]


def test_a_percentile_that_is_a_whole_number_of_recordings_is_not_rounded_up_by_binary_fractions():
    histogram = Histogram((1, 2), (999, 1))
    assert histogram.percentile(99.9) == 1


def test_a_percentile_beyond_the_whole_is_refused():
    with pytest.raises(ValueError, match="from 0 to 100"):
        Histogram((1,), (1,)).percentile(100.1)


def test_a_decoded_histogram_holds_what_was_recorded():
    histogram = Histogram.decode(encoded([100, 100, 2_000_000]), "here")
    assert histogram.count == 3
    assert histogram.values[0] == 100
    assert histogram.highest == pytest.approx(2_000_000, rel=0.001)


@pytest.mark.parametrize("lowest", [1, 1000])
def test_a_decoded_histogram_has_the_buckets_of_the_library_s_own_iterator(lowest):
    recorded = HdrHistogram(lowest, 60_000_000_000, 3)
    for value in (1, 2047, 2048, 2049, 4095, 4096, 1_000_001, 59_999_999_999):
        recorded.record_value(value * lowest if value < 1_000_000 else value, 3)
    text = recorded.encode().decode()
    buckets = [(b.value_iterated_to, b.count_at_value_iterated_to) for b in recorded.get_recorded_iterator()]
    histogram = Histogram.decode(text, "here")
    assert list(zip(histogram.values, histogram.counts, strict=True)) == buckets


def test_a_sum_has_the_percentiles_of_all_recordings_together():
    parts = [list(range(1, 1000)), [50_000] * 10, list(range(500, 90_000, 7))]
    together = Histogram.sum_of(Histogram.decode(encoded(part), "here") for part in parts)
    whole = HdrHistogram(1, 60_000_000_000, 3)
    for part in parts:
        for value in part:
            whole.record_value(value)
    assert together.count == whole.total_count
    assert together.percentile(99) == pytest.approx(whole.get_value_at_percentile(99), rel=0.002)


def test_the_tail_falls_to_the_last_recording_and_never_to_zero():
    assert Histogram((10, 20, 30), (2, 1, 1)).tail() == [(0.5, 10), (0.25, 20), (0.25, 30)]


def test_bins_hold_every_recording_once():
    histogram = Histogram((1, 999, 1000, 1001, 10_000_000), (5, 4, 3, 2, 1))
    bins = bins_of(histogram)
    assert sum(count for _, count in bins) == histogram.count
    assert [3 * BINS_PER_DECADE, 5] in bins
