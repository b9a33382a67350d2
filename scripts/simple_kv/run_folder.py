# SPDX-License-Identifier: Apache-2.0
"""The folder that a run leaves (results/FORMAT.md)."""

from contextlib import AbstractContextManager
from pathlib import Path

from wisp_tools.errors import WispError
from wisp_tools.files import write_json

HISTOGRAMS = "histograms"


class RunFolder(AbstractContextManager["RunFolder"]):
    """Until the run has succeeded the folder's name ends in ``.unfinished``, and if it fails in ``.FAILED``.

    As a context it fails by itself if what is done in it does, or is interrupted.

    Raises WispError if there is something in that place, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        if not self.path.name:
            raise WispError(f"{path} is no name for a folder")
        self._unfinished = self._sibling(".unfinished")
        self._ended = False
        for occupied in (self.path, self._unfinished):
            if occupied.exists():
                raise WispError(f"{occupied} exists already; name another folder")
        try:
            (self._unfinished / HISTOGRAMS).mkdir(parents=True)
        except OSError as error:
            raise WispError(f"cannot make the folder {self._unfinished}: {error.strerror}") from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _at: object) -> None:
        if not self._ended:
            interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
            self.fail("interrupted" if interrupted else str(error) or getattr(kind, "__name__", "it did not end"))

    def histogram(self, number: int) -> tuple[Path, str]:
        """The file of a histogram log, and its name in the result."""
        name = f"{HISTOGRAMS}/{number:03d}.hlog"
        return self._unfinished / name, name

    def write_environment(self, environment: dict[str, object]) -> None:
        write_json(self._unfinished / "environment.json", environment)

    def complete(self, measurements: list[dict[str, object]]) -> None:
        """Writes the result and gives the folder its name."""
        result = {
            "format": "wisp-result",
            "version": 1,
            "name": self.path.name,
            "rounds": 1,
            "missing": 0,
            "measurements": measurements,
        }
        write_json(self._unfinished / "result.json", result)
        self._unfinished.rename(self.path)
        self._ended = True

    def fail(self, reason: str) -> None:
        """Marks the run as failed by the name of its folder."""
        self._ended = True
        (self._unfinished / "result.json").unlink(missing_ok=True)
        (self._unfinished / "FAILED.txt").write_text(reason + "\n")
        failed, copy = self._sibling(".FAILED"), 2
        while failed.exists():
            failed, copy = self._sibling(f"-{copy}.FAILED"), copy + 1
        self._unfinished.rename(failed)

    def _sibling(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)
