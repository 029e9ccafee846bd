// SPDX-License-Identifier: Apache-2.0

/** After a cutover: the new server's writes on their way to the old one, until one goes back. */
@NullMarked
package dev.fram.core.reverse;

import org.jspecify.annotations.NullMarked;
