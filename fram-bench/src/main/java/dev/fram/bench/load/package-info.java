// SPDX-License-Identifier: Apache-2.0
/** What a migration does to an application, and whether Fram keeps up with it. */
@NullMarked
package dev.fram.bench.load;

import org.jspecify.annotations.NullMarked;
