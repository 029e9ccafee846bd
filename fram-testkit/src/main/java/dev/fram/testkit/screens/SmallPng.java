// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.screens;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Writes a picture of a screen with few colours: a quarter of the bytes, for a repository. */
public final class SmallPng {
  private static final int COLOURS = 64;
  private static final int NEAR = 250;

  private SmallPng() {}

  /**
   * @param height how much of its upper part is kept, at most
   */
  public static void copy(Path png, int height, Path to) throws IOException {
    BufferedImage full = ImageIO.read(png.toFile());
    BufferedImage seen =
        full.getSubimage(0, 0, full.getWidth(), Math.min(height, full.getHeight()));
    List<Integer> palette = palette(seen);
    byte[][] parts = new byte[3][palette.size()];
    for (int i = 0; i < palette.size(); i++) {
      for (int part = 0; part < 3; part++) {
        parts[part][i] = (byte) part(palette.get(i), part);
      }
    }
    IndexColorModel model = new IndexColorModel(8, palette.size(), parts[0], parts[1], parts[2]);
    BufferedImage few =
        new BufferedImage(
            seen.getWidth(), seen.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < seen.getHeight(); y++) {
      for (int x = 0; x < seen.getWidth(); x++) {
        int colour = seen.getRGB(x, y);
        int index = nearest.computeIfAbsent(colour, c -> nearest(palette, c));
        few.getRaster().setSample(x, y, 0, index);
      }
    }
    Files.createDirectories(to.getParent());
    write(few, to);
  }

  /** The most frequent colours that differ. */
  private static List<Integer> palette(BufferedImage image) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        counts.merge(image.getRGB(x, y), 1, Integer::sum);
      }
    }
    List<Integer> colours = new ArrayList<>(counts.keySet());
    colours.sort(Comparator.comparing(counts::get, Comparator.reverseOrder()));
    List<Integer> palette = new ArrayList<>();
    for (int colour : colours) {
      // Shades of one text's edge must not keep a rare green out.
      boolean near = palette.stream().anyMatch(other -> distance(other, colour) < NEAR);
      if (!near && palette.size() < COLOURS) {
        palette.add(colour);
      }
    }
    return palette;
  }

  private static int nearest(List<Integer> palette, int colour) {
    int best = 0;
    for (int i = 1; i < palette.size(); i++) {
      if (distance(palette.get(i), colour) < distance(palette.get(best), colour)) {
        best = i;
      }
    }
    return best;
  }

  private static int distance(int one, int other) {
    int sum = 0;
    for (int part = 0; part < 3; part++) {
      int difference = part(one, part) - part(other, part);
      sum += difference * difference;
    }
    return sum;
  }

  private static int part(int colour, int part) {
    return (colour >> (16 - 8 * part)) & 0xff;
  }

  private static void write(BufferedImage image, Path to) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    Files.deleteIfExists(to);
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(to.toFile())) {
      writer.setOutput(stream);
      ImageWriteParam smallest = writer.getDefaultWriteParam();
      smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      smallest.setCompressionQuality(0);
      writer.write(null, new IIOImage(image, List.of(), null), smallest);
    } finally {
      writer.dispose();
    }
  }
}
