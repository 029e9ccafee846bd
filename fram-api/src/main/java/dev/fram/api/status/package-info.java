// SPDX-License-Identifier: Apache-2.0

/**
 * One immutable picture of everything that is shown anywhere, and what may be asked of a running
 * migration.
 */
@NullMarked
package dev.fram.api.status;

import org.jspecify.annotations.NullMarked;
