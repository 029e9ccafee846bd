// SPDX-License-Identifier: Apache-2.0

/** The probe's table on both servers, and a client's session by the applications' own path. */
@NullMarked
package dev.fram.postgresql.probe;

import org.jspecify.annotations.NullMarked;
