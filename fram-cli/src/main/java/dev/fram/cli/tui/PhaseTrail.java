// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;

/** The way from the first check to the end, and where the migration is on it. */
final class PhaseTrail {
  private static final PhaseName[] STATIONS = {
    PhaseName.CHECKED,
    PhaseName.PREPARED,
    PhaseName.COPYING,
    PhaseName.CATCHING_UP,
    PhaseName.VERIFYING,
    PhaseName.READY,
    PhaseName.CUTTING_OVER,
    PhaseName.SERVING
  };

  private PhaseTrail() {}

  /** The phase in the words of the screen. */
  static String words(PhaseName phase) {
    return switch (phase) {
      case PLANNED -> "checking";
      case CHECKED -> "preparing";
      case PREPARED -> "starting the copy";
      case COPYING -> "copying";
      case CATCHING_UP -> "catching up";
      case VERIFYING -> "comparing every row";
      case READY -> "ready for the cutover";
      case CUTTING_OVER -> "cutting over";
      case SERVING -> "the target serves";
      case ROLLING_BACK -> "rolling back";
      case ROLLED_BACK -> "the old server serves again";
      case COMPLETED -> "completed";
      case CANCELLED -> "cancelled";
      case NEEDS_OPERATOR -> "needs you";
    };
  }

  static Ink ink(Status status) {
    if (status.held().isPresent()) {
      return Ink.WARNING;
    }
    return switch (status.phase()) {
      case READY, SERVING, ROLLED_BACK, COMPLETED -> Ink.GOOD;
      case NEEDS_OPERATOR -> Ink.BAD;
      case CANCELLED -> Ink.WARNING;
      case PLANNED,
          CHECKED,
          PREPARED,
          COPYING,
          CATCHING_UP,
          VERIFYING,
          CUTTING_OVER,
          ROLLING_BACK ->
          Ink.BUSY;
    };
  }

  static void draw(Line line, PhaseName phase, Glyphs glyphs) {
    if (phase == PhaseName.CANCELLED || phase == PhaseName.NEEDS_OPERATOR) {
      line.add(glyphs.failed + " " + words(phase), Ink.BAD);
      return;
    }
    if (phase == PhaseName.ROLLING_BACK) {
      line.add(glyphs.now + " " + words(phase), Ink.BUSY);
      return;
    }
    if (phase == PhaseName.ROLLED_BACK) {
      line.add(glyphs.done + " " + words(phase), Ink.GOOD);
      return;
    }
    for (PhaseName station : STATIONS) {
      // PLANNED to PREPARED name what is done; from COPYING on they name what goes on.
      boolean current = station == current(phase);
      boolean done = !current && station.compareTo(phase) <= 0;
      String sign = done ? glyphs.done : current ? glyphs.now : glyphs.later;
      line.add(sign + " " + label(station) + "  ", done ? Ink.GOOD : current ? Ink.BUSY : Ink.DIM);
    }
  }

  private static PhaseName current(PhaseName phase) {
    return switch (phase) {
      case PLANNED -> PhaseName.CHECKED;
      case CHECKED -> PhaseName.PREPARED;
      case PREPARED -> PhaseName.COPYING;
      // Nothing goes on in these: they are reached, and wait for the user.
      case READY, SERVING, ROLLED_BACK, COMPLETED -> PhaseName.PLANNED;
      case COPYING, CATCHING_UP, VERIFYING, CUTTING_OVER -> phase;
      case ROLLING_BACK, CANCELLED, NEEDS_OPERATOR -> phase;
    };
  }

  private static String label(PhaseName station) {
    return switch (station) {
      case CHECKED -> "check";
      case PREPARED -> "schema";
      case COPYING -> "copy";
      case CATCHING_UP -> "follow";
      case VERIFYING -> "verify";
      case READY -> "ready";
      case CUTTING_OVER -> "cutover";
      case SERVING -> "serving";
      case PLANNED, COMPLETED, CANCELLED, NEEDS_OPERATOR -> words(station);
      case ROLLING_BACK, ROLLED_BACK -> words(station);
    };
  }
}
