"""Measures everything that the report shows: a table of cells, and what runs them, round by round."""
