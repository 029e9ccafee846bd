// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

/** What is known of one row of app.item: its version and the number of its child rows. */
record ItemState(long version, int tags) {
  ItemState changed() {
    return new ItemState(version + 1, tags);
  }
}
