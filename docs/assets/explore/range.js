/* A range test and full runs of a small network that learns a checkerboard of four. */
(function () {
  "use strict";
  const kit = window.lrExplore;
  const POINTS = 160, HIDDEN = 12, BATCH = 16;

  /* ---- maths ------------------------------------------------------------------ */

  /* Two normal inputs a point, which is 1 if they have the same sign; then the weights,
     hidden layer first: [in 1, in 2, bias, out] for each unit, and the last bias. */
  function start(seed) {
    const random = kit.random(seed), inputs = [], labels = [], weights = [];
    for (let point = 0; point < POINTS; point += 1) {
      inputs.push([random.normal(), random.normal()]);
      labels.push(inputs[point][0] * inputs[point][1] > 0 ? 1 : 0);
    }
    for (let unit = 0; unit < HIDDEN; unit += 1)
      weights.push(random.normal(), random.normal(), random.normal(),
        random.normal() / Math.sqrt(HIDDEN));
    weights.push(0);
    return { inputs: inputs, labels: labels, weights: weights, random: random };
  }

  /* The mean logistic loss of some points; its gradient is put into `gradient`. */
  function lossOf(weights, data, chosen, gradient) {
    const hidden = new Float64Array(HIDDEN);
    let total = 0;
    gradient.fill(0);
    chosen.forEach(function (point) {
      const x = data.inputs[point][0], y = data.inputs[point][1];
      let output = weights[4 * HIDDEN];
      for (let unit = 0; unit < HIDDEN; unit += 1) {
        const w = 4 * unit;
        hidden[unit] = Math.tanh(weights[w] * x + weights[w + 1] * y + weights[w + 2]);
        output += weights[w + 3] * hidden[unit];
      }
      const signed = data.labels[point] ? output : -output;
      total += Math.max(-signed, 0) + Math.log1p(Math.exp(-Math.abs(signed)));
      const slope = (1 / (1 + Math.exp(-output)) - data.labels[point]) / chosen.length;
      gradient[4 * HIDDEN] += slope;
      for (let unit = 0; unit < HIDDEN; unit += 1) {
        const w = 4 * unit, back = slope * weights[w + 3] * (1 - hidden[unit] * hidden[unit]);
        gradient[w] += back * x;
        gradient[w + 1] += back * y;
        gradient[w + 2] += back;
        gradient[w + 3] += slope * hidden[unit];
      }
    });
    return total / chosen.length;
  }

  /* One step of torch's SGD, SGD with momentum 0.9, or Adam. */
  function move(weights, gradient, kept, optimizer, rate, count) {
    for (let index = 0; index < weights.length; index += 1) {
      const slope = gradient[index];
      if (optimizer === "adam") {
        kept.first[index] = 0.9 * kept.first[index] + 0.1 * slope;
        kept.second[index] = 0.999 * kept.second[index] + 0.001 * slope * slope;
        const size = Math.sqrt(kept.second[index] / (1 - Math.pow(0.999, count)));
        const mean = kept.first[index] / (1 - Math.pow(0.9, count));
        weights[index] -= rate * mean / (size + 1e-8);
      } else {
        const memory = optimizer === "momentum" ? 0.9 : 0;
        kept.first[index] = memory * kept.first[index] + slope;
        weights[index] -= rate * kept.first[index];
      }
    }
  }

  /* Loss of each minibatch at the given rates, and that of all points in the end. */
  function train(seed, optimizer, rates) {
    const data = start(seed), weights = Float64Array.from(data.weights);
    const gradient = new Float64Array(weights.length), losses = [];
    const kept = { first: new Float64Array(weights.length),
      second: new Float64Array(weights.length) };
    rates.forEach(function (rate, step) {
      const batch = Array.from({ length: BATCH }, function () {
        return Math.floor(data.random.uniform() * POINTS);
      });
      losses.push(lossOf(weights, data, batch, gradient));
      move(weights, gradient, kept, optimizer, rate, step + 1);
    });
    const all = data.labels.map(function (_, point) { return point; });
    return { losses: losses, end: lossOf(weights, data, all, gradient) };
  }

  /* Rates that climb by a constant factor, the smoothed loss at each, and its lowest. */
  function rangeTest(seed, optimizer, low, high, steps) {
    const rates = Array.from({ length: steps }, function (_, step) {
      return low * Math.pow(high / low, step / (steps - 1));
    });
    const losses = train(seed, optimizer, rates).losses, smooth = [];
    let average = 0, best = 0;
    for (let step = 0; step < steps; step += 1) {
      average = 0.9 * average + 0.1 * losses[step];
      smooth.push(average / (1 - Math.pow(0.9, step + 1)));
      if (smooth[step] < smooth[best]) best = step;
      if (!(smooth[step] < 4 * smooth[best])) break;
    }
    return { rates: rates.slice(0, smooth.length), smooth: smooth, bottom: rates[best] };
  }

  /* ---- page ------------------------------------------------------------------- */

  const LOW = 1e-3, HIGH = 100, RUN = 300, TOP = 1.6;
  const TEST = "var(--lrn-c1)", FULL = "var(--lrn-c0)", OWN = "var(--lrn-c2)";
  const sweeps = {};

  /* Where full runs end, at rates a factor of two apart. */
  function sweep(seed, optimizer) {
    const key = optimizer + seed;
    if (!sweeps[key]) {
      sweeps[key] = [];
      for (let power = -10; power <= 6; power += 1) {
        const rate = Math.pow(2, power);
        sweeps[key].push([rate, train(seed, optimizer, Array(RUN).fill(rate)).end]);
      }
    }
    return sweeps[key];
  }

  function drawTest(chart, state, test, ends, own) {
    chart.frame({ from: LOW, to: HIGH, log: true, label: "learning rate" },
      { from: 0, to: TOP, label: "loss" });
    chart.rule({ x: test.bottom }, { stroke: TEST });
    chart.rule({ x: test.bottom / 10 }, { stroke: TEST });
    chart.line(test.rates.map(function (rate, step) { return [rate, test.smooth[step]]; }),
      { stroke: TEST, "stroke-dasharray": "6 3" });
    const inside = ends.map(function (end) { return [end[0], Math.min(end[1], TOP)]; });
    chart.line(inside, { stroke: FULL });
    chart.dots(inside, { fill: FULL }, 2.5);
    chart.dots([[state.rate, Math.min(own.end, TOP)]], { fill: OWN }, 5.5);
  }

  function drawOwn(chart, own) {
    let average = 0;
    chart.frame({ from: 0, to: RUN, label: "step" }, { from: 0, to: TOP, label: "your run" });
    chart.line(own.losses.map(function (loss, step) {
      average = 0.9 * average + 0.1 * loss;
      return [step, average / (1 - Math.pow(0.9, step + 1))];
    }), { stroke: OWN });
  }

  function build(app) {
    const chart = app.chart("Range test, dashed, and where full runs end, against the rate");
    const path = app.chart("Smoothed loss of your run against step");
    app.slider({ key: "rate", label: "Train at", from: LOW, to: 64, log: true, steps: 160 });
    app.slider({ key: "steps", label: "Steps of the range test", from: 12, to: 1920,
      log: true, steps: 60, whole: true });
    app.slider({ key: "seed", label: "Seed", from: 1, to: 20, step: 1, whole: true });
    app.choice({ key: "optimizer", label: "Optimizer",
      options: { sgd: "SGD", momentum: "momentum 0.9", adam: "Adam" } });
    chart.onDrag(function () {}, function (x) {
      app.set({ rate: kit.clamp(Number(x.toPrecision(3)), LOW, 64) });
    });
    return function draw(state) {
      const test = rangeTest(state.seed, state.optimizer, LOW, HIGH, state.steps);
      const ends = sweep(state.seed, state.optimizer);
      const own = train(state.seed, state.optimizer, Array(RUN).fill(state.rate));
      const best = ends.reduce(function (a, b) { return b[1] < a[1] ? b : a; });
      drawTest(chart, state, test, ends, own);
      drawOwn(path, own);
      return {
        says: "The test is lowest at " + kit.say(test.bottom) + ", and a tenth of that is " +
          kit.say(test.bottom / 10) + ". Your run at " + kit.say(state.rate) + " ends at " +
          kit.say(own.end) + ".",
        answer: "Of the rates tried, full runs end lowest at " + kit.say(best[0]) +
          ", with a loss of " + kit.say(best[1]) + "; the test's bottom lies " +
          kit.say(test.bottom / best[0], 2) + " times as high. Change the length of the " +
          "test: what it reads moves, what full runs can bear does not."
      };
    };
  }

  kit.register("range", { train: train, rangeTest: rangeTest }, {
    title: "Read a range test, then check it",
    task: "Another task, a checkerboard of four squares, and 12 tanh units. Where would the " +
      "dashed test have you train, and where do the solid full runs end lowest? Change its " +
      "length until it misleads.",
    state: { rate: 0.1, steps: 120, seed: 1, optimizer: "momentum" },
    build: build
  });
})();
