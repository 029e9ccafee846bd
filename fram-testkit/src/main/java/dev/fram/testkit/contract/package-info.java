// SPDX-License-Identifier: Apache-2.0

/** What every engine must do, as tests that it inherits. Needs JUnit and AssertJ. */
@NullMarked
package dev.fram.testkit.contract;

import org.jspecify.annotations.NullMarked;
