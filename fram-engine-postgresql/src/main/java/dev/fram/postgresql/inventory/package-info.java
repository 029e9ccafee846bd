// SPDX-License-Identifier: Apache-2.0

/** Every object of a database, from the catalogs and without the code that migrates it. */
@NullMarked
package dev.fram.postgresql.inventory;

import org.jspecify.annotations.NullMarked;
