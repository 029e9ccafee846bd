// SPDX-License-Identifier: Apache-2.0

/** What the terminal and the page look like: states that stand still, and pictures of them. */
@NullMarked
package dev.fram.testkit.screens;

import org.jspecify.annotations.NullMarked;
