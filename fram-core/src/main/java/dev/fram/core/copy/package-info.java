// SPDX-License-Identifier: Apache-2.0

/** The initial transfer: groups, chunks, copier threads, indexes. */
@NullMarked
package dev.fram.core.copy;

import org.jspecify.annotations.NullMarked;
