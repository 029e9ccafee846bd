// SPDX-License-Identifier: Apache-2.0
// Numbers and phases as words, as the terminal writes them. Knows no document.

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function count(number) {
  return number < 0 ? '?' : Math.round(number).toLocaleString('en-US');
}

export function bytes(number) {
  if (number < 0) return '?';
  let size = number;
  let unit = 0;
  while (size >= 1000 && unit < SIZES.length - 1) {
    size /= 1000;
    unit++;
  }
  return (unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)) + ' ' + SIZES[unit];
}

export function time(millis) {
  if (millis < 0) return '?';
  if (millis < 1000) return Math.round(millis) + ' ms';
  const seconds = millis / 1000;
  if (seconds < 10) return seconds.toFixed(1) + ' s';
  if (seconds < 60) return Math.round(seconds) + ' s';
  const minutes = Math.floor(seconds / 60);
  const rest = Math.floor(seconds % 60);
  if (minutes < 60) return minutes + ' min' + (rest > 0 ? ` ${rest} s` : '');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours + ' h' + (minutes % 60 > 0 ? ` ${minutes % 60} min` : '');
  return Math.floor(hours / 24) + ' d ' + (hours % 24) + ' h';
}

export function percent(part, whole) {
  if (whole <= 0) return 0;
  // An estimate may be exceeded; only what is done is 100 %.
  return Math.min(99, Math.floor((part * 100) / whole));
}

export function eta(range) {
  if (range.low_millis < 0) return 'measuring';
  const what = range.of === 'COPY' ? ', indexes not counted' : '';
  return time(range.low_millis) + ' to ' + time(range.high_millis) + what;
}

export const TRAIL = [
  ['check', ['PLANNED']],
  ['schema', ['CHECKED']],
  ['copy', ['PREPARED', 'COPYING']],
  ['follow', ['CATCHING_UP']],
  ['verify', ['VERIFYING']],
  ['ready', ['READY']],
  ['cutover', ['CUTTING_OVER']],
  ['serving', ['SERVING']],
];

export const BACK = { ROLLING_BACK: 'rolling back', ROLLED_BACK: 'the old server serves again' };

export const BEFORE_COPY = ['PLANNED', 'CHECKED', 'PREPARED'];

export const OVER = ['SERVING', 'ROLLING_BACK', 'ROLLED_BACK', 'COMPLETED', 'CANCELLED'];

export function sentence(status) {
  const table = {
    PLANNED: 'Checking both servers',
    CHECKED: 'Creating the schema on the target',
    PREPARED: 'Schema and feed are in place',
    COPYING: 'Copying',
    CATCHING_UP: 'Catching up with the source',
    VERIFYING: 'Comparing every row of both sides',
    READY: 'Ready for the cutover',
    CUTTING_OVER: 'Cutting over',
    SERVING: 'The target serves',
    ROLLING_BACK: 'Rolling back',
    ROLLED_BACK: 'The old server serves again',
    COMPLETED: 'Completed',
    CANCELLED: 'Cancelled; the source never stopped serving',
    NEEDS_OPERATOR: 'Needs you: a step’s outcome is unknown',
  };
  return table[status.phase] ?? status.phase;
}

export const ACTIONS = {
  'cutover-dry-run': { label: 'Dry run of the cutover' },
  cutover: {
    label: 'Cut over …',
    title: 'Cut over now?',
    says: 'Writes on the source are blocked, the target is brought to the exact same position, proven and opened. Until the hand-over every failure undoes itself.',
    go: 'Cut over now',
    main: true,
  },
  verify: { label: 'Verify anew' },
  'rollback-dry-run': { label: 'Dry run of the rollback' },
  rollback: {
    label: 'Roll back …',
    title: 'Go back to the old server?',
    says: 'Writes on the new server are blocked, the old one is brought to the exact same position, with every write that the new one took, and opened.',
    go: 'Roll back now',
  },
  complete: {
    label: 'Complete …',
    title: 'End the reverse window?',
    says: 'What Fram made on both servers is removed. There is no way back after that.',
    go: 'Complete now',
  },
  pause: { label: 'Pause' },
  resume: { label: 'Resume' },
  stop: {
    label: 'Stop the run …',
    title: 'Stop the run?',
    says: 'The process ends, and this page with it. Nothing is lost: fram migrate goes on from where it was. The log keeps growing on the server meanwhile.',
    go: 'Stop the run',
  },
  cancel: {
    label: 'Give up …',
    title: 'Give the migration up?',
    says: 'What Fram made on both servers is removed, with all that was copied. The source goes on serving.',
    go: 'Give up for good',
  },
};
