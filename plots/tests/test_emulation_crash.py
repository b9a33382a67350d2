# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "rdma-tests" / "emulation.bash"

JAVA_FRAME = "J 2394 c1 org.example.Annotations.find(Ljava/lang/Class;)V (273 bytes) @ 0x00007f5b64801585"
NATIVE_FRAME = "C  [libibverbs.so.1+0x85f14]"
NOTHING = "00 00 00 00 00 00 00 00 00 00 00"
JUMP = "e9 7b 0a 3f f8"
#: What follows the jump when it is written over "mov %eax,-0x14000(%rsp)", which has seven bytes.
REST_OF_THE_OLD = "fe ff 55 48 83 ec 30 90 48 b8 00 00 00 00 00 00"
OTHER = "48 8b 47 08 90"


#: Lines as the error logs of JDK 25 have them.
LOG = """\
#
#  {signal} at pc=0x00007f5b64801585, pid=1527, tid=1528
# Problematic frame:
# {frame}
=>0x00007f5b5c02a1f0 JavaThread "main" [_thread_in_Java, id=1528]
Instructions: (pc=0x00007f5b64801585)
  0x00007f5b64801565:   {NOTHING} {OTHER}
  0x00007f5b64801575:   {NOTHING} {before}
=>0x00007f5b64801585:   {at}
  0x00007f5b64801595:   {NOTHING} {JUMP}
[MachCode]
  0x00007f5b6480158c: 1f40 00e8
  0x00007f5b64801590: ;   {{static_stub}}
  0x00007f5b64801594: e9fb ffff
=>0x00007f5b5c02a1f0 JavaThread "main" [_thread_in_Java, id=1528]
"""
MEMORY_FAULT, ILLEGAL_INSTRUCTION = "SIGSEGV (0xb)", "SIGILL (0x4)"


@pytest.mark.parametrize(
    ("signal", "frame", "before", "at", "is_one"),
    [
        pytest.param(MEMORY_FAULT, JAVA_FRAME, OTHER, f"{JUMP} {NOTHING}", True, id="memory fault at a jump"),
        pytest.param(ILLEGAL_INSTRUCTION, JAVA_FRAME, JUMP, REST_OF_THE_OLD, True, id="illegal right behind a jump"),
        pytest.param(MEMORY_FAULT, JAVA_FRAME, OTHER, f"{OTHER} {NOTHING}", False, id="memory fault elsewhere"),
        pytest.param(MEMORY_FAULT, JAVA_FRAME, JUMP, REST_OF_THE_OLD, False, id="memory fault behind a jump"),
        pytest.param(ILLEGAL_INSTRUCTION, JAVA_FRAME, OTHER, REST_OF_THE_OLD, False, id="illegal elsewhere"),
        pytest.param(MEMORY_FAULT, NATIVE_FRAME, OTHER, f"{JUMP} {NOTHING}", False, id="memory fault in native code"),
        pytest.param(ILLEGAL_INSTRUCTION, NATIVE_FRAME, JUMP, REST_OF_THE_OLD, False, id="illegal in native code"),
        pytest.param("Internal Error (os.cpp:1)", JAVA_FRAME, JUMP, f"{JUMP} {NOTHING}", False, id="an assertion"),
    ],
)
def test_crashes_of_the_emulation_are_told_from_others(tmp_path, signal, frame, before, at, is_one):
    log = tmp_path / "hs_err.log"
    log.write_text(
        LOG.format(signal=signal, frame=frame, before=before, at=at, NOTHING=NOTHING, OTHER=OTHER, JUMP=JUMP)
    )
    ask = ["bash", "-c", 'source "$1" && is_crash_at_written_jump "$2"', "test", SCRIPT, log]
    # A locale that is not installed, as a remote shell may set it, has bash warn.
    result = subprocess.run(ask, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
    assert (result.stderr, result.returncode) == ("", 0 if is_one else 1)
