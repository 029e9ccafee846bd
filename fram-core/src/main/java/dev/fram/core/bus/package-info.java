// SPDX-License-Identifier: Apache-2.0

/** Events from everyone become the one picture that is shown anywhere. */
@NullMarked
package dev.fram.core.bus;

import org.jspecify.annotations.NullMarked;
