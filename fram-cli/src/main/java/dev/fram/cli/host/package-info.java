// SPDX-License-Identifier: Apache-2.0
/** Scripts on the machines that the servers run on. */
@NullMarked
package dev.fram.cli.host;

import org.jspecify.annotations.NullMarked;
