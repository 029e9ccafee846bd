// SPDX-License-Identifier: Apache-2.0

/** ProxySQL: paused and pointed elsewhere by its admin interface. */
@NullMarked
package dev.fram.traffic.proxysql;

import org.jspecify.annotations.NullMarked;
