// SPDX-License-Identifier: Apache-2.0

/** The PostgreSQL engine: its parts behind the interfaces of fram-api. */
@NullMarked
package dev.fram.postgresql;

import org.jspecify.annotations.NullMarked;
