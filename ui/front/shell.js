// One per page: language and title of the document, links without reload, forms, copying, and the
// player at the foot of the page. Data arrives as JSON and is only ever written as text.

const SAME_ORIGIN_LINK = "a[href^='?']";

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const pad = (n) => String(n).padStart(2, "0");
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

class Dock {
  constructor() {
    this.words = {};
    this.item = null;
    this.audio = document.createElement("audio");
    this.audio.id = "fl-audio";
    this.audio.preload = "metadata";
    this.root = make("section", "fl-dock");
    this.root.hidden = true;
    this.toggle = make("button", "fl-dock-play");
    this.toggle.type = "button";
    this.label = make("a", "fl-dock-label");
    this.time = make("span", "fl-dock-time", "0:00");
    this.range = make("input", "fl-dock-range");
    Object.assign(this.range, { type: "range", min: 0, max: 1, step: 0.1, value: 0 });
    this.speed = make("button", "fl-dock-speed", "1×");
    this.speed.type = "button";
    this.close = make("button", "fl-dock-close", "×");
    this.close.type = "button";
    this.root.append(this.audio, this.toggle, this.label, this.range, this.time, this.speed, this.close);
    document.body.append(this.root);
    this.listen();
  }

  listen() {
    this.toggle.addEventListener("click", () => this.flip());
    this.close.addEventListener("click", () => { this.audio.pause(); this.root.hidden = true; this.shift(); });
    this.range.addEventListener("input", () => { this.until = null; this.audio.currentTime = +this.range.value; });
    this.speed.addEventListener("click", () => {
      const speeds = [1, 1.25, 1.5, 0.75];
      const next = speeds[(speeds.indexOf(this.audio.playbackRate) + 1) % speeds.length];
      this.audio.playbackRate = next;
      this.speed.textContent = `${String(next).replace(".", this.words.decimal || ".")}×`;
    });
    for (const kind of ["play", "pause", "loadedmetadata", "seeked"]) {
      this.audio.addEventListener(kind, () => this.show());
    }
    this.audio.addEventListener("play", () => this.tick());
    this.audio.addEventListener("error", () => { if (this.audio.src) shell().say(this.words.expired, true); });
  }

  tick() {
    this.show();
    if (this.until !== null && this.audio.currentTime >= this.until) {
      this.audio.pause();
      this.until = null;
    }
    if (!this.audio.paused) requestAnimationFrame(() => this.tick());
  }

  show() {
    const playing = !this.audio.paused;
    this.toggle.classList.toggle("is-playing", playing);
    this.toggle.setAttribute("aria-label", playing ? this.words.pause : this.words.play);
    const length = Number.isFinite(this.audio.duration) ? this.audio.duration : (this.item?.seconds || 0);
    this.range.max = length || 1;
    this.range.value = this.audio.currentTime;
    const now = clock(this.audio.currentTime);
    this.range.setAttribute("aria-valuetext", now);
    const shown = length ? `${now} / ${clock(length)}` : now;
    if (this.time.textContent !== shown) this.time.textContent = shown;
    for (const button of document.querySelectorAll("[data-play].is-playing")) button.classList.remove("is-playing");
    if (playing && this.button?.isConnected) this.button.classList.add("is-playing");
    document.dispatchEvent(new CustomEvent("fl-time", {
      detail: { session: this.item?.session, time: this.audio.currentTime, playing },
    }));
  }

  // item: {src, session, start, end, title, href, seconds}
  load(item) {
    const other = !this.item || this.item.session !== item.session;
    this.item = item;
    if (other || this.audio.error) this.audio.src = item.src;
    this.label.textContent = item.title;
    this.label.href = item.href;
    this.root.hidden = false;
    this.shift();
    this.show();
  }

  seek(item, play) {
    this.load(item);
    this.until = item.end ?? null;
    const go = () => { this.audio.currentTime = item.start || 0; };
    if (this.audio.readyState >= 1) go();
    else this.audio.addEventListener("loadedmetadata", go, { once: true });
    if (play) this.audio.play().catch(() => {});
  }

