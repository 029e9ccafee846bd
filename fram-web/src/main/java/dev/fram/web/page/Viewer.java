// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * One browser that looks on. Holds at most the event that is on its way and the newest one: who
 * reads slowly misses pictures, and nobody waits for him. Thread-safe; never blocks.
 */
final class Viewer implements Callback {
  private final Response response;
  private final Callback request;
  private final Consumer<Viewer> gone;
  private Optional<byte[]> next = Optional.empty();
  private boolean writing;
  private boolean last;
  private boolean over;

  /**
   * @param request completed when the viewer leaves
   * @param gone told once, then
   */
  Viewer(Response response, Callback request, Consumer<Viewer> gone) {
    this.response = response;
    this.request = request;
    this.gone = gone;
  }

  /** Takes the newest event; one that still waits is dropped for it. */
  void offer(byte[] event) {
    synchronized (this) {
      if (over || last) {
        return;
      }
      next = Optional.of(event);
      if (writing) {
        return;
      }
      writing = true;
    }
    write();
  }

  /** Sends the last event and hangs up. */
  void end(byte[] event) {
    offer(event);
    boolean idle;
    synchronized (this) {
      last = true;
      idle = !writing && !over;
      writing = writing || idle;
    }
    if (idle) {
      write();
    }
  }

  private void write() {
    byte[] event;
    boolean ends;
    synchronized (this) {
      event = next.orElseGet(() -> new byte[0]);
      next = Optional.empty();
      ends = last;
      over = ends;
    }
    if (ends) {
      gone.accept(this);
      response.write(true, ByteBuffer.wrap(event), request);
    } else {
      response.write(false, ByteBuffer.wrap(event), this);
    }
  }

  @Override
  public void succeeded() {
    synchronized (this) {
      if (next.isEmpty() && !last) {
        writing = false;
        return;
      }
    }
    write();
  }

  @Override
  public void failed(Throwable cause) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      next = Optional.empty();
    }
    gone.accept(this);
    request.failed(cause);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }
}
