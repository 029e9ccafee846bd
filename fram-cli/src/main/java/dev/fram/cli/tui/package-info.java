// SPDX-License-Identifier: Apache-2.0

/**
 * The terminal: the live screen, the plain lines and the JSON events of a migration. All are drawn
 * from {@link dev.fram.api.status.Status} alone; nothing here keeps a number of its own.
 */
@NullMarked
package dev.fram.cli.tui;

import org.jspecify.annotations.NullMarked;
