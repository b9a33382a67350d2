# SPDX-License-Identifier: Apache-2.0
"""What one table of the report holds that is of no run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Study:
    """A question with its answer as text and a table."""

    title: str
    text: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
