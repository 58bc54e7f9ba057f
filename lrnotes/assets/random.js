/* A random note, for the link that else leads to a certain one. */
(function () {
  "use strict";

  document.querySelectorAll("[data-lrn-random]").forEach(function (link) {
    link.addEventListener("click", function () {
      var notes = document.querySelectorAll(".lrn-graph-lists li > a:not([data-lrn-random])");
      link.href = notes[Math.floor(Math.random() * notes.length)].href;
    });
  });
})();
