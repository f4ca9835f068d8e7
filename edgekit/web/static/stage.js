// The picture that one zooms and pans, and the pointers on it: mouse, pen, one finger, two fingers.

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes, parent = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

export class Stage {
  // `onStart(point, event)` gives what a drag does, as {move(point, delta), end(moved), touchPans}; null pans.
  constructor(root, size, { onStart, onZoom }) {
    this.root = root;
    this.element = root.querySelector("svg");
    this.view = root.querySelector("#view");
    this.size = size;
    this.onStart = onStart;
    this.onZoom = onZoom;
    this.pointers = new Map();
    this.drag = null;
    this.scale = 1;
    this.x = this.y = 0;
    this.fitted = true;
    this.element.addEventListener("pointerdown", (event) => this.down(event));
    this.element.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) this.element.addEventListener(kind, (event) => this.up(event));
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    new ResizeObserver(() => (this.fitted ? this.fit() : this.apply())).observe(root);
    this.fit();
  }

  get box() {
    return this.element.getBoundingClientRect();
  }

  point(event) {
    const box = this.box;
    return [(event.clientX - box.left - this.x) / this.scale, (event.clientY - box.top - this.y) / this.scale];
  }

  fit() {
    const box = this.box, margin = 14; // a handle at the picture's edge can be grasped
    const free = Math.min((box.width - 2 * margin) / this.size.width, (box.height - 2 * margin) / this.size.height);
    this.scale = Math.max(free, 0.01);
    this.x = (box.width - this.size.width * this.scale) / 2;
    this.y = (box.height - this.size.height * this.scale) / 2;
    this.fitted = true;
    this.apply();
  }

  zoom(factor, clientX, clientY) {
    const box = this.box;
    const [px, py] = [clientX - box.left, clientY - box.top];
    const scale = Math.min(Math.max(this.scale * factor, 0.05), 40);
    this.x = px - ((px - this.x) * scale) / this.scale;
    this.y = py - ((py - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.apply();
  }

  zoomMiddle(factor) {
    const box = this.box;
    this.zoom(factor, box.left + box.width / 2, box.top + box.height / 2);
  }

  // Bring a polygon's box into sight where it is not.
  show({ left, top, right, bottom }) {
    const box = this.box, margin = 24;
    const [x0, x1] = [left * this.scale + this.x, right * this.scale + this.x];
    const [y0, y1] = [top * this.scale + this.y, bottom * this.scale + this.y];
    if (x0 < 0 || x1 > box.width) this.x += x0 < 0 ? margin - x0 : box.width - margin - x1;
    if (y0 < 0 || y1 > box.height) this.y += y0 < 0 ? margin - y0 : box.height - margin - y1;
    this.apply();
  }

  apply() {
    this.view.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
    this.onZoom?.();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
  }

  down(event) {
    if (event.pointerType === "mouse" && event.button > 1) return;
    try {
      this.element.setPointerCapture(event.pointerId);
    } catch { /* a pointer that is gone already */ }
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 2) {
      this.drag?.action?.end?.(false, true);
      this.drag = null;
      return;
    }
    if (this.pointers.size > 2) return;
    const start = this.point(event);
    this.drag = { start, last: start, at: [event.clientX, event.clientY], moved: false, action: this.onStart(start, event) };
    this.root.focus({ preventScroll: true });
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    this.pointers.set(event.pointerId, now);
    if (this.pointers.size === 2) {
      this.pinch(event.pointerId, before, now);
      return;
    }
    const drag = this.drag;
    if (!drag) return;
    const slack = event.pointerType === "mouse" ? 3 : 8;
    if (!drag.moved && Math.hypot(now[0] - drag.at[0], now[1] - drag.at[1]) < slack) return;
    drag.moved = true;
    if (drag.action?.move) {
      const point = this.point(event);
      drag.action.move(point, [point[0] - drag.start[0], point[1] - drag.start[1]]);
    } else {
      this.x += now[0] - before[0];
      this.y += now[1] - before[1];
      this.fitted = false;
      this.apply();
    }
  }

  pinch(moving, before, now) {
    const still = [...this.pointers].find(([id]) => id !== moving)[1];
    const was = Math.hypot(before[0] - still[0], before[1] - still[1]);
    const is = Math.hypot(now[0] - still[0], now[1] - still[1]);
    this.x += (now[0] - before[0]) / 2;
    this.y += (now[1] - before[1]) / 2;
    if (was > 0) this.zoom(is / was, (now[0] + still[0]) / 2, (now[1] + still[1]) / 2);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const drag = this.drag;
    if (!drag || this.pointers.size) return;
    this.drag = null;
    // A finger that rests is taken for a long press, and its pointer cancelled: it has tapped all the same.
    drag.action?.end?.(drag.moved, drag.moved && event.type === "pointercancel");
  }
}
