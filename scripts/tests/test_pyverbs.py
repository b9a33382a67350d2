# SPDX-License-Identifier: Apache-2.0
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
PROGRAMS = {
    "python": "exit 1",
    "apt-get": 'echo "$*" >>"$(dirname "$0")/asked"; exit {status}',
}


class InstallTest(unittest.TestCase):
    def install(self, status: int) -> tuple[subprocess.CompletedProcess[str], str]:
        """What the launcher does where pyverbs is missing and apt-get ends with a status."""
        with tempfile.TemporaryDirectory() as folder:
            programs = Path(folder) / "bin"
            programs.mkdir()
            for name, text in PROGRAMS.items():
                (programs / name).write_text(f"#!/bin/bash\n{text.replace('{status}', str(status))}\n")
                (programs / name).chmod(0o755)
            script = (
                f'set -euo pipefail; source "{SCRIPTS}/packages.bash"; source "{SCRIPTS}/python.bash"\n'
                f'as_root() {{ "$@"; }}; sudo() {{ :; }}; sleep() {{ :; }}; environment={folder}\n'
                f"PATH={programs}:$PATH; ensure_pyverbs; echo goes on\n"
            )
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
            return done, (programs / "asked").read_text()

    def test_what_cannot_be_installed_is_said_and_stops_nothing_else(self):
        done, asked = self.install(status=100)
        self.assertIn("update", asked)
        self.assertEqual((done.returncode, done.stdout), (0, "goes on\n"))
        self.assertEqual(
            done.stderr.splitlines()[-1],
            "wisp: pyverbs could not be installed, without which simple-kv has no RDMA",
        )

    def test_what_can_be_installed_is(self):
        done, asked = self.install(status=0)
        self.assertIn("python3-pyverbs", asked)
        self.assertEqual((done.returncode, done.stderr), (0, "wisp: installing python3-pyverbs\n"))
