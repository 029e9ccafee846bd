// SPDX-License-Identifier: Apache-2.0

/** Fingerprints of whole tables' rows. */
@NullMarked
package dev.fram.mysql.digest;

import org.jspecify.annotations.NullMarked;
