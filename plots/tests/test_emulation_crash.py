# SPDX-License-Identifier: Apache-2.0
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "rdma-tests" / "emulation.bash"

JAVA_FRAME = "J 2394 c1 org.example.Annotations.find(Ljava/lang/Class;)V (273 bytes) @ 0x00007f5b64801585"
NATIVE_FRAME = "C  [libibverbs.so.1+0x85f14]"
NOTHING = "00 00 00 00 00 00 00 00 00 00 00"
JUMP = "e9 7b 0a 3f f8"
#: What follows the jump when it is written over "mov %eax,-0x14000(%rsp)", which has seven bytes.
REST_OF_THE_OLD = "fe ff 55 48 83 ec 30 90 48 b8 00 00 00 00 00 00"
OTHER = "48 8b 47 08 90"


class EmulationCrashTest(unittest.TestCase):
    """Lines as the error logs of JDK 25 have them."""

    def is_of_emulation(self, signal: str, frame: str, before: str, at: str) -> bool:
        log = "\n".join(
            [
                "#",
                f"#  {signal} at pc=0x00007f5b64801585, pid=1527, tid=1528",
                "# Problematic frame:",
                f"# {frame}",
                '=>0x00007f5b5c02a1f0 JavaThread "main" [_thread_in_Java, id=1528]',
                "Instructions: (pc=0x00007f5b64801585)",
                f"  0x00007f5b64801565:   {NOTHING} {OTHER}",
                f"  0x00007f5b64801575:   {NOTHING} {before}",
                f"=>0x00007f5b64801585:   {at}",
                f"  0x00007f5b64801595:   {NOTHING} {JUMP}",
                "[MachCode]",
                "  0x00007f5b6480158c: 1f40 00e8 ",
                "  0x00007f5b64801590: ;   {static_stub}",
                "  0x00007f5b64801594: e9fb ffff ",
                '=>0x00007f5b5c02a1f0 JavaThread "main" [_thread_in_Java, id=1528]',
                "",
            ]
        )
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write(log)
            file.flush()
            result = subprocess.run(
                ["bash", "-c", 'source "$1" && is_crash_at_written_jump "$2"', "test", SCRIPT, file.name],
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(result.stderr, "")
        self.assertIn(result.returncode, (0, 1))
        return result.returncode == 0

    def test_a_memory_fault_at_a_jump_is_one(self):
        self.assertTrue(self.is_of_emulation("SIGSEGV (0xb)", JAVA_FRAME, OTHER, f"{JUMP} {NOTHING}"))

    def test_an_illegal_instruction_right_behind_a_jump_is_one(self):
        self.assertTrue(self.is_of_emulation("SIGILL (0x4)", JAVA_FRAME, JUMP, REST_OF_THE_OLD))

    def test_a_memory_fault_elsewhere_is_none(self):
        self.assertFalse(self.is_of_emulation("SIGSEGV (0xb)", JAVA_FRAME, OTHER, f"{OTHER} {NOTHING}"))

    def test_a_memory_fault_behind_a_jump_is_none(self):
        self.assertFalse(self.is_of_emulation("SIGSEGV (0xb)", JAVA_FRAME, JUMP, REST_OF_THE_OLD))

    def test_an_illegal_instruction_elsewhere_is_none(self):
        self.assertFalse(self.is_of_emulation("SIGILL (0x4)", JAVA_FRAME, OTHER, REST_OF_THE_OLD))

    def test_no_crash_in_native_code_is_one(self):
        self.assertFalse(self.is_of_emulation("SIGSEGV (0xb)", NATIVE_FRAME, OTHER, f"{JUMP} {NOTHING}"))
        self.assertFalse(self.is_of_emulation("SIGILL (0x4)", NATIVE_FRAME, JUMP, REST_OF_THE_OLD))

    def test_an_assertion_of_the_jvm_is_none(self):
        self.assertFalse(self.is_of_emulation("Internal Error (os.cpp:1)", JAVA_FRAME, JUMP, f"{JUMP} {NOTHING}"))
