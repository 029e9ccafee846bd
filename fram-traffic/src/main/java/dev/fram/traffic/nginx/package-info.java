// SPDX-License-Identifier: Apache-2.0

/** nginx: a flag file makes it answer that the site is in maintenance. */
@NullMarked
package dev.fram.traffic.nginx;

import org.jspecify.annotations.NullMarked;
