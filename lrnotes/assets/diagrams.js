/* Draws the diagrams of a page, loaded where there are some.  A classic script: pages
   are read from file:// too.  Where drawing fails, the source stays. */
(function () {
  "use strict";

  var number = 0;
  var library = null;
  var drawings = [];

  function load(address) {
    library = library || new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = address;
      script.onload = function () { resolve(window.mermaid); };
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  /* What the page's background says, whatever the theme calls it. */
  function isDark() {
    var parts = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) || [255];
    return parts[3] !== "0" && Math.max(parts[0], parts[1] || 0, parts[2] || 0) < 128;
  }

  function draw(block, box) {
    load(block.dataset.lrnDiagram).then(function (mermaid) {
      mermaid.initialize({
        startOnLoad: false,
        securityLevel: "strict",
        suppressErrorRendering: true,
        theme: isDark() ? "dark" : "default",
        fontFamily: getComputedStyle(document.body).fontFamily
      });
      number += 1;
      return mermaid.render("lrn-drawn-" + number, block.textContent);
    }).then(function (drawn) {
      box.innerHTML = drawn.svg;
      box.hidden = false;
      block.hidden = true;
    }, function () {
      box.hidden = true;
      block.hidden = false;
    });
  }

  function prepare() {
    document.querySelectorAll("pre[data-lrn-diagram]").forEach(function (block) {
      if (block.lrnDrawn) return;
      block.lrnDrawn = true;
      var box = document.createElement("div");
      box.className = "lrn-drawn";
      box.hidden = true;
      block.after(box);
      drawings.push([block, box]);
      draw(block, box);
    });
  }

  /* A theme that is switched has other colours. */
  var dark = isDark();
  new MutationObserver(function () {
    if (isDark() === dark) return;
    dark = isDark();
    drawings = drawings.filter(function (each) { return each[0].isConnected; });
    drawings.forEach(function (each) { draw(each[0], each[1]); });
  }).observe(document.body, { attributes: true });

  window.lrnDiagrams = prepare;
  prepare();
})();
