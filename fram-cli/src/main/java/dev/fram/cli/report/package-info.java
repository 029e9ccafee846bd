// SPDX-License-Identifier: Apache-2.0
/** The report's forms: a page that needs nothing but itself, and the files on this machine. */
@NullMarked
package dev.fram.cli.report;

import org.jspecify.annotations.NullMarked;
