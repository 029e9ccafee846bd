// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.host;

import java.util.Optional;

/**
 * Where a server runs, and what ends and starts it there.
 *
 * @param host the machine
 * @param stop a command that ends the server; empty for the server's own tool
 * @param start one that starts it
 */
public record ServerMachine(ServerHost host, Optional<String> stop, Optional<String> start) {}