  flip() {
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  shift() { document.body.classList.toggle("fl-has-dock", !this.root.hidden); }
}

class Shell {
  constructor() {
    this.dock = new Dock();
    this.line = make("div", "fl-turning");
    this.toast = make("div", "fl-toast");
    this.toast.setAttribute("role", "status");
    this.toast.setAttribute("aria-live", "polite");
    document.body.append(this.line, this.toast);
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("change", (event) => {
      if (event.target.matches?.("form[data-go] [data-auto]")) this.submitted(event.target.form);
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches?.("form[data-go]")) return;
      event.preventDefault();
      this.submitted(event.target);
    }, true);
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    this.dock.words = data.words;
    this.dock.close.setAttribute("aria-label", data.words.close);
    this.dock.speed.setAttribute("aria-label", data.words.speed);
    this.dock.range.setAttribute("aria-label", data.words.position);
    this.dock.root.setAttribute("aria-label", data.words.player);
    this.dock.show();
    document.documentElement.lang = data.lang;
    document.documentElement.dataset.ready = data.lang;
    document.title = data.title;
    const moved = this.place !== undefined && this.place !== data.place;
    this.place = data.place;
    if (moved) document.querySelector("[data-testid='stMain']")?.scrollTo({ top: 0 });
    this.settle(moved, 600);
  }

  // The foot is drawn last: once it bears this run's number, the whole page is there.
  settle(moved, frames) {
    if (frames > 0 && document.querySelector(".fl-foot")?.dataset.run !== this.data.run) {
      requestAnimationFrame(() => this.settle(moved, frames - 1));
      return;
    }
    document.body.classList.remove("is-turning");
    this.fill();
    if (moved) this.arrived();
  }

  // Fields get their value here: the sanitiser would drop an attribute that looks like a closing tag.
  fill() {
    for (const field of document.querySelectorAll("input[data-value]")) {
      if (!field.value) field.value = decodeURIComponent(field.dataset.value);
      field.removeAttribute("data-value");
    }
  }

  arrived() {
    if (this.focus) {
      const id = this.focus;
      this.focus = null;
      for (const wait of [100, 400]) {
        setTimeout(() => {
          if (document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
        }, wait);
      }
    }
  }

  go(query) {
    if (query === window.location.search) query += "&";
    document.body.classList.add("is-turning");
    this.focus = document.activeElement?.id || null;
    this.send("go", query);
  }

  clicked(event) {
    const link = event.target.closest?.(SAME_ORIGIN_LINK);
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      this.go(link.getAttribute("href"));
      return;
    }
    const button = event.target.closest?.("button[data-copy], button[data-play], button[data-retry]");
    if (!button) return;
    if (button.dataset.copy) this.copy(decodeURIComponent(button.dataset.copy));
    if (button.dataset.retry) this.send("retry", button.dataset.retry);
    if (button.dataset.play) this.play(button);
  }

  play(button) {
    if (this.dock.button === button && !this.dock.audio.paused) { this.dock.audio.pause(); return; }
    this.dock.button = button;
    this.dock.seek(JSON.parse(decodeURIComponent(button.dataset.play)), true);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    this.say(this.data.words.copied);
  }

  say(message, urgent) {
    this.toast.textContent = message;
    this.toast.classList.toggle("is-urgent", Boolean(urgent));
    this.toast.classList.add("is-shown");
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.toast.classList.remove("is-shown"), urgent ? 8000 : 2500);
  }

  submitted(form) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(JSON.parse(decodeURIComponent(form.dataset.go)))) query.set(name, value);
    for (const field of form.querySelectorAll("[data-name]")) {
      const value = field.value.trim();
      if (value) query.set(field.dataset.name, value.slice(0, 400));
      else query.delete(field.dataset.name);
    }
    this.go(`?${query}`);
  }

  pressed(event) {
    const typing = event.target.closest?.("input, textarea, select, button, a, [contenteditable]");
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.getElementById("fl-search")?.focus();
    }
    if (this.dock.root.hidden || typing) return;
    if (event.key === " ") { event.preventDefault(); this.dock.flip(); }
    if (event.key === "ArrowLeft") this.dock.audio.currentTime -= 5;
    if (event.key === "ArrowRight") this.dock.audio.currentTime += 5;
  }
}

function shell() {
  window.florilege ??= new Shell();
  return window.florilege;
}

export default function ({ data, setTriggerValue }) {
  shell().update(data, setTriggerValue);
}
