// The planogram page: what is selected, what changes, what the server says of it.

import { bounds, clone, duplicated, freeId, History, moved, rectangle, split } from "/shapes.js";
import { Stage, svg } from "/stage.js";

const $ = (id) => document.getElementById(id);
const history = new History();
let size = { width: 1, height: 1 };
let facings = [];
let problems = [];
let selected = -1;
let adding = false;
let corners = null; // four points while an import is being placed
let saved = true;
let stage = null;

// --- talking to edgekit ----------------------------------------------------------------------------------------

async function ask(path, body) {
  let reply;
  try {
    reply = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("edgekit does not answer: is the command in the terminal still running?");
  }
  const isJson = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
  const answer = isJson ? await reply.json() : { error: await reply.text() };
  if (!reply.ok) throw Object.assign(new Error(answer.error), { answer });
  return answer;
}

function say(text, kind = "good") {
  const banner = $("banner");
  banner.textContent = text ?? "";
  banner.className = `banner ${kind}`;
  banner.hidden = !text;
}

let waiting = null, asked = 0;

function checkSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const number = ++asked;
    try {
      const answer = await ask("/api/check", { facings });
      if (number !== asked) return; // a newer question is under way
      problems = answer.problems;
      document.body.dataset.checked = String(number);
      if ($("banner").dataset.cause === "check") say(null);
    } catch (error) {
      say(error.message, "bad");
      $("banner").dataset.cause = "check";
      return;
    }
    draw();
  }, 120);
}

async function save() {
  if (corners) return;
  document.activeElement?.blur?.();
  clearTimeout(waiting);
  asked += 1;
  $("save").disabled = true;
  try {
    const answer = await ask("/api/save", { facings });
    problems = answer.problems;
    saved = true;
    const warnings = problems.filter((p) => p.severity === "warning").length;
    say(`Saved ${answer.saved} with ${counted(facings.length, "facing")}${warnings ? `; ${counted(warnings, "warning")} to look at` : ""}.`);
    $("done").hidden = false;
  } catch (error) {
    if (error.answer?.problems) problems = error.answer.problems;
    say(`Not saved: ${error.message}`, "bad");
    const first = problems.find((p) => p.severity === "error" && p.facing !== null);
    if (first) select(first.facing, true);
  }
  $("banner").dataset.cause = "save";
  $("save").disabled = false;
  draw();
}

const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

// --- changing --------------------------------------------------------------------------------------------------

function change(after, { key = null, select: chosen = selected } = {}) {
  history.remember({ facings, selected }, key);
  show(after, chosen);
}

function show(after, chosen) {
  facings = after;
  selected = Math.min(chosen, facings.length - 1);
  saved = false;
  if ($("banner").dataset.cause === "save") say(null);
  draw();
  checkSoon();
}

const replaced = (number, facing) => facings.map((one, i) => (i === number ? facing : one));

function select(number, bring = false) {
  selected = number;
  $("split-form").hidden = true;
  if (bring && number >= 0) stage.show(bounds(facings[number].polygon));
  draw();
}

function time(step) {
  const now = history[step]({ facings, selected });
  if (now.facings !== facings) show(now.facings, now.selected);
}

const actions = {
  undo: () => time("undo"),
  redo: () => time("redo"),
  add: () => setAdding(!adding),
  duplicate() {
    if (selected < 0) return;
    const copy = duplicated(facings[selected], facings, size);
    change([...facings.slice(0, selected + 1), copy, ...facings.slice(selected + 1)], { select: selected + 1 });
    stage.show(bounds(copy.polygon));
  },
  split() {
    if (selected < 0) return;
    $("split-form").hidden = !$("split-form").hidden;
    if (!$("split-form").hidden) $("split-parts").select();
  },
  delete() {
    if (selected < 0) return;
    change(facings.filter((_, i) => i !== selected), { select: -1 });
  },
  save,
  async done() {
    if (!saved && !confirm("There are changes that are not saved. Leave without them?")) return;
    saved = true;
    await ask("/api/done", {}).catch(() => null);
    say("Done. This page can be closed.");
    for (const button of document.querySelectorAll("button")) button.disabled = true;
  },
  "zoom-in": () => stage.zoomMiddle(1.5),
  "zoom-out": () => stage.zoomMiddle(1 / 1.5),
  fit: () => stage.fit(),
};

function setAdding(on) {
  adding = on;
  $("stage").classList.toggle("adding", on);
  $("add").classList.toggle("on", on);
  hint();
}

