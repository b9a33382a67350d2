# SPDX-License-Identifier: Apache-2.0
import json
import tempfile
import unittest
from pathlib import Path

import json_file
from json_file import JsonFileError


class JsonFileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "figures.json"

    def names(self) -> list[str]:
        return [each.name for each in self.folder.iterdir()]

    def test_what_is_written_is_whole_and_alone(self):
        json_file.prepare(self.path)
        json_file.write(self.path, {"figure": 1})
        self.assertEqual(json.loads(self.path.read_text()), {"figure": 1})
        self.assertEqual(self.names(), ["figures.json"])

    def test_a_folder_is_refused_beforehand(self):
        with self.assertRaisesRegex(JsonFileError, "is a folder; name a file in it"):
            json_file.prepare(self.folder)

    def test_a_folder_that_is_not_there_is_refused_beforehand(self):
        with self.assertRaisesRegex(JsonFileError, "there is no folder that it can be written to"):
            json_file.prepare(self.folder / "absent" / "figures.json")

    def test_an_older_file_does_not_stand_for_a_measurement_that_fails(self):
        self.path.write_text("{}")
        json_file.prepare(self.path)
        self.assertEqual(self.names(), [])

    def test_what_cannot_be_written_leaves_nothing_and_what_was_there(self):
        self.path.write_text("{}")
        with self.assertRaises(TypeError):
            json_file.write(self.path, {"figure": object()})
        self.assertEqual((self.names(), self.path.read_text()), (["figures.json"], "{}"))
        target = self.folder / "absent" / "figures.json"
        with self.assertRaisesRegex(JsonFileError, "cannot be written: No such file"):
            json_file.write(target, {})

    def test_arguments_are_recorded_without_places(self):
        arguments = ["--json", "/somewhere/else/a.json", "--results=/somewhere/b", "--mix", "get:1", "c/d"]
        self.assertEqual(
            json_file.without_places(arguments), ["--json", "a.json", "--results=b", "--mix", "get:1", "c/d"]
        )
