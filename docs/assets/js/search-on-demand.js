// Material fetches its search worker and the whole index on every first view. Here both
// wait until the reader reaches for the search. (On file:// nothing is fetched anyway.)
(function () {
  "use strict";
  if (location.protocol === "file:") return;

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

  var Native = window.Worker;
  window.Worker = function (url, options) {
    if (!/\/workers\/search/.test(url)) return new Native(url, options);
    var channel = new EventTarget();
    var worker = wanted.then(function () {
      var real = new Native(url, options);
      real.onmessage = function (event) {
        channel.dispatchEvent(new MessageEvent("message", { data: event.data }));
      };
      return real;
    });
    channel.postMessage = function (message) {
      worker.then(function (real) { real.postMessage(message); });
    };
    channel.terminate = function () {
      worker.then(function (real) { real.terminate(); });
    };
    return channel;
  };

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