function hint() {
  const finger = matchMedia("(pointer: coarse)").matches;
  if (corners) $("hint").textContent = ""; // said below, and a corner may lie here
  else if (adding) $("hint").textContent = "Drag a box around one product.";
  else if (!facings.length) $("hint").textContent = "No facing yet: Add, then drag a box around one product.";
  else if (selected < 0) $("hint").textContent = finger ? "Tap a facing. Two fingers zoom." : "Click a facing. The wheel zooms, dragging moves the picture.";
  else $("hint").textContent = "";
}

// --- pointers --------------------------------------------------------------------------------------------------

// `undone`: a second finger came, or the system took the pointer: what was dragged goes back.
function dragging(number, points) {
  const before = facings[number];
  const start = facings;
  return {
    move: (_, [dx, dy]) => {
      facings = start.map((one, i) => (i === number ? moved(before, dx, dy, size, points) : one));
      drawShapes();
    },
    end: (wasMoved, undone) => {
      const after = facings;
      facings = start;
      if (wasMoved && !undone) change(after, { select: number });
      else draw();
    },
  };
}

function cornerDrag(index) {
  const before = corners.map((p) => [...p]);
  return {
    move: (_, [dx, dy]) => {
      corners = before.map(([x, y], i) => (i === index ? [x + dx, y + dy] : [x, y]));
      drawShapes();
      projectSoon();
    },
  };
}

function onStart(point, event) {
  const target = event.target;
  if (event.button === 1) return null;
  if (corners) return target.dataset.corner === undefined ? null : cornerDrag(Number(target.dataset.corner));
  if (target.dataset.points) return dragging(selected, target.dataset.points.split(",").map(Number));
  if (adding) return drawing(point);
  const number = target.dataset.facing === undefined ? -1 : Number(target.dataset.facing);
  if (number >= 0 && (number === selected || event.pointerType === "mouse")) {
    if (number !== selected) select(number);
    return dragging(number, null);
  }
  // A tap selects, or lets go; a drag moves the picture.
  return { end: (wasMoved, undone) => { if (!wasMoved && !undone) select(number); } };
}

function drawing(start) {
  let end = start;
  const box = svg("polygon", { class: "new" }, $("handles"));
  return {
    move: (point) => {
      end = point;
      box.setAttribute("points", rectangle(start, end, size).join(" "));
    },
    end: (wasMoved, undone) => {
      box.remove();
      if (undone) return;
      const polygon = wasMoved ? rectangle(start, end, size) : tapped(start);
      const taken = new Set(facings.map((f) => f.id));
      const like = facings[selected] ?? facings.at(-1);
      const facing = { id: freeId(like?.id ?? "f0", taken), product: like?.product ?? "", gtin: like?.gtin ?? "", method: like?.method ?? "auto", capacity: like?.capacity ?? 1, empty: false, polygon };
      setAdding(false);
      change([...facings, facing], { select: facings.length });
    },
  };
}

// A tap without a drag: a box of the size of the others, around the tap.
function tapped([x, y]) {
  const box = facings.length ? bounds((facings[selected] ?? facings.at(-1)).polygon) : { left: 0, top: 0, right: size.width / 10, bottom: size.height / 6 };
  const [w, h] = [(box.right - box.left) / 2, (box.bottom - box.top) / 2];
  return rectangle([x - w, y - h], [x + w, y + h], size);
}

// --- corners of an import --------------------------------------------------------------------------------------

let projecting = null;

function projectSoon() {
  clearTimeout(projecting);
  projecting = setTimeout(project, 60);
}

async function project() {
  try {
    const answer = await ask("/api/project", corners);
    facings = answer.facings;
    problems = answer.problems;
    $("corners-done").disabled = false;
    say(null);
  } catch (error) {
    facings = [];
    $("corners-done").disabled = true;
    say(error.message, "bad");
  }
  draw();
}

function leaveCorners() {
  corners = null;
  saved = false;
  draw();
}

// --- drawing ---------------------------------------------------------------------------------------------------

function worst(number) {
  const mine = problems.filter((p) => p.facing === number);
  return mine.find((p) => p.severity === "error") ?? mine[0] ?? null;
}

function draw() {
  drawShapes();
  drawList();
  drawFields();
  drawProblems();
  hint();
  $("undo").disabled = !history.past.length;
  $("redo").disabled = !history.future.length;
  for (const id of ["duplicate", "split", "delete"]) $(id).disabled = selected < 0;
  $("tools").hidden = $("save").hidden = corners !== null;
  $("corner-tools").hidden = corners === null;
  $("tally").textContent = counted(facings.length, "facing") + (saved ? "" : " · not saved");
  document.title = `${saved ? "" : "• "}${$("name").textContent} · edgekit`;
}

