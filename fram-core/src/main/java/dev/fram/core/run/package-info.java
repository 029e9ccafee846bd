// SPDX-License-Identifier: Apache-2.0

/** What a run works with: its settings and its parts; knows nothing of phases. */
@NullMarked
package dev.fram.core.run;

import org.jspecify.annotations.NullMarked;
