# SPDX-License-Identifier: Apache-2.0
# How Fram's JVM is started: read by ./fram and written into the image's bin/fram, so that both behave alike.
main=dev.fram.cli.Main
# Loads what a migration needs: run once, when a class-data archive is made.
class_data=dev.fram.cli.ClassData
# A class-data archive that does not fit is passed over in silence: it only costs start-up time.
always='-Xlog:disable -Xlog:all=error:stderr -Xlog:cds=off:stderr --enable-native-access=ALL-UNNAMED'
short='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m'
# A migration of a small database is over before the optimising compiler has paid for itself: it comes later than usual.
late='-XX:Tier4InvocationThreshold=30000 -XX:Tier4MinInvocationThreshold=5000 -XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=300000'
long="-XX:+UseG1GC -Xms48m -Xmx256m $late"

# Commands that move or compare data get the optimising compiler and the full heap; the rest only has to start fast.
choose_options() {
  options=$short
  for word in "$@"; do
    case $word in migrate | demo | cutover | verify | rollback | measure) options=$long ;; esac
  done
}
