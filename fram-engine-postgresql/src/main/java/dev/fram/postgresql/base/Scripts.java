// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

/**
 * What is run on the target's machine. Each script may be run again after any crash of anything:
 * which folders are there says what was done. POSIX shell with stat, setpriv and flock, as Debian,
 * Ubuntu and the Red Hats have them.
 *
 * <p>Beside the data folder {@code D} there is a folder of Fram's, {@code D.fram-ID}: {@code part}
 * (a backup that is being fetched), {@code new} (one that was fetched), {@code former} (what the
 * target was before). Once {@code former} is there and {@code new} is not, they have changed
 * places.
 */
final class Scripts {
  /** Exit code: an earlier run's script is still at it. */
  static final int BUSY = 75;

  /** Exit code: the server still runs. */
  static final int RUNNING = 76;

  /** Exit code: that user may not do it. */
  static final int NOT_ALLOWED = 77;

  /** {@code $1 uid:gid, $2 the script}, then its arguments: as the data folder's owner. */
  static final String AS_OWNER =
      """
      own=$1 script=$2
      shift 2
      uid=${own%:*} gid=${own#*:}
      if [ "$(id -u)" = "$uid" ]; then exec sh -c "$script" fram "$@"; fi
      if [ "$(id -u)" != 0 ]; then
        echo "the data folder belongs to uid $uid, and this is uid $(id -u)" >&2
        exit 77
      fi
      groups=--clear-groups
      if getent passwd "$uid" >/dev/null 2>&1; then groups=--init-groups; fi
      exec setpriv --reuid="$uid" --regid="$gid" $groups -- sh -c "$script" fram "$@"
      """;

  /** {@code $1 data folder}: says {@code name=value}. */
  static final String LOOK =
      """
      folder=$(readlink -f -- "$1") || exit 1
      echo "folder=$folder"
      echo "owner=$(stat -c %u:%g -- "$folder")"
      echo "user=$(id -u)"
      pid=$(sed -n 1p "$folder/postmaster.pid") || exit 1
      echo "started=$(sed -n 3p "$folder/postmaster.pid")"
      program=$(readlink "/proc/$pid/exe")
      programs=${program%/*}
      echo "programs=$programs"
      log=$(readlink "/proc/$pid/fd/2")
      if [ -f "$log" ]; then echo "log=$log"; fi
      parent=$(dirname -- "$folder")
      echo "free=$(df -Pk -- "$parent" | awk 'NR==2 {print $4}')"
      if [ "$(stat -c %d -- "$folder")" = "$(stat -c %d -- "$parent")" ]; then echo "movable=yes"; fi
      if [ -e "$folder/pg_wal" ] && [ -L "$folder/pg_wal" ]; then echo "linked=pg_wal"; fi
      for tool in setpriv setsid flock; do
        if command -v $tool >/dev/null 2>&1; then echo "$tool=yes"; fi
      done
      """;

  /**
   * As the owner, who is to run it: {@code $1 folder of the server's programs, $2 major version, $3
   * more folders}; says the path of a pg_basebackup that will do.
   */
  static final String SEARCH =
      """
      IFS=:
      for each in $1 /usr/lib/postgresql/$2/bin /usr/pgsql-$2/bin $3 $PATH; do
        found=$("$each/pg_basebackup" --version 2>/dev/null | sed 's/[^0-9]*\\([0-9]*\\).*/\\1/')
        if [ "${found:-0}" -ge "$2" ]; then
          echo "$each/pg_basebackup"
          exit 0
        fi
      done
      """;

  /** As the owner: {@code $1 data folder}; says whether the folder beside it can be made. */
  static final String MAY =
      """
      test -w "$(dirname -- "$1")"
      """;

  /**
   * As the owner: {@code $1 work folder, $2 pg_basebackup, $3 slot, $4 connection}; the password
   * file's line comes by its input. When that ends Fram has gone, and so does the fetching:
   * pg_basebackup has a second process, which would go on alone and keep the lock.
   */
  static final String FETCH =
      """
      work=$1
      IFS= read -r pass || exit 1
      umask 077
      mkdir -p -- "$work" || exit 1
      exec 9>>"$work/lock" || exit 1
      flock -n 9 || exit 75
      if [ -d "$work/new" ]; then exit 0; fi
      rm -rf -- "$work/part"
      printf '%s\\n' "$pass" >"$work/pgpass" || exit 1
      exec 3<&0
      PGPASSFILE="$work/pgpass" setsid "$2" -D "$work/part" -X stream -S "$3" -c fast -w -d "$4" \\
        2>"$work/log" 3<&- &
      backup=$!
      ( while IFS= read -r nothing <&3; do :; done; kill -- -$backup 2>/dev/null ) >/dev/null 2>&1 9>&- &
      watch=$!
      wait $backup
      code=$?
      kill $watch 2>/dev/null
      rm -f -- "$work/pgpass"
      tail -n 20 "$work/log" >&2
      if [ $code = 0 ]; then mv -- "$work/part" "$work/new"; code=$?; fi
      exit $code
      """;

