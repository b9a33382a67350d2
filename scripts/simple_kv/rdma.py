# SPDX-License-Identifier: Apache-2.0
"""Verbs, as far as both ends of the RDMA transport use them, by way of pyverbs."""

import ctypes
import mmap
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

from simple_kv.control import QueuePairAddress
from simple_kv.errors import PeerError
from wisp_tools.devices import Port
from wisp_tools.errors import WispError

try:
    import pyverbs.enums as enums
    from pyverbs.addr import GID, AHAttr, GlobalRoute
    from pyverbs.cq import CQ
    from pyverbs.device import Context
    from pyverbs.mr import MR
    from pyverbs.pd import PD
    from pyverbs.pyverbs_error import PyverbsError
    from pyverbs.qp import QP, QPAttr, QPCap, QPInitAttr
    from pyverbs.wr import SGE, RecvWR, SendWR
except ImportError as error:
    _missing: ImportError | None = error
else:
    _missing = None

#: A packet without an acknowledgement is sent again after 4.096 us times 2 to this power, 67 ms, seven times.
_TIMEOUT, _RETRIES = 14, 7
#: A receiver that has posted no buffer has the sender try again after 0.64 ms, six times; no peer should ever need it.
_RECEIVER_NOT_READY_TIMER, _RECEIVER_NOT_READY_RETRIES = 12, 6
_HOP_LIMIT = 64


def unavailable() -> str | None:
    """Why this Python cannot do RDMA, in a sentence; None if it can."""
    if _missing is None:
        return None
    return f"pyverbs is missing ({_missing}): Debian and Ubuntu have it for /usr/bin/python3 in python3-pyverbs"


def require() -> None:
    """Ends with a sentence where there is no pyverbs."""
    if (sentence := unavailable()) is not None:
        raise WispError(sentence)


class RegisteredMemory:
    """Memory that a device may read and write, zeros at first. Of the parent device's lifetime."""

    def __init__(self, domain: "PD", length: int, access: int) -> None:
        self.bytes = mmap.mmap(-1, length)
        self._pointer = ctypes.c_char.from_buffer(self.bytes)
        self.address = ctypes.addressof(self._pointer)
        try:
            self._region = MR(domain, length, access, self.address)
        except PyverbsError as error:
            raise WispError(f"cannot register {length} bytes: {error}; raise RLIMIT_MEMLOCK (ulimit -l)") from error
        self.local_key: int = self._region.lkey
        self.remote_key: int = self._region.rkey

    def part(self, offset: int, length: int) -> "SGE":
        return SGE(self.address + offset, length, self.local_key)

    def close(self) -> None:
        self._region.close()


