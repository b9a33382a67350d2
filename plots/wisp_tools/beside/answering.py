# SPDX-License-Identifier: Apache-2.0
"""Programs that measure on command: they answer each line with a line of JSON, and sleep in between."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wisp_tools.processes import ProcessFailure

END_SECONDS = 20


class Answering:
    """One of them, by the name that its failures are told with."""

    def __init__(self, name: str, process: subprocess.Popen[str], log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    def ask(self, *words: object) -> dict[str, Any]:
        """Raises ProcessFailure with its words if it cannot say, or has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise ProcessFailure(f"{self._name} ended: {self._log.read_text().strip()[-500:] or 'it said nothing'}")
        answer = json.loads(line)
        assert isinstance(answer, dict)
        if "failed" in answer:
            raise ProcessFailure(f"{self._name}: {answer['failed']}")
        return answer


@contextmanager
def answering(name: str, command: Sequence[str | Path], log: Path) -> Iterator[Answering]:
    """A program that answers inside the block. Its log is what it says on standard error."""
    pipe = subprocess.PIPE
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True) as process,
    ):
        try:
            yield Answering(name, process, log)
        finally:
            try:  # the end of its input ends it
                process.communicate(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