  /** As the owner: {@code $1 data folder, $2 work folder}; says in whose place the backup is. */
  static final String WHERE =
      """
      if [ -d "$2/former" ] && [ ! -d "$2/new" ]; then echo there; elif [ -d "$2/new" ]; then echo new
      else echo none; fi
      pid=$(sed -n 1p "$1/postmaster.pid" 2>/dev/null)
      if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then echo runs; fi
      """;

  /**
   * As the owner: {@code $1 data folder, $2 work folder, $3 what postgresql.auto.conf gets
   * besides}; the password file's line comes by its input. Settings, rules of access, certificates
   * and whatever else is not PostgreSQL's own data stay the target's.
   */
  static final String DRESS =
      """
      folder=$1 work=$2
      IFS= read -r pass || exit 1
      umask 077
      exec 9>>"$work/lock" || exit 1
      flock -n 9 || exit 75
      if [ ! -d "$work/new" ] || [ -d "$work/former" ]; then exit 0; fi
      data() {
        case $1 in
          PG_VERSION|backup_label*|tablespace_map*|backup_manifest|base|global|pg_commit_ts|pg_dynshmem) ;;
          pg_logical|pg_multixact|pg_notify|pg_replslot|pg_serial|pg_snapshots|pg_stat|pg_stat_tmp) ;;
          pg_subtrans|pg_tblspc|pg_twophase|pg_wal|pg_xact) ;;
          *) return 1 ;;
        esac
      }
      for each in "$work/new"/* "$work/new"/.[!.]*; do
        data "${each##*/}" || rm -rf -- "$each"
      done
      for each in "$folder"/* "$folder"/.[!.]*; do
        case ${each##*/} in
          postmaster.pid|current_logfiles*|log|*.signal) continue ;;
        esac
        if [ -e "$each" ] && ! data "${each##*/}"; then cp -a -- "$each" "$work/new/" || exit 1; fi
      done
      printf '%s\\n' "$pass" >"$work/new/fram.pgpass" || exit 1
      printf '%s\\n' "$3" >>"$work/new/postgresql.auto.conf" || exit 1
      : >"$work/new/standby.signal"
      """;

  /** As the owner: {@code $1 data folder, $2 work folder}; they change places. */
  static final String SWAP =
      """
      folder=$1 work=$2
      exec 9>>"$work/lock" || exit 1
      flock -n 9 || exit 75
      if [ ! -d "$work/new" ]; then exit 0; fi
      pid=$(sed -n 1p "$folder/postmaster.pid" 2>/dev/null)
      if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then exit 76; fi
      if [ ! -f "$work/new/standby.signal" ]; then echo "the backup is not dressed" >&2; exit 1; fi
      if [ -d "$folder" ]; then
        if [ -e "$work/former" ]; then echo "$work/former is in the way" >&2; exit 1; fi
        mv -- "$folder" "$work/former" || exit 1
      fi
      mv -- "$work/new" "$folder" || exit 1
      sync
      """;

  /** As the owner: {@code $1 data folder, $2 folder of programs}. */
  static final String STOP =
      """
      pid=$(sed -n 1p "$1/postmaster.pid" 2>/dev/null)
      if [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null; then exit 0; fi
      exec "$2/pg_ctl" -D "$1" -m fast -w -t 300 stop
      """;

  /**
   * As the owner: {@code $1 data folder, $2 folder of programs, $3 log file}; with the options that
   * the target had, which pg_ctl reads from postmaster.opts where it restarts (manual, pg_ctl).
   */
  static final String START =
      """
      pid=$(sed -n 1p "$1/postmaster.pid" 2>/dev/null)
      if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then exit 0; fi
      log=$3
      if [ -z "$log" ] || ! [ -w "$log" ]; then log=$1/fram-start.log; fi
      exec "$2/pg_ctl" -D "$1" -l "$log" -W restart
      """;

  /** As the owner, the server stopped: {@code $1 data folder, $2 work folder}; as it was before. */
  static final String UNDO =
      """
      folder=$1 work=$2
      if [ ! -d "$work" ]; then exit 0; fi
      exec 9>>"$work/lock" || exit 1
      flock -n 9 || exit 75
      if [ -d "$work/former" ]; then
        pid=$(sed -n 1p "$folder/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then exit 76; fi
        rm -rf -- "$work/undone"
        if [ -d "$folder" ]; then mv -- "$folder" "$work/undone" || exit 1; fi
        mv -- "$work/former" "$folder" || exit 1
      fi
      """;

  /** As the owner: {@code $1 work folder}. */
  static final String CLEAN =
      """
      rm -rf -- "$1"
      """;

  /** As the owner: {@code $1 data folder}; the password's file, when nobody reads it any more. */
  static final String FORGET_PASSWORD =
      """
      rm -f -- "$1/fram.pgpass"
      """;

  private Scripts() {}
}
