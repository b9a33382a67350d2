# SPDX-License-Identifier: Apache-2.0
"""The tests of the scripts."""

import signal

# Under nohup it is ignored, and so it would be by the programs that tests start and then hang up on.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
