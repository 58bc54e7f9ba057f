// Material fetches its search worker and the whole index on every first view. Here both
// wait until the reader reaches for the search; on file:// so does what stands in for a
// worker there. And questions are mended on their way:
// - Material takes each word for the beginning of one, so that `a` finds all words in a:
//   words that say nothing are left out where others say something.
// - A word that stands nowhere is asked for with a letter or two amiss, and then the word
//   that this has found.
// - Notes that hold more of the words come before those that hold one of them often, and
//   first those that have them in a name.
(function () {
  "use strict";

  var standIn = new URL("../vendor/iframe-worker.js", document.currentScript.src).href;
  var wanted = new Promise(function (resolve) {
    if (new URLSearchParams(location.search).has("q")) resolve();
    ["focusin", "pointerover", "change"].forEach(function (kind) {
      document.addEventListener(kind, function (event) {
        var target = event.target;
        if (target.closest && target.closest("#__search, [for=__search], .md-search"))
          resolve();
      });
    });
  });

  // --- questions and answers -----------------------------------------------------------

  var QUESTION = 2, ANSWER = 3;
  var SILENT = new RegExp("^(?:an?|and|are|as|at|be|by|do|does|for|from|how|in|is|it|of|on"
    + "|or|so|that|the|to|what|when|where|which|why|with)$", "i");

  function split(text) { return text.trim().split(/\s+/); }

  function leaveOutSilent(text) {
    var telling = split(text).filter(function (word) { return !SILENT.test(word); });
    return telling.length ? telling.join(" ") : text;
  }

  function each(items, act) {
    items.forEach(function (sections) { sections.forEach(act); });
  }

  // The question with what no answer holds spelt loosely.
  function loosen(text, items) {
    var known = {};
    each(items, function (section) {
      Object.keys(section.terms).forEach(function (word) {
        if (section.terms[word]) known[word] = true;
      });
    });
    return split(text).map(function (word) {
      var isPlain = /^[\p{L}\p{N}]{4,}$/u.test(word);
      if (!isPlain || word.toLowerCase() in known) return word;
      return word + (word.length < 8 ? "~1" : "~2");
    }).join(" ");
  }

  // How much of two words is the same from both their ends on.
  function alike(one, other) {
    var least = Math.min(one.length, other.length), start = 0, end = 0;
    while (start < least && one[start] === other[start]) start += 1;
    while (end < least - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
    return (start + end) / Math.max(one.length, other.length);
  }

  // The question with the words that loose ones have found in their places.
  function mend(text, items) {
    var found = {};
    each(items, function (section) {
      (section.title + section.text).replace(/<mark>([^<]+)/g, function (all, words) {
        (words.toLowerCase().match(/[\p{L}\p{N}]+/gu) || []).forEach(function (word) {
          found[word] = true;
        });
      });
    });
    return split(text).map(function (word) {
      var plain = word.replace(/~[12]$/, "").toLowerCase();
      if (plain.length === word.length) return word;
      return Object.keys(found).reduce(function (best, other) {
        return alike(plain, other) > alike(plain, best) ? other : best;
      }, "") || word;
    }).join(" ");
  }

  // The words of a question that one section holds, and again those in one of its names.
  function countWords(sections) {
    return Math.max.apply(null, sections.map(function (section) {
      var held = Object.values(section.terms).filter(Boolean).length;
      if (held < 2) return held;
      return held + Math.max.apply(null, [section.title].concat(section.tags || []).map(
        function (name) { return Math.min(name.split("<mark>").length - 1, held); }));
    }));
  }

  // Takes the place of a worker: `real` promises it, and it answers in order.
  function stand(real) {
    var channel = new EventTarget();
    var waiting = [];

    function ask(worker, text, mended) {
      waiting.push({ text: text, mended: mended });
      worker.postMessage({ type: QUESTION, data: text });
    }

    channel.postMessage = function (message) {
      real.then(function (worker) {
        if (message.type === QUESTION) ask(worker, leaveOutSilent(String(message.data)), 0);
        else worker.postMessage(message);
      });
    };
    channel.terminate = function () {
      real.then(function (worker) { worker.terminate(); });
    };
    real.then(function (worker) {
      worker.onmessage = function (event) {
        var message = event.data;
        if (message.type === ANSWER) {
          var asked = waiting.shift(), way = [loosen, mend][asked.mended];
          var better = way ? way(asked.text, message.data.items) : asked.text;
          if (better !== asked.text && !waiting.length) {
            ask(worker, better, asked.mended + 1);
            return;
          }
          message.data.items.sort(function (one, other) {
            return countWords(other) - countWords(one);
          });
        }
        channel.dispatchEvent(new MessageEvent("message", { data: message }));
      };
    });
    return channel;
  }

  var Native = window.Worker;

  function start(url) {
    if (location.protocol !== "file:") return new Native(url);
    return new Promise(function (done) {
      var script = document.createElement("script");
      script.src = standIn;
      script.onload = function () { done(new window.IFrameWorker(url)); };
      document.head.append(script);
    });
  }

  window.Worker = function (url, options) {
    if (!/\/workers\/search/.test(url)) return new Native(url, options);
    return stand(wanted.then(function () { return start(url); }));
  };

  // --- the index -----------------------------------------------------------------------

  var open = XMLHttpRequest.prototype.open;
  var send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.open = function (method, url) {
    this.lrLater = /\/search\/search_index\.json/.test(url);
    return open.apply(this, arguments);
  };
  XMLHttpRequest.prototype.send = function () {
    var request = this, given = arguments;
    if (!request.lrLater) return send.apply(request, given);
    wanted.then(function () { send.apply(request, given); });
  };
})();
