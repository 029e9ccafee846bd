// SPDX-License-Identifier: Apache-2.0
// Draws a picture. Everything shown comes from the picture; nothing is computed but its words.

import { ACTIONS, BACK, BEFORE_COPY, OVER, TRAIL, bytes, count, eta, percent, sentence, time } from './words.js';

const drawn = new Map();

export const at = (id) => document.getElementById(id);

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  Object.entries(attributes ?? {}).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

function text(id, value) {
  const node = at(id);
  if (node.textContent !== value) node.textContent = value;
}

/** Draws anew only when what it is made from has changed: focus and screen readers stay where they are. */
export function fill(id, from, children) {
  const key = JSON.stringify(from);
  if (drawn.get(id) === key) return;
  drawn.set(id, key);
  at(id).replaceChildren(...children());
}

function facts(id, pairs) {
  const known = pairs.filter((pair) => pair[1]);
  fill(id, known, () => known.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

export function picture(event) {
  const status = event.status;
  if (!status) return;
  document.title = `${sentence(status)} – Fram`;
  text('migration', status.migration);
  text('source', status.source);
  text('target', status.target);
  text('phase', sentence(status));
  text('phase-times', `for ${time(status.phase_millis)}; this process runs for ${time(status.total_millis)}`);
  trail(status);
  banners(status);
  const next = status.next_steps ?? [];
  at('next').hidden = next.length === 0;
  fill('next', next, () => ['In a terminal: ', ...next.flatMap((step, i) => [i ? ', ' : '', el('code', {}, step)])]);
  copy(status.copy);
  feed(status);
  verify(status);
  cutover(status);
}

function trail(status) {
  const back = BACK[status.phase];
  if (back) {
    // The stations lead there; that they were passed once says nothing here.
    fill('trail', [status.phase], () => [
      el('li', { class: status.phase === 'ROLLED_BACK' ? 'done' : 'now', 'aria-current': 'step' }, back),
    ]);
    return;
  }
  const now = TRAIL.findIndex(([, phases]) => phases.includes(status.phase));
  const reached = now >= 0 ? now : (status.phase === 'COMPLETED' ? TRAIL.length : 0);
  const over = status.phase === 'SERVING';
  fill('trail', [reached, now, over], () =>
    TRAIL.map(([name], i) => {
      const item = el('li', {}, name);
      if (i < reached || over) item.className = 'done';
      if (i === now) {
        item.className = over ? 'done' : 'now';
        item.setAttribute('aria-current', 'step');
      }
      return item;
    }));
}

/** What a sentence has between backquotes is a command. */
function banner(kind, title, words) {
  const parts = words.split('`').map((part, i) => (i % 2 ? el('span', { class: 'mono' }, part) : part));
  return el('p', { class: `banner ${kind}` }, el('b', {}, title), ...parts);
}

function banners(status) {
  const throttled = (status.notes ?? []).filter((note) => note.startsWith('Throttled:')).at(-1);
  const from = [status.question, status.held, status.alarms, status.guard, status.lagging, throttled];
  fill('banners', from, () => {
    const list = [];
    if (status.question) {
      const q = status.question;
      const answers = q.answers.map((a) => `fram resolve ${a.word}: ${a.means}`);
      list.push(banner('bad', 'Only a person can tell', [q.known, q.unknown, q.asks, ...answers].filter(Boolean).join('\n')));
    }
    (status.alarms ?? []).forEach((alarm) => list.push(banner('bad', 'Alarm', alarm)));
    if (status.held) list.push(held(status.held));
    if (status.guard) list.push(banner('', 'For the source\'s sake', status.guard));
    if (status.lagging) list.push(banner('', 'Why it lags', status.lagging));
    if (throttled) list.push(banner('', 'Somebody slows the copy', throttled));
    return list;
  });
}

function held(words) {
  const rest = words.replace(/^Paused: /, '');
  return banner('', rest === words ? 'Waits for you' : 'Paused', rest[0].toUpperCase() + rest.slice(1));
}

function copy(c) {
  const whole = c.tables > 0 && c.tables_copied === c.tables;
  const part = whole ? 100 : percent(c.bytes, c.expected_bytes);
  at('copy-bar').value = part;
  text('copy-percent', c.tables ? `${part} %` : '');
  facts('copy', [
    ['Tables', c.tables ? `${count(c.tables_copied)} of ${count(c.tables)}, ${count(c.tables_ready)} indexed` : ''],
    ['State', c.tables ? '' : 'has not begun'],
    ['Copied', c.tables ? `${bytes(c.bytes)} of about ${bytes(c.expected_bytes)}` : ''],
    ['Rows', c.tables ? count(c.rows) : ''],
    ['Rate', whole || !c.tables ? '' : `${bytes(c.bytes_per_second)}/s`],
    ['Time left', c.tables_ready < c.tables ? eta(c.eta) : ''],
  ]);
  fill('in-flight', c.in_flight, () =>
    c.in_flight.map((t) => {
      const done = percent(t.bytes, t.expected_bytes);
      const bar = el('progress', { max: 100, value: done, 'aria-label': `${t.table}, ${t.activity}` });
      return el('li', {}, el('span', { class: 'mono' }, t.table), t.activity === 'copy' ? bar : el('span', {}, t.activity), el('span', {}, t.activity === 'copy' ? `${done} %` : ''));
    }));
}

function lag(of) {
  return time(of.lag_millis) + (of.lag_bytes >= 0 ? `, ${bytes(of.lag_bytes)}` : '');
}

function feed(status) {
  const f = status.feed;
  const r = status.reverse;
  if (r) {
    facts('feed', [
      ['Direction', 'back to the old server'],
      ['Behind', lag(r)],
      ['Brought', `${count(r.changes)} changes in ${count(r.transactions)} transactions`],
      ['Log kept', `${bytes(r.retained_bytes)} on the new server`],
      ['Way back for', time(r.left_millis)],
    ]);
    return;
  }
  if (BEFORE_COPY.includes(status.phase)) {
    facts('feed', [['State', 'has not begun']]);
    return;
  }
  if (OVER.includes(status.phase)) {
    // Nothing is read from the source any more: a lag of then would be taken for one of now.
    facts('feed', [
      ['Applied', `${count(f.changes)} changes`],
      ['Transactions', count(f.transactions)],
    ]);
    return;
  }
  const disk = f.backlog_on_disk_bytes > 0 ? `, ${bytes(f.backlog_on_disk_bytes)} on disk` : '';
  facts('feed', [
    ['Lag', lag(f)],
    ['Backlog', bytes(f.backlog_bytes) + disk],
    ['Applied', `${count(f.changes)} changes, ${count(f.changes_per_second)}/s`],
    ['Transactions', count(f.transactions)],
    ['Log kept', `${bytes(f.retained_bytes)} on the source`],
    ['Position', f.applied],
  ]);
}

function verify(status) {
  const v = status.verify;
  if (!v.mode) {
    facts('verify', [['State', 'has not begun']]);
    return;
  }
  if (v.mode === 'off') {
    facts('verify', [['State', 'off: nothing is compared']]);
    return;
  }
  // It begins anew then: the old server has to be equal again to be gone back to.
  const whose = OVER.includes(status.phase) && status.reverse ? ', for the way back' : '';
  facts('verify', [
    ['Tables', `${count(v.equal)} of ${count(v.tables)} equal${whose}` + (v.different ? `, ${count(v.different)} different` : '')],
    ['Rows', `${count(v.rows)} compared, ${count(v.rows_per_second)}/s a job`],
    ['Differ', v.differing ? `${count(v.differing)} rows` : 'none'],
    ['Written since', OVER.includes(status.phase) ? '' : `${count(v.touched)} rows, compared again at the cutover`],
  ]);
}

function cutover(status) {
  const c = status.cutover;
  const proof = status.verify.last_proof_millis;
  const ready = status.phase === 'READY' && !status.held;
  facts('cutover', [
    ['Readiness', readiness(status, ready)],
    ['Last proof', ready && proof >= 0 ? `about ${time(proof)} of the write pause, as of now; a dry run says the rest` : ''],
    ['Attempts', c && c.attempts > 0 ? count(c.attempts) : ''],
    ['Writes blocked', c && c.write_block_millis > 0 ? time(c.write_block_millis) : ''],
    ['Frozen at', c?.frozen_at],
    ['Result', c?.result],
    ['A client saw', c?.probe ? `${waited(c.probe)}, ${count(c.probe.write_errors)} errors` : ''],
  ]);
  const steps = c?.steps ?? [];
  const kinds = { done: 'good', running: '', undone: 'warn', failed: 'bad', unknown: 'bad' };
  fill('steps', steps, () =>
    steps.map((s) => el('li', {}, el('span', {}, s.name), el('span', { class: kinds[s.outcome] ?? '' }, s.outcome === 'running' ? 'running' : `${s.outcome}, ${time(s.millis)}`))));
}

function waited(probe) {
  const gap = probe.longest_write_gap_millis;
  return gap < 0 ? 'for how long is not known: the run that measured it ended' : `no write for ${time(gap)}`;
}

function readiness(status, ready) {
  if (ready) return `ready; lag ${time(status.feed.lag_millis)}`;
  if (status.held) return 'held: see above';
  const others = {
    CUTTING_OVER: 'going on', SERVING: 'done', COMPLETED: 'done', ROLLING_BACK: 'the way back is going on',
    ROLLED_BACK: 'the old server serves', CANCELLED: 'given up', NEEDS_OPERATOR: 'not known: see above',
  };
  return others[status.phase] ?? 'not yet';
}

export function replies(list, asked) {
  fill('replies', [list, asked], () => [
    ...asked.map((word) => el('p', { class: 'reply' }, `${name(word)}: asked, no answer yet …`)),
    ...[...list].reverse().map((reply) => {
      const box = el('div', { class: reply.exit_code === 0 ? 'reply' : 'reply bad' });
      const when = new Date(reply.at).toLocaleTimeString();
      box.append(el('b', {}, `${name(reply.action)}, ${when}: `), reply.message);
      if (reply.details.length) box.append(el('ul', {}, ...reply.details.map((line) => el('li', {}, line))));
      return box;
    }),
  ]);
}

function name(word) {
  return (ACTIONS[word]?.label ?? word).replace(' …', '');
}

export function checks(list) {
  const order = { FAIL: 0, WARN: 1, INFO: 2, PASS: 3 };
  const kinds = { FAIL: 'bad', WARN: 'warn', INFO: 'dim', PASS: 'good' };
  const sorted = [...list].sort((a, b) => order[a.severity] - order[b.severity]);
  const wrong = list.filter((f) => f.severity === 'FAIL' || f.severity === 'WARN').length;
  text('checks-count', `${list.length} ${list.length === 1 ? 'answer' : 'answers'}, ${wrong} to look at`);
  fill('checks', sorted, () =>
    sorted.map((f) => {
      const item = el('li', {}, el('span', { class: `tag ${kinds[f.severity]}` }, f.severity), `${f.seen} `);
      if (f.remedy) item.append(el('div', {}, el('b', {}, 'To do: '), f.remedy));
      return item;
    }));
}

export function story(lines) {
  const list = at('story');
  const below = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  fill('story', lines, () => lines.map((line) => el('li', {}, line)));
  if (below) list.scrollTop = list.scrollHeight;
}

/** What a part of the forecast is called, and the phase in which it goes on. */
const PARTS = {
  copy: ['Copy', 'COPYING'],
  copy_and_index: ['Copy and indexes together', 'COPYING'],
  catch_up: ['Catching up', 'CATCHING_UP'],
  verify: ['First comparison', 'VERIFYING'],
  freeze: ['Writes blocked', 'CUTTING_OVER'],
};

export function forecast(f, status) {
  text('forecast-said', f.measured ? `Measured ${new Date(f.measured_millis).toLocaleString()}.` : f.said);
  at('forecast-parts').hidden = !f.measured;
  const parts = f.measured ? f.parts.filter((p) => PARTS[p.part]) : [];
  fill('forecast', parts.map((p) => [p, took(p, status)]), () =>
    parts.map((p) => {
      const told = p.low_millis >= 0 ? `${time(p.low_millis)} to ${time(p.high_millis)}` : 'not foretold';
      const kind = { inside: 'good', faster: 'good', slower: 'warn' }[p.verdict] ?? '';
      return el('tr', {}, el('th', { scope: 'row' }, PARTS[p.part][0]), el('td', {}, told), el('td', { class: kind }, took(p, status)));
    }));
}

function took(p, status) {
  const c = status.copy;
  if (p.actual_millis >= 0) return time(p.actual_millis) + (p.verdict ? `, ${p.verdict}` : '');
  if (PARTS[p.part][1] !== status.phase) return 'not known yet';
  const left = p.part === (c.eta.of === 'COPY' ? 'copy' : 'copy_and_index') && c.eta.low_millis >= 0;
  return `going on for ${time(status.phase_millis)}` + (left ? `, ${time(c.eta.low_millis)} to ${time(c.eta.high_millis)} left` : '');
}

const SHOWN = 200;
const BUSY = { copying: 0, copied: 1, pending: 2, ready: 3 };

const ORDERS = {
  work: (a, b) => Number(!a[2]) - Number(!b[2]) || BUSY[a[1]] - BUSY[b[1]],
  name: () => 0,
  size: (a, b) => b[5] - a[5],
  left: (a, b) => (b[1] === 'ready' ? 0 : b[5] - b[4]) - (a[1] === 'ready' ? 0 : a[5] - a[4]),
};

export function tables(all) {
  const wanted = at('search').value.trim().toLowerCase();
  const found = all.filter((t) => t[0].toLowerCase().includes(wanted)).sort(ORDERS[at('sort').value]);
  text('tables-count', wanted ? `${count(found.length)} of ${count(all.length)}` : count(all.length));
  text('tables-more', found.length > SHOWN ? `${count(found.length - SHOWN)} more: search for them.` : '');
  const shown = found.slice(0, SHOWN);
  fill('tables', shown, () =>
    shown.map((t) =>
      el('tr', {}, el('td', { class: 'mono' }, t[0]), el('td', {}, t[2] === 'index' ? 'indexing' : t[1]),
        el('td', { class: 'num' }, bytes(t[4])), el('td', { class: 'num' }, bytes(t[5])), el('td', { class: 'num' }, count(t[3])))));
}
