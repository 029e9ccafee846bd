// SPDX-License-Identifier: Apache-2.0

/**
 * The schema's way to the target: read once with SHOW CREATE, kept in database fram so that every
 * step and every resume works from the same text, and made piece by piece, each piece recorded
 * before it is made.
 */
@NullMarked
package dev.fram.mysql.schema;

import org.jspecify.annotations.NullMarked;
