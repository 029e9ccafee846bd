// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.Endpoint;

/**
 * What it takes to read a server's binary log.
 *
 * @param endpoint the server
 * @param port its port, whether the URI says it or not
 * @param serverId the number to appear under; unused by any other replica
 * @param from where to begin
 */
record StreamRequest(Endpoint endpoint, int port, long serverId, BinlogPosition from) {}
