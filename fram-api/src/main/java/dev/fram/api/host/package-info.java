// SPDX-License-Identifier: Apache-2.0
/** The machine that a server runs on, where something has to be done there and not by SQL. */
@NullMarked
package dev.fram.api.host;

import org.jspecify.annotations.NullMarked;
