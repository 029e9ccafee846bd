// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

/** A password. Prints as dots wherever it ends up; only {@link #reveal()} gives it away. */
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /** The secret itself, for the driver only. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "••••";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }
}
