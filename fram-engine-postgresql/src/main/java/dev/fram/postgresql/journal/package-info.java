// SPDX-License-Identifier: Apache-2.0

/** Schema fram on the target: migration, lease, journal, tables, chunks, feed position. */
@NullMarked
package dev.fram.postgresql.journal;

import org.jspecify.annotations.NullMarked;
