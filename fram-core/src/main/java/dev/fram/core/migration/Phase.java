// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.PhaseName;

/** A phase with the evidence that the next one needs. */
sealed interface Phase {
  PhaseName name();

  /** Nothing has been touched. */
  record Planned() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.PLANNED;
    }
  }

  /**
   * @param warnings findings that were not good, but no obstacle
   */
  record Checked(int warnings) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.CHECKED;
    }
  }

  /**
   * @param feedStart the position from which the feed has everything
   */
  record Prepared(String feedStart) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.PREPARED;
    }
  }

  /**
   * @param feedStart as in PREPARED
   */
  record Copying(String feedStart) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.COPYING;
    }
  }

  /**
   * @param tables how many tables follow; every one of them has its fence in the journal
   */
  record CatchingUp(int tables) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.CATCHING_UP;
    }
  }

  /** Constraints are in place and the lag is small; the two sides have not all been compared. */
  record Verifying() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.VERIFYING;
    }
  }

  /** Every table has been compared once. */
  record Ready() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.READY;
    }
  }

  /** Who owns the data now is written on the source, and only there. */
  record CuttingOver() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.CUTTING_OVER;
    }
  }

  /**
   * @param frozenAt the source's last position
   * @param wayBack the position on the new server from which the reverse feed has everything; empty
   *     where there is no way back
   * @param until when the reverse window ends, in milliseconds since 1970
   */
  record Serving(String frozenAt, String wayBack, long until) implements Phase {
    /** What a question is about that came up before the target served. */
    static Serving none() {
      return new Serving("", "", 0);
    }

    @Override
    public PhaseName name() {
      return PhaseName.SERVING;
    }
  }

  /**
   * Who owns the data now is written on the new server, and only there.
   *
   * @param before what it becomes again when the rollback is undone
   */
  record RollingBack(Serving before) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.ROLLING_BACK;
    }
  }

  /**
   * The old server serves again. The way there can be gone once more, without a new copy.
   *
   * @param frozenAt the new server's last position
   */
  record RolledBack(String frozenAt) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.ROLLED_BACK;
    }
  }

  record Completed() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.COMPLETED;
    }
  }

  record Cancelled() implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.CANCELLED;
    }
  }

  /**
   * @param question what the operator has to find out
   * @param before for a rollback: what it becomes again when it was not done
   */
  record NeedsOperator(String question, Serving before) implements Phase {
    @Override
    public PhaseName name() {
      return PhaseName.NEEDS_OPERATOR;
    }
  }
}
