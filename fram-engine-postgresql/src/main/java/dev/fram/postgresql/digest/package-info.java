// SPDX-License-Identifier: Apache-2.0

/** Fingerprints of a table's rows. */
@NullMarked
package dev.fram.postgresql.digest;

import org.jspecify.annotations.NullMarked;
