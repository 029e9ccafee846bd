// SPDX-License-Identifier: Apache-2.0
/** What a migration's report says: one model, of which every form is written. */
@NullMarked
package dev.fram.core.report;

import org.jspecify.annotations.NullMarked;
