// What Material leaves to be desired by those who hear or type their way; and which notes
// have been read, which this browser alone remembers.
(function () {
  "use strict";

  // What scrolls by itself must be reachable by the keyboard.
  var scrolling =
    ".katex-display, .jupyter-wrapper pre, .lrn-stream, .lrn-html, .md-typeset__scrollwrap";
  // To measure what lies off the screen is to lay it out, so it waits for an idle moment;
  // but not for long where there is none.
  var whenIdle = window.requestIdleCallback || function (act) {
    setTimeout(act, 100, { timeRemaining: function () { return 8; } });
  };
  var PATIENCE = { timeout: 2000 };
  function markScrolling() {
    var parts = Array.from(document.querySelectorAll(scrolling));
    whenIdle(function mark(idle) {
      while (parts.length && (idle.didTimeout || idle.timeRemaining() > 3)) {
        var part = parts.shift();
        if (part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
        else part.removeAttribute("tabindex");
      }
      if (parts.length) whenIdle(mark, PATIENCE);
      else performance.mark("lr-scrolling-marked");
    }, PATIENCE);
  }
  addEventListener("load", markScrolling);
  addEventListener("resize", markScrolling);

  // Buttons of a code block and tags of a result are no landmarks.
  function tame() {
    document
      .querySelectorAll("nav.md-code__nav:not([role]), nav.md-tags:not([role])")
      .forEach(function (part) { part.setAttribute("role", "presentation"); });
  }
  new MutationObserver(tame).observe(document.body, { childList: true, subtree: true });
  tame();

  // From disk, or where nothing may be kept, every path is simply a list.
  var store = null;
  try { store = window.localStorage; } catch (error) { /* none here */ }
  function readNotes() {
    try { return JSON.parse(store.getItem("lr-read")) || []; } catch (error) { return []; }
  }
  function keepNotes(notes) {
    try { store.setItem("lr-read", JSON.stringify(notes)); } catch (error) { /* full */ }
  }

  document.querySelectorAll("[data-lr-end]").forEach(function (end) {
    new IntersectionObserver(function (seen, watch) {
      if (!seen[0].isIntersecting || !scrollY) return;
      watch.disconnect();
      var notes = readNotes(), note = end.dataset.lrEnd;
      if (notes.indexOf(note) < 0) keepNotes(notes.concat(note));
    }).observe(end);
  });

  function showProgress(path) {
    var notes = readNotes(), next = null, count = 0;
    var links = path.querySelectorAll("[data-lr-note]");
    links.forEach(function (link) {
      var known = notes.indexOf(link.dataset.lrNote) >= 0;
      link.parentElement.classList.toggle("lr-read", known);
      if (known) count += 1;
      else next = next || link;
    });
    var line = path.querySelector(".lr-progress");
    line.hidden = !count;
    if (!count) return;
    line.replaceChildren(count + " of " + links.length + " read");
    if (next) {
      var on = Object.assign(document.createElement("a"), { href: next.href });
      on.textContent = next.textContent;
      line.append(", next: ", on);
    }
    var forget = Object.assign(document.createElement("button"), { type: "button" });
    forget.textContent = "forget";
    forget.addEventListener("click", function () {
      keepNotes([]);
      document.querySelectorAll(".lr-path").forEach(showProgress);
    });
    line.append(" ", forget);
  }
  document.querySelectorAll(".lr-path").forEach(showProgress);
  addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll(".lr-path").forEach(showProgress);
  });
})();
