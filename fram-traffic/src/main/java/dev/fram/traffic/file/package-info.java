// SPDX-License-Identifier: Apache-2.0

/** Configuration files of programs that run, changed whole or not at all. */
@NullMarked
package dev.fram.traffic.file;

import org.jspecify.annotations.NullMarked;
