// The transcript: turns in speaker colours that follow the sound and seek on click. All data is
// written with textContent; nothing here builds markup from strings.

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const pad = (n) => String(n).padStart(2, "0");
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

// French marks never begin a line: their space, one character for another, does not break.
function bound(text) {
  return text.replace(/ (?=[?!;:»%])/g, "\u00a0").replace(/« /g, "«\u00a0");
}

class Reader {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.words = [];
    this.turns = [];
    this.lastTouch = 0;
    this.build();
    this.onTime = (event) => this.follow(event.detail);
    document.addEventListener("fl-time", this.onTime);
    for (const kind of ["wheel", "touchmove"]) {
      document.addEventListener(kind, () => { this.lastTouch = Date.now(); }, { passive: true });
    }
    root.addEventListener("click", (event) => this.clicked(event));
    requestAnimationFrame(() => this.open());
  }

  stop() { document.removeEventListener("fl-time", this.onTime); }

  build() {
    const list = make("div", "fl-turns");
    if (this.data.sound) list.append(this.ribbon());
    for (const turn of this.data.turns) list.append(this.turn(turn));
    this.root.replaceChildren(list);
  }

  // Who speaks when, as one line of colours.
  ribbon() {
    const strip = make("div", "fl-ribbon");
    strip.setAttribute("role", "img");
    strip.setAttribute("aria-label", this.data.words.ribbon);
    const length = this.data.sound.seconds || 1;
    for (const turn of this.data.turns) {
      if (turn.t === null) continue;
      const piece = make("i", `fl-voice-${turn.c}`);
      piece.style.left = `${(100 * turn.t) / length}%`;
      piece.style.width = `${Math.max(0.15, (100 * ((turn.e ?? turn.t) - turn.t)) / length)}%`;
      piece.title = turn.who;
      strip.append(piece);
    }
    this.head = make("b", "fl-ribbon-head");
    strip.append(this.head);
    strip.addEventListener("click", (event) => {
      const box = strip.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * length);
    });
    return strip;
  }

  turn(turn) {
    const block = make("section", `fl-turn fl-voice-${turn.c}`);
    // The speaker of the turn before goes on: a paragraph of his, with no new heading.
    if (turn.on && !turn.doubt) block.classList.add("is-on");
    else if (turn.who) block.append(this.opening(turn));
    const body = make("p", "fl-turn-text");
    if (this.data.lang) body.lang = this.data.lang;
    let mark = null, owed = null;
    for (const piece of turn.p) {
      let [text, quote, word] = piece;
      if (this.data.lang === "fr") text = bound(text);
      if (owed !== null) {
        const closing = word ? "" : (text.match(/^[\s\u00a0\u202f]*[»”"]?[.,;!?…]*/)?.[0] ?? "").trimEnd();
        body.append(document.createTextNode(closing), this.actions(owed));
        text = text.slice(closing.length);
        owed = null;
        if (!text) continue;
      }
      const node = word ? this.word(text, word) : document.createTextNode(text);
      if (quote === null) { mark = null; body.append(node); continue; }
      if (!mark || mark.dataset.q !== String(quote)) {
        mark = this.mark(quote);
        body.append(mark);
      }
      mark.append(node);
      if (piece[3]) owed = quote;
    }
    if (owed !== null) body.append(this.actions(owed));
    block.append(body);
    this.turns.push({ node: block, start: turn.t, end: turn.e, offset: turn.o });
    return block;
  }

  opening(turn) {
    const line = make("header", "fl-turn-head");
    line.append(make("strong", "fl-turn-who", turn.who));
    if (turn.role) line.append(make("span", "fl-turn-role", turn.role));
    if (turn.doubt) line.append(make("span", "fl-doubt", turn.doubt));
    if (turn.t !== null) {
      const time = make("button", "fl-turn-time", clock(turn.t));
      time.type = "button";
      time.dataset.seek = turn.t;
      time.setAttribute("aria-label", `${this.data.words.listenFrom} ${clock(turn.t)}`);
      line.append(time);
    }
    return line;
  }

  // word: [start time, probability, speaker confidence]
  word(text, [start, probability, speaker]) {
    const node = make("span", "fl-word", text);
    const doubts = [];
    if (probability < 0.5) {
      node.classList.add("is-doubtful");
      doubts.push(`${this.data.words.unsureWord} ${Math.round(100 * probability)} %`);
    }
    if (speaker < 0.5) {
      node.classList.add("is-unsure-voice");
      doubts.push(`${this.data.words.unsureVoice} ${Math.round(100 * speaker)} %`);
    }
    if (doubts.length) node.title = doubts.join(" · ");
    node.dataset.seek = start;
    this.words.push({ node, start });
    return node;
  }

  mark(index) {
    const quote = this.data.quotes[index];
    const node = make("mark", `fl-said is-${quote.kind} fl-voice-${quote.c}`);
    node.title = quote.who;
    node.dataset.q = index;
    node.id = `said-${quote.id}`;
    return node;
  }

  actions(index) {
    const quote = this.data.quotes[index];
    const group = make("span", "fl-said-acts");
    if (quote.play) group.append(this.button("fl-act-play", this.data.words.play, "play", JSON.stringify(quote.play)));
    group.append(this.button("fl-act-copy", this.data.words.copy, "copy", quote.copy));
    const link = make("a", "fl-act fl-act-link");
    link.href = quote.href;
    link.title = this.data.words.link;
    link.setAttribute("aria-label", this.data.words.link);
    group.append(link);
    return group;
  }

  button(className, label, name, value) {
    const node = make("button", `fl-act ${className}`);
    node.type = "button";
    node.title = label;
    node.setAttribute("aria-label", label);
    node.dataset[name] = encodeURIComponent(value);
    return node;
  }

  item(start) { return { ...this.data.sound, start }; }

  seek(time, play = true) {
    if (this.data.sound) window.florilege?.dock.seek(this.item(time), play);
  }

  clicked(event) {
    const place = event.target.closest?.("[data-seek]");
    if (place && !window.getSelection()?.toString()) this.seek(+place.dataset.seek);
  }

  open() {
    const { at, offset, quote } = this.data;
    if (this.data.sound && window.florilege) {
      if (at !== null) this.seek(at, false);
      else if (window.florilege.dock.item?.session !== this.data.sound.session && window.florilege.dock.audio.paused) {
        window.florilege.dock.load(this.item(0));
      }
    }
    const held = offset === null ? null : this.turns.findLast((turn) => turn.offset <= offset)?.node;
    const aim = quote ? this.root.querySelector(`#said-${CSS.escape(quote)}`) : held ?? this.turnAt(at)?.node;
    if (aim) {
      aim.classList.add("is-aimed");
      setTimeout(() => aim.scrollIntoView({ block: "center" }), 250);
    }
  }

  turnAt(time) {
    if (time === null || time === undefined) return null;
    return this.turns.findLast?.((turn) => turn.start !== null && turn.start <= time + 0.01) ?? null;
  }

  wordAt(time) {
    let low = 0, high = this.words.length - 1, found = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.words[middle].start <= time + 0.03) { found = middle; low = middle + 1; } else high = middle - 1;
    }
    return this.words[found]?.node ?? null;
  }

  follow({ session, time, playing }) {
    if (!this.data.sound || session !== this.data.sound.session) return;
    if (this.head) this.head.style.left = `${(100 * time) / (this.data.sound.seconds || 1)}%`;
    const word = this.wordAt(time);
    if (word !== this.word_now) {
      this.word_now?.classList.remove("is-now");
      word?.classList.add("is-now");
      this.word_now = word;
    }
    const turn = this.turnAt(time)?.node;
    if (turn === this.turn_now) return;
    this.turn_now?.classList.remove("is-now");
    turn?.classList.add("is-now");
    this.turn_now = turn;
    if (turn && playing && Date.now() - this.lastTouch > 4000) {
      turn.scrollIntoView({ block: "center", behavior: "smooth" });
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".fl-reader") ?? parentElement;
  if (root.fl?.data.stamp !== data.stamp) {
    root.fl?.stop();
    root.fl = new Reader(root, data);
  }
  return () => { root.fl?.stop(); root.fl = null; };
}
