// SPDX-License-Identifier: Apache-2.0
// The connection to Fram, the session, and what the user does. draw.js draws.

import { Chart } from './chart.js';
import * as draw from './draw.js';
import { ACTIONS, bytes, count, time } from './words.js';

const at = draw.at;
const charts = {
  copy: new Chart(at('chart-copy'), 'Copied a second', (v) => `${bytes(v)}/s`, time),
  apply: new Chart(at('chart-apply'), 'Changes applied a second', count, time),
  lag: new Chart(at('chart-lag'), 'Lag', time, time),
};
let secret = '';
let seen = { lines: -1, findings: -1 };
let tables = [];
let wanted = '';
let last = null;
let heard = 0;
let ended = false;
let foreseen = { phase: '', at: 0 };

async function get(path) {
  const response = await fetch(path, { credentials: 'same-origin' });
  if (response.status === 401) {
    signedIn(false);
    throw new Error('no token was shown');
  }
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function post(path, body) {
  const headers = { 'Content-Type': 'application/json', 'X-Fram-Secret': secret };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401 && path !== '/api/login') signedIn(false);
  if (!response.ok) throw new Error(answer.message ?? `Fram answered ${response.status}.`);
  return answer;
}

// --- the session ---------------------------------------------------------------------------------------------------

function signedIn(yes) {
  at('sign-in').hidden = yes;
  at('actions').hidden = !yes;
  at('sign-out-line').hidden = !yes;
  at('report-line').hidden = !yes;
  at('report-locked').hidden = yes;
  if (!yes) {
    secret = '';
    ask('');
  }
}

function take(session) {
  secret = session.secret ?? '';
  signedIn(session.signed_in);
}

/** The token in the link is shown once and leaves the address bar; it never travels in a URL. */
async function begin() {
  const fragment = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fragment) {
    history.replaceState(null, '', location.pathname);
    await signIn(fragment);
  } else {
    await get('/api/session').then(take).catch(() => {});
  }
  listen();
}

async function signIn(token) {
  at('sign-in-error').textContent = '';
  try {
    take(await post('/api/login', { token }));
  } catch (e) {
    signedIn(false);
    at('sign-in-error').textContent = e.message;
  }
}

at('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  await signIn(at('token').value.trim());
  at('token').value = '';
  if (secret) listen();
});

at('sign-out').addEventListener('click', async () => {
  await post('/api/logout', {}).catch(() => {});
  signedIn(false);
});

// --- the pictures --------------------------------------------------------------------------------------------------

let stream = null;

function listen() {
  stream?.close();
  stream = new EventSource('/api/events');
  stream.addEventListener('picture', (event) => show(JSON.parse(event.data)));
  stream.addEventListener('error', lost);
}

function lost() {
  if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  link();
}

function link() {
  const silent = Date.now() - heard;
  const pill = at('link');
  const live = heard > 0 && silent < 12000 && !ended;
  pill.className = `pill ${live ? 'live' : 'lost'}`;
  const words = ended ? 'the run has ended' : heard === 0 ? 'not connected' : `nothing heard for ${time(silent)}`;
  pill.textContent = live ? 'live' : words;
}

function show(event) {
  heard = Date.now();
  last = event;
  ended = event.ended;
  link();
  draw.picture(event);
  draw.replies(event.replies, event.asked);
  actions(event);
  if (event.lines !== seen.lines) fetchInto('lines', event.lines, '/api/story', draw.story);
  if (event.findings !== seen.findings) fetchInto('findings', event.findings, '/api/findings', draw.checks);
}

function fetchInto(key, value, path, use) {
  seen[key] = value;
  get(path).then(use).catch(() => {
    seen[key] = -1;
  });
}

async function refresh() {
  link();
  if (document.hidden || ended || heard === 0) return;
  const [list, points] = await Promise.all([get('/api/tables'), get('/api/history')]);
  tables = list;
  draw.tables(tables);
  charts.copy.draw(points.map((p) => [p[0], p[1]]));
  charts.apply.draw(points.map((p) => [p[0], p[2]]));
  charts.lag.draw(points.map((p) => [p[0], p[3]]));
  await foresee();
}

/** Asks the target, so not with each picture. */
async function foresee() {
  const phase = last?.status?.phase;
  if (!phase) return;
  if (phase !== foreseen.phase || Date.now() - foreseen.at > 30000) {
    foreseen = { phase, at: Date.now() };
    foreseen.list = await get('/api/forecast').catch(() => undefined);
  }
  if (foreseen.list) draw.forecast(foreseen.list, last.status);
}

setInterval(() => refresh().catch(() => {}), 2000);
at('search').addEventListener('input', () => draw.tables(tables));
at('sort').addEventListener('change', () => draw.tables(tables));

// --- the commands --------------------------------------------------------------------------------------------------

function actions(event) {
  const offered = event.ended ? [] : event.actions;
  if (wanted && !offered.includes(wanted)) ask('');
  draw.fill('actions', [offered, event.asked], () =>
    offered.map((word) => {
      const action = ACTIONS[word];
      const button = draw.el('button', { type: 'button', id: `do-${word}` }, action.label);
      if (action.main) button.className = 'main';
      if (action.go && !action.main) button.className = 'danger';
      button.disabled = event.asked.includes(word);
      button.addEventListener('click', () => (action.go ? ask(word) : order(word)));
      return button;
    }));
}

/** The second step: what happens is said, and the word has to be typed. */
function ask(word) {
  wanted = word;
  at('confirm').hidden = !word;
  if (!word) return;
  const action = ACTIONS[word];
  at('confirm-h').textContent = action.title;
  at('confirm-says').textContent = action.says;
  at('confirm-want').textContent = word;
  at('confirm-do').textContent = action.go;
  at('confirm-do').disabled = true;
  at('confirm-word').value = '';
  at('confirm-word').focus();
}

at('confirm-word').addEventListener('input', () => {
  at('confirm-do').disabled = at('confirm-word').value.trim() !== wanted;
});
at('confirm-not').addEventListener('click', () => {
  const button = at(`do-${wanted}`);
  ask('');
  button?.focus();
});
at('confirm').addEventListener('submit', (event) => {
  event.preventDefault();
  const word = wanted;
  if (at('confirm-word').value.trim() !== word) return;
  ask('');
  order(word);
});

async function order(word) {
  try {
    await post(`/api/commands/${word}`, { confirm: word });
  } catch (e) {
    const refused = { action: word, exit_code: 1, message: e.message, details: [], at: Date.now() };
    draw.replies([...(last?.replies ?? []), refused], last?.asked ?? []);
  }
}

begin();
