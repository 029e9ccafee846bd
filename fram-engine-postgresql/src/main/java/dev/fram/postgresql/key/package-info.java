// SPDX-License-Identifier: Apache-2.0

/** By what a comparison tells rows apart, and how that is written. */
@NullMarked
package dev.fram.postgresql.key;

import org.jspecify.annotations.NullMarked;
