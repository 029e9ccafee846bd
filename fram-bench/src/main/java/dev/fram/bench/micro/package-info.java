// SPDX-License-Identifier: Apache-2.0

/** The hot paths alone, by JMH. */
@NullMarked
package dev.fram.bench.micro;

import org.jspecify.annotations.NullMarked;
