# SPDX-License-Identifier: Apache-2.0
import json
import tempfile
import unittest
from pathlib import Path

from wisp_tools import files
from wisp_tools.errors import WispError


class JsonFileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "figures.json"

    def names(self) -> list[str]:
        return [each.name for each in self.folder.iterdir()]

    def test_what_is_written_is_whole_and_alone(self):
        files.prepare(self.path)
        files.write_json(self.path, {"figure": 1})
        self.assertEqual(json.loads(self.path.read_text()), {"figure": 1})
        self.assertEqual(self.names(), ["figures.json"])

    def test_a_folder_is_refused_beforehand(self):
        with self.assertRaisesRegex(WispError, "is a folder; name a file in it"):
            files.prepare(self.folder)

    def test_a_folder_that_is_not_there_is_refused_beforehand(self):
        with self.assertRaisesRegex(WispError, "there is no folder that it can be written to"):
            files.prepare(self.folder / "absent" / "figures.json")

    def test_an_older_file_does_not_stand_for_a_measurement_that_fails(self):
        self.path.write_text("{}")
        files.prepare(self.path)
        self.assertEqual(self.names(), [])

    def test_what_cannot_be_written_leaves_nothing_and_what_was_there(self):
        self.path.write_text("{}")
        with self.assertRaises(TypeError):
            files.write_json(self.path, {"figure": object()})
        self.assertEqual((self.names(), self.path.read_text()), (["figures.json"], "{}"))
        target = self.folder / "absent" / "figures.json"
        with self.assertRaisesRegex(WispError, "cannot be written: No such file"):
            files.write_json(target, {})

    def test_arguments_are_recorded_without_places(self):
        arguments = ["--json", "/somewhere/else/a.json", "--results=/somewhere/b", "--mix", "get:1", "c/d"]
        self.assertEqual(files.without_places(arguments), ["--json", "a.json", "--results=b", "--mix", "get:1", "c/d"])
