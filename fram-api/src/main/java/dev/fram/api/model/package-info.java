// SPDX-License-Identifier: Apache-2.0

/**
 * The nouns that every module shares: tables, endpoints, secrets, sizes. Plain data, no behaviour
 * that needs a server.
 */
@NullMarked
package dev.fram.api.model;

import org.jspecify.annotations.NullMarked;
