// SPDX-License-Identifier: Apache-2.0
// One line over the whole run, as SVG. A pointer or the arrow keys read single values.

const WIDTH = 400;
const HEIGHT = 104;
const TOP = 4;
const BASE = 100;
const NS = 'http://www.w3.org/2000/svg';

function shape(name, attributes) {
  const node = document.createElementNS(NS, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

export class Chart {
  #title;
  #format;
  #clock;
  #value = document.createElement('b');
  #svg = shape('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', tabindex: '0' });
  #axis = document.createElement('div');
  #points = [];
  #at = -1;

  constructor(figure, title, format, clock) {
    this.#title = title;
    this.#format = format;
    this.#clock = clock;
    const caption = document.createElement('figcaption');
    const name = document.createElement('span');
    name.textContent = title;
    caption.append(name, this.#value);
    this.#axis.className = 'axis dim';
    figure.append(caption, this.#svg, this.#axis);
    this.#svg.addEventListener('pointermove', (event) => this.#point(event));
    this.#svg.addEventListener('pointerleave', () => this.#look(-1));
    this.#svg.addEventListener('blur', () => this.#look(-1));
    this.#svg.addEventListener('keydown', (event) => this.#key(event));
    this.#paint();
  }

  /** Points are [millis, value]; a value below 0 is not known. */
  draw(points) {
    this.#points = points.filter((point) => point[1] >= 0);
    this.#paint();
  }

  #point(event) {
    const box = this.#svg.getBoundingClientRect();
    const millis = ((event.clientX - box.left) / box.width) * this.#span();
    let best = 0;
    this.#points.forEach((point, i) => {
      if (Math.abs(point[0] - millis) < Math.abs(this.#points[best][0] - millis)) best = i;
    });
    this.#look(this.#points.length ? best : -1);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this.#points.length) return;
    event.preventDefault();
    const from = this.#at < 0 ? this.#points.length - 1 : this.#at;
    this.#look(Math.max(0, Math.min(this.#points.length - 1, from + step)));
  }

  #look(index) {
    this.#at = index;
    this.#paint();
  }

  #span() {
    return Math.max(1000, this.#points.at(-1)?.[0] ?? 0);
  }

  #paint() {
    const points = this.#points;
    const last = points.at(-1);
    const most = Math.max(0, ...points.map((point) => point[1]));
    const x = (point) => ((point[0] / this.#span()) * WIDTH).toFixed(1);
    const y = (point) => (BASE - (most > 0 ? point[1] / most : 0) * (BASE - TOP)).toFixed(1);
    const parts = [
      shape('line', { class: 'grid', x1: 0, x2: WIDTH, y1: TOP, y2: TOP, 'vector-effect': 'non-scaling-stroke' }),
      shape('line', { class: 'grid', x1: 0, x2: WIDTH, y1: BASE, y2: BASE, 'vector-effect': 'non-scaling-stroke' }),
    ];
    if (points.length > 1) {
      const line = points.map((point) => `${x(point)},${y(point)}`).join(' ');
      const area = `${x(points[0])},${BASE} ${line} ${x(last)},${BASE}`;
      parts.push(shape('polygon', { class: 'area', points: area }));
      parts.push(shape('polyline', { class: 'line', points: line, 'vector-effect': 'non-scaling-stroke' }));
    }
    const ends = ['start', last ? this.#clock(last[0]) : ''].map((word) => {
      const end = document.createElement('span');
      end.textContent = word;
      return end;
    });
    this.#axis.replaceChildren(...ends);
    const seen = points[this.#at] ?? last;
    if (points[this.#at]) {
      parts.push(shape('line', { class: 'cross', x1: x(seen), x2: x(seen), y1: TOP, y2: BASE, 'vector-effect': 'non-scaling-stroke' }));
    }
    this.#svg.replaceChildren(...parts);
    const now = seen ? this.#format(seen[1]) : 'nothing yet';
    const when = points[this.#at] ? `${this.#clock(seen[0])}: ` : '';
    this.#value.textContent = when + now + (most > 0 && !when ? `, most ${this.#format(most)}` : '');
    this.#svg.setAttribute('aria-label', `${this.#title}: ${this.#value.textContent}. The arrow keys read single values.`);
  }
}
