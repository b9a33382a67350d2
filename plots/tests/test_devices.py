# SPDX-License-Identifier: Apache-2.0

import pytest

from wisp_tools import devices
from wisp_tools.errors import WispError

LINK_LOCAL = "fe80:0000:0000:0000:0000:00ff:fe00:0001"
MAPPED = "0000:0000:0000:0000:0000:ffff:0a09:0001"
NONE = "0000:0000:0000:0000:0000:0000:0000:0000"


class TestChoose:
    @pytest.fixture(autouse=True)
    def in_folder(self, tmp_path):
        self.folder = tmp_path

    def add(
        self, name: str, gids: list[tuple[str, str]], state: str = "4: ACTIVE", link: str = "Ethernet", **files: str
    ):
        port = self.folder / name / "ports" / "1"
        (port / "gids").mkdir(parents=True)
        (port / "gid_attrs" / "types").mkdir(parents=True)
        (port / "state").write_text(state + "\n")
        (port / "link_layer").write_text(link + "\n")
        for index, (gid, kind) in enumerate(gids):
            (port / "gids" / str(index)).write_text(gid + "\n")
            (port / "gid_attrs" / "types" / str(index)).write_text(kind + "\n")
        for file, text in files.items():
            (self.folder / name / file).write_text(text)

    def choose(self, wanted: str | None = None) -> devices.Port:
        return devices.choose(wanted, self.folder)

    def test_an_ipv4_address_of_roce_v2_is_preferred(self):
        kinds = [(LINK_LOCAL, "RoCE v2"), (MAPPED, "IB/RoCE v1"), (MAPPED, "RoCE v2"), (NONE, "")]
        self.add("rxe0", kinds, parent="veth0")
        port = self.choose()
        assert (port.device, port.number, port.gid_index, port.gid) == ("rxe0", 1, 2, MAPPED)
        assert port.emulated

    def test_the_first_device_that_is_active_is_taken(self):
        self.add("mlx5_0", [(MAPPED, "RoCE v2")], state="1: DOWN", device="")
        self.add("mlx5_1", [(LINK_LOCAL, "")], link="InfiniBand", device="")
        port = self.choose()
        assert (port.device, port.gid_index) == ("mlx5_1", 0)
        assert not port.emulated

    def test_device_port_and_address_can_be_named(self):
        self.add("a", [(MAPPED, "RoCE v2")])
        self.add("b", [(LINK_LOCAL, "RoCE v2"), (MAPPED, "RoCE v2")])
        assert self.choose("b").gid_index == 1
        assert self.choose("b:1:0").gid == LINK_LOCAL

    def test_where_there_is_no_device_the_guest_is_named(self):
        with pytest.raises(WispError, match="no RDMA device: ./wisp guest"):
            self.choose()

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ("rxe1", "no RDMA device rxe1; there is rxe0"),
            ("rxe0:2", "no port of rxe0:2 is active"),
            ("rxe0:1:5", "no port of rxe0:1:5 is active"),
            ("rxe0:x", "and 'rxe0:x' is none"),
            ("rxe0:1:2:3", "is none"),
            ("../rxe0", "is none"),
            ("", "is none"),
        ],
    )
    def test_what_cannot_be_chosen_is_told(self, wanted, words):
        self.add("rxe0", [(MAPPED, "RoCE v2")])
        with pytest.raises(WispError, match=words):
            self.choose(wanted)
