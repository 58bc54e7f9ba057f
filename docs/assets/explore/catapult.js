/* A linear network with two layers: output u·v/√n, loss output²/2. */
(function () {
  "use strict";
  const kit = window.lrExplore;

  /* ---- maths ------------------------------------------------------------------ */

  /* Output and curvature (u·u + v·v)/n after each step. Gradient descent on all 2n
     weights needs to know no more than these two: put one step into both, and only they
     and n remain. */
  function run(setting) {
    const n = setting.width, rate = setting.rate;
    const outputs = [setting.output], curvatures = [setting.curvature];
    let output = setting.output, curvature = setting.curvature;
    for (let step = 0; step < setting.steps; step += 1) {
      const share = output * output / n;
      const next = output * (1 - rate * curvature + rate * rate * share);
      curvature += rate * share * (rate * curvature - 4);
      output = next;
      outputs.push(output);
      curvatures.push(curvature);
    }
    return { outputs: outputs, curvatures: curvatures };
  }

  /* ---- page ------------------------------------------------------------------- */

  const CURVATURE = 2, OUTPUT = 1, STEPS = 600, TOP = 4.4;
  const LOSS = "var(--lrn-c0)", CURVE = "var(--lrn-c2)", WALL = "var(--lrn-c1)";

  function settingOf(product, width) {
    return { rate: product / CURVATURE, width: width, output: OUTPUT,
      curvature: CURVATURE, steps: STEPS };
  }

  /* Final curvature as a share of the first; none if the run is lost. */
  function landing(product, width) {
    const done = run(settingOf(product, width));
    const end = done.curvatures[STEPS] / CURVATURE;
    return Math.abs(done.outputs[STEPS]) < 1e3 && Number.isFinite(end) ? end : NaN;
  }

  function pairs(values, most) {
    return values.slice(0, most).map(function (value, step) { return [step, value]; });
  }

  function drawRun(loss, curve, state, done) {
    const shown = 60, losses = done.outputs.map(function (output) {
      return Math.max(output * output / 2, 1e-12);
    });
    loss.frame({ from: 0, to: shown, label: "step" },
      { from: 1e-6, to: 1e6, log: true, label: "loss" });
    loss.rule({ y: 0.5 }, { stroke: "var(--lr-ink-3)" });
    loss.line(pairs(losses, shown + 1), { stroke: LOSS });
    curve.frame({ from: 0, to: shown, label: "step" },
      { from: 0, to: 2.4, label: "λ" });
    const edge = 2 * CURVATURE / state.product;
    curve.rule({ y: edge }, { stroke: WALL });
    if (edge < 2.3) curve.text(shown, edge + 0.06, "2/rate", { fill: WALL,
      "text-anchor": "end" });
    curve.line(pairs(done.curvatures, shown + 1), { stroke: CURVE });
  }

  function drawLanding(chart, state) {
    const ends = [];
    for (let part = 1; part <= 176; part += 1) {
      const product = part * TOP / 176;
      ends.push([product, landing(product, state.width)]);
    }
    chart.frame({ from: 0, to: TOP, label: "rate × first λ" },
      { from: 0, to: 1.1, label: "last λ / first" });
    chart.rule({ x: 2 }, { stroke: WALL });
    chart.rule({ x: 4 }, { stroke: WALL });
    chart.line(ends, { stroke: CURVE });
    chart.dots([[state.product, landing(state.product, state.width)]], { fill: CURVE }, 5);
  }

  function tell(state, done) {
    const losses = done.outputs.map(function (output) { return output * output / 2; });
    const lost = Number.isNaN(landing(state.product, state.width));
    const peak = Math.max.apply(null, losses), at = losses.indexOf(peak);
    const end = done.curvatures[STEPS] / CURVATURE;
    let says = "The run is lost.";
    if (!lost && at === 0) says = "The loss never rises above its start, and λ " +
      "ends at " + kit.say(end) + " of its first value.";
    if (!lost && at > 0) says = "The loss climbs to " + kit.say(peak / losses[0]) +
      " times its start at step " + at + " and then falls; λ lands at " +
      kit.say(end) + " of its first value.";
    return {
      says: says,
      answer: "Below 2 over the first λ nothing happens to λ, or little. " +
        "Above it the output grows, and its growth presses λ down until " +
        "the rate is no longer too large. Beyond 4 the same term pushes it up: no way " +
        "back in a wide network."
    };
  }

  function build(app) {
    const loss = app.chart("Loss against step", 210);
    const curve = app.chart("λ, the output's squared slope, against step", 210);
    const ends = app.chart("Where λ lands, against the rate", 190);
    ends.box.classList.add("lr-explore-wide");
    app.slider({ key: "product", label: "Rate × first λ", from: 0.1, to: TOP,
      step: 0.01 });
    app.slider({ key: "width", label: "Width", from: 10, to: 10000, log: true, steps: 60,
      whole: true });
    ends.onDrag(function () {}, function (x) {
      app.set({ product: Number(kit.clamp(x, 0.1, TOP).toFixed(2)) });
    });
    return function draw(state) {
      const done = run(settingOf(state.product, state.width));
      drawRun(loss, curve, state, done);
      drawLanding(ends, state);
      return tell(state, done);
    };
  }

  kit.register("catapult", { run: run }, {
    title: "Too fast, and better for it",
    task: "Rate × first λ is past 2, where a bowl is lost; λ is the curvature where the " +
      "output is 0. How high does the loss jump, and where does λ come down? Move the " +
      "rate: where is the way back closed?",
    state: { product: 2.5, width: 1000 },
    build: build
  });
})();
