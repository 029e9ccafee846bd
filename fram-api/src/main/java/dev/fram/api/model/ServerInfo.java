// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

/**
 * Which server answered.
 *
 * @param name {@code host:port/database}, for messages
 * @param product the product's name
 * @param version the version as the server prints it, for people
 * @param majorVersion the major version, for comparisons
 * @param identity what tells this very server (and its history) from any other: a system identifier
 *     with its timeline, or a server UUID
 */
public record ServerInfo(
    String name, String product, String version, int majorVersion, String identity) {}
