// SPDX-License-Identifier: Apache-2.0
/** Measures both servers: the way to them, the source's reads, the target by a scratch table. */
@NullMarked
package dev.fram.postgresql.measure;

import org.jspecify.annotations.NullMarked;
