# %% [markdown]
# # Does the curvature follow the learning rate?
# Full-batch training at one rate, then at half of it, then at three times that.
# What becomes of the sharpest curvature?

# %% five networks and a plan for the rate
#| device: cpu
#| slow: true
import matplotlib.pyplot as plt
import torch
from digits import make_mlp
from edge_networks import (
    draw_networks,
    find_sharpest,
    find_slope,
    squared_loss,
    widths,
)
from torch.nn.utils import vector_to_parameters

seeds = range(5)
first, halved, tripled = 0.8, 0.4, 1.2  # learning rates
halve_at, raise_at, raised_at, steps = 200, 1000, 1300, 1700
mild, bold = 1.75, 2.5  # leaps from the halved rate
fresh, *data = draw_networks(seeds, 200)


def planned(step):
    """Return the learning rate of a step."""
    if step < halve_at:
        return first
    share = (step - raise_at) / (raised_at - raise_at)
    return halved + (tripled - halved) * min(max(share, 0), 1)


# %% training
weights, direction, every = fresh, None, 20
losses, curvatures, rates, path = [], [], [], []
for step in range(steps):
    if step == raise_at:
        before_raise = weights
    if step <= halve_at:
        path.append(weights)
    if step % every == 0:
        products = 5 if step else 20
        curvature, direction = find_sharpest(
            squared_loss, weights, data, products, direction
        )
        curvatures.append(curvature)
        rates.append(planned(step))
    loss, gradient = find_slope(squared_loss, weights, *data)
    losses.append(loss)
    weights = weights - planned(step) * gradient
losses, curvatures = torch.stack(losses), torch.stack(curvatures)  # (., networks)

# %% claim: this is torch.optim.SGD on torch's own layers
#| label: torch
twin = make_mlp(*widths, activation=torch.nn.Tanh)
vector_to_parameters(fresh[0].clone(), twin.parameters())
optimizer = torch.optim.SGD(twin.parameters(), lr=first)
for number in range(10):
    optimizer.zero_grad()
    height = 0.5 * ((twin(data[0][0].T) - data[1][0].T) ** 2).sum(1).mean()
    torch.testing.assert_close(height, losses[number, 0], rtol=1e-3, atol=0)
    height.backward()
    optimizer.step()

# %% what the hops cost before the halving, and the run that keeps its rate
path = torch.stack(path[halve_at - 51 :])  # (52 steps, networks, weights)
middle = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4  # a hop to and fro cancels
height = losses[halve_at - 50 : halve_at]
floor = torch.stack([squared_loss(each, *data) for each in middle])
hops = ((path[1:-1] - middle) ** 2).sum(2)  # x²
hop_share = (hops / first).mean(0) / height.mean(0)
whole = hop_share + floor.mean(0) / height.mean(0)  # 1 if x² / rate is all they add
least_hops, most_hops = hop_share.min().item(), hop_share.max().item()
keeping, kept = path[-1], []
for _ in range(26):
    loss, gradient = find_slope(squared_loss, keeping, *data)
    kept.append(loss)
    keeping = keeping - first * gradient
kept = torch.stack(kept)[15:].mean(0) / height.mean(0)  # around the twentieth step
mean_kept = kept.mean().item()

# %% claim: standing x off the middle adds x² / rate to the loss, a twentieth to half of it
#| label: cost
assert least_hops > 1 / 20
assert most_hops < 1 / 2
torch.testing.assert_close(whole, torch.ones_like(whole), rtol=0.01, atol=0)

# %% claim: a run that kept its rate has lost less than two fifths by then, on average
#| label: kept
assert mean_kept > 0.6
halved_left = losses[halve_at + 20] / height.mean(0)
assert (kept - halved_left).mean() > 0.025


# %% the same three times the rate in one leap, and smaller leaps
def leap(times):
    """Return the losses of sixty steps at a multiple of the halved rate."""
    weights, losses = before_raise, []
    for _ in range(60):
        loss, gradient = find_slope(squared_loss, weights, *data)
        losses.append(loss)
        weights = weights - times * halved * gradient
    return torch.stack(losses)  # (60, networks)


leaps = {times: leap(times) for times in (mild, bold, tripled / halved)}

