// SPDX-License-Identifier: Apache-2.0

/** MySQL and MariaDB as source and target. */
@NullMarked
package dev.fram.mysql;

import org.jspecify.annotations.NullMarked;
