// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** What a user may leave out of the schema's transfer, add to it, or allow in it. */
public enum SchemaOption {
  /** Objects belong to the login that Fram uses on the target. */
  NO_OWNER,
  /** GRANT and REVOKE are left out. */
  NO_PRIVILEGES,
  /** Roles are not created; those that own or may use something must exist. */
  NO_ROLES,
  /** Comments are left out. */
  NO_COMMENTS,
  /** Everything goes to the database's default tablespace. */
  NO_TABLESPACES,
  /** The target's database may already hold objects, as long as none of them is in the scope. */
  ALLOW_NONEMPTY_TARGET,
  /** Accounts, roles and grants of the whole server are copied too, where they belong to it. */
  WITH_USERS
}
