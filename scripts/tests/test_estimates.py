# SPDX-License-Identifier: Apache-2.0
import statistics
import unittest

from simple_kv.estimates import mean_error, student_quantile


class StudentTest(unittest.TestCase):
    def test_quantiles_are_those_of_the_tables(self):
        for probability, freedom, expected in (
            (0.975, 1, 12.706),
            (0.975, 5, 2.571),
            (0.975, 30, 2.042),
            (0.9995, 2, 31.599),
            (0.9995, 3, 12.924),
            (0.9995, 10, 4.587),
            (0.95, 120, 1.658),
        ):
            self.assertAlmostEqual(student_quantile(probability, freedom), expected, places=3)

    def test_the_error_is_half_of_the_interval_of_a_mean(self):
        samples = [10.0, 12.0, 11.0, 13.0]
        expected = 12.924 * statistics.stdev(samples) / 2
        self.assertAlmostEqual(mean_error(samples), expected, places=3)

    def test_two_samples_have_no_interval(self):
        self.assertIsNone(mean_error([1.0, 2.0]))
