// Geometry and facings as values: every change makes a new list, so that undo is a list of lists.

export const clone = (facing) => ({ ...facing, polygon: facing.polygon.map(([x, y]) => [x, y]) });

export const bounds = (polygon) => {
  const xs = polygon.map((p) => p[0]), ys = polygon.map((p) => p[1]);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
};

const tenth = (value) => Math.round(value * 10) / 10;

// The shift, shortened so that a polygon within the picture stays within it.
const within = (polygon, dx, dy, width, height) => {
  const box = bounds(polygon);
  const held = (delta, low, high, size) =>
    low < 0 || high > size ? delta : Math.min(Math.max(delta, -low), size - high);
  return [held(dx, box.left, box.right, width), held(dy, box.top, box.bottom, height)];
};

export function moved(facing, dx, dy, { width, height }, points = null) {
  const chosen = points ?? facing.polygon.map((_, i) => i);
  const [sx, sy] = within(chosen.map((i) => facing.polygon[i]), dx, dy, width, height);
  const polygon = facing.polygon.map(([x, y], i) => (chosen.includes(i) ? [tenth(x + sx), tenth(y + sy)] : [x, y]));
  return { ...facing, polygon };
}

export function rectangle([x0, y0], [x1, y1], { width, height }) {
  const clampX = (x) => tenth(Math.min(Math.max(x, 0), width)), clampY = (y) => tenth(Math.min(Math.max(y, 0), height));
  const left = clampX(Math.min(x0, x1)), right = clampX(Math.max(x0, x1));
  const top = clampY(Math.min(y0, y1)), bottom = clampY(Math.max(y0, y1));
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

// "b1-s2-f3" → "b1-s2-f4", the first that is free.
export function freeId(like, taken) {
  const match = /^(.*?)(\d+)$/.exec(like);
  const [stem, from] = match ? [match[1], Number(match[2]) + 1] : [`${like}-`, 2];
  for (let number = from; ; number += 1) if (!taken.has(`${stem}${number}`)) return `${stem}${number}`;
}

// Beside it along its own lower edge, or on the other side where the picture ends.
export function duplicated(facing, facings, size) {
  const box = bounds(facing.polygon);
  const step = box.right - box.left;
  const [from, to] = lowerEdge(facing.polygon);
  const slope = to[0] === from[0] ? 0 : (to[1] - from[1]) / (to[0] - from[0]);
  const dx = box.right + step <= size.width ? step : -step;
  const copy = moved(facing, dx, dx * slope, size);
  return { ...copy, id: freeId(facing.id, new Set(facings.map((f) => f.id))) };
}

function lowerEdge(polygon) {
  const byDepth = [...polygon].sort((a, b) => b[1] - a[1]).slice(0, 2);
  return byDepth.sort((a, b) => a[0] - b[0]);
}

// A quadrilateral in equal parts from left to right; other shapes by the box around them.
export function split(facing, parts, facings) {
  const box = bounds(facing.polygon);
  const quad = facing.polygon.length === 4 ? facing.polygon : rectangle([box.left, box.top], [box.right, box.bottom], { width: Infinity, height: Infinity });
  const [tl, tr, br, bl] = upright(quad);
  const between = (a, b, share) => [tenth(a[0] + (b[0] - a[0]) * share), tenth(a[1] + (b[1] - a[1]) * share)];
  const taken = new Set(facings.map((f) => f.id));
  return Array.from({ length: parts }, (_, i) => {
    const id = i === 0 ? facing.id : freeId(facing.id, taken);
    taken.add(id);
    const [low, high] = [i / parts, (i + 1) / parts];
    const polygon = [between(tl, tr, low), between(tl, tr, high), between(bl, br, high), between(bl, br, low)];
    return { ...facing, id, polygon };
  });
}

// Corners as top left, top right, bottom right, bottom left.
function upright(quad) {
  const rows = [...quad].sort((a, b) => a[1] - b[1]);
  const [tl, tr] = rows.slice(0, 2).sort((a, b) => a[0] - b[0]);
  const [bl, br] = rows.slice(2).sort((a, b) => a[0] - b[0]);
  return [tl, tr, br, bl];
}

export class History {
  constructor() {
    this.past = [];
    this.future = [];
  }

  // What stood before a change; changes with the same key in a row (typing in one field) are one step.
  remember(before, key = null) {
    if (key !== null && key === this.key) return;
    this.key = key;
    this.past.push(before);
    if (this.past.length > 300) this.past.shift();
    this.future = [];
  }

  undo(now) {
    this.key = null;
    if (!this.past.length) return now;
    this.future.push(now);
    return this.past.pop();
  }

  redo(now) {
    this.key = null;
    if (!this.future.length) return now;
    this.past.push(now);
    return this.future.pop();
  }
}
