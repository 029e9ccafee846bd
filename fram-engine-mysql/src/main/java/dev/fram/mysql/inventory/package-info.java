// SPDX-License-Identifier: Apache-2.0

/** Every object of the databases, from information_schema and without the code that migrates it. */
@NullMarked
package dev.fram.mysql.inventory;

import org.jspecify.annotations.NullMarked;
