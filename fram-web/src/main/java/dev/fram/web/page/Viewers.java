// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** All browsers that look on. Thread-safe. */
final class Viewers {
  static final int MOST = 100;

  private final Set<Viewer> all = ConcurrentHashMap.newKeySet();

  /** False when there are too many; nothing was done then. */
  synchronized boolean add(Response response, Callback request, byte[] first) {
    if (all.size() >= MOST) {
      return false;
    }
    Viewer viewer = new Viewer(response, request, all::remove);
    all.add(viewer);
    viewer.offer(first);
    return true;
  }

  void offer(byte[] event) {
    all.forEach(viewer -> viewer.offer(event));
  }

  void end(byte[] event) {
    all.forEach(viewer -> viewer.end(event));
  }

  int count() {
    return all.size();
  }
}
