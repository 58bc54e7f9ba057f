/* Gradient descent with momentum on a bowl with two curvatures, 1 and `steep`. */
(function () {
  "use strict";
  const kit = window.lrExplore;

  /* ---- maths ------------------------------------------------------------------ */

  /* The points that torch.optim.SGD visits, the start included. */
  function descend(run) {
    const curvatures = [1, run.steep], points = [run.start.slice()];
    const point = run.start.slice(), velocity = [0, 0];
    for (let step = 0; step < run.steps; step += 1) {
      for (let axis = 0; axis < 2; axis += 1) {
        const gradient = curvatures[axis] * point[axis];
        velocity[axis] = run.momentum * velocity[axis] + gradient;
        const move = run.nesterov
          ? gradient + run.momentum * velocity[axis] : velocity[axis];
        point[axis] -= run.rate * move;
      }
      points.push(point.slice());
    }
    return points;
  }

  /* By what factor a step changes the error in the long run, in a direction with this
     rate times curvature: the larger root of the recursion without the velocity. */
  function factor(product, momentum, nesterov) {
    const sum = nesterov ? (1 - product) * (1 + momentum) : 1 + momentum - product;
    const both = nesterov ? (1 - product) * momentum : momentum;
    const inside = sum * sum - 4 * both;
    if (inside < 0) return Math.sqrt(both);
    return (Math.abs(sum) + Math.sqrt(inside)) / 2;
  }

  /* The largest rate times curvature that does not diverge. */
  function limit(momentum, nesterov) {
    return 2 * (1 + momentum) / (nesterov ? 1 + 2 * momentum : 1);
  }

  /* Where the roots are complex, as rate times curvature: [low, high]. */
  function windowOf(momentum, nesterov) {
    const root = Math.sqrt(momentum);
    if (!nesterov) return [Math.pow(1 - root, 2), Math.pow(1 + root, 2)];
    return [Math.pow(1 - momentum, 2) / Math.pow(1 + momentum, 2), 1];
  }

  /* After how many steps the distance stays below a thousandth of the first one. */
  function stepsNeeded(run, most) {
    const points = descend(Object.assign({}, run, { steps: most }));
    const aim = Math.hypot(run.start[0], run.start[1]) / 1000;
    for (let step = most; step >= 0; step -= 1) {
      const size = Math.hypot(points[step][0], points[step][1]);
      if (!(size < aim)) return step === most ? Infinity : step + 1;
    }
    return 0;
  }

  /* The rate whose larger factor is least, to a thousandth of the limit. */
  function bestRate(steep, momentum, nesterov) {
    function worst(rate) {
      return Math.max(factor(rate, momentum, nesterov),
        factor(rate * steep, momentum, nesterov));
    }
    const top = limit(momentum, nesterov) / steep;
    let best = top;
    for (let part = 1; part < 1000; part += 1)
      if (worst(top * part / 1000) < worst(best)) best = top * part / 1000;
    return best;
  }

  /* ---- page ------------------------------------------------------------------- */

  const FLAT = "var(--lrn-c0)", STEEP = "var(--lrn-c1)", PATH = "var(--lrn-c2)";
  const MOST = 10000;

  function drawPath(chart, run, points) {
    const shape = chart.area()[0] / chart.area()[1];
    const reach = Math.max(1.35, 0.7 * shape), tall = reach / shape;
    chart.frame({ from: -reach, to: reach, label: "flat direction" },
      { from: -tall, to: tall, label: "steep direction" });
    const farthest = Math.hypot(reach, Math.sqrt(run.steep) * tall);
    for (let size = 0.1; size < farthest; size *= 1.45) {
      const ring = [];
      for (let turn = 0; turn <= 72; turn += 1) {
        const angle = turn * Math.PI / 36;
        ring.push([size * Math.cos(angle), size * Math.sin(angle) / Math.sqrt(run.steep)]);
      }
      chart.line(ring, { class: "lr-explore-contour" });
    }
    chart.line(points, { stroke: PATH, "stroke-width": 1.3 });
    chart.dots(points.slice(0, 61), { fill: PATH }, 2.4);
    chart.dots([[0, 0]], { class: "lr-explore-goal" }, 3.5);
  }

  function drawFactors(chart, state) {
    const nesterov = state.method === "nesterov";
    chart.frame({ from: 0.1, to: 1000, log: true, label: "curvature" },
      { from: 0, to: 1.3, label: "factor per step" });
    const inside = windowOf(state.momentum, nesterov);
    chart.band(inside[0] / state.rate, inside[1] / state.rate);
    const curve = [];
    for (let part = 0; part <= 400; part += 1) {
      const curvature = 0.1 * Math.pow(10, part / 100);
      curve.push([curvature, factor(state.rate * curvature, state.momentum, nesterov)]);
    }
    chart.rule({ y: 1 }, { stroke: "var(--lr-ink-3)" });
    chart.line(curve, { stroke: "var(--lr-ink-2)" });
    chart.text(0.115, 1.04, "grows");
    [[1, FLAT, "flat"], [state.steep, STEEP, "steep"]].forEach(function (one) {
      const height = Math.min(factor(state.rate * one[0], state.momentum, nesterov), 1.27);
      chart.rule({ x: one[0] }, { stroke: one[1] });
      chart.dots([[one[0], height]], { fill: one[1] }, 5);
      chart.text(one[0], 0.05, one[2], { fill: one[1], dx: 5 });
    });
  }

  function tell(state, run) {
    const nesterov = state.method === "nesterov";
    const flat = factor(state.rate, state.momentum, nesterov);
    const steep = factor(state.rate * state.steep, state.momentum, nesterov);
    const both = "Each step multiplies the flat direction by " + kit.say(flat) +
      " and the steep one by " + kit.say(steep) + ". ";
    const top = limit(state.momentum, nesterov) / state.steep;
    const best = bestRate(state.steep, state.momentum, nesterov);
    const needed = stepsNeeded(run, MOST);
    const end = Math.max(flat, steep) > 1
      ? "It diverges."
      : needed < Infinity
        ? "A thousandth of the distance after " + kit.say(needed, 5) + " steps."
        : "A thousandth of the distance takes more than " + kit.say(MOST, 5) + " steps.";
    return {
      says: both + end,
      answer: "With this momentum and bowl every rate below " + kit.say(top) +
        " converges, and the long-run factor is smallest at " + kit.say(best) + ", " +
        kit.say(100 * best / top) + " % of the way to the wall."
    };
  }

  function build(app) {
    const path = app.chart("Path of the weights over the contours of the loss");
    const factors = app.chart("Factor per step against curvature");
    const place = path.handle("Start", function (x, y) {
      app.set({
        x: Number(kit.clamp(x, -1.3, 1.3).toFixed(2)),
        y: Number(kit.clamp(y, -0.7, 0.7).toFixed(2))
      });
    });
    app.slider({ key: "rate", label: "Learning rate", from: 0.001, to: 4, log: true,
      steps: 360 });
    app.slider({ key: "momentum", label: "Momentum", from: 0, to: 0.99, step: 0.01 });
    app.slider({ key: "steep", label: "Steep curvature", from: 1, to: 100, log: true,
      steps: 80 });
    app.choice({ key: "method", label: "Method",
      options: { heavy: "heavy ball", nesterov: "Nesterov" } });
    app.hidden({ key: "x", from: -1.3, to: 1.3 });
    app.hidden({ key: "y", from: -0.7, to: 0.7 });
    // Dragging slides the curve along the curvatures, which is what the rate does.
    factors.onDrag(function (x) { return x * app.state.rate; }, function (x, y, product) {
      app.set({ rate: kit.clamp(Number((product / x).toPrecision(3)), 0.001, 4) });
    });
    return function draw(state) {
      const run = {
        steep: state.steep, start: [state.x, state.y], rate: state.rate,
        momentum: state.momentum, nesterov: state.method === "nesterov", steps: 300
      };
      drawPath(path, run, descend(run));
      drawFactors(factors, state);
      place(state.x, state.y);
      return tell(state, run);
    };
  }

  kit.register("quadratic", {
    descend: descend, factor: factor, limit: limit, windowOf: windowOf,
    stepsNeeded: stepsNeeded
  }, {
    title: "One rate for two directions",
    task: "Find the largest learning rate that still converges, then the one that arrives " +
      "in the fewest steps. Then raise the momentum. The ring on the path and the curve " +
      "can be dragged.",
    state: { rate: 0.03, momentum: 0, steep: 10, method: "heavy", x: -1.2, y: 0.6 },
    build: build
  });
})();
