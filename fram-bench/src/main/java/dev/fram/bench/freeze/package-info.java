// SPDX-License-Identifier: Apache-2.0
/** For how long a cutover keeps an application from writing, seen by the application. */
@NullMarked
package dev.fram.bench.freeze;

import org.jspecify.annotations.NullMarked;
