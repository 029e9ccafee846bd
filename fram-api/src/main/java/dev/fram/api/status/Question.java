// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

import java.util.ArrayList;
import java.util.List;

/**
 * What only a person can find out. The migration waits for the answer and guesses nothing.
 *
 * @param known what is known, in sentences
 * @param unknown what is not
 * @param asks the one question
 * @param answers what may be answered; none when only a server's own answer helps
 */
public record Question(String known, String unknown, String asks, List<Choice> answers) {
  public Question {
    answers = List.copyOf(answers);
  }

  /**
   * One of the answers.
   *
   * @param word what is given to {@code fram resolve}
   * @param means what it says, and what comes of it
   */
  public record Choice(String word, String means) {}

  /** The command for each answer. */
  public List<String> commands() {
    return answers.stream().map(answer -> "fram resolve " + answer.word()).toList();
  }

  /** All of it, one sentence or answer a line. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(known, unknown, asks));
    answers.forEach(answer -> lines.add("fram resolve " + answer.word() + ": " + answer.means()));
    return lines;
  }
}
