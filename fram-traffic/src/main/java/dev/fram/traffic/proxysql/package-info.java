// SPDX-License-Identifier: Apache-2.0

/** ProxySQL: pointed elsewhere by the SQL of its admin interface. */
@NullMarked
package dev.fram.traffic.proxysql;

import org.jspecify.annotations.NullMarked;
