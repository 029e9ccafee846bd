#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the self-contained Fram: a folder with its own Java runtime, a tar.gz of it, and a .deb. Called by `./fram dist`, which
# says where the JDK, Maven and the built jars are (JDK, MAVEN, APP). All of it lands in target/dist.
set -eu

here=$(CDPATH='' cd -- "${0%/*}" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
dist=$root/target/dist
work=$dist/work
say() { printf 'fram dist: %s\n' "$*" >&2; }
fail() { say "$1"; exit "${2:-3}"; }

main_jar=$(basename "$APP"/fram-cli-*.jar)
version=${main_jar#fram-cli-}
version=${version%.jar}
version=${version%-SNAPSHOT}
platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)

for tool in jdeps jlink jpackage; do
  [ -x "$JDK/bin/$tool" ] || fail "$JDK has no $tool. Use a whole JDK (on Debian the openjdk-NN-jdk-headless package) and name it in JAVA_HOME."
done
rm -rf "$dist"
mkdir -p "$work/jars" "$work/legal"

# What is shipped, and its licences; a licence that is not on fram-cli's list stops here.
say "collecting the licences of the libraries"
if ! (CDPATH='' cd -- "$root" && JAVA_HOME=$JDK "$MAVEN" -B -ntp -q -Papp,dist -Dfast -pl fram-cli -am package) >"$work/maven.log" 2>&1 </dev/null; then
  tail -n 30 "$work/maven.log" >&2
  fail "the list of licences could not be made; the output is in $work/maven.log" 70
fi
cp -p "$APP"/*.jar "$work/jars/"
cp "$root/LICENSE" "$work/legal/LICENSE"
{
  echo "Fram $version contains these libraries, each under its own licence, unchanged."
  echo "The full texts lie beside this file, that of Apache-2.0 in LICENSE; those of the Java runtime are in ../runtime/legal."
  cat "$root/fram-cli/target/app-build/THIRD-PARTY.txt"
} >"$work/legal/THIRD-PARTY.txt"
"$JDK/bin/java" "$here/LicenceTexts.java" "$work/jars" "$work/legal"
cp -R "$here/legal/." "$work/legal/" # of libraries whose jars lack the text

# The modules: what jdeps sees, less the desktop that some libraries mention and Fram never enters, and with those that are found
# only at run time: TLS with elliptic curves, Kerberos, DNS, the JVM's own figures, zip files as file systems.
say "linking a Java runtime"
modules=$("$JDK/bin/jdeps" --multi-release base --ignore-missing-deps --print-module-deps --class-path "$work/jars/*" "$work"/jars/*.jar | tail -n 1)
extra=java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,jdk.charsets,jdk.crypto.ec,jdk.management,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs
modules=$(printf '%s,%s' "$modules" "$extra" | tr ',' '\n' | grep -E '^(java|jdk)\.' | grep -vx 'java.desktop' | sort -u | tr '\n' ',' | sed 's/,$//')
"$JDK/bin/jlink" --add-modules "$modules" --no-header-files --no-man-pages --strip-java-debug-attributes --compress zip-6 \
  --generate-cds-archive --output "$work/runtime" >"$work/jlink.log" 2>&1 || { cat "$work/jlink.log" >&2; fail "jlink could not make the runtime" 70; }

say "making the image"
"$JDK/bin/jpackage" --type app-image --name fram --app-version "$version" --vendor Fram --description "Moves a live database to another server without stopping it" \
  --runtime-image "$work/runtime" --input "$work/jars" --main-jar "$main_jar" --main-class dev.fram.cli.Main --dest "$dist"
image=$dist/fram
# jpackage's own start program has one set of JVM options for every command, and none from the environment: ours takes its place.
rm -f "$image/bin/fram" "$image/lib/libapplauncher.so" "$image/lib/app/fram.cfg"
sed -e "/^@OPTIONS@\$/{
r $root/build-support/launcher/options.sh
d
}" "$here/fram.sh" >"$image/bin/fram"
chmod 755 "$image/bin/fram"
cp -R "$work/legal" "$image/lib/legal"
(CDPATH='' cd -- "$image/lib/app" && { echo "$main_jar"; ls -- *.jar | grep -Fvx "$main_jar"; } >class-path)
FRAM_JAVA_OPTS="-XX:SharedArchiveFile=" "$image/bin/fram" --version >"$work/start.log" 2>&1 || { cat "$work/start.log" >&2; fail "the image does not start" 70; }
(
  . "$root/build-support/launcher/options.sh"
  cp=''
  while read -r jar; do cp=$cp${cp:+:}$image/lib/app/$jar; done <"$image/lib/app/class-path"
  "$image/lib/runtime/bin/java" -XX:ArchiveClassesAtExit="$work/classes.jsa" $always $short -cp "$cp" $class_data
) >"$work/archive.log" 2>&1 || { cat "$work/archive.log" >&2; fail "no class-data archive can be made of the image" 70; }
[ ! -f "$work/classes.jsa" ] || mv "$work/classes.jsa" "$image/lib/app/classes.jsa"

# The manual and bash's completion, made by the program that they describe.
mkdir -p "$image/share/man/man1" "$image/share/bash-completion/completions"
"$image/bin/fram" man >"$image/share/man/man1/fram.1" || fail "the manual page could not be made" 70
"$image/bin/fram" completion bash >"$image/share/bash-completion/completions/fram" || fail "the completion could not be made" 70

archive=$dist/fram-$version-$platform.tar.gz
tar -czf "$archive" -C "$dist" fram
say "image   $image"
say "archive $archive"
VERSION=$version IMAGE=$image sh "$here/deb.sh"
rm -rf "$work"
