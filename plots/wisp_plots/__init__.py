"""Reads what Wisp measured, draws it, reports it, and measures it anew."""
