// The page for wrong addresses: the notes whose names look most like what was asked for.
(function () {
  "use strict";

  function plain(text) {
    return text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }

  // Letters to add, drop, change or swap (optimal string alignment).
  function distance(one, other) {
    var before = [], last = [], row = [];
    for (var j = 0; j <= other.length; j++) last.push(j);
    for (var i = 1; i <= one.length; i++) {
      row = [i];
      for (j = 1; j <= other.length; j++) {
        var same = one[i - 1] === other[j - 1];
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
        var swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
        if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      before = last;
      last = row;
    }
    return last[other.length];
  }

  function alike(one, other) {
    return 1 - distance(one, other) / Math.max(one.length, other.length, 1);
  }

  // A name counts as a whole, and by how well its words answer those asked for.
  function score(asked, name) {
    var words = name.split(" ");
    var each = asked.split(" ").map(function (word) {
      return Math.max.apply(null, words.map(function (other) { return alike(word, other); }));
    });
    var sum = each.reduce(function (total, part) { return total + part; }, 0);
    return Math.max(alike(asked, name), 0.9 * sum / each.length);
  }

  function lastWords(path) {
    var parts = path.split("/").filter(Boolean);
    if (/^index\./.test(parts[parts.length - 1])) parts.pop();
    var last = (parts.pop() || "").replace(/\.\w+$/, "");
    try { last = decodeURIComponent(last); } catch (error) { /* no UTF-8: as it stands */ }
    return plain(last);
  }

  function nearest(asked, notes) {
    return Object.keys(notes).map(function (url) {
      var scores = notes[url].map(function (name) { return score(asked, plain(name)); });
      return { url: url, title: notes[url][0], score: Math.max.apply(null, scores) };
    }).filter(function (note) {
      return note.score > 0.6;
    }).sort(function (one, other) {
      return other.score - one.score;
    }).slice(0, 3);
  }

  var asked = lastWords(location.pathname);
  if (!asked || (location.protocol === "file:" && asked === "404")) return;
  document.getElementById("lr-ask").value = asked;
  var notes = JSON.parse(document.getElementById("lr-names").textContent);
  var box = document.querySelector(".lr-near");
  nearest(asked, notes).forEach(function (note) {
    var link = Object.assign(document.createElement("a"), {
      href: new URL(note.url, document.querySelector(".lr-ask").action)
    });
    link.textContent = note.title;
    var item = document.createElement("li");
    item.append(link);
    box.querySelector("ul").append(item);
    box.hidden = false;
  });
})();
