/* The graph to be explored, in a window over the page: drawn on a canvas, told by a list.
   d3-force moves the nodes; where a reader wants no motion they stand still at once.
   A classic script: pages are read from file:// too. */
(function () {
  "use strict";

  var here = document.currentScript.src;
  var root = new URL("../../", here).href;
  var data = window.lrnGraph;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");
  var nodes = data.nodes.map(function (node, at) {
    return Object.assign({ at: at, near: new Set(), out: new Set() }, node);
  });
  data.edges.forEach(function (edge) {
    nodes[edge[0]].near.add(edge[1]); nodes[edge[0]].out.add(edge[1]);
    nodes[edge[1]].near.add(edge[0]);
  });
  var sections = Array.from(new Set(nodes.map(function (node) { return node.section; })));
  var LISTED = 200;
  var ui, shown, links, simulation, view, chosen, centre, colours, frame;

  function make(tag, properties) {
    var element = Object.assign(document.createElement(tag), properties);
    Array.prototype.slice.call(arguments, 2).forEach(function (child) { element.append(child); });
    return element;
  }

  function select(name, options) {
    var list = make("select", {});
    list.setAttribute("aria-label", name);
    options.forEach(function (each) { list.append(new Option(each[1], each[0])); });
    return list;
  }

  function address(node) { return new URL(node.url || "./", root).href; }

  function build() {
    ui = {
      search: make("input", { type: "search", placeholder: "Find a note" }),
      section: select("Section", [["", "All sections"]].concat(sections.map(function (name) {
        return ["=" + name, name || "Pages"];
      }))),
      kind: select("Kind", [["", "Notes and snippets"], ["note", "Notes"], ["snippet", "Snippets"]]),
      depth: select("How far", [["0", "Everything"], ["1", "1 link away"], ["2", "2 links away"], ["3", "3 links away"]]),
      close: make("button", { type: "button", textContent: "Close" }),
      canvas: make("canvas", { tabIndex: 0 }),
      list: make("ul", { className: "lrn-window-list" }),
      told: make("p", { className: "lrn-window-told", role: "status" })
    };
    ui.search.setAttribute("aria-label", "Find a note");
    ui.canvas.setAttribute("role", "application");
    ui.canvas.setAttribute("aria-label",
      "Graph. Arrow keys go from node to node, Enter opens one, plus and minus zoom.");
    ui.list.setAttribute("aria-label", "Nodes shown");
    ui.window = make("dialog", { className: "lrn-window" },
      make("div", { className: "lrn-window-bar" },
        ui.search, ui.close, ui.section, ui.kind, ui.depth),
      make("div", { className: "lrn-window-field" }, ui.canvas), ui.list, ui.told);
    ui.window.setAttribute("aria-label", "Graph of the notes");
    document.body.append(ui.window);
    ui.close.addEventListener("click", function () { ui.window.close(); });
    ui.window.addEventListener("close", function () { if (simulation) simulation.stop(); });
    ui.search.addEventListener("input", find);
    [ui.section, ui.kind, ui.depth].forEach(function (each) { each.addEventListener("change", fill); });
    new ResizeObserver(function () { if (ui.window.open) draw(); }).observe(ui.canvas.parentNode);
    listen();
  }

  /* --- what is shown ------------------------------------------------------------ */

  function within(depth) {
    var found = new Set([centre.at]);
    for (var step = 0; step < depth; step++) {
      Array.from(found).forEach(function (at) {
        nodes[at].near.forEach(function (other) { found.add(other); });
      });
    }
    return found;
  }

  function fill() {
    var depth = Number(ui.depth.value);
    var close = depth && centre ? within(depth) : null;
    shown = nodes.filter(function (node) {
      return node === centre || ((!close || close.has(node.at)) &&
        (!ui.section.value || ui.section.value === "=" + node.section) &&
        (!ui.kind.value || (node.kind === "snippet") === (ui.kind.value === "snippet")));
    });
    var there = new Set(shown.map(function (node) { return node.at; }));
    links = data.edges.filter(function (edge) {
      return there.has(edge[0]) && there.has(edge[1]);
    }).map(function (edge) { return { source: nodes[edge[0]], target: nodes[edge[1]], kinds: edge[2] }; });
    if (chosen && !there.has(chosen.at)) chosen = null;
    list(shown);
    tell();
    settle();
  }

  function list(found) {
    var ranked = found.slice().sort(function (a, b) { return b.degree - a.degree || a.at - b.at; });
    ui.list.replaceChildren.apply(ui.list, ranked.slice(0, LISTED).map(function (node) {
      var link = make("a", { href: address(node), textContent: node.title, className: "lrn-s" + colour(node) });
      link.addEventListener("focus", function () { choose(node); });
      link.addEventListener("pointerenter", function () { choose(node); });
      return make("li", {}, link);
    }));
    if (ranked.length > LISTED) {
      ui.list.append(make("li", { textContent: "and " + (ranked.length - LISTED) + " more: find one by its name" }));
    }
  }

  function find() {
    var words = ui.search.value.trim().toLowerCase();
    var found = shown.filter(function (node) { return node.title.toLowerCase().indexOf(words) >= 0; });
    found.sort(function (a, b) { return a.title.length - b.title.length; });
    list(words ? found : shown);
    choose(words ? found[0] || null : null);
    if (words) ui.told.textContent = found.length + " found" + (found[0] ? ": " + found[0].title : "");
  }

  function tell() {
    if (!chosen) {
      ui.told.textContent = shown.length + " nodes, " + links.length + " links" +
        (centre && Number(ui.depth.value) ? " around " + centre.title : "") + ".";
      return;
    }
    var into = chosen.near.size - chosen.out.size, both = 0;
    chosen.out.forEach(function (at) { if (nodes[at].out.has(chosen.at)) both += 1; });
    ui.told.textContent = chosen.title + (chosen.section ? " (" + chosen.section + ")" : "") +
      ": links to " + chosen.out.size + ", linked from " + (into + both) + ".";
  }

  function choose(node) {
    if (node === chosen) return;
    chosen = node;
    tell();
    draw();
  }

  /* --- where the nodes stand ------------------------------------------------------ */

  function size(node) { return 3 + 1.3 * Math.sqrt(node.degree); }
  function colour(node) { return Math.max(0, sections.indexOf(node.section)) % 10; }

  /* Before forces act, sections stand apart from each other, as petals do. */
  function scatter() {
    var turn = Math.PI * (3 - Math.sqrt(5));
    var wide = 14 * Math.sqrt(shown.length);
    var counts = {};
    shown.forEach(function (node) {
      if (node.x !== undefined) return;
      var part = sections.indexOf(node.section) / sections.length * 2 * Math.PI;
      var at = counts[node.section] = (counts[node.section] || 0) + 1;
      node.x = wide * Math.cos(part) + 12 * Math.sqrt(at) * Math.cos(at * turn);
      node.y = wide * Math.sin(part) + 12 * Math.sqrt(at) * Math.sin(at * turn);
    });
  }

  function settle() {
    scatter();
    if (simulation) simulation.stop();
    var d3 = window.d3;
    simulation = d3.forceSimulation(shown).stop()
      .force("link", d3.forceLink(links).distance(60).strength(function (link) {
        return 0.7 / Math.min(link.source.near.size, link.target.near.size);
      }))
      .force("charge", d3.forceManyBody().strength(-160).distanceMax(500))
      .force("x", d3.forceX().strength(0.05))
      .force("y", d3.forceY().strength(0.07))
      .force("apart", d3.forceCollide(function (node) { return size(node) + 5; }));
    simulation.on("tick", draw);
    /* Most of the way is not shown: a reader wants a map, not a dance. */
    simulation.tick(still.matches ? 300 : shown.length > 1500 ? 30 : 120);
    simulation.alpha(still.matches ? 0 : 0.12);
    view = fit();
    if (!still.matches) simulation.restart();
    draw();
  }

  function fit() {
    var box = ui.canvas.parentNode.getBoundingClientRect();
    var xs = shown.map(function (node) { return node.x; }), ys = shown.map(function (node) { return node.y; });
    var left = Math.min.apply(null, xs), right = Math.max.apply(null, xs);
    var top = Math.min.apply(null, ys), bottom = Math.max.apply(null, ys);
    var scale = Math.min(2, (box.width - 120) / (right - left + 1), (box.height - 60) / (bottom - top + 1));
    scale = Math.max(0.05, scale);
    return { scale: scale, x: box.width / 2 - scale * (left + right) / 2, y: box.height / 2 - scale * (top + bottom) / 2 };
  }

  /* --- drawing ---------------------------------------------------------------------- */

  function draw() {
    if (!frame) frame = requestAnimationFrame(function () { frame = 0; paint(); });
  }

  function readColours() {
    var probe = make("span", {});
    ui.window.append(probe);
    function read(name) { probe.style.color = "var(" + name + ")"; return getComputedStyle(probe).color; }
    colours = { fg: read("--lrn-fg"), line: read("--lrn-axes"), paper: getComputedStyle(ui.window).backgroundColor, of: [] };
    for (var at = 0; at < 10; at++) colours.of.push(read("--lrn-c" + at));
    probe.remove();
  }

  function paint() {
    var box = ui.canvas.parentNode.getBoundingClientRect();
    var ratio = window.devicePixelRatio || 1;
    if (ui.canvas.width !== Math.round(box.width * ratio) || ui.canvas.height !== Math.round(box.height * ratio)) {
      ui.canvas.width = Math.round(box.width * ratio);
      ui.canvas.height = Math.round(box.height * ratio);
    }
    var pen = ui.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, box.width, box.height);
    pen.translate(view.x, view.y);
    pen.scale(view.scale, view.scale);
    paintLinks(pen);
    paintNodes(pen);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintNames(pen, box);
  }

  function paintLinks(pen) {
    pen.strokeStyle = colours.line;
    pen.lineWidth = 1 / view.scale;
    pen.globalAlpha = chosen ? 0.12 : 0.4;
    pen.beginPath();
    links.forEach(function (link) {
      pen.moveTo(link.source.x, link.source.y);
      pen.lineTo(link.target.x, link.target.y);
    });
    pen.stroke();
    pen.globalAlpha = 1;
    if (!chosen) return;
    links.forEach(function (link) {
      if (link.source === chosen || link.target === chosen) arrow(pen, link);
    });
  }

  function arrow(pen, link) {
    var tip = link.target, from = link.source;
    var angle = Math.atan2(tip.y - from.y, tip.x - from.x);
    var x = tip.x - (size(tip) + 1) * Math.cos(angle), y = tip.y - (size(tip) + 1) * Math.sin(angle);
    pen.strokeStyle = pen.fillStyle = colours.of[colour(from)];
    pen.lineWidth = 1.6 / view.scale;
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.lineTo(x, y);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - 7 * Math.cos(angle - 0.45), y - 7 * Math.sin(angle - 0.45));
    pen.lineTo(x - 7 * Math.cos(angle + 0.45), y - 7 * Math.sin(angle + 0.45));
    pen.fill();
  }

  function isBeside(node) { return !chosen || node === chosen || chosen.near.has(node.at); }

  function paintNodes(pen) {
    shown.forEach(function (node) {
      pen.globalAlpha = isBeside(node) ? 1 : 0.25;
      pen.beginPath();
      pen.arc(node.x, node.y, size(node), 0, 2 * Math.PI);
      pen.fillStyle = node.kind === "snippet" ? colours.paper : colours.of[colour(node)];
      pen.fill();
      pen.strokeStyle = node === chosen || node === centre ? colours.fg : colours.of[colour(node)];
      pen.lineWidth = node === chosen || node === centre ? 2.5 : 1.5;
      if (node.kind === "snippet" || node === chosen || node === centre) pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  /* Names of the chosen and its neighbours first, then of the most linked, where there is
     room: none overlaps another. */
  function paintNames(pen, box) {
    var taken = shown.length > 500 ? [] : shown.map(function (node) {
      var half = size(node) * view.scale;
      return { x: node.x * view.scale + view.x, y: node.y * view.scale + view.y, half: half, tall: half };
    });
    var ranked = shown.slice().sort(function (a, b) {
      return (b === chosen) - (a === chosen) || (b === centre) - (a === centre) ||
        (chosen ? isBeside(b) - isBeside(a) : 0) || b.degree - a.degree || a.at - b.at;
    });
    pen.font = "13px " + getComputedStyle(ui.window).fontFamily;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    ranked.slice(0, 400).forEach(function (node) {
      if (chosen && !isBeside(node)) return;
      var name = node.title.length > 34 ? node.title.slice(0, 32) + "…" : node.title;
      var half = pen.measureText(name).width / 2 + 3;
      var x = node.x * view.scale + view.x, y = (node.y + size(node)) * view.scale + view.y + 11;
      if (x < 0 || x > box.width || y < 0 || y > box.height) return;
      x = Math.max(half, Math.min(box.width - half, x));
      var fits = taken.every(function (other) {
        return Math.abs(other.x - x) > other.half + half || Math.abs(other.y - y) > other.tall + 8;
      });
      if (!fits && node !== chosen && node !== centre) return;
      taken.push({ x: x, y: y, half: half, tall: 8 });
      pen.strokeStyle = colours.paper;
      pen.lineWidth = 4;
      pen.strokeText(name, x, y);
      pen.fillStyle = colours.fg;
      pen.fillText(name, x, y);
    });
  }

  /* --- hands: mouse, touch, keys -------------------------------------------------- */

  function point(event) {
    var box = ui.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function under(at) {
    var x = (at.x - view.x) / view.scale, y = (at.y - view.y) / view.scale;
    var found = simulation.find(x, y, 24 / view.scale);
    return found && Math.hypot(found.x - x, found.y - y) < size(found) + 9 / view.scale ? found : null;
  }

  function zoom(factor, at) {
    factor = Math.max(0.05, Math.min(8, view.scale * factor)) / view.scale;
    view.x = at.x - (at.x - view.x) * factor;
    view.y = at.y - (at.y - view.y) * factor;
    view.scale *= factor;
    draw();
  }

  function middle() {
    var box = ui.canvas.getBoundingClientRect();
    return { x: box.width / 2, y: box.height / 2 };
  }

  function listen() {
    var fingers = new Map(), held = null, moved = 0;
    ui.canvas.addEventListener("pointerdown", function (event) {
      ui.canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, point(event));
      held = fingers.size === 1 ? under(point(event)) : null;
      moved = 0;
    });
    ui.canvas.addEventListener("pointermove", function (event) {
      var at = point(event), last = fingers.get(event.pointerId);
      if (!last) { choose(under(at)); ui.canvas.style.cursor = chosen ? "pointer" : ""; return; }
      moved += Math.hypot(at.x - last.x, at.y - last.y);
      if (fingers.size === 2) pinch(fingers, event.pointerId, at);
      else if (held && moved > 3) {
        held.fx = (at.x - view.x) / view.scale;
        held.fy = (at.y - view.y) / view.scale;
        held.x = held.fx; held.y = held.fy;
        if (!still.matches) simulation.alphaTarget(0.15).restart();
        draw();
      } else if (!held) { view.x += at.x - last.x; view.y += at.y - last.y; draw(); }
      fingers.set(event.pointerId, at);
    });
    function lift(event) {
      var node = held;
      fingers.delete(event.pointerId);
      held = null;
      if (node) { node.fx = node.fy = null; simulation.alphaTarget(0); }
      if (event.type === "pointerup" && moved < 4 && node) {
        /* A finger cannot hover: its first touch shows, its second opens. */
        if (event.pointerType === "mouse" || chosen === node) location.href = address(node);
        else choose(node);
      } else if (moved < 4 && !node) choose(null);
    }
    ui.canvas.addEventListener("pointerup", lift);
    ui.canvas.addEventListener("pointercancel", lift);
    ui.canvas.addEventListener("wheel", function (event) {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), point(event));
    }, { passive: false });
    ui.canvas.addEventListener("keydown", key);
  }

  function pinch(fingers, id, at) {
    var other;
    fingers.forEach(function (place, each) { if (each !== id) other = place; });
    var last = fingers.get(id);
    var before = Math.hypot(last.x - other.x, last.y - other.y);
    var now = Math.hypot(at.x - other.x, at.y - other.y);
    if (before > 5) zoom(now / before, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  var ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function key(event) {
    var arrowKey = ARROWS[event.key];
    if (arrowKey) choose(next(arrowKey));
    else if (event.key === "Enter" && chosen) location.href = address(chosen);
    else if (event.key === "+" || event.key === "=") zoom(1.3, middle());
    else if (event.key === "-") zoom(1 / 1.3, middle());
    else if (event.key === "0") { view = fit(); draw(); }
    else return;
    event.preventDefault();
  }

  /* The nearest node in a direction; what lies aside counts as farther. */
  function next(way) {
    var from = chosen || centre;
    if (!from || shown.indexOf(from) < 0 || (!chosen && from)) {
      return from && shown.indexOf(from) >= 0 ? from : shown[0] || null;
    }
    var best = from, least = Infinity;
    shown.forEach(function (node) {
      var along = (node.x - from.x) * way[0] + (node.y - from.y) * way[1];
      var aside = Math.abs((node.x - from.x) * way[1]) + Math.abs((node.y - from.y) * way[0]);
      if (along > 0.5 && along + 2.5 * aside < least) { least = along + 2.5 * aside; best = node; }
    });
    return best;
  }

  /* --- opening ---------------------------------------------------------------------- */

  window.lrnExplore = function () {
    var path = window.lrnGraphAt.dataset.lrnGraph;
    if (!ui) build();
    chosen = null;
    centre = nodes.filter(function (node) { return node.path === path; })[0] || null;
    ui.depth.value = centre ? "1" : "0";
    ui.depth.hidden = !centre;
    ui.search.value = ui.section.value = "";
    ui.kind.value = centre ? "" : "note";
    ui.window.showModal();
    readColours();
    fill();
    ui.canvas.focus();
  };

  var style = make("link", { rel: "stylesheet", href: new URL("graph.css", here).href });
  if (document.querySelector('link[href$="lrnotes/graph.css"]')) window.lrnExplore();
  else {
    style.onload = function () { window.lrnExplore(); };
    document.head.append(style);
  }
})();
