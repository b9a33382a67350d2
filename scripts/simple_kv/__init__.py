# SPDX-License-Identifier: Apache-2.0
"""A key-value server and its clients in Python, the baseline that Wisp is measured beside.

Requests and replies are text (see ``protocol``) and travel over TCP sockets (``tcp``), or over RDMA (``rdma_server``,
``rdma_client``): there the client writes its requests into memory of the server, which polls that memory and answers
with SEND.
"""