# %% where the curvature settles
reading = torch.tensor(rates)[:, None] * curvatures / 2  # 1 at the edge
windows = (120, 200), (840, 1000), (1540, 1700)  # the last steps at each rate
settled = torch.stack(
    [reading[a // every : b // every].median(0).values for a, b in windows]
)  # (3, networks)
lowest, highest = settled.min().item(), settled.max().item()

# %% claim: at each of the three rates the curvature settles within a quarter of the edge
#| label: settles
assert lowest > 0.75
assert highest < 1.25

# %% what came of it
level = settled * 2 / torch.tensor([first, halved, tripled])[:, None]
rise = level[1] / level[0]
least_up, most_up = rise.aminmax()
least_down, most_down = (level[2] / level[1]).aminmax()
just_after = curvatures[(halve_at + 20) // every] / level[0]
mean_after = (just_after.mean() - 1).item()
drop = (losses[halve_at + 20] / losses[halve_at - 50 : halve_at].mean(0)).mean().item()
lost = {times: ~(after[-1] < 1e3) for times, after in leaps.items()}
burst = (leaps[mild].amax(0) / leaps[mild][0]).aminmax()
least_burst, most_burst = (ratio.item() for ratio in burst)
back = (leaps[mild][-1] / leaps[mild][0]).max().item()  # after sixty steps
at_raise = (halved * curvatures[raise_at // every - 1]).aminmax()
least_product, most_product = (product.item() for product in at_raise)
survived, thrown = most_product * mild, least_product * bold
at_edge = losses[windows[0][0] : halve_at]
rising = (at_edge.diff(dim=0) > 0).sum(0)
mean_rising = rising.float().mean().item()
ramped = (losses[-50:].mean(0) / losses[raise_at - 50 : raise_at].mean(0)).max().item()

# %% claim: at half the rate the curvature rises 1.4 to 2.5 times, on average about twice
#| label: up
assert least_up > 1.4
assert most_up < 2.5
assert abs(rise.mean() / 2 - 1) < 1 / 5

# %% claim: at three times the rate it falls below half, every seed
#| label: down
assert most_down < 0.5

# %% claim: twenty steps after the halving the loss has fallen by a sixth, on average
#| label: drop
assert drop < 5 / 6
assert drop > 1 / 4

# %% claim: by then the curvature has risen by less than a third, on average
#| label: later
assert mean_after < 1 / 3
assert just_after.min() > 0.8

# %% claim: a leap to three times the rate loses all five networks, and so does 2.5
#| label: leap
assert lost[tripled / halved].all()
assert lost[bold].all()
assert thrown > 4

# %% claim: a leap to 1.75 times raises each loss 10 to 500 times; it comes back below 12
#| label: smaller leap
assert survived < 4.5
assert least_burst > 10
assert most_burst < 500
assert 1 / 4 < back < 12

# %% claim: at the edge a fifth to 2/3 of the steps raise the loss; it falls, on average
#| label: falling
assert 1 / 5 < mean_rising / len(at_edge) < 2 / 3
assert (at_edge[-20:].mean(0) / at_edge[:20].mean(0)).mean() < 1

# %% claim: after a ramp of 300 steps to that rate no loss is five times as high
#| label: ramp
assert ramped < 5
assert ramped > 1 / 2

# %% the curvature follows the rate
#| caption: >
#|   The sharpest curvature of five networks (200 digits). The rate is 0.8, then 0.4 from
#|   step 200, then climbs from step 1000 to 1.2 at step 1300. Dashed: 2 / learning rate.
#|   The lines join readings 60 steps apart, so their zigzags say nothing.
#| alt: >
#|   Curvature against step. Four of five lines jump to 2.6 to 3.2; all settle just above
#|   2.5, climb to 5 once the rate is halved, and are pressed down to 1.8 as the rate
#|   climbs, a little above 2 / learning rate.
at = torch.arange(0, steps, every)
corners = [0, halve_at - 1, halve_at, *range(raise_at, raised_at + 1, 50), steps - 1]
edge = [2 / planned(step) for step in corners]
fig, ax = plt.subplots()
lines = ax.plot(at[::3], curvatures[::3], color="C0", linewidth=1)
lines[0].set_label("sharpest curvature")
ax.plot(corners, edge, "--", color="C1", label="2 / learning rate")
ax.set(xlabel="step", ylabel="curvature", ylim=(0, 7), xlim=(0, steps))
ax.legend(loc="upper right")