function drawShapes() {
  const layer = $("shapes");
  const unit = 1 / (stage?.scale ?? 1);
  layer.replaceChildren();
  const order = facings.map((_, i) => i).sort((a, b) => (a === selected) - (b === selected));
  for (const number of order) {
    const facing = facings[number];
    const problem = worst(number);
    const classes = ["facing", problem?.severity, facing.empty && "empty", number === selected && "selected"];
    svg("polygon", { points: facing.polygon.join(" "), class: classes.filter(Boolean).join(" "), "data-facing": number }, layer);
    const box = bounds(facing.polygon);
    const text = number === selected ? facing.id : facing.id.split("-").at(-1);
    const height = Math.min(13 * unit, (1.6 * (box.right - box.left)) / Math.max(text.length, 1));
    if (height < 7 * unit) continue;
    const tag = svg("text", { class: "tag", x: (box.left + box.right) / 2, y: box.bottom - height * 0.5, "font-size": height, "stroke-width": height / 5 }, layer);
    tag.textContent = text;
  }
  drawHandles(unit);
}

function drawHandles(unit) {
  const layer = $("handles");
  layer.querySelectorAll(":not(.new)").forEach((element) => element.remove());
  const reach = (matchMedia("(pointer: coarse)").matches ? 22 : 12) * unit;
  const knob = (x, y, kind, data) => {
    svg("circle", { class: `handle ${kind}`, cx: x, cy: y, r: (kind === "edge" ? 5.5 : 8) * unit, ...data }, layer);
    svg("circle", { class: "reach", cx: x, cy: y, r: reach, ...data }, layer);
  };
  if (corners) {
    svg("polygon", { class: "quad", points: corners.join(" ") }, layer);
    corners.forEach(([x, y], i) => knob(x, y, "corner", { "data-corner": i }));
    return;
  }
  const facing = facings[selected];
  if (!facing) return;
  const polygon = facing.polygon;
  polygon.forEach(([x, y], i) => {
    const next = (i + 1) % polygon.length;
    const [nx, ny] = polygon[next];
    if (Math.hypot(nx - x, ny - y) > 3.2 * reach) knob((x + nx) / 2, (y + ny) / 2, "edge", { "data-points": `${i},${next}` });
  });
  polygon.forEach(([x, y], i) => knob(x, y, "corner", { "data-points": String(i) }));
}

function drawList() {
  $("list").replaceChildren(
    ...facings.map((facing, number) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.list = number;
      button.className = number === selected ? "selected" : "";
      for (const [name, text] of [["id", facing.id], ["product", facing.product || "no product yet"], ["mark", { error: "✕", warning: "!" }[worst(number)?.severity] ?? ""]]) {
        const span = document.createElement("span");
        span.className = name;
        span.textContent = text;
        button.append(span);
      }
      item.append(button);
      return item;
    }),
  );
}

const FIELDS = { "f-product": "product", "f-id": "id", "f-gtin": "gtin", "f-capacity": "capacity", "f-method": "method" };

function drawFields() {
  const facing = corners ? null : facings[selected];
  $("fields").hidden = !facing;
  if (!facing) return;
  for (const [id, name] of Object.entries(FIELDS)) if (document.activeElement !== $(id) || $(id).dataset.of !== String(selected)) $(id).value = facing[name];
  for (const id of Object.keys(FIELDS)) $(id).dataset.of = String(selected);
  $("f-empty").checked = facing.empty;
  const mine = problems.filter((p) => p.facing === selected && p.severity === "error").map((p) => p.text);
  $("f-gtin").classList.toggle("wrong", mine.some((text) => /GTIN|check digit/.test(text)));
  $("f-id").classList.toggle("wrong", mine.some((text) => /\bid\b/.test(text)));
  $("f-product").classList.toggle("wrong", mine.some((text) => /product/i.test(text)));
  $("products").replaceChildren(...[...new Set(facings.map((f) => f.product))].filter(Boolean).map((name) => Object.assign(document.createElement("option"), { value: name })));
}

