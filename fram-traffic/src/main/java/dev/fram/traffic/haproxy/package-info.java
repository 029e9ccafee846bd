// SPDX-License-Identifier: Apache-2.0

/** HAProxy: pointed elsewhere by its runtime API and its configuration file. */
@NullMarked
package dev.fram.traffic.haproxy;

import org.jspecify.annotations.NullMarked;
