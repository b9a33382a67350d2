# SPDX-License-Identifier: Apache-2.0
import statistics

import pytest

from wisp_tools import estimates

# scipy.stats.t.ppf(probability, degrees) of SciPy 1.16.
QUANTILES = {
    (0.9, 1): 3.0776835371752544,
    (0.9, 5): 1.4758840488244815,
    (0.9, 200): 1.2857987939948012,
    (0.975, 1): 12.706204736174694,
    (0.975, 2): 4.302652729749462,
    (0.975, 3): 3.1824463052837078,
    (0.975, 5): 2.5705818356363146,
    (0.975, 11): 2.200985160091639,
    (0.975, 30): 2.0422724563012378,
    (0.975, 200): 1.9718962236339088,
    (0.995, 1): 63.656741162871526,
    (0.995, 3): 5.840909309733355,
    (0.995, 30): 2.7499956535672254,
}


class TestStudentT:
    @pytest.mark.parametrize(("probability", "degrees"), QUANTILES)
    def test_agrees_with_the_quantiles_of_scipy(self, probability, degrees):
        expected = QUANTILES[probability, degrees]
        assert estimates.student_t_quantile(probability, degrees) / expected == pytest.approx(1, abs=5e-11)

    def test_agrees_with_the_distribution_of_scipy(self):
        assert estimates.student_t_cdf(2.5, 7) == pytest.approx(0.9795038907071235, abs=5e-13)
        assert estimates.student_t_cdf(0.3, 2) == pytest.approx(0.6037571695799112, abs=5e-13)

    @pytest.mark.parametrize(
        ("probability", "freedom", "expected"),
        [(0.9995, 2, 31.599), (0.9995, 3, 12.924), (0.9995, 10, 4.587), (0.95, 120, 1.658)],
    )
    def test_quantiles_are_those_of_the_tables(self, probability, freedom, expected):
        assert estimates.student_t_quantile(probability, freedom) == pytest.approx(expected, abs=5e-4)

    def test_the_error_is_half_of_the_interval_of_a_mean(self):
        samples = [10.0, 12.0, 11.0, 13.0]
        expected = 12.924 * statistics.stdev(samples) / 2
        assert estimates.mean_error(samples) == pytest.approx(expected, abs=5e-4)

    def test_two_samples_have_no_interval(self):
        assert estimates.mean_error([1.0, 2.0]) is None

    @pytest.mark.parametrize(("probability", "degrees"), [(1.0, 3), (0.4, 3), (0.9, 0)])
    def test_refuses_what_has_no_quantile(self, probability, degrees):
        with pytest.raises(ValueError):
            estimates.student_t_quantile(probability, degrees)


class TestInterval:
    def test_gives_the_t_interval_of_the_logarithms(self):
        interval = estimates.mean_interval([10.2, 9.8, 10.5, 10.1, 9.9, 10.4], 0.95)
        assert interval.mean == pytest.approx(10.146920140859839, abs=5e-11)
        assert interval.low == pytest.approx(9.86353284, abs=5e-9)
        assert interval.high == pytest.approx(10.43844939, abs=5e-9)

    def test_gives_the_interval_of_the_ratio_over_pairs(self):
        pairs = list(zip([100, 110, 95, 105, 120], [90, 97, 88, 93, 109], strict=True))
        interval = estimates.ratio_interval(pairs, 0.95)
        assert interval.mean == pytest.approx(0.9002930662243934, abs=5e-13)
        assert interval.low == pytest.approx(0.87829606, abs=5e-9)
        assert interval.high == pytest.approx(0.92284099, abs=5e-9)

    def test_cancels_in_the_ratio_what_slows_down_both_runs_of_a_pair(self):
        interval = estimates.ratio_interval([(100 * slow, 90 * slow) for slow in (1, 0.5, 0.7, 0.9)], 0.95)
        assert interval.low == pytest.approx(0.9, abs=5e-8)
        assert interval.high == pytest.approx(0.9, abs=5e-8)

    def test_calls_intervals_disjoint_only_if_they_do_not_even_touch(self):
        low, middle, high = (estimates.mean_interval([each, each * 1.1], 0.95) for each in (1, 1.5, 100))
        assert not low.is_disjoint_from(middle)
        assert not low.is_disjoint_from(low)
        assert low.is_disjoint_from(high)
        assert high.is_disjoint_from(low)

    @pytest.mark.parametrize("values", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, float("nan")], [1.0, float("inf")]])
    def test_refuses_a_single_value_and_values_without_logarithm(self, values):
        with pytest.raises(ValueError):
            estimates.mean_interval(values, 0.95)

    def test_estimates_the_error_of_a_median_whatever_an_outlier_does(self):
        assert estimates.median_error([1, 2, 3, 4, 1000]) == pytest.approx(1.4826 * 0.5604991216397929, abs=5e-8)
        assert estimates.median_error([5.0, 5.0, 5.0, 90.0]) == 0

    def test_measures_the_spread_relative_to_the_mean(self):
        assert estimates.spread([10.2, 9.8, 10.5, 10.1, 9.9, 10.4]) == pytest.approx(0.02735904887003268, abs=5e-13)
