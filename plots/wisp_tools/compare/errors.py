# SPDX-License-Identifier: Apache-2.0
"""What stops a comparison, and the exit codes that say how it ended."""

from wisp_tools.errors import WispError

NO_REGRESSION = 0
REGRESSION = 1
WRONG_USAGE = 2
NO_VERDICT = 3
NOT_COMPARED = 4
INTERRUPTED = 130


class ComparisonError(WispError):
    """One sentence for the user, and the exit code of the command."""

    def __init__(self, sentence: str, exit_code: int = NOT_COMPARED):
        super().__init__(sentence)
        self.exit_code = exit_code
