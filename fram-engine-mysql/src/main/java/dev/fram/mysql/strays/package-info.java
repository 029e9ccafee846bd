// SPDX-License-Identifier: Apache-2.0
/** Writes on a server that has handed over: reading its log for what is not Fram's own. */
@NullMarked
package dev.fram.mysql.strays;

import org.jspecify.annotations.NullMarked;
