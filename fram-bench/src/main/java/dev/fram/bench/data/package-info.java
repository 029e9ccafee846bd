// SPDX-License-Identifier: Apache-2.0

/** The servers and the data sets that everything is measured on. */
@NullMarked
package dev.fram.bench.data;

import org.jspecify.annotations.NullMarked;
