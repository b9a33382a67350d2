"""Tells whether a commit made Wisp slower; CONTRIBUTING.md says how to use it."""
