#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs the image as a .deb by jpackage, which calls dpkg-deb under fakeroot. Called by dist.sh (JDK, IMAGE, VERSION).
set -eu

here=$(CDPATH='' cd -- "${0%/*}" && pwd -P)
dist=${IMAGE%/*}
tools=$dist/work/tools
say() { printf 'fram dist: %s\n' "$*" >&2; }

if ! command -v dpkg-deb >/dev/null; then
  say "no .deb was made: dpkg-deb is not here. Run ./fram dist on Debian or Ubuntu for one."
  exit 0
fi

# root needs no fakeroot; another user gets Debian's, unpacked beside the build when it is not installed.
if ! command -v fakeroot >/dev/null; then
  mkdir -p "$tools/bin"
  if [ "$(id -u)" = 0 ]; then
    printf '#!/bin/sh\nexec "$@"\n' >"$tools/bin/fakeroot"
  elif (cd "$tools" && apt-get download fakeroot libfakeroot >/dev/null 2>&1); then
    for package in "$tools"/*.deb; do dpkg-deb -x "$package" "$tools"; done
    library=$(find "$tools/usr/lib" -name 'libfakeroot-sysv.so' | head -n 1)
    printf '#!/bin/sh\nexec "%s" -l "%s" -f "%s" -- "$@"\n' "$tools/usr/bin/fakeroot-sysv" "$library" "$tools/usr/bin/faked-sysv" >"$tools/bin/fakeroot"
  else
    say "no .deb was made: fakeroot is not here and could not be downloaded. Install it: apt-get install fakeroot"
    exit 0
  fi
  chmod 755 "$tools/bin/fakeroot"
  PATH=$tools/bin:$PATH
fi

# Who built it is who can be asked about it, as Debian's own tools have it; else who committed last.
maintainer=${DEBEMAIL:-$(git -C "$here" log -1 --format=%ae 2>/dev/null || true)}
"$JDK/bin/jpackage" --type deb --app-image "$IMAGE" --name fram --app-version "$VERSION" --dest "$dist" --resource-dir "$here/deb" \
  --license-file "$IMAGE/lib/legal/LICENSE" --linux-package-name fram --linux-app-category database --linux-deb-maintainer "${maintainer:-maintainer@fram.invalid}" \
  --vendor Fram --description "Moves a live database to another server without stopping it"
say "package $(ls "$dist"/*.deb)"
