// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.MigrationId;

/**
 * A migration as the target records it.
 *
 * @param id its id
 * @param source the source's identity ({@code ServerInfo.identity}) and database
 * @param scope the scope, as JSON
 * @param phase the phase last reached
 * @param evidence that phase's evidence, as JSON
 * @param epoch the current epoch
 */
public record MigrationRecord(
    MigrationId id, String source, String scope, String phase, String evidence, long epoch) {}
