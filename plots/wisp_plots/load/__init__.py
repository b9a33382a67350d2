"""Readers of the files that measurements leave, one module for each format."""
