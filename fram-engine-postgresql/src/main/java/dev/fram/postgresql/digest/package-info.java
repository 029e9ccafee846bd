// SPDX-License-Identifier: Apache-2.0

/** Fingerprints of rows, and the moments they are read at. */
@NullMarked
package dev.fram.postgresql.digest;

import org.jspecify.annotations.NullMarked;
