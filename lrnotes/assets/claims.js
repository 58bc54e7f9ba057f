/* The table of claims: filters and columns that sort, with their state in the address.
   `lrnotes.js` loads it where there is such a table; without it the table is read as it
   stands.  A long one waits in a script of its own until a reader looks for a claim. */
(function () {
  "use strict";

  var place = document.currentScript.src;

  function make(tag, properties) {
    var element = Object.assign(document.createElement(tag), properties);
    Array.prototype.slice.call(arguments, 2).forEach(function (child) {
      element.append(child);
    });
    return element;
  }

  function textOf(cell) {
    return cell ? cell.textContent.trim() : "";
  }

  /* What the address asks for and keeps: `?outcome=failed&sort=margin&down`. */
  var asked = new URLSearchParams(location.search);

  function keep(state) {
    var address = new URL(location.href);
    Object.keys(state).forEach(function (key) {
      if (state[key]) address.searchParams.set(key, state[key]);
      else address.searchParams.delete(key);
    });
    try {
      history.replaceState(history.state, "", address);
    } catch (error) { /* an address that may not be changed: the state is not kept */ }
  }

  /* Numbers by size, the rest by letters; cells without a value come last. */
  var NUMBER = /^[-+]?[\d.]+(e[-+]?\d+)?(?![\w.-])/i;

  function compare(one, other) {
    if (!one || !other) return one ? -1 : other ? 1 : 0;
    if (NUMBER.test(one) && NUMBER.test(other)) return parseFloat(one) - parseFloat(other);
    return one.localeCompare(other, undefined, { numeric: true });
  }

  function prepareSearch(mark) {
    var text = make("input", { type: "search", placeholder: "words", name: "find" });
    var count = make("span", { className: "lrn-quiet" });
    count.setAttribute("role", "status");
    text.value = asked.get("find") || "";
    var box = make("div", { className: "lrn-filter" }, make("label", {}, "find a claim ", text), count);
    mark.prepend(box);
    return { text: text, count: count, box: box };
  }

  function prepareFilters(search, rows, column) {
    var text = search.text, count = search.count;
    var choices = [
      ["outcome", function (row) { return [textOf(row.cells[column("outcome")])]; }],
      ["note", function (row) {
        var cell = row.cells[column("sentence")];
        return cell ? Array.from(cell.querySelectorAll("a")).map(textOf) : [];
      }],
      ["device", function (row) { return [textOf(row.cells[column("device")])]; }]
    ].filter(function (choice) {
      return column(choice[0] === "note" ? "sentence" : choice[0]) >= 0;
    }).map(function (choice) {
      var found = {};
      rows.forEach(function (row) {
        choice[1](row).forEach(function (value) {
          var plain = value.replace(/^[✓✗?]\s*/, "");
          if (plain) found[plain] = true;
        });
      });
      var select = make("select", { name: choice[0] });
      select.append(make("option", { textContent: "any", value: "" }));
      Object.keys(found).sort().forEach(function (value) {
        select.append(make("option", { textContent: value, value: value }));
      });
      return { name: choice[0], values: choice[1], select: select };
    });
    var all = rows.map(function (row) { return row.textContent.toLowerCase(); });

    function filter() {
      var words = text.value.toLowerCase().split(/\s+/);
      var left = rows.filter(function (row, at) {
        var fits = words.every(function (word) { return all[at].indexOf(word) >= 0; }) &&
          choices.every(function (choice) {
            var wanted = choice.select.value;
            return !wanted || choice.values(row).some(function (value) {
              return value === wanted || value.endsWith(" " + wanted);
            });
          });
        row.hidden = !fits;
        return fits;
      });
      count.textContent = left.length + " of " + rows.length;
    }

    function changed() {
      filter();
      var state = { find: text.value.trim() };
      choices.forEach(function (choice) { state[choice.name] = choice.select.value; });
      keep(state);
    }

    choices.forEach(function (choice) {
      choice.select.value = asked.get(choice.name) || "";
      if (choice.select.selectedIndex < 0) choice.select.value = "";
      choice.select.addEventListener("change", changed);
      count.before(make("label", {}, choice.name + " ", choice.select));
    });
    text.addEventListener("input", changed);
    filter();
  }

  function prepareSorting(table, rows, heads) {
    function sort(at, down) {
      heads.forEach(function (head) { head.removeAttribute("aria-sort"); });
      heads[at].setAttribute("aria-sort", down ? "descending" : "ascending");
      var known = rows.map(function (row) { return textOf(row.cells[at]); });
      rows.map(function (row, index) { return index; }).sort(function (one, other) {
        var order = compare(known[one], known[other]);
        return down && known[one] && known[other] ? -order : order;
      }).forEach(function (index) { table.tBodies[0].append(rows[index]); });
    }

    heads.forEach(function (head, at) {
      var name = textOf(head);
      var button = make("button", { type: "button", className: "lrn-sort" });
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        sort(at, down);
        keep({ sort: name, order: down ? "down" : "" });
      });
      if (asked.get("sort") === name) sort(at, asked.get("order") === "down");
    });
  }

  function prepareTable(mark, search) {
    var table = mark.querySelector("table");
    var heads = Array.from(table.tHead.rows[0].cells);
    var names = heads.map(textOf);
    var rows = Array.from(table.tBodies[0].rows);
    prepareFilters(search, rows, function (name) { return names.indexOf(name); });
    prepareSorting(table, rows, heads);
  }

  /* Whoever looks for a claim, or comes by an address that names some, gets the table. */
  function waitForReader(mark, search) {
    var all = make("button", { type: "button", className: "lrn-explore" });
    all.textContent = "show all " + mark.dataset.lrnTable;
    var script = null;

    function bring() {
      if (script) return;
      script = make("script", { src: new URL("claims-table.js", place).href });
      script.onload = function () {
        all.remove();
        search.count.textContent = "";
        /* Its cells were escaped when the site was built. */
        mark.insertAdjacentHTML("beforeend", window.lrnClaims);
        prepareTable(mark, search);
      };
      script.onerror = function () {
        script = null;
        search.count.textContent = "the claims did not come";
      };
      document.head.append(script);
    }

    search.count.before(all);
    all.addEventListener("click", bring);
    search.text.addEventListener("focus", bring);
    if (["find", "outcome", "note", "device", "sort"].some(function (key) {
      return asked.get(key);
    })) bring();
  }

  document.querySelectorAll("[data-lrn-table]").forEach(function (mark) {
    var waits = mark.dataset.lrnWaits !== undefined;
    if (mark.lrnSorts || (!waits && !mark.querySelector("table"))) return;
    mark.lrnSorts = true;
    (waits ? waitForReader : prepareTable)(mark, prepareSearch(mark));
  });
})();
