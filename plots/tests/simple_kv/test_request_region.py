# SPDX-License-Identifier: Apache-2.0
import random
from collections import deque

import pytest

from simple_kv.errors import ProtocolError
from simple_kv.request_region import HEADER_BYTES, RequestReader, RequestWriter, frame, most_request_bytes

SIZE = 4096


class Wire:
    """A writer and a reader with the region between them, to which what is written is copied."""

    def __init__(self, whole: bool = False) -> None:
        self.image, self.region = bytearray(SIZE), bytearray(SIZE)
        self.writer, self.reader = RequestWriter(self.image), RequestReader(self.region)
        self.whole = whole

    def write(self, line: bytes) -> list[tuple[int, int]]:
        changed = self.writer.put(line)
        for offset, length in [(0, SIZE)] if self.whole else changed:
            self.region[offset : offset + length] = self.image[offset : offset + length]
        return changed

    def read(self) -> bytes | None:
        line = self.reader.poll()
        return line if line is not None else self.reader.poll()  # the first turn may only go back to the beginning


class TestRequestRegion:
    @pytest.mark.parametrize("ahead", [1, 2, 10, 64])
    @pytest.mark.parametrize("whole", [False, True], ids=["what changed", "the whole region each time"])
    def test_requests_arrive_in_order_and_once_over_many_rounds_of_the_region(self, whole, ahead):
        draw, wire = random.Random(ahead), Wire(whole)
        outstanding: deque[bytes] = deque()
        wraps = 0
        for _ in range(5_000):
            line = draw.randbytes(draw.choice((1, 9, 40, 113, 500, most_request_bytes(SIZE))))
            while len(outstanding) == ahead or not wire.writer.has_room(len(line)):
                assert wire.read() == outstanding.popleft()
                wire.writer.free()
            wraps += wire.write(line)[-1][0] == 0
            outstanding.append(line)
        while outstanding:
            assert wire.read() == outstanding.popleft()
        assert wire.read() is None
        assert wraps > 100

    def test_a_frame_is_taken_only_when_all_its_bytes_have_arrived_in_whatever_order(self):
        draw = random.Random(1)
        for _ in range(50):
            wire = Wire()
            line = draw.randbytes(60)
            ((offset, length),) = wire.writer.put(line)
            places = list(range(offset, offset + length))
            draw.shuffle(places)
            for place in places:
                if wire.region[place] != wire.image[place]:
                    assert wire.reader.poll() is None
                    wire.region[place] = wire.image[place]
            assert wire.reader.poll() == line

    def test_what_an_earlier_round_left_is_not_taken_for_a_part_of_a_new_request(self):
        wire = Wire()
        length = 300
        for number in range(40):  # equal lengths and contents: the places of one round are those of the next
            changed = wire.writer.put(b"x" * length)
            for offset, size in changed[:-1]:
                wire.region[offset : offset + size] = wire.image[offset : offset + size]
            offset, size = changed[-1]
            first = offset + HEADER_BYTES - 1  # all but the last byte of the header
            wire.region[offset:first] = wire.image[offset:first]
            wire.reader.poll()
            if wire.region[first] != wire.image[first]:
                assert wire.reader.poll() is None, number
            wire.region[first : offset + size] = wire.image[first : offset + size]
            assert wire.read() == b"x" * length
            wire.writer.free()

    def test_a_request_longer_than_half_the_region_is_refused_with_the_limit(self):
        writer = RequestWriter(bytearray(SIZE))
        assert writer.has_room(most_request_bytes(SIZE))
        with pytest.raises(ProtocolError, match="2025 bytes is too long .* 2024 at most: .* --region"):
            writer.has_room(most_request_bytes(SIZE) + 1)

    def test_the_longest_request_fits_an_empty_region_wherever_the_last_one_ended(self):
        for before in range(1, most_request_bytes(SIZE), 7):
            wire = Wire()
            for _ in range(2):
                wire.write(b"a" * before)
                assert wire.read() is not None
                wire.writer.free()
            line = b"b" * most_request_bytes(SIZE)
            assert wire.writer.has_room(len(line))
            wire.write(line)
            assert wire.read() == line, before

    def test_putting_without_room_is_an_error_of_the_caller(self):
        writer = RequestWriter(bytearray(SIZE))
        writer.put(b"x" * 2000)
        writer.put(b"x" * 2000)
        assert not writer.has_room(100)
        with pytest.raises(ValueError):
            writer.put(b"x" * 100)

    def test_random_bytes_are_no_request(self):
        draw = random.Random(9)
        for _ in range(2_000):
            region = bytearray(draw.randbytes(SIZE))
            reader = RequestReader(region)
            assert reader.poll() is None
            region[1:9] = b"00000000"
            assert reader.poll() is None
            region[0:1], region[9:16] = b"Q", b"9999999"
            assert reader.poll() is None
            region[9:16] = b"0002024"
            assert reader.poll() is None

    def test_a_frame_that_would_reach_beyond_the_end_is_no_request(self):
        region = bytearray(SIZE)
        reader = RequestReader(region)
        for number in range(3):
            whole = frame(b"Q", number, b"x" * (1300 - HEADER_BYTES))
            region[1300 * number : 1300 * (number + 1)] = whole
            assert reader.poll() is not None
        short = frame(b"Q", 3, b"x" * 500)[: SIZE - 3900]
        region[3900:] = short
        assert reader.poll() is None
