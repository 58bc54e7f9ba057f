/* What lrnotes adds to reading: names that answer, a button for each figure, evidence where
   it was asked for, sweeps.  A classic script: pages are read from file:// too.  Every page reads without it. */
(function () {
  "use strict";

  /* What few pages or few readers need lies beside this file and comes when wanted. */
  var script = document.currentScript;
  var base = script ? new URL(".", script.src).href : "";
  var brought = {};

  function bring(name, then) {
    brought[name] = brought[name] || new Promise(function (done) {
      document.head.append(make("script", { src: base + name, onload: done }));
    });
    if (then) brought[name].then(then);
  }

  function make(tag, properties) {
    var element = Object.assign(document.createElement(tag), properties);
    Array.prototype.slice.call(arguments, 2).forEach(function (child) {
      element.append(child);
    });
    return element;
  }

  /* Run for the page as it is now, and again after each instant navigation. */
  function each(selector, prepare) {
    document.querySelectorAll(selector).forEach(function (element) {
      if (element.lrnReady) return;
      element.lrnReady = true;
      prepare(element);
    });
  }

  /* Puts a box under (or over) what it speaks of, inside the window. */
  function place(box, anchor) {
    var at = anchor.getClientRects()[0] || anchor.getBoundingClientRect();
    var room = document.documentElement.clientWidth;
    var size = box.getBoundingClientRect();
    var left = Math.max(8, Math.min(at.left, room - size.width - 8));
    var below = at.bottom + 6;
    var fits = below + size.height < window.innerHeight || at.top < size.height + 12;
    var top = fits ? below : at.top - size.height - 6;
    box.style.position = "absolute";
    box.style.inset = "auto";
    box.style.margin = "0";
    box.style.left = left + window.scrollX + "px";
    box.style.top = top + window.scrollY + "px";
  }

  /* --- names in code -------------------------------------------------------- */

  var tip = null;
  var told = null;
  var leaving = 0;

  function showTip(name) {
    clearTimeout(leaving);
    if (told === name) return;
    hideTip();
    var block = name.closest("[data-lrn-names]");
    var row = block && JSON.parse(block.dataset.lrnNames)[name.dataset.lrn];
    if (!row) return;
    if (!tip || !tip.isConnected) {
      tip = make("div", { className: "lrn-tip", id: "lrn-tip" });
      tip.setAttribute("role", "tooltip");
      tip.addEventListener("pointerenter", function () { clearTimeout(leaving); });
      tip.addEventListener("pointerleave", leaveTip);
      document.body.append(tip);
    }
    tip.replaceChildren(row[0] + ": " + row[1]);
    if (row[2]) tip.append(make("span", { className: "lrn-tip-value", textContent: row[2] }));
    tip.hidden = false;
    told = name;
    name.setAttribute("aria-describedby", "lrn-tip");
    place(tip, name);
  }

  function hideTip() {
    clearTimeout(leaving);
    if (told) told.removeAttribute("aria-describedby");
    if (tip) tip.hidden = true;
    told = null;
  }

  function leaveTip() {
    clearTimeout(leaving);
    leaving = setTimeout(hideTip, 200);
  }

  function nameOf(event) {
    return event.target.closest ? event.target.closest(".lrn-name") : null;
  }

  document.addEventListener("pointerover", function (event) {
    if (nameOf(event)) showTip(nameOf(event));
  });
  document.addEventListener("pointerout", function (event) {
    if (nameOf(event)) leaveTip();
  });
  document.addEventListener("focusin", function (event) {
    if (nameOf(event)) showTip(nameOf(event));
  });
  document.addEventListener("focusout", function (event) {
    if (nameOf(event)) hideTip();
  });
  document.addEventListener("pointerdown", function (event) {
    if (told && !nameOf(event) && !tip.contains(event.target)) hideTip();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && told) {
      hideTip();
      return;
    }
    var name = nameOf(event);
    if (!name || event.ctrlKey || event.altKey || event.metaKey) return;
    var names = Array.from(name.closest("[data-lrn-names]").querySelectorAll(".lrn-name"));
    var at = names.indexOf(name);
    var to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1,
      Home: 0, End: names.length - 1
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (!names[to]) return;
    name.tabIndex = -1;
    names[to].tabIndex = 0;
    names[to].focus();
  });

  /* One stop for the Tab key in each block; arrow keys go on from there. */
  function prepareNames(block) {
    block.querySelector(".lrn-name").tabIndex = 0;
  }

  /* --- evidence --------------------------------------------------------------- */

  document.addEventListener("toggle", function (event) {
    var box = event.target;
    if (event.newState !== "open" || !box.matches(".lrn-evidence[popover]")) return;
    var openers = document.querySelectorAll('[popovertarget="' + box.id + '"]');
    var opener = Array.from(openers).find(function (one) {
      return one === document.activeElement;
    }) || event.source || openers[0];
    if (opener) place(box, opener);
  }, true);

  /* --- figures ---------------------------------------------------------------- */

  function prepareFigure(figure) {
    var tools = figure.nextElementSibling;
    if (!tools || !tools.matches(".lrn-under")) {
      tools = make("div", { className: "lrn-under" });
      figure.after(tools);
    }
    var button = make("button", { type: "button", textContent: "larger" });
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", function () {
      bring("viewer.js", function () { window.lrnView(figure); });
    });
    var links = tools.querySelector(".lrn-tools");
    if (!links) tools.append(links = make("span", { className: "lrn-tools" }));
    links.append(" ", button);
  }

  /* --- sweeps ----------------------------------------------------------------- */

  function prepareSweep(sweep) {
    var frames = Array.from(sweep.querySelectorAll(".lrn-frame"));
    var names = frames.map(function (frame) { return frame.dataset.lrnFrame; });
    var key = sweep.dataset.lrnKey;
    var asked = names.indexOf(new URLSearchParams(location.search).get(key));
    var range = make("input", { type: "range", min: 0, max: frames.length - 1, step: 1 });
    var shown = make("output");
    var label = make("label", { textContent: sweep.dataset.lrnSweep });
    range.id = "lrn-range-" + key;
    label.htmlFor = range.id;
    function show(at) {
      frames.forEach(function (frame, index) { frame.hidden = index !== at; });
      shown.textContent = names[at];
      range.setAttribute("aria-valuetext", names[at]);
    }
    range.value = asked < 0 ? Number(sweep.dataset.lrnFirst) : asked;
    range.addEventListener("input", function () { show(Number(range.value)); });
    range.addEventListener("change", function () {
      var address = new URL(location.href);
      address.searchParams.set(key, names[Number(range.value)]);
      try {
        history.replaceState(history.state, "", address);
      } catch (error) { /* an address that may not be changed: the state is not kept */ }
    });
    sweep.classList.add("lrn-live");
    sweep.append(make("div", { className: "lrn-slider" }, label, range, shown));
    show(Number(range.value));
  }

  /* --- the graph, which is explored on demand ----------------------------------- */

  function prepareGraph(holder) {
    var button = make("button", { type: "button", className: "lrn-explore", textContent: "Explore the graph" });
    button.addEventListener("click", function () {
      window.lrnGraphAt = holder;
      if (window.lrnExplore) { window.lrnExplore(); return; }
      if (button.lrnAsked) return;
      button.lrnAsked = true;
      ["vendor/d3-force/d3-force.js", "graph.js", "explore.js"].forEach(function (name) {
        var script = make("script", { src: base + name, async: false });
        script.onerror = function () { button.lrnAsked = false; };
        document.head.append(script);
      });
    });
    holder.append(button);
  }

  /* --- previews of links ---------------------------------------------------------- */

  /* What shows them is loaded when a reader first rests on a link. */
  var previews = window.lrnPreviews = { base: base, place: place, wanted: null };
  var resting = 0;
  var LINK = 'a[id^="lrn-link-"][href]';

  function rest(event, after) {
    var link = event.target.closest && event.target.closest(LINK);
    if (!link || !base) return;
    clearTimeout(resting);
    previews.wanted = link;
    resting = setTimeout(function () {
      if (previews.show) previews.show(link);
      else bring("preview.js");
    }, after);
  }

  function leaveLink(event) {
    if (!event.target.closest || !event.target.closest(LINK)) return;
    clearTimeout(resting);
    previews.wanted = null;
    if (previews.leave) previews.leave();
  }

  document.addEventListener("pointerover", function (event) {
    if (event.pointerType === "mouse") rest(event, 250);
  });
  document.addEventListener("pointerout", function (event) {
    if (event.pointerType === "mouse") leaveLink(event);
  });
  document.addEventListener("focusin", function (event) {
    if (event.target.matches(":focus-visible")) rest(event, 250);
  });
  document.addEventListener("focusout", leaveLink);
  /* A long press shows what a link leads to, in place of the browser's menu. */
  document.addEventListener("pointerdown", function (event) {
    if (event.pointerType === "touch") rest(event, 450);
  });
  document.addEventListener("pointercancel", function () { clearTimeout(resting); });
  document.addEventListener("pointerup", function () { clearTimeout(resting); });
  document.addEventListener("contextmenu", function (event) {
    var link = event.target.closest && event.target.closest(LINK);
    if (link && event.pointerType === "touch" && previews.wanted === link) event.preventDefault();
  });

  /* ------------------------------------------------------------------------------ */

  /* What scrolls must be reached by the keyboard.  To measure is to lay out what may be far
     below, so it waits for an idle moment. */
  var whenIdle = window.requestIdleCallback || setTimeout;

  function prepareScroller(box) {
    whenIdle(function () {
      var overflows = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
      if (overflows) box.tabIndex = 0;
    });
  }

  function prepare() {
    hideTip();
    each("[data-lrn-names]", prepareNames);
    each(".lrn-sweep", prepareSweep);
    each(".lrn-plot", prepareFigure);
    each("[data-lrn-graph]", prepareGraph);
    /* It reads the tables of the page it comes to, so each page has it anew. */
    each("[data-lrn-table]", function () {
      document.head.append(make("script", { src: base + "claims.js" }));
    });
    each("[data-lrn-diagram]", function () {
      if (window.lrnDiagrams) window.lrnDiagrams();
      else bring("diagrams.js");
    });
    each("[data-lrn-random]", function () {
      document.head.append(make("script", { src: base + "random.js" }));
    });
    each(".lrn-stream, .lrn-html, .lrn-failure pre", prepareScroller);
  }

  /* Material says when a page has come; elsewhere the document does. */
  if (window.document$ && window.document$.subscribe) window.document$.subscribe(prepare);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();
