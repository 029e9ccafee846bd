// SPDX-License-Identifier: Apache-2.0

/** The questions that are asked of two servers before a migration, each with its remedy. */
@NullMarked
package dev.fram.mysql.check;

import org.jspecify.annotations.NullMarked;
