// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import java.util.Map;

/**
 * Between which servers Fram moves.
 *
 * @param source the URI of the source, without a password
 * @param target the URI of the target, without a password
 * @param environment the passwords, and where pg_dump is
 */
public record FramEndpoints(String source, String target, Map<String, String> environment) {}
