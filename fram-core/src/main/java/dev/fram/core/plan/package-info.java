// SPDX-License-Identifier: Apache-2.0

/** Which ways are possible between two servers, why the others are not, and which to take. */
@NullMarked
package dev.fram.core.plan;

import org.jspecify.annotations.NullMarked;
