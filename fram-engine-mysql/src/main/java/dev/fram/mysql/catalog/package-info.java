// SPDX-License-Identifier: Apache-2.0

/** What a server's information_schema says of tables: columns, keys, references, sizes. */
@NullMarked
package dev.fram.mysql.catalog;

import org.jspecify.annotations.NullMarked;
