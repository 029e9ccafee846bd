// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.time.Instant;
import java.util.Optional;

/**
 * One step of the story.
 *
 * @param sequence its place
 * @param step the step's name
 * @param detail what was to be done, or what became of it
 * @param outcome what became of it; empty when the run ended before it was known
 * @param at when it was begun
 */
public record JournalEntry(
    long sequence, String step, String detail, Optional<StepOutcome> outcome, Instant at) {}
