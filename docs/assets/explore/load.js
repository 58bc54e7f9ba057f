// Brings an explorable when its place on the page comes near the window: first the kit and
// the styles that all share, then its own file.  Classic scripts, since pages are read from file://
// too.  A place is <div class="lr-explore" data-explore="NAME"></div>, below the figure
// that shows the same without JavaScript.
(function () {
  "use strict";
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const loading = {};

  function load(name) {
    loading[name] = loading[name] || new Promise(function (resolve, reject) {
      const script = document.createElement("script");
      script.src = folder + name + ".js";
      script.onload = resolve;
      script.onerror = function () { reject(new Error(name + ".js did not come")); };
      document.head.append(script);
    });
    return loading[name];
  }

  function style() {
    loading.css = loading.css || new Promise(function (resolve, reject) {
      document.head.append(Object.assign(document.createElement("link"), {
        rel: "stylesheet", href: folder + "../css/explore.css", onload: resolve,
        onerror: function () { reject(new Error("explore.css did not come")); }
      }));
    });
    return loading.css;
  }

  function bring(place) {
    const name = place.dataset.explore;
    Promise.all([load("kit"), style()])
      .then(function () { return load(name); })
      .then(function () { window.lrExplore.mount(name, place); })
      .catch(function (error) {
        place.textContent = "Something to try stands here, but " + error.message +
          ". The figure above shows the same, at rest.";
        console.error(error);
      });
  }

  const near = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting) return;
      near.unobserve(entry.target);
      bring(entry.target);
    });
  }, { rootMargin: "600px" });
  document.querySelectorAll("[data-explore]").forEach(function (place) {
    near.observe(place);
  });
})();
