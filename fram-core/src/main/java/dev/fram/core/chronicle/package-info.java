// SPDX-License-Identifier: Apache-2.0
/** What a run keeps on the target for the report: phases, notes, cutovers, and two series. */
@NullMarked
package dev.fram.core.chronicle;

import org.jspecify.annotations.NullMarked;
