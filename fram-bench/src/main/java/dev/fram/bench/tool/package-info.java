// SPDX-License-Identifier: Apache-2.0

/** The programs that are measured: Fram's own, and those of Debian's packages. */
@NullMarked
package dev.fram.bench.tool;

import org.jspecify.annotations.NullMarked;
