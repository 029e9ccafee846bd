// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * A configuration file that another program reads. It is replaced as a whole: written aside, made
 * durable, renamed. Owner and permissions stay, and a symbolic link goes on pointing at it.
 */
public final class WholeFile {
  private final Path path;

  public WholeFile(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  public String read() throws IOException {
    // Byte for byte: the file may hold what is no UTF-8, and it has to come out as it was.
    return Files.readString(path, StandardCharsets.ISO_8859_1);
  }

  /** Whether {@link #replace} could do its work. */
  public boolean replaceable() {
    try {
      Path real = path.toRealPath();
      return Files.isWritable(real) && Files.isWritable(folder(real));
    } catch (IOException e) {
      return false;
    }
  }

  public void replace(String text) throws IOException {
    Path real = path.toRealPath();
    Path aside = Files.createTempFile(folder(real), "." + real.getFileName(), ".fram");
    try {
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        like(real, aside);
        channel.force(true);
      }
      Files.move(aside, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static void like(Path real, Path aside) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(real, PosixFileAttributes.class);
    Files.setPosixFilePermissions(aside, attributes.permissions());
    PosixFileAttributeView view =
        Files.getFileAttributeView(aside, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributes made = view.readAttributes();
    if (!made.owner().equals(attributes.owner()) || !made.group().equals(attributes.group())) {
      try {
        view.setOwner(attributes.owner());
        view.setGroup(attributes.group());
      } catch (FileSystemException e) {
        throw new IOException("the owner " + attributes.owner() + " cannot be kept", e);
      }
    }
  }

  private static Path folder(Path real) {
    Path parent = real.getParent();
    return parent == null ? real : parent;
  }
}
