// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One product's way to be started in a folder. Used by one {@link ServerLife}, never by two. */
interface ServerProgram {

  /** A command line and what is added to the environment. */
  record Launch(List<String> words, Map<String, String> environment) {}

  /** The product and its release, for messages. */
  String name();

  /** Writes the port into the configuration; counts from the next launch. */
  void listenOn(int port) throws IOException;

  /** Makes ready for a start, after a crash too. */
  Launch launch() throws IOException;

  /** Whether the process with this pid takes connections. */
  boolean ready(long pid) throws IOException;

  /** The signal that ends sessions, writes the rest and stops. */
  String stopSignal();

  /** The signal for when that takes too long: the next start recovers. */
  String endSignal();

  /** The folder it works in; {@link ServerHome#data} stands in its command line. */
  ServerHome home();
}
