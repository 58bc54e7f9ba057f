/* A builder of schedules: what torch's schedulers give, and the call that makes them. */
(function () {
  "use strict";
  const kit = window.lrExplore, html = kit.html;

  /* ---- maths ------------------------------------------------------------------ */

  function halfCosine(from, to, share) {
    return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  }

  function restarts(base, a, step) {
    let length = a.T_0, at = step;
    while (at >= length) {
      at -= length;
      length *= a.T_mult;
    }
    return halfCosine(base, a.eta_min, at / length);
  }

  /* Past its last step torch raises an error, so there is no rate. */
  function oneCycle(base, a, step) {
    const first = a.max_lr / a.div_factor, peak = a.pct_start * a.total_steps - 1;
    if (step >= a.total_steps) return NaN;
    if (step <= peak) return halfCosine(first, a.max_lr, step / peak);
    const share = (step - peak) / (a.total_steps - 1 - peak);
    return halfCosine(a.max_lr, first / 10000, share);
  }

  function triangles(base, a, step) {
    const period = 2 * a.step_size_up, cycle = Math.floor(step / period);
    const height = 1 - Math.abs(step / a.step_size_up - 2 * cycle - 1);
    return a.base_lr + (a.max_lr - a.base_lr) * height / Math.pow(a.mode, cycle);
  }

  /* Arguments are [name, value, least, most]; whole numbers are marked. `at` gives the
     rate from the optimizer's own, the arguments, and the steps since the piece began. */
  const WHOLE = true, MANY = 100000;
  const KINDS = {
    ConstantLR: {
      // Torch divides by the factor when it is over.
      args: [["factor", 0.3, 1e-6, 1], ["total_iters", 40, 1, MANY, WHOLE]],
      at: function (base, a, t) { return t < a.total_iters ? base * a.factor : base; }
    },
    LinearLR: {
      args: [["start_factor", 0.1, 1e-6, 1], ["end_factor", 1, 0, 1],
        ["total_iters", 20, 1, MANY, WHOLE]],
      at: function (base, a, t) {
        const share = Math.min(t / a.total_iters, 1);
        return base * (a.start_factor + (a.end_factor - a.start_factor) * share);
      }
    },
    PolynomialLR: {
      args: [["total_iters", 99, 1, MANY, WHOLE], ["power", 1, 0.01, 20]],
      at: function (base, a, t) {
        return base * Math.pow(1 - Math.min(t / a.total_iters, 1), a.power);
      }
    },
    StepLR: {
      args: [["step_size", 30, 1, MANY, WHOLE], ["gamma", 0.3, 0, 1]],
      at: function (base, a, t) {
        return base * Math.pow(a.gamma, Math.floor(t / a.step_size));
      }
    },
    MultiStepLR: {
      // Two milestones; torch takes any number of them.
      args: [["first", 40, 1, MANY, WHOLE], ["second", 80, 1, MANY, WHOLE],
        ["gamma", 0.3, 0, 1]],
      at: function (base, a, t) {
        return base * Math.pow(a.gamma, (t >= a.first) + (t >= a.second));
      },
      words: function (a) {
        return "milestones=[" + a.first + ", " + a.second + "], gamma=" + a.gamma;
      }
    },
    ExponentialLR: {
      args: [["gamma", 0.97, 0, 1]],
      at: function (base, a, t) { return base * Math.pow(a.gamma, t); }
    },
    CosineAnnealingLR: {
      args: [["T_max", 99, 1, MANY, WHOLE], ["eta_min", 0, 0, 10]],
      at: function (base, a, t) { return halfCosine(base, a.eta_min, t / a.T_max); }
    },
    CosineAnnealingWarmRestarts: {
      args: [["T_0", 20, 1, MANY, WHOLE], ["T_mult", 2, 1, 10, WHOLE],
        ["eta_min", 0, 0, 10]],
      at: restarts
    },
    OneCycleLR: {
      alone: true,
      args: [["max_lr", 0.1, 1e-6, 100], ["total_steps", 120, 4, MANY, WHOLE],
        ["pct_start", 0.3, 0.05, 0.95], ["div_factor", 25, 1, 1e6]],
      at: oneCycle
    },
    CyclicLR: {
      alone: true,
      args: [["base_lr", 0.01, 1e-6, 100], ["max_lr", 0.1, 1e-6, 100],
        ["step_size_up", 20, 1, MANY, WHOLE], ["mode", 1, 1, 2, WHOLE]],
      at: triangles,
      words: function (a) {
        return "base_lr=" + a.base_lr + ", max_lr=" + a.max_lr + ", step_size_up=" +
          a.step_size_up + ', mode="triangular' + (a.mode > 1 ? "2" : "") + '"';
      }
    }
  };

  /* The plan LinearLR_0.1_1_20*20*CosineAnnealingLR_99_0 as [{name, args, length}]: a
     piece, its number of steps, and the next piece. What torch refuses is no plan. */
  function parse(plan) {
    const words = plan.split("*"), pieces = [];
    for (let index = 0; index < words.length; index += 2) {
      const parts = words[index].split("_"), known = KINDS[parts[0]];
      if (!known || known.args.length !== parts.length - 1) return null;
      if (known.alone && words.length > 1) return null;
      const args = {};
      known.args.forEach(function (spec, place) {
        const given = Number(parts[place + 1]);
        const value = spec[4] ? Math.round(given) : given;
        args[spec[0]] = kit.clamp(value, spec[2], spec[3]);
      });
      const length = words[index + 1];
      if (Object.values(args).some(Number.isNaN)) return null;
      if (length !== undefined && !(Number(length) >= 1)) return null;
      pieces.push({ name: parts[0], args: args,
        length: length === undefined ? Infinity : Math.round(Number(length)) });
    }
    return pieces.length && pieces[pieces.length - 1].length === Infinity ? pieces : null;
  }

  function unparse(pieces) {
    return pieces.map(function (piece, index) {
      const words = [piece.name].concat(KINDS[piece.name].args.map(function (spec) {
        return piece.args[spec[0]];
      }));
      return words.join("_") + (index < pieces.length - 1 ? "*" + piece.length : "");
    }).join("*");
  }

  /* The rates of `steps` steps: within a piece, time begins anew. */
  function rates(plan, base, steps) {
    const pieces = parse(plan), found = [];
    let index = 0, began = 0;
    for (let step = 0; step < steps; step += 1) {
      while (step - began >= pieces[index].length) {
        began += pieces[index].length;
        index += 1;
      }
      const piece = pieces[index];
      found.push(KINDS[piece.name].at(base, piece.args, step - began));
    }
    return found;
  }

  function call(piece) {
    const known = KINDS[piece.name];
    const words = known.words ? known.words(piece.args)
      : Object.entries(piece.args).map(function (pair) { return pair.join("="); }).join(", ");
    return piece.name + "(optimizer, " + words + ")";
  }

  /* The Python that makes these rates. */
  function code(plan, base, steps) {
    const pieces = parse(plan);
    const names = pieces.map(function (piece) { return piece.name; });
    const wanted = (pieces.length > 1 ? names.concat("SequentialLR") : names)
      .filter(function (name, index, all) { return all.indexOf(name) === index; }).sort();
    let scheduler = call(pieces[0]);
    if (pieces.length > 1) {
      let end = 0;
      const ends = pieces.slice(0, -1).map(function (piece) { return end += piece.length; });
      scheduler = "SequentialLR(\n    optimizer,\n    [\n" +
        pieces.map(function (piece) { return "        " + call(piece) + ",\n"; }).join("") +
        "    ],\n    milestones=[" + ends.join(", ") + "],\n)";
    }
    return "import torch\nfrom torch.optim.lr_scheduler import " + wanted.join(", ") +
      "\n\noptimizer = torch.optim.SGD(model.parameters(), lr=" + base +
      ", momentum=0.9)\nscheduler = " + scheduler + "\n\nfor step in range(" + steps +
      "):\n    ...  # the gradients of a batch\n    optimizer.step()\n    scheduler.step()\n";
  }

  /* ---- page ------------------------------------------------------------------- */

  function fresh(name) {
    const args = {};
    KINDS[name].args.forEach(function (spec) { args[spec[0]] = spec[1]; });
    return { name: name, args: args, length: Infinity };
  }

  function picker(app, pieces, index) {
    const select = html("select");
    Object.keys(KINDS).forEach(function (name) {
      if (KINDS[name].alone && pieces.length > 1) return;
      select.append(html("option", { value: name, textContent: name }));
    });
    select.value = pieces[index].name;
    select.addEventListener("change", function () {
      const changed = parse(app.state.plan), length = changed[index].length;
      changed[index] = Object.assign(fresh(select.value), { length: length });
      app.set({ plan: unparse(changed) });
    });
    return html("label", {}, "Scheduler " + (index + 1) + " ", select);
  }

  function field(app, label, spec, value, store) {
    const input = html("input", { type: "number", min: spec[2], max: spec[3],
      step: spec[4] ? 1 : "any", value: value });
    input.addEventListener("change", function () {
      const number = Number(input.value), whole = spec[4] ? Math.round(number) : number;
      const kept = Number.isNaN(number) || input.value === "" ? spec[1] : whole;
      const changed = parse(app.state.plan);
      input.value = kit.clamp(kept, spec[2], spec[3]);
      store(changed, Number(input.value));
      app.set({ plan: unparse(changed) });
    });
    return html("label", {}, label + " ", input);
  }

  const LABELS = { mode: "triangular", first: "first milestone", second: "second milestone" };

  function row(app, pieces, index) {
    const piece = pieces[index];
    const box = html("div", { className: "lr-explore-piece" }, picker(app, pieces, index));
    KINDS[piece.name].args.forEach(function (spec) {
      const label = LABELS[spec[0]] || spec[0];
      box.append(field(app, label, spec, piece.args[spec[0]], function (all, value) {
        all[index].args[spec[0]] = value;
      }));
    });
    if (index < pieces.length - 1) {
      const spec = ["length", 20, 1, MANY, WHOLE];
      box.append(field(app, "for steps", spec, piece.length, function (all, value) {
        all[index].length = value;
      }));
    }
    return box;
  }

  function buttons(app, pieces) {
    function change(words, disabled, act) {
      return html("button", { type: "button", textContent: words, disabled: disabled,
        onclick: function () {
          const changed = parse(app.state.plan);
          act(changed);
          app.set({ plan: unparse(changed) });
        } });
    }
    const alone = KINDS[pieces[0].name].alone;
    return html("div", { className: "lr-explore-piece" },
      change("Add a scheduler", pieces.length > 2 || Boolean(alone), function (all) {
        all[all.length - 1].length = 20;
        all.push(fresh("CosineAnnealingLR"));
      }),
      change("Remove the last", pieces.length < 2, function (all) {
        all.pop();
        all[all.length - 1].length = Infinity;
      }),
      alone ? "This one sets the optimizer's own rate, so here it stands alone." : "");
  }

  /* The part of the state that is the plan; rebuilt only when other pieces stand in it,
     so that a field keeps the focus while its number changes. */
  function planPart(app) {
    const box = html("div", { className: "lr-explore-pieces" });
    let shown = "", own = "";
    app.controls.append(box);
    return {
      key: "plan",
      show: function (plan) {
        const pieces = parse(plan);
        const names = pieces.map(function (piece) { return piece.name; }).join();
        if (plan === own) return;
        if (names === shown && box.contains(document.activeElement)) {
          own = plan;
          return;
        }
        const focused = Array.from(box.querySelectorAll("select, button"))
          .indexOf(document.activeElement);
        box.replaceChildren.apply(box, pieces.map(function (piece, index) {
          return row(app, pieces, index);
        }).concat(buttons(app, pieces)));
        const again = box.querySelectorAll("select, button")[focused];
        if (again) again.focus();
        shown = names;
        own = plan;
      },
      read: function (text) { return parse(text) ? unparse(parse(text)) : undefined; }
    };
  }

  function copyButton(source) {
    const button = html("button", { type: "button", textContent: "Copy the code" });
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(source.textContent).then(
        function () { button.textContent = "Copied"; },
        function () { getSelection().selectAllChildren(source); });
      setTimeout(function () { button.textContent = "Copy the code"; }, 2000);
    });
    return button;
  }

  function build(app) {
    const chart = app.chart("Learning rate against step", 230);
    app.parts.push(planPart(app));
    app.slider({ key: "base", label: "Rate of the optimizer", from: 0.001, to: 10, log: true,
      steps: 120 });
    app.slider({ key: "steps", label: "Steps", from: 20, to: 400, step: 10, whole: true });
    const source = html("code");
    const listing = html("pre", { className: "lr-explore-code", tabIndex: 0 }, source);
    listing.setAttribute("role", "region");
    listing.setAttribute("aria-label", "The PyTorch call");
    app.controls.after(listing, copyButton(source));
    return function draw(state) {
      const found = rates(state.plan, state.base, state.steps);
      const real = found.filter(function (rate) { return !Number.isNaN(rate); });
      const top = Math.max.apply(null, real), last = real.length - 1;
      chart.frame({ from: 0, to: state.steps, label: "step" },
        { from: 0, to: top > 0 ? 1.05 * top : 1, label: "learning rate" });
      chart.line(found.map(function (rate, step) { return [step, rate]; }),
        { stroke: "var(--lrn-c0)" });
      source.textContent = code(state.plan, state.base, state.steps);
      return {
        says: "The rate begins at " + kit.say(found[0]) + ", is highest at step " +
          found.indexOf(top) + " with " + kit.say(top) + ", and is " + kit.say(real[last]) +
          " at step " + last + (real.length < found.length
            ? ", the last one for which torch has a rate." : ", the last."),
        answer: "Warm up with LinearLR for as many steps as its total_iters. Of N steps " +
          "in all, the cosine then takes its last at N − 1 − total_iters of its own " +
          "time, so that is its T_max; one more and the rate does not reach zero."
      };
    };
  }

  kit.register("schedule", { rates: rates, code: code }, {
    title: "Build a schedule",
    task: "Make a warm-up that is followed by a cosine which is zero at the very last step. " +
      "The code below the curve makes the same rates.",
    state: { plan: "LinearLR_0.1_1_20*20*CosineAnnealingLR_60_0", base: 0.1, steps: 120 },
    build: build
  });
})();
