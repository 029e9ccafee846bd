// SPDX-License-Identifier: Apache-2.0

/**
 * The messages of the output plug-in pgoutput, protocol version 1 (manual, "Logical Replication
 * Message Formats"): bytes in, records out, nothing else.
 */
@NullMarked
package dev.fram.postgresql.pgoutput;

import org.jspecify.annotations.NullMarked;
