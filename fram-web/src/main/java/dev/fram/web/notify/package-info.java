// SPDX-License-Identifier: Apache-2.0

/** Tells others, by webhook, what a person has to know while nobody looks on. */
@NullMarked
package dev.fram.web.notify;

import org.jspecify.annotations.NullMarked;
