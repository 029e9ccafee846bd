// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.probe.Disk;
import dev.fram.api.probe.TargetProbe;
import java.util.OptionalDouble;

/**
 * The target, by a scratch table.
 *
 * @param commit one row inserted and made durable
 * @param sequential the server's log written, byte after byte
 * @param load rows loaded as the copy loads them
 * @param sessions how many sessions loaded at a time
 * @param index bytes of index built, by one session: the same index of the scratch table twice
 * @param indexAtLeastMillis what an index takes of a table with next to nothing in it
 * @param update a hundred rows anywhere in the table updated in one durable transaction
 * @param updatesPerSecond rows a second that is
 * @param read one row anywhere in the table read
 * @param fetchedPages pages that the server had to fetch from outside its cache for a read
 * @param scratchBytes bytes in the scratch table when reads and updates were measured
 * @param rowBytes bytes of its rows, like the source's
 * @param facts what the server's settings say
 * @param disk what the disk behaves like
 * @param room how much is free on it
 */
public record TargetFigures(
    Latency commit,
    SequentialFigures sequential,
    Rate load,
    int sessions,
    Rate index,
    double indexAtLeastMillis,
    Latency update,
    double updatesPerSecond,
    Latency read,
    OptionalDouble fetchedPages,
    long scratchBytes,
    int rowBytes,
    TargetProbe.Facts facts,
    DiskVerdict disk,
    Disk room) {}
