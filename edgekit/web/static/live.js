// The live page: asks for the state about once a second and for each camera's newest picture while somebody looks.

const $ = (id) => document.getElementById(id);
const STATES = ["out_of_stock", "low", "misplaced", "stocked", "unknown"];
const cards = new Map();
let failures = 0;
let ended = false;

const said = (state) => state.replaceAll("_", " ");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const percent = (share) => `${Math.round(share * 100)} %`;

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class Card {
  constructor(camera) {
    this.id = camera.id;
    this.chosen = null;
    this.number = 0;
    this.root = element("article", "camera");
    this.root.id = `camera-${camera.id}`;
    const header = element("header");
    this.source = element("span", "source soft small", `\u2066${camera.source}\u2069`); // cut at its start, not its end
    this.source.title = camera.source;
    this.rate = element("span", "rate soft small");
    header.append(element("h2", "", camera.id), this.source, this.rate);
    this.alarms = element("div", "alarms");
    this.alarms.setAttribute("role", "alert");
    this.view = element("div", "view");
    this.image = element("img");
    this.image.alt = `What ${camera.id} shows`;
    this.image.width = camera.width;
    this.image.height = camera.height;
    this.image.style.aspectRatio = `${camera.width} / ${camera.height}`;
    this.image.style.height = "auto";
    this.layer = svg("svg", { viewBox: `0 0 ${camera.width} ${camera.height}`, preserveAspectRatio: "none" });
    this.none = element("p", "none", "No picture yet.");
    this.view.append(this.image, this.layer, this.none);
    this.chips = element("div", "chips");
    this.why = element("ul", "why soft");
    this.detail = element("div", "detail");
    this.detail.hidden = true;
    this.root.append(header, this.alarms, this.view, this.chips, this.why, this.detail);
    this.shapes = new Map();
    for (const facing of camera.facings) {
      const shape = svg("polygon", { points: facing.polygon.join(" "), "data-facing": facing.id, tabindex: 0, role: "button" });
      shape.append(svg("title", {}));
      shape.addEventListener("click", () => this.choose(facing.id));
      shape.addEventListener("keydown", (event) => event.key === "Enter" && this.choose(facing.id));
      this.layer.append(shape);
      this.shapes.set(facing.id, shape);
    }
    $("cameras").append(this.root);
    this.follow();
  }

  choose(id) {
    this.chosen = this.chosen === id ? null : id;
    this.draw(this.camera);
  }

  // Pictures come one after the other: a slow line gets fewer, never a queue of them.
  async follow() {
    while (!ended) {
      if (!document.hidden && !failures) {
        try {
          const reply = await fetch(`/camera/${encodeURIComponent(this.id)}.jpg?after=${this.number}`);
          if (reply.status === 200) await this.show(await reply.blob());
        } catch { /* the state's own question says so */ }
      }
      await pause(failures ? 1000 : 220);
    }
  }

  async show(blob) {
    const before = this.image.src;
    this.number = Math.max(this.number, this.camera?.picture ?? 0);
    this.image.src = URL.createObjectURL(blob);
    await this.image.decode().catch(() => null);
    if (before) URL.revokeObjectURL(before);
    this.none.hidden = true;
    this.image.dataset.shown = "yes";
  }

  draw(camera) {
    this.camera = camera;
    this.rate.textContent = [camera.live ? "" : "recording", camera.fps ? `${camera.fps.toFixed(camera.fps < 10 ? 1 : 0)} frames/s` : "", camera.phase === "running" ? "" : camera.phase].filter(Boolean).join(" · ");
    const told = camera.alarms.map((alarm) => {
      const line = element("p", "alarm");
      line.append(element("b", "", `Camera ${alarm.name}. `), alarm.text);
      return line;
    });
    if (this.alarms.textContent !== told.map((line) => line.textContent).join("")) this.alarms.replaceChildren(...told);
    this.view.classList.toggle("stale", camera.alarms.some((alarm) => alarm.name === "lost") || camera.phase === "lost");
    const counts = new Map();
    const reasons = new Map();
    for (const facing of camera.facings) {
      const shape = this.shapes.get(facing.id);
      if (!shape) continue;
      const hidden = facing.reason !== null;
      shape.setAttribute("class", ["facing", facing.committed, hidden && "hidden", facing.id === this.chosen && "chosen"].filter(Boolean).join(" "));
      const text = `${facing.id}: ${facing.product}, ${said(facing.state)}${facing.why ? ` (${facing.why})` : ""}`;
      shape.firstChild.textContent = text;
      shape.setAttribute("aria-label", text);
      counts.set(facing.state, (counts.get(facing.state) ?? 0) + 1);
      if (facing.why) reasons.set(facing.why, [...(reasons.get(facing.why) ?? []), facing.id]);
    }
    this.chips.replaceChildren(
      ...STATES.filter((state) => counts.has(state)).map((state) => {
        const chip = element("span", `chip ${state}`);
        chip.append(element("span", "dot"), `${counts.get(state)} ${said(state)}`);
        return chip;
      }),
    );
    this.why.replaceChildren(...[...reasons].map(([why, ids]) => element("li", "", `Unknown, ${why}: ${ids.length > 6 ? `${ids.length} facings` : ids.join(", ")}`)));
    this.drawDetail();
  }

  drawDetail() {
    const facing = this.camera.facings.find((one) => one.id === this.chosen);
    this.detail.hidden = !facing;
    if (!facing) return;
    const heading = element("h3", facing.committed);
    const close = element("button", "", "Close");
    close.addEventListener("click", () => this.choose(facing.id));
    heading.append(element("span", "dot"), `${facing.product} · ${facing.id}`, close);
    const list = element("dl");
    const row = (name, value) => {
      if (value !== null && value !== "") list.append(element("dt", "", name), element("dd", "", value));
    };
    row("State", said(facing.state));
    row("Because", facing.why);
    row("Concluded last", facing.state === facing.committed ? null : said(facing.committed));
    row("Turning into", facing.candidate && `${said(facing.candidate)}, seen so for ${facing.held.toFixed(1)} s`);
    row("Fill", facing.fill === null ? null : percent(facing.fill));
    row("Sure", facing.confidence === null || facing.committed === "unknown" ? null : percent(facing.confidence));
    row("Visible", facing.visible === null ? null : percent(facing.visible));
    row("Judged by", facing.method && said(facing.method));
    row("GTIN", facing.gtin);
    this.detail.replaceChildren(heading, list);
  }
}

