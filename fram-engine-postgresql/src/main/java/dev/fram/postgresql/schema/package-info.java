// SPDX-License-Identifier: Apache-2.0

/**
 * The schema's way to the target: pg_dump's archive, kept in schema fram so that every step and
 * every resume works from the same one, restored piece by piece; sequences and large objects.
 */
@NullMarked
package dev.fram.postgresql.schema;

import org.jspecify.annotations.NullMarked;
