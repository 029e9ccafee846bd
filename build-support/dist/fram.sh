#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the self-contained Fram: its own Java runtime and its jars lie beside this file, in ../lib.
# FRAM_JAVA_OPTS adds options for the JVM, after the ones below (so -Xmx there wins).
set -u
self=$0
case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
while [ -L "$self" ]; do
  link=$(readlink -- "$self")
  case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
lib=$(CDPATH='' cd -- "${self%/*}/../lib" && pwd -P) || exit 70

@OPTIONS@

choose_options "$@"
# The jars, in the order of the class-data archive.
cp=''
while read -r jar; do cp=$cp${cp:+:}$lib/app/$jar; done <"$lib/app/class-path"
# The words of $options and FRAM_JAVA_OPTS are meant to be split.
exec "$lib/runtime/bin/java" "-XX:SharedArchiveFile=$lib/app/classes.jsa" $always $options ${FRAM_JAVA_OPTS-} -cp "$cp" $main "$@"
