# SPDX-License-Identifier: Apache-2.0
"""The report of recorded runs: Markdown with tables and plots, and one page that stands alone."""
