// SPDX-License-Identifier: Apache-2.0

/** Comparing rows: digests of rows, at one moment of each server. */
@NullMarked
package dev.fram.mysql.digest;

import org.jspecify.annotations.NullMarked;
