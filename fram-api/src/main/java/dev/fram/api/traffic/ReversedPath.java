// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

/** See {@link ClientPath#reversed}. */
record ReversedPath(ClientPath path) implements ClientPath {
  @Override
  public String name() {
    return path.name();
  }

  @Override
  public void prepare() {
    path.prepare();
  }

  @Override
  public Session connect() {
    return new ReversedSession(path.connect());
  }

  private record ReversedSession(Session session) implements Session {
    @Override
    public void write() {
      session.write();
    }

    @Override
    public Side read() {
      return session.read().other();
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
