// SPDX-License-Identifier: Apache-2.0
/**
 * Tunnels to servers that only a jump host can reach. A tunnel's mouth is a port of this machine's
 * loopback; behind it is one SSH connection, made again when it has died. Nothing here knows what a
 * database is; nothing outside knows the library, which is loaded with the first tunnel only.
 */
@NullMarked
package dev.fram.cli.ssh;

import org.jspecify.annotations.NullMarked;
