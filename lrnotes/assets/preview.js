/* Previews of links, loaded when a reader first rests on one.  A classic script: pages
   are read from file:// too. */
(function () {
  "use strict";

  var loader = window.lrnPreviews;
  var root = new URL("../../", loader.base).href;
  var known = {};
  var box = null;
  var shown = null;
  var timer = 0;

  /* The page and the part that a link names; null for what has no preview. */
  function target(link) {
    var url = new URL(link.href);
    var path = url.origin + url.pathname;
    if (url.protocol === "file:") path = "file://" + url.pathname;
    if (path.indexOf(root) !== 0) return null;
    var name = path.slice(root.length).replace(/(?:^|\/)index\.html$|\.html$|\/$/, "");
    return { name: name || "index", part: decodeURIComponent(url.hash.slice(1)) };
  }

  function load(name, then) {
    if (name in known) { then(known[name]); return; }
    var script = document.createElement("script");
    script.src = loader.base + "previews/" + name + ".js";
    script.onload = function () { known[name] = window.lrnPreview; then(known[name]); };
    script.onerror = function () { known[name] = null; };
    document.head.append(script);
  }

  function fill(data, part) {
    var told = part && data.s && data.s[part];
    var title = document.createElement("p");
    title.className = "lrn-preview-title";
    title.textContent = data.t;
    var text = document.createElement("p");
    /* Both were escaped when the site was built. */
    text.innerHTML = told ? told[1] : data.h || "";
    box.replaceChildren(title);
    if (told && told[0]) {
      var head = document.createElement("p");
      head.className = "lrn-preview-part";
      head.innerHTML = told[0];
      box.append(head);
    }
    if (text.firstChild) box.append(text);
    if (!told && data.f) box.insertAdjacentHTML("beforeend", data.f);
  }

  function show(link) {
    var to = target(link);
    if (!to) return;
    load(to.name, function (data) {
      if (!data || loader.wanted !== link) return;
      if (!box || !box.isConnected) {
        box = document.createElement("div");
        box.id = "lrn-preview";
        box.className = "lrn-preview";
        box.setAttribute("role", "tooltip");
        box.addEventListener("pointerenter", function () { clearTimeout(timer); });
        box.addEventListener("pointerleave", leave);
        document.body.append(box);
      }
      hide();
      fill(data, to.part);
      box.hidden = false;
      shown = link;
      link.setAttribute("aria-describedby", "lrn-preview");
      loader.place(box, link);
    });
  }

  function hide() {
    clearTimeout(timer);
    if (shown) shown.removeAttribute("aria-describedby");
    if (box) box.hidden = true;
    shown = null;
  }

  function leave() {
    clearTimeout(timer);
    timer = setTimeout(hide, 250);
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { loader.wanted = null; hide(); }
  });
  document.addEventListener("pointerdown", function (event) {
    if (shown && !box.contains(event.target) && event.target !== shown) hide();
  });

  loader.show = function (link) { clearTimeout(timer); if (link !== shown) show(link); };
  loader.leave = leave;
  if (loader.wanted) show(loader.wanted);
})();
