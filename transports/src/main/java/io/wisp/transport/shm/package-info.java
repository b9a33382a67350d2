// SPDX-License-Identifier: Apache-2.0
/**
 * The memory protocol over shared memory, between processes of one machine: the rings and the table
 * are files on tmpfs that both sides map. A server has a folder, found by its port, with a socket
 * for control connections in it. The folder's permissions are the guard: who may not enter it
 * reaches nothing.
 */
@NullMarked
package io.wisp.transport.shm;

import org.jspecify.annotations.NullMarked;