class Link(AbstractContextManager["Link"]):
    """One queue pair, reliable and connected, with its completion queues and memory. Close it to free them.

    :param sends: requests that may be under way at a time
    :param receives: buffers that may be posted at a time
    Raises WispError if the device gives something not.
    """

    def __init__(self, port: Port, sends: int, receives: int) -> None:
        require()
        self._port = port
        self._memory: list[RegisteredMemory] = []
        try:
            self._context = Context(name=port.device)
            self._domain = PD(self._context)
            self._sent = CQ(self._context, sends)
            self._received = CQ(self._context, receives)
            capacity = QPCap(max_send_wr=sends, max_recv_wr=receives, max_send_sge=1, max_recv_sge=1)
            wanted = QPInitAttr(qp_type=enums.IBV_QPT_RC, scq=self._sent, rcq=self._received, cap=capacity)
            attributes = QPAttr(port_num=port.number)
            attributes.qp_access_flags = enums.IBV_ACCESS_LOCAL_WRITE | enums.IBV_ACCESS_REMOTE_WRITE
            self._pair = QP(self._domain, wanted, attributes)
            state = self._context.query_port(port.number)
        except PyverbsError as error:
            raise WispError(f"the RDMA device {port} gives no queue pair: {error}") from error
        self.address = QueuePairAddress(
            self._pair.qp_num, secrets.randbelow(1 << 24), state.lid, port.gid, state.active_mtu
        )

    def __exit__(self, *_: object) -> None:
        self.close()

    def local_memory(self, length: int) -> RegisteredMemory:
        """Memory for this side's own use."""
        return self._register(length, enums.IBV_ACCESS_LOCAL_WRITE)

    def remote_memory(self, length: int) -> RegisteredMemory:
        """Memory that the peer may write to."""
        return self._register(length, enums.IBV_ACCESS_LOCAL_WRITE | enums.IBV_ACCESS_REMOTE_WRITE)

    def connect(self, peer: QueuePairAddress) -> None:
        """Makes the queue pair ready to receive from a peer and to send to it."""
        attributes = QPAttr(port_num=self._port.number)
        attributes.qp_access_flags = enums.IBV_ACCESS_LOCAL_WRITE | enums.IBV_ACCESS_REMOTE_WRITE
        attributes.path_mtu = min(self.address.mtu, peer.mtu)
        attributes.dest_qp_num = peer.queuePair
        attributes.rq_psn, attributes.sq_psn = peer.packetSequence, self.address.packetSequence
        attributes.max_dest_rd_atomic = attributes.max_rd_atomic = 1
        attributes.min_rnr_timer, attributes.rnr_retry = (_RECEIVER_NOT_READY_TIMER, _RECEIVER_NOT_READY_RETRIES)
        attributes.timeout, attributes.retry_cnt = _TIMEOUT, _RETRIES
        route = GlobalRoute(dgid=GID(peer.gid), sgid_index=self._port.gid_index, hop_limit=_HOP_LIMIT)
        attributes.ah_attr = AHAttr(port_num=self._port.number, is_global=1, gr=route, dlid=peer.lid)
        try:
            self._pair.to_rts(attributes)
        except PyverbsError as error:
            raise PeerError(f"the RDMA device {self._port} cannot connect to {peer.gid}: {error}") from error

    def post_write(self, part: "SGE", address: int, remote_key: int) -> None:
        """Has the device copy a part of this side's memory into the peer's."""
        request = SendWR(opcode=enums.IBV_WR_RDMA_WRITE, num_sge=1, sg=[part], send_flags=enums.IBV_SEND_SIGNALED)
        request.set_wr_rdma(remote_key, address)
        self._post(self._pair.post_send, request)

    def post_send(self, part: "SGE", number: int) -> None:
        """Has the device send a part of this side's memory into a buffer that the peer has posted."""
        flags = enums.IBV_SEND_SIGNALED
        self._post(
            self._pair.post_send, SendWR(number, opcode=enums.IBV_WR_SEND, num_sge=1, sg=[part], send_flags=flags)
        )

    def post_receive(self, part: "SGE", number: int) -> None:
        self._post(self._pair.post_recv, RecvWR(number, num_sge=1, sg=[part]))

    def poll_sent(self) -> bool:
        """Whether one more request of this side has been completed. Raises PeerError if it has failed."""
        found, completions = self._sent.poll(1)
        if found:
            self._check(completions[0].status)
        return bool(found)

    def poll_received(self) -> tuple[int, int] | None:
        """Number and length of one more filled buffer, or None. Raises PeerError if the connection failed."""
        found, completions = self._received.poll(1)
        if not found:
            return None
        self._check(completions[0].status)
        return completions[0].wr_id, completions[0].byte_len

    def close(self) -> None:
        """Frees everything, the registered memory included."""
        try:
            self._pair.close()
            for memory in self._memory:
                memory.close()
            self._context.close()
        except PyverbsError as error:
            raise WispError(f"the RDMA device {self._port} was not closed: {error}") from error

    def _register(self, length: int, access: int) -> RegisteredMemory:
        memory = RegisteredMemory(self._domain, length, access)
        self._memory.append(memory)
        return memory

    def _post(self, call: Callable[[object], None], request: object) -> None:
        try:
            call(request)
        except PyverbsError as error:
            raise PeerError(f"the RDMA connection failed: {error}") from error

    def _check(self, status: int) -> None:
        if status != enums.IBV_WC_SUCCESS:
            raise PeerError(f"the RDMA connection failed: {_status_name(status)}")


def _status_name(status: int) -> str:
    """As verbs.h writes it."""
    names = (name for name in dir(enums) if name.startswith("IBV_WC_") and getattr(enums, name) == status)
    return next((name for name in names if name.endswith(("_ERR", "_ERROR"))), f"completion status {status}")