function drawProblems() {
  // Of what is selected first; a warning that two facings share is told once.
  const seen = new Set();
  const shown = [...problems].sort((a, b) => (b.facing === selected) - (a.facing === selected)).filter((p) => {
    const overlap = /^It lies over (\S+) /.exec(p.text);
    if (!overlap) return true;
    const pair = [facings[p.facing]?.id, overlap[1]].sort().join("\n");
    return !seen.has(pair) && seen.add(pair);
  });
  $("problems-head").hidden = !shown.length;
  $("problems-head").textContent = shown.length ? counted(shown.length, "thing") + " to look at" : "";
  $("problems").replaceChildren(
    ...shown.slice(0, 30).map((problem) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = problem.severity;
      if (problem.facing !== null) {
        button.dataset.list = problem.facing;
        button.append(Object.assign(document.createElement("b"), { textContent: `${facings[problem.facing]?.id || "?"} ` }));
      }
      button.append(problem.text);
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

// --- wiring ----------------------------------------------------------------------------------------------------

for (const [id, action] of Object.entries(actions)) $(id).addEventListener("click", () => action());
for (const id of ["list", "problems"])
  $(id).addEventListener("click", (event) => {
    const button = event.target.closest("[data-list]");
    if (button) select(Number(button.dataset.list), true);
  });
$("corners-done").addEventListener("click", leaveCorners);
$("fields").addEventListener("submit", (event) => event.preventDefault());
$("fields").addEventListener("input", (event) => {
  const facing = facings[selected];
  if (!facing) return;
  const name = FIELDS[event.target.id];
  const value = name === "capacity" ? Math.round(Number(event.target.value)) || 0 : event.target.value;
  const after = name ? { ...facing, [name]: value } : { ...facing, empty: $("f-empty").checked };
  change(replaced(selected, after), { key: `${selected} ${event.target.id}` });
});
$("split-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const parts = Math.round(Number($("split-parts").value));
  if (selected < 0 || !(parts >= 2 && parts <= 40)) return;
  const pieces = split(facings[selected], parts, facings);
  $("split-form").hidden = true;
  change([...facings.slice(0, selected), ...pieces, ...facings.slice(selected + 1)]);
});

const KEYS = { a: "add", d: "duplicate", s: "split", Delete: "delete", Backspace: "delete", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "fit" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
  const act = (name) => {
    event.preventDefault();
    if (!corners) actions[name]();
  };
  if (event.ctrlKey || event.metaKey) {
    if (key === "s") act("save");
    else if (key === "z" && !typing) act(event.shiftKey ? "redo" : "undo");
    else if (key === "y" && !typing) act("redo");
    return;
  }
  if (key === "Escape") {
    if (typing) $("stage").focus();
    else if (adding) setAdding(false);
    else select(-1);
    return;
  }
  if (typing || event.altKey || corners) return;
  if (ARROWS[key] && selected >= 0) {
    event.preventDefault();
    const [dx, dy] = ARROWS[key].map((step) => step * (event.shiftKey ? 10 : 1));
    change(replaced(selected, moved(facings[selected], dx, dy, size)), { key: `${selected} arrows` });
  } else if ((key === "n" || key === "p") && facings.length) {
    select((selected + (key === "n" ? 1 : facings.length + (selected < 0 ? 0 : -1))) % facings.length, true);
  } else if (key === "Enter" && selected >= 0 && event.target === $("stage")) {
    event.preventDefault();
    $("f-product").select();
  } else if (KEYS[key] && (event.target === $("stage") || event.target === document.body)) act(KEYS[key]);
});

addEventListener("beforeunload", (event) => {
  if (!saved) event.preventDefault();
});

async function begin() {
  let told;
  try {
    told = await ask("/api/planogram");
  } catch (error) {
    say(error.message, "bad");
    return;
  }
  size = { width: told.width, height: told.height };
  facings = told.facings.map(clone);
  problems = told.problems;
  $("name").textContent = told.name;
  $("picture").setAttribute("width", size.width);
  $("picture").setAttribute("height", size.height);
  $("f-method").replaceChildren(...told.methods.map((name) => Object.assign(document.createElement("option"), { value: name, textContent: name.replace("_", " ") })));
  if (told.notes.length) say(told.notes.join(" "), "warn");
  stage = new Stage($("stage"), size, { onStart, onZoom: () => stage && drawShapes() });
  if (told.corners) {
    const [w, h] = [size.width, size.height];
    corners = [[0.12, 0.12], [0.88, 0.12], [0.88, 0.88], [0.12, 0.88]].map(([x, y]) => [x * w, y * h]);
    await project();
  }
  saved = false;
  draw();
  // The list has made the picture's place smaller: ready once it is fitted into that.
  requestAnimationFrame(() => requestAnimationFrame(() => (document.body.dataset.ready = "yes")));
}

begin();
