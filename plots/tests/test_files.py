# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from wisp_tools import files
from wisp_tools.errors import WispError


class TestJsonFile:
    @pytest.fixture(autouse=True)
    def in_folder(self, tmp_path):
        self.folder = tmp_path
        self.path = self.folder / "figures.json"

    def names(self) -> list[str]:
        return [each.name for each in self.folder.iterdir()]

    def test_what_is_written_is_whole_and_alone(self):
        files.prepare(self.path)
        files.write_json(self.path, {"figure": 1})
        assert json.loads(self.path.read_text()) == {"figure": 1}
        assert self.names() == ["figures.json"]

    def test_a_folder_is_refused_beforehand(self):
        with pytest.raises(WispError, match="is a folder; name a file in it"):
            files.prepare(self.folder)

    def test_a_folder_that_is_not_there_is_refused_beforehand(self):
        with pytest.raises(WispError, match="there is no folder that it can be written to"):
            files.prepare(self.folder / "absent" / "figures.json")

    def test_an_older_file_does_not_stand_for_a_measurement_that_fails(self):
        self.path.write_text("{}")
        files.prepare(self.path)
        assert self.names() == []

    def test_what_cannot_be_written_leaves_nothing_and_what_was_there(self):
        self.path.write_text("{}")
        with pytest.raises(TypeError):
            files.write_json(self.path, {"figure": object()})
        assert (self.names(), self.path.read_text()) == (["figures.json"], "{}")
        target = self.folder / "absent" / "figures.json"
        with pytest.raises(WispError, match="cannot be written: No such file"):
            files.write_json(target, {})

    def test_arguments_are_recorded_without_places(self):
        arguments = ["--json", "/somewhere/else/a.json", "--results=/somewhere/b", "--mix", "get:1", "c/d"]
        assert files.without_places(arguments) == ["--json", "a.json", "--results=b", "--mix", "get:1", "c/d"]
