// SPDX-License-Identifier: Apache-2.0

/** The rules of the house, checked on every class and every file, and shown to fail. */
@NullMarked
package dev.fram.it.house;

import org.jspecify.annotations.NullMarked;
