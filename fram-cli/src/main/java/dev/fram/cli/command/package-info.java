// SPDX-License-Identifier: Apache-2.0

/**
 * One class a command. Each reads its settings, opens what it needs from the core, lets a presenter
 * show what happens and returns an exit code; none decides anything about a migration.
 */
@NullMarked
package dev.fram.cli.command;

import org.jspecify.annotations.NullMarked;
