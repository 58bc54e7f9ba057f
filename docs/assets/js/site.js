// Two things that Material leaves to be desired by those who hear or type their way.
(function () {
  "use strict";

  // What scrolls by itself must be reachable by the keyboard.
  var scrolling =
    ".katex-display, .jupyter-wrapper pre, .lrn-stream, .lrn-html, .md-typeset__scrollwrap";
  function markScrolling() {
    document.querySelectorAll(scrolling).forEach(function (part) {
      if (part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    });
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
})();
