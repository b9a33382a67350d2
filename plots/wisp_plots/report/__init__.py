"""The report of recorded runs: Markdown with tables and plots, and one page that stands alone."""
