/* A figure at full size, with where it came from; `lrnotes.js` brings this file when a
   reader first asks for one.  A classic script: pages are read from file:// too. */
(function () {
  "use strict";

  var DRAWING = ".lrn-frame:not([hidden]) > svg, .lrn-plot > svg, .lrn-plot > img";
  var dialog, sheet, caption, links, count, steps, zoom, shown = null;

  function make(tag, properties) {
    var element = Object.assign(document.createElement(tag), properties);
    element.append.apply(element, Array.prototype.slice.call(arguments, 2));
    return element;
  }

  function button(text, act) {
    return make("button", { type: "button", textContent: text, onclick: act });
  }

  function build() {
    count = make("span", { className: "lrn-full-count" });
    steps = [button("previous", function () { step(-1); }), button("next", function () { step(1); })];
    zoom = button("zoom", function () { enlarge(!sheet.classList.contains("lrn-zoomed")); });
    var close = button("close", function () { dialog.close(); });
    sheet = make("div", { className: "lrn-full-sheet", tabIndex: 0 });
    sheet.setAttribute("role", "group");
    sheet.setAttribute("aria-label", "Figure");
    caption = make("div", { className: "lrn-full-caption" });
    links = make("p", { className: "lrn-full-links lrn-tools" });
    dialog = make("dialog", { className: "lrn-full" },
      make("div", { className: "lrn-full-bar lrn-tools" }, count, steps[0], steps[1], zoom, close),
      sheet, caption, links);
    dialog.addEventListener("keydown", turn);
    dialog.addEventListener("close", leave);
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog) dialog.close();
    });
  }

  function figures() {
    return Array.from(document.querySelectorAll(".lrn-plot")).filter(function (figure) {
      return figure === (shown && shown.figure) || figure.querySelector(DRAWING);
    });
  }

  function enlarge(wanted) {
    sheet.classList.toggle("lrn-zoomed", wanted);
    zoom.setAttribute("aria-pressed", wanted);
  }

  /* --- one figure ------------------------------------------------------------------- */

  /* The drawing itself moves, since its ids may stand on a page only once. */
  function show(figure) {
    var drawing = figure.querySelector(DRAWING);
    var all = figures(), at = all.indexOf(figure);
    var gap = make("div");
    gap.style.height = drawing.getBoundingClientRect().height + "px";
    drawing.replaceWith(gap);
    sheet.replaceChildren(drawing);
    sheet.scrollTo(0, 0);
    shown = { figure: figure, drawing: drawing, gap: gap };
    enlarge(false);
    var title = drawing.querySelector("title");
    dialog.setAttribute("aria-label", title ? title.textContent : drawing.alt || "Figure");
    count.textContent = all.length > 1 ? at + 1 + " of " + all.length : "";
    steps[0].disabled = at === 0;
    steps[1].disabled = at === all.length - 1;
    steps.forEach(function (one) { one.hidden = all.length < 2; });
    fill(figure, drawing, gap);
  }

  function putBack() {
    shown.gap.replaceWith(shown.drawing);
    shown = null;
  }

  function step(by) {
    var all = figures(), next = all[all.indexOf(shown.figure) + by];
    if (!next) return;
    putBack();
    show(next);
    /* A button that is out of use would keep the focus to itself. */
    if (document.activeElement.disabled || !dialog.contains(document.activeElement)) sheet.focus();
  }

  function under(figure) {
    var box = figure.nextElementSibling;
    return box && box.matches(".lrn-under") ? box : null;
  }

  /* Caption, and one line with all that the figure was made of. */
  function fill(figure, drawing, gap) {
    var words = figure.querySelector("figcaption");
    caption.replaceChildren();
    if (words) caption.append.apply(caption, copies(words.childNodes));
    var box = under(figure), parts = [gap.closest(".lrn-frame"), box];
    var all = linksIn(parts, ".lrn-tools a");
    if (!named(all, "code")) all.unshift.apply(all, codeLink(figure));
    if (!named(all, "SVG") && drawing.localName === "svg") all.push(fileLink(figure, drawing));
    links.replaceChildren.apply(links, all.concat(linksIn(parts, ".lrn-sources a")));
    var told = box && box.querySelector(".lrn-provenance > summary");
    if (told) links.append(make("span", { textContent: told.textContent }));
  }

  function linksIn(parts, wanted) {
    return [].concat.apply([], parts.map(function (part) {
      return part ? copies(part.querySelectorAll(wanted)) : [];
    }));
  }

  function named(all, name) {
    return all.some(function (link) { return link.textContent === name; });
  }

  function copies(nodes) {
    return Array.from(nodes).map(function (node) {
      var copy = node.cloneNode(true);
      if (!copy.querySelectorAll) return copy;
      [copy].concat(Array.from(copy.querySelectorAll("[id]"))).forEach(function (one) {
        one.removeAttribute("id");
      });
      return copy;
    });
  }

  /* Where the code stands on this page, a link goes there. */
  function codeLink(figure) {
    var cell = figure.closest(".lrn-cell[id]");
    if (!cell || !cell.querySelector(".highlight")) return [];
    var link = make("a", { href: "#" + cell.id, textContent: "code" });
    link.addEventListener("click", function () { dialog.close(); });
    return [link];
  }

  /* A drawing without a file of its own is written when it is asked for. */
  function fileLink(figure, drawing) {
    var link = make("a", { textContent: "SVG", href: "#" });
    link.download = figure.dataset.lrnName || "figure.svg";
    link.addEventListener("click", function () {
      var text = new XMLSerializer().serializeToString(drawing)
        .replace(/var\(--lrn-\w+,\s*(#[0-9a-f]+)\)/g, "$1");
      link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    });
    return link;
  }

  /* --- opening and leaving ------------------------------------------------------------ */

  function turn(event) {
    var by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    /* A figure larger than its sheet is moved by the arrow keys. */
    if (sheet.classList.contains("lrn-zoomed") && document.activeElement === sheet) return;
    event.preventDefault();
    step(by);
  }

  /* The reader goes on at the figure that was seen last. */
  function leave() {
    var box = under(shown.figure);
    putBack();
    dialog.remove();
    var opener = box && box.querySelector("button[aria-haspopup=dialog]");
    if (opener) opener.focus();
  }

  window.lrnView = function (figure) {
    if (!dialog) build();
    if (dialog.open) return;
    document.body.append(dialog);
    show(figure);
    dialog.showModal();
    sheet.focus();
  };
})();
