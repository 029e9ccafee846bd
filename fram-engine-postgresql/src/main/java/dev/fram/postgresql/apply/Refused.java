// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.FramException;

/**
 * A table's changes could not be written in the way that was tried; another way may do. Stays
 * inside this package.
 */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient TableBatch batch;
  private final FramException problem;

  /**
   * @param problem what it means when there is no other way left
   */
  Refused(TableBatch batch, FramException problem) {
    super(problem);
    this.batch = batch;
    this.problem = problem;
  }

  TableBatch batch() {
    return batch;
  }

  FramException problem() {
    return problem;
  }
}
