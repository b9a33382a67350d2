# SPDX-License-Identifier: Apache-2.0
import os
import signal

from wisp_tools.tree import ROOT

# Under nohup it is ignored, and so it would be by the programs that tests start and then hang up on.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "plots"), str(ROOT / "scripts")])
