// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The disk that a server keeps its data on, as far as it can be seen.
 *
 * @param freeBytes what the server's account may still write; empty where it cannot be seen
 * @param totalBytes how large it is; empty with the other
 * @param seen how it was seen, or why it cannot be
 */
public record Disk(OptionalLong freeBytes, OptionalLong totalBytes, String seen) {
  /** It cannot be seen, and this is why. */
  public static Disk unseen(String why) {
    return new Disk(OptionalLong.empty(), OptionalLong.empty(), why);
  }

  /** What a server has told of itself. */
  public static Disk told(long freeBytes, long totalBytes, String how) {
    return new Disk(OptionalLong.of(freeBytes), OptionalLong.of(totalBytes), how);
  }

  /** The disk of a folder of this machine. */
  public static Disk of(Path folder) {
    try {
      FileStore store = Files.getFileStore(folder);
      return told(
          store.getUsableSpace(), store.getTotalSpace(), "the data directory is on this machine");
    } catch (IOException e) {
      return unseen("the data directory cannot be looked at from here");
    }
  }

  /** Whether a server of this name is on this machine, as far as addresses tell. */
  public static boolean here(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }
}
