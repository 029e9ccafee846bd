// SPDX-License-Identifier: Apache-2.0

/** The picture's numbers by the field's names, for Prometheus. */
@NullMarked
package dev.fram.web.metrics;

import org.jspecify.annotations.NullMarked;
