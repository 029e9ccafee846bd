// SPDX-License-Identifier: Apache-2.0

/** The page of a running migration: what may be seen, by whom, and what may be asked for. */
@NullMarked
package dev.fram.web.page;

import org.jspecify.annotations.NullMarked;
