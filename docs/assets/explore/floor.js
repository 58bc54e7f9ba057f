/* SGD on a bowl of curvature 1 whose gradients carry normal noise of variance 1. */
(function () {
  "use strict";
  const kit = window.lrExplore, START = 3;

  /* ---- maths ------------------------------------------------------------------ */

  function rateAt(kind, rate, step, steps) {
    if (kind === "cut") return step < steps / 2 ? rate : rate / 10;
    if (kind === "harmonic") return rate / (1 + rate * step);
    if (kind === "hasty") return rate / Math.pow(step + 1, 2);
    return rate;
  }

  /* The places of one run, its start included. */
  function run(kind, rate, steps, seed) {
    const random = kit.random(seed), places = [START];
    for (let step = 0, at = START; step < steps; step += 1) {
      at -= rateAt(kind, rate, step, steps) * (at + random.normal());
      places.push(at);
    }
    return places;
  }

  /* The expected loss at every step, from mean and variance of the place. */
  function expected(kind, rate, steps) {
    const losses = [];
    let mean = START, variance = 0;
    for (let step = 0; step <= steps; step += 1) {
      losses.push((mean * mean + variance) / 2);
      const now = rateAt(kind, rate, step, steps);
      mean *= 1 - now;
      variance = variance * Math.pow(1 - now, 2) + now * now;
    }
    return losses;
  }

  /* The expected loss that a constant rate settles at. */
  function floor(rate) {
    return rate / (2 * (2 - rate));
  }

  /* ---- page ------------------------------------------------------------------- */

  const STEPS = 400, RUN = "var(--lrn-c4)", MEAN = "var(--lrn-c0)", FLOOR = "var(--lrn-c1)";

  function drawRun(chart, state) {
    const steps = Array.from({ length: STEPS + 1 }, function (_, step) { return step; });
    const places = run(state.kind, state.rate, STEPS, state.seed);
    const mean = expected(state.kind, state.rate, STEPS);
    chart.frame({ from: 0, to: STEPS, label: "step" },
      { from: 1e-4, to: 10, log: true, label: "loss" });
    chart.line(steps.map(function (step) {
      return [step, Math.max(places[step] * places[step] / 2, 1e-9)];
    }), { stroke: RUN, "stroke-width": 1 });
    chart.line(steps.map(function (step) { return [step, mean[step]]; }),
      { stroke: MEAN, "stroke-width": 2.2 });
    if (state.rate < 2) chart.rule({ y: floor(state.rate) }, { stroke: FLOOR });
    return mean;
  }

  function drawFloor(chart, state, end) {
    const curve = [];
    for (let part = 0; part <= 200; part += 1) {
      const rate = 0.005 * Math.pow(1.99 / 0.005, part / 200);
      curve.push([rate, floor(rate)]);
    }
    chart.frame({ from: 0.005, to: 2.2, log: true, label: "learning rate" },
      { from: 1e-4, to: 10, log: true, label: "loss in the end" });
    chart.line(curve, { stroke: FLOOR });
    chart.text(0.006, 1, "floor of a constant rate", { fill: FLOOR });
    chart.dots([[state.rate, end]], { fill: MEAN }, 5);
  }

  function build(app) {
    const path = app.chart("Loss against step: one run, the mean of all runs, the floor");
    const ends = app.chart("Loss in the end against learning rate");
    app.slider({ key: "rate", label: "Learning rate", from: 0.005, to: 2.1, log: true,
      steps: 200 });
    app.slider({ key: "seed", label: "Noise", from: 1, to: 20, step: 1, whole: true });
    app.choice({ key: "kind", label: "The rate", options: {
      constant: "stays", cut: "is cut tenfold half-way", harmonic: "falls like 1/t",
      hasty: "falls like 1/t²"
    } });
    ends.onDrag(function () {}, function (x) {
      app.set({ rate: kit.clamp(Number(x.toPrecision(3)), 0.005, 2.1) });
    });
    return function draw(state) {
      const mean = drawRun(path, state), end = mean[STEPS];
      drawFloor(ends, state, end);
      const under = state.rate < 2
        ? "A constant rate of " + kit.say(state.rate) + " settles at " +
          kit.say(floor(state.rate)) + ". "
        : "A constant rate of " + kit.say(state.rate) + " diverges. ";
      return {
        says: under + "After " + STEPS + " steps the mean loss here is " + kit.say(end) + ".",
        answer: "The floor is η/(2(2 − η)) here, so a small rate has half the floor at " +
          "half the rate, and takes twice as long to reach it. That is why no constant rate " +
          "ends below 0.002 after 400 steps, and no cut half-way does: the rates that are " +
          "small enough are too slow. 1/t does, from rates of about 0.2 upwards; 1/t² stops " +
          "on the way, wherever it is."
      };
    };
  }

  kit.register("floor", { run: run, expected: expected, floor: floor }, {
    title: "A floor made of noise",
    task: "Where does the loss stop falling? Halve the rate and look again. Then try to end " +
      "below 0.002 after 400 steps.",
    state: { rate: 0.3, seed: 1, kind: "constant" },
    build: build
  });
})();
