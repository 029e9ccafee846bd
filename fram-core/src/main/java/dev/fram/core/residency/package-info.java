// SPDX-License-Identifier: Apache-2.0
/** The residency record: where data was moved from and to, as facts in a chain of hashes. */
@NullMarked
package dev.fram.core.residency;

import org.jspecify.annotations.NullMarked;