function ago(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function drawOpen(open) {
  $("open-count").textContent = open.length || "";
  $("open-none").hidden = open.length > 0;
  $("open").replaceChildren(
    ...open.map((one) => {
      const button = element("button", one.state);
      const what = element("span", "what");
      what.append(element("span", "product", one.product), ` ${said(one.state)} · ${one.camera}/${one.facing}`);
      const since = one.seconds !== null ? ago(one.seconds) : one.media_s !== null ? `from ${one.media_s.toFixed(1)} s` : "";
      button.append(element("span", "dot"), what, element("span", "since", since));
      button.addEventListener("click", () => {
        const card = cards.get(one.camera);
        card.chosen = one.facing;
        card.draw(card.camera);
        card.root.scrollIntoView({ behavior: "smooth", block: "nearest" });
      });
      const item = element("li");
      item.append(button);
      return item;
    }),
  );
}

function drawEvents(events) {
  $("events-none").hidden = events.length > 0;
  const now = events.map((event) => event.id).join();
  if ($("events").dataset.now === now) return;
  $("events").dataset.now = now;
  $("events").replaceChildren(...events.map((event) => element("li", event.kind, event.text)));
}

function draw(live) {
  $("store").textContent = live.store;
  document.title = `${live.open.length ? `(${live.open.length}) ` : ""}${live.store} · edgekit`;
  $("run").textContent = live.state;
  for (const camera of live.cameras) {
    if (!cards.has(camera.id)) cards.set(camera.id, new Card(camera));
    cards.get(camera.id).draw(camera);
  }
  drawOpen(live.open);
  drawEvents(live.events);
  const alarmed = new Set(live.cameras.flatMap((camera) => camera.alarms.map((alarm) => alarm.text)));
  const errors = live.errors.filter((error) => ![...alarmed].some((text) => error.includes(text)) && !live.cameras.some((camera) => camera.alarms.length && error.includes(camera.id)));
  say(errors.join(" "));
}

function say(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

function lost(text) {
  for (const card of cards.values()) card.view.classList.add("stale");
  $("run").textContent = "not connected";
  say(text);
}

while (true) {
  if (!document.hidden) {
    try {
      const reply = await fetch("/api/live");
      if (!reply.ok) throw new Error(await reply.text());
      draw(await reply.json());
      failures = 0;
      document.body.dataset.ready = "yes";
    } catch (error) {
      failures += 1;
      lost(error instanceof TypeError ? "edgekit does not answer: the run has ended, or the network is gone. What you see is the last that came." : error.message);
    }
  }
  await pause(failures ? Math.min(1000 * failures, 5000) : 700);
}
