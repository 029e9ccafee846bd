// SPDX-License-Identifier: Apache-2.0

/** What a server's catalogs say of tables: names, sizes, columns, identities, fingerprints. */
@NullMarked
package dev.fram.postgresql.catalog;

import org.jspecify.annotations.NullMarked;
