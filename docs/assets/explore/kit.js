/* What the explorables share: numbers, charts, controls, and the state in the address.

   An explorable is lrExplore.register(NAME, maths, page).  `maths` holds pure functions,
   which tests/explore compares with PyTorch.  `page` holds:
     title, task   one line each;
     build(app)    makes charts and controls, and returns draw(state), which draws them
                   and returns {says, answer}: what the reader sees now, what was asked. */
(function () {
  "use strict";

  const registered = {};
  const NS = "http://www.w3.org/2000/svg";

  /* ---- numbers ---------------------------------------------------------------- */

  /* Uniform and normal numbers from a seed: mulberry32 by Tommy Ettinger (public domain)
     and Box and Muller's cosine, so that another language can repeat them. */
  function random(seed) {
    let state = seed >>> 0;
    function uniform() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }
    function normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    }
    return { uniform: uniform, normal: normal };
  }

  /* A number as a reader likes it: 0.0123, 1,230, 1.2 × 10⁷. */
  function say(value, digits) {
    if (Number.isNaN(value)) return "undefined";
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
    const size = Math.abs(value);
    let text;
    if (value !== 0 && (size >= 1e6 || size < 1e-3)) {
      const parts = value.toExponential((digits || 3) - 1).split("e");
      const power = Number(parts[1]).toString().replace("-", "⁻")
        .replace(/\d/g, function (digit) { return "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]; });
      text = Number(parts[0]) + " × 10" + power;
    } else {
      text = Number(value.toPrecision(digits || 3)).toLocaleString("en", {
        maximumSignificantDigits: 6
      });
    }
    return text.replace("-", "−");
  }

  function clamp(value, low, high) {
    return Math.min(Math.max(value, low), high);
  }

  /* ---- elements --------------------------------------------------------------- */

  function html(tag, properties) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append.apply(element, Array.prototype.slice.call(arguments, 2));
    return element;
  }

  function svg(tag, attributes) {
    const element = document.createElementNS(NS, tag);
    Object.entries(attributes || {}).forEach(function (pair) {
      element.setAttribute(pair[0], pair[1]);
    });
    element.append.apply(element, Array.prototype.slice.call(arguments, 2));
    return element;
  }

  let count = 0;
  function freshId() {
    count += 1;
    return "lr-explore-" + count;
  }

  /* ---- charts ----------------------------------------------------------------- */

  const MARGIN = { left: 46, right: 12, top: 24, bottom: 40 };
  const SMALL = window.matchMedia("(max-width: 44.984375em)");

  function decades(from, to, most) {
    const first = Math.ceil(Math.log10(from) - 1e-9);
    const last = Math.floor(Math.log10(to) + 1e-9);
    const each = Math.max(1, Math.ceil((last - first + 1) / most));
    const found = [];
    for (let power = first; power <= last; power += each) found.push(Math.pow(10, power));
    return found;
  }

  function evenly(from, to, most) {
    const rough = (to - from) / most;
    const size = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].find(function (part) { return part * size >= rough; }) * size;
    const found = [];
    for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at += 1)
      found.push(Number((at * step).toPrecision(12)));
    return found;
  }

  /* One axis: {from, to, log, label}, and where its values fall in pixels. */
  function scale(axis, low, high) {
    const measure = axis.log ? Math.log10 : Number;
    const from = measure(axis.from), to = measure(axis.to);
    return {
      axis: axis,
      at: function (value) {
        const share = (measure(value) - from) / (to - from);
        const pixel = low + share * (high - low);
        return Number.isNaN(pixel) ? pixel : clamp(pixel, -9999, 9999);
      },
      of: function (pixel) {
        const inner = from + (pixel - low) / (high - low) * (to - from);
        return axis.log ? Math.pow(10, inner) : inner;
      },
      ticks: function (most) {
        return (axis.log ? decades : evenly)(axis.from, axis.to, most);
      }
    };
  }

  function tickText(value, log) {
    const power = Math.round(Math.log10(Math.abs(value)));
    if (!log || Math.abs(power) < 4) return [say(value)];
    return ["10", svg("tspan", { dy: "-0.45em", class: "lr-explore-power" },
      String(power).replace("-", "−"))];
  }

  function Chart(box, label, height) {
    this.box = box;
    this.fullHeight = height;
    this.clip = freshId();
    this.layer = svg("g", { "clip-path": "url(#" + this.clip + ")" });
    this.rect = svg("rect");
    this.axes = svg("g", { class: "lr-explore-axes" });
    this.notes = svg("g");
    this.svg = svg("svg", { role: "img", "aria-label": label },
      svg("clipPath", { id: this.clip }, this.rect), this.axes, this.layer, this.notes);
    box.append(this.svg);
  }

  Chart.prototype.width = function () { return Math.max(this.box.clientWidth, 160); };

  /* On a phone charts stand one above the other, and the controls should stay in view. */
  Chart.prototype.height = function () {
    return Math.round(this.fullHeight * (SMALL.matches ? 0.8 : 1));
  };

  /* The size of the area inside the axes, in pixels: [wide, high]. */
  Chart.prototype.area = function () {
    return [this.width() - MARGIN.left - MARGIN.right,
      this.height() - MARGIN.top - MARGIN.bottom];
  };

  /* Empties the chart and draws axes; x and y are {from, to, log, label}. */
  Chart.prototype.frame = function (x, y) {
    const width = this.width(), height = this.height();
    const right = width - MARGIN.right, bottom = height - MARGIN.bottom;
    this.svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.x = scale(x, MARGIN.left, right);
    this.y = scale(y, bottom, MARGIN.top);
    [this.axes, this.layer, this.notes].forEach(function (part) { part.replaceChildren(); });
    const size = {
      x: MARGIN.left, y: MARGIN.top, width: right - MARGIN.left, height: bottom - MARGIN.top
    };
    Object.entries(size).forEach(function (pair) {
      this.rect.setAttribute(pair[0], pair[1]);
    }, this);
    this.drawAxes(right, bottom);
  };

  Chart.prototype.drawAxes = function (right, bottom) {
    const axes = this.axes, x = this.x, y = this.y;
    x.ticks(Math.floor((right - MARGIN.left) / 48)).forEach(function (value) {
      const at = x.at(value), anchor = right - at < 12 ? "end" : "middle";
      axes.append(
        svg("line", { x1: at, x2: at, y1: MARGIN.top, y2: bottom, class: "lr-explore-grid" }),
        svg("text", { x: anchor === "end" ? right + MARGIN.right : at, y: bottom + 16,
          "text-anchor": anchor },
          ...tickText(value, x.axis.log))
      );
    });
    y.ticks(5).forEach(function (value) {
      const at = y.at(value);
      axes.append(
        svg("line", { x1: MARGIN.left, x2: right, y1: at, y2: at, class: "lr-explore-grid" }),
        svg("text", { x: MARGIN.left - 6, y: at + 4, "text-anchor": "end" },
          ...tickText(value, y.axis.log))
      );
    });
    const path = "M" + MARGIN.left + " " + MARGIN.top + "V" + bottom + "H" + right;
    axes.append(
      svg("path", { d: path, class: "lr-explore-axis" }),
      svg("text", { x: (MARGIN.left + right) / 2, y: bottom + 34, "text-anchor": "middle",
        class: "lr-explore-label" }, x.axis.label),
      svg("text", { x: 2, y: 12, class: "lr-explore-label" }, y.axis.label)
    );
  };

  /* Points are [x, y]; a gap opens where one is not a number. */
  Chart.prototype.line = function (points, look) {
    let d = "", pen = "M";
    points.forEach(function (point) {
      const x = this.x.at(point[0]), y = this.y.at(point[1]);
      if (Number.isNaN(x + y)) {
        pen = "M";
      } else {
        d += pen + x.toFixed(1) + " " + y.toFixed(1);
        pen = "L";
      }
    }, this);
    this.layer.append(svg("path", Object.assign({ d: d, class: "lr-explore-line" }, look)));
  };

  Chart.prototype.dots = function (points, look, radius) {
    points.forEach(function (point) {
      const cx = this.x.at(point[0]), cy = this.y.at(point[1]);
      if (Number.isNaN(cx + cy)) return;
      this.layer.append(svg("circle", Object.assign({
        cx: cx.toFixed(1), cy: cy.toFixed(1), r: radius || 4
      }, look)));
    }, this);
  };

  /* A line from edge to edge, at one x or at one y. */
  Chart.prototype.rule = function (at, look) {
    const x = this.x.axis, y = this.y.axis;
    const points = "x" in at
      ? [[at.x, y.from], [at.x, y.to]] : [[x.from, at.y], [x.to, at.y]];
    this.line(points, Object.assign({ "stroke-dasharray": "2 3" }, look));
  };

  Chart.prototype.band = function (from, to) {
    const left = this.x.at(from), right = this.x.at(to);
    this.layer.append(svg("rect", {
      x: left, width: Math.max(right - left, 0), y: MARGIN.top,
      height: this.area()[1], class: "lr-explore-band"
    }));
  };

  Chart.prototype.text = function (x, y, words, look) {
    this.notes.append(svg("text", Object.assign({
      x: this.x.at(x).toFixed(1), y: this.y.at(y).toFixed(1), class: "lr-explore-note"
    }, look), words));
  };

  /* Follows a pointer over the chart: move(x, y, from) in the chart's own units, where
     `from` is what begin() returned. A finger that goes up or down scrolls the page. */
  Chart.prototype.onDrag = function (begin, move) {
    const chart = this;
    function values(event) {
      const box = chart.svg.getBoundingClientRect();
      return [chart.x.of(event.clientX - box.left), chart.y.of(event.clientY - box.top)];
    }
    this.svg.classList.add("lr-explore-draggable");
    this.svg.addEventListener("pointerdown", function (event) {
      const from = begin.apply(null, values(event));
      const scaleThen = chart.x;
      function follow(later) {
        const box = chart.svg.getBoundingClientRect();
        move(scaleThen.of(later.clientX - box.left), values(later)[1], from);
      }
      function leave() {
        chart.svg.removeEventListener("pointermove", follow);
      }
      chart.svg.setPointerCapture(event.pointerId);
      chart.svg.addEventListener("pointermove", follow);
      chart.svg.addEventListener("lostpointercapture", leave, { once: true });
      follow(event);
    });
  };

  /* A point that can be dragged, or moved with the arrow keys: move(x, y). It is an
     element over the drawing, since what is inside an image cannot be focused. */
  Chart.prototype.handle = function (label, move) {
    const chart = this, knob = html("div", { className: "lr-explore-knob", tabIndex: 0 });
    knob.setAttribute("role", "slider");
    knob.setAttribute("aria-label", label);
    knob.addEventListener("pointerdown", function (event) {
      knob.setPointerCapture(event.pointerId);
      event.preventDefault();
      knob.focus();
    });
    knob.addEventListener("pointermove", function (event) {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const box = chart.svg.getBoundingClientRect();
      move(chart.x.of(event.clientX - box.left), chart.y.of(event.clientY - box.top));
    });
    knob.addEventListener("keydown", function (event) {
      const by = {
        ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]
      }[event.key];
      if (!by) return;
      event.preventDefault();
      const far = event.shiftKey ? 24 : 6;
      move(chart.x.of(knob.at[0] + far * by[0]), chart.y.of(knob.at[1] + far * by[1]));
    });
    this.box.append(knob);
    return function place(x, y) {
      knob.at = [chart.x.at(x), chart.y.at(y)];
      knob.style.left = knob.at[0] + "px";
      knob.style.top = knob.at[1] + "px";
      knob.setAttribute("aria-valuenow", x.toFixed(2));
      knob.setAttribute("aria-valuetext", say(x, 2) + " across, " + say(y, 2) + " up");
    };
  };

  /* ---- controls --------------------------------------------------------------- */

  /* Values on an even or a logarithmic scale, for an input that counts steps. */
  function ladder(spec) {
    const steps = spec.steps || Math.round((spec.to - spec.from) / spec.step);
    return {
      steps: steps,
      value: function (index) {
        const share = index / steps;
        const value = spec.log
          ? spec.from * Math.pow(spec.to / spec.from, share)
          : spec.from + share * (spec.to - spec.from);
        return spec.whole ? Math.round(value) : Number(value.toPrecision(3));
      },
      index: function (value) {
        const share = spec.log
          ? Math.log(value / spec.from) / Math.log(spec.to / spec.from)
          : (value - spec.from) / (spec.to - spec.from);
        return Math.round(share * steps);
      }
    };
  }

  function readNumber(text, spec) {
    const value = Number(text);
    if (text === "" || Number.isNaN(value)) return undefined;
    return clamp(spec.whole ? Math.round(value) : value, spec.from, spec.to);
  }

  /* {key, label, from, to, log or step, steps, whole, format} */
  function slider(app, spec) {
    const rungs = ladder(spec), id = freshId(), format = spec.format || say;
    const input = html("input", { type: "range", id: id, min: 0, max: rungs.steps, step: 1 });
    const output = html("output");
    output.setAttribute("for", id);
    input.addEventListener("input", function () {
      app.set({ [spec.key]: rungs.value(Number(input.value)) });
    });
    app.controls.append(html("div", { className: "lr-explore-slider" },
      html("label", { htmlFor: id, textContent: spec.label }), input, output));
    return {
      key: spec.key,
      show: function (value) {
        input.value = rungs.index(value);
        output.value = format(value);
        input.setAttribute("aria-valuetext", format(value));
      },
      read: function (text) { return readNumber(text, spec); }
    };
  }

  /* {key, label, options: {value: words}} */
  function choice(app, spec) {
    const name = freshId(), inputs = {};
    const box = html("fieldset", { className: "lr-explore-choice" },
      html("legend", { textContent: spec.label }));
    Object.entries(spec.options).forEach(function (pair) {
      const input = html("input", { type: "radio", name: name, value: pair[0] });
      input.addEventListener("change", function () { app.set({ [spec.key]: pair[0] }); });
      inputs[pair[0]] = input;
      box.append(html("label", {}, input, html("span", { textContent: pair[1] })));
    });
    app.controls.append(box);
    return {
      key: spec.key,
      show: function (value) { inputs[value].checked = true; },
      read: function (text) { return text in inputs ? text : undefined; }
    };
  }

  /* A number that has no control of its own: {key, from, to} */
  function hidden(spec) {
    return {
      key: spec.key,
      show: function () {},
      read: function (text) { return readNumber(text, spec); }
    };
  }

  /* ---- the state in the address ------------------------------------------------ */

  function readAddress(prefix, controls) {
    const query = new URLSearchParams(location.search), found = {};
    controls.forEach(function (control) {
      const text = query.get(prefix + "." + control.key);
      const value = text === null ? undefined : control.read(text);
      if (value !== undefined) found[control.key] = value;
    });
    return found;
  }

  /* Only what differs from the author's choice is written; the fragment stays. */
  function writeAddress(prefix, state, defaults) {
    const url = new URL(location.href);
    Object.keys(defaults).forEach(function (key) {
      const same = state[key] === defaults[key];
      if (same) url.searchParams.delete(prefix + "." + key);
      else url.searchParams.set(prefix + "." + key, state[key]);
    });
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  /* ---- an explorable on the page ------------------------------------------------ */

  function later(delay, act) {
    let timer = 0;
    return function () {
      clearTimeout(timer);
      timer = setTimeout(act, delay);
    };
  }

  function App(place, name, page) {
    this.place = place;
    this.prefix = place.id || name;
    this.controls = html("div", { className: "lr-explore-controls" });
    this.charts = html("div", { className: "lr-explore-charts" });
    this.says = html("p", { className: "lr-explore-says" });
    this.answer = html("p");
    this.parts = [];
    this.spoken = html("p", { className: "lr-explore-spoken" });
    this.spoken.setAttribute("role", "status");
    const title = html("p", { className: "lr-explore-title", id: freshId(),
      textContent: page.title });
    place.setAttribute("role", "group");
    place.setAttribute("aria-labelledby", title.id);
    const app = this;
    this.again = html("button", { type: "button", textContent: "Start over",
      onclick: function () { app.set(app.defaults); } });
    place.append(title, html("p", { className: "lr-explore-task", textContent: page.task }),
      this.charts, this.says, this.controls,
      html("div", { className: "lr-explore-foot" },
        html("details", {}, html("summary", { textContent: "Show the answer" }),
          this.answer), this.again),
      this.spoken);
    // Speech waits until the reader's hand rests; browsers limit how often the address
    // may change.
    this.speak = later(700, function () { app.spoken.textContent = app.says.textContent; });
    this.remember = later(300, function () {
      writeAddress(app.prefix, app.state, app.defaults);
    });
  }

  App.prototype.slider = function (spec) { this.parts.push(slider(this, spec)); };
  App.prototype.hidden = function (spec) { this.parts.push(hidden(spec)); };
  App.prototype.choice = function (spec) { this.parts.push(choice(this, spec)); };
  App.prototype.chart = function (label, height) {
    const box = html("div", { className: "lr-explore-chart" });
    this.charts.append(box);
    return new Chart(box, label, height || 260);
  };

  /* Changes part of the state, as the controls would. */
  App.prototype.set = function (change) {
    Object.assign(this.state, change);
    this.speak();
    this.remember();
    this.redraw();
  };

  App.prototype.redraw = function () {
    const app = this;
    if (app.waiting) return;
    app.waiting = true;
    requestAnimationFrame(function () {
      app.waiting = false;
      app.parts.forEach(function (part) { part.show(app.state[part.key]); });
      const told = app.draw(app.state);
      app.says.textContent = told.says;
      app.answer.textContent = told.answer;
    });
  };

  /* The author's own choice: data-KEY on the place. */
  function chosen(place, page, parts) {
    const defaults = Object.assign({}, page.state);
    parts.forEach(function (part) {
      const value = part.read(place.dataset[part.key] || "");
      if (value !== undefined) defaults[part.key] = value;
    });
    return defaults;
  }

  function mount(name, place) {
    const page = registered[name].page, app = new App(place, name, page);
    app.draw = page.build(app);
    app.defaults = chosen(place, page, app.parts);
    app.state = Object.assign({}, app.defaults, readAddress(app.prefix, app.parts));
    new ResizeObserver(function () { app.redraw(); }).observe(app.charts);
    app.redraw();
  }

  window.lrExplore = {
    maths: {},
    mount: mount,
    register: function (name, maths, page) {
      registered[name] = { page: page };
      window.lrExplore.maths[name] = maths;
    },
    random: random, say: say, clamp: clamp, html: html
  };
})();
