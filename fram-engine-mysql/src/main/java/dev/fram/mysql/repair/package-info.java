// SPDX-License-Identifier: Apache-2.0

/** Gives rows of the target what the source holds, where a comparison has found them different. */
@NullMarked
package dev.fram.mysql.repair;

import org.jspecify.annotations.NullMarked;
