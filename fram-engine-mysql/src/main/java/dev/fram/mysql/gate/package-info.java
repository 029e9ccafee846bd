// SPDX-License-Identifier: Apache-2.0

/**
 * What keeps the application from writing: on the source at the cutover, on the target before it.
 */
@NullMarked
package dev.fram.mysql.gate;

import org.jspecify.annotations.NullMarked;
