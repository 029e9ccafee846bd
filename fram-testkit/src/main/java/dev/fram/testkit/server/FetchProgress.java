// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says every two seconds how far a download is. Owned by the thread that downloads. */
final class FetchProgress {
  private static final Logger LOG = LoggerFactory.getLogger(FetchProgress.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final long MEGABYTE = 1_000_000;

  private final String what;
  private final long total;
  private long done;
  private long said = System.nanoTime();

  FetchProgress(String what, long total) {
    this.what = what;
    this.total = total;
    LOG.info("fetching {}, {} MB", what, total / MEGABYTE);
  }

  /** The same bytes, counted as they are read. */
  InputStream counting(InputStream bytes) {
    return new FilterInputStream(bytes) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        add(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        add(Math.max(read, 0));
        return read;
      }
    };
  }

  private void add(long bytes) {
    done += bytes;
    if (System.nanoTime() - said > EVERY.toNanos()) {
      said = System.nanoTime();
      LOG.info("fetching {}: {} of {} MB", what, done / MEGABYTE, total / MEGABYTE);
    }
  }
}
