# %% [markdown]
# # {{number}} · Gradients through time
#
# Write the backward pass by hand, hold it against two independent truths, and measure how far back a gradient reaches.
#
# **You will be able to**
#
# - write back-propagation through time in NumPy, for every weight and for the first state
# - check any gradient by nudging, and read from the report where a fault sits
# - say why the loss of a recurrent network has cliffs, and clip a gradient by its norm
# - measure what is left of a gradient after k steps, for any recurrent cell
# - tell what truncation cuts off, and for which networks next to nothing was left to cut
#
# **Needs:** {{lesson:unrolled}}, {{lesson:counting}}, {{lesson:echo}} and {{lesson:classifying}}; matrix products and the transpose.
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seed = cu.runtime.start(seed=6)

# %% [markdown]
# ## 1 · One unit: a product of factors
#
# Part I trained networks. Part II asks how and why.
#
# Training needs to know how the loss at the end answers to a weight or a state at the beginning. We start with the smallest network there is:
# one unit, one weight $w$, no input, no tanh: $h_t = w\,h_{t-1}$.
#
# How does $h_T$ answer to $h_0$? Nudge $h_0$ up and down by a small ε, and see how far $h_T$ moves for each unit of nudge.
# That is a **central difference**. It measures the **slope** (the derivative) $dh_T/dh_0$:
#
# $$\text{slope of } f \text{ at } x \;\approx\; \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2\,\varepsilon}$$
#
# The **chain rule** says what it must be: the slope of a chain of steps is the *product* of the slopes of its steps. Here each step has the slope $w$.
#
# **Predict:** for $w = 0.9$, is $dh_{50}/dh_0$ near 0.5, 0.05 or 0.005? And for 1.1: near 5 or near 100?

# %%
kinds = {  # what is applied to the sum, and its slope, computed from the state
    "linear": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "ReLU": (lambda z: np.maximum(z, 0), lambda h: (h > 0) * 1.0),
}


def two_slopes(w, kind, steps, h=0.5, epsilon=1e-6):
    """dh_T/dh_0 of one unit: by nudging h_0, and as the product of the slopes of the steps."""
    squash, slope = kinds[kind]
    up, down, product = h + epsilon, h - epsilon, 1.0
    for _ in range(steps):
        up, h, down = squash(w * up), squash(w * h), squash(w * down)
        product *= w * slope(h)
    return (up - down) / (2 * epsilon), product


nudged = [two_slopes(w, "linear", steps=50)[0] for w in (0.9, 1.0, 1.1)]
print("w = 0.9, 1, 1.1:", ", ".join(f"{slope:.3f}" for slope in nudged))
powers = [0.9**50, 1.0, 1.1**50]
cu.check_close(nudged, powers, "without tanh, dh_T/dh_0 is the T-th power of w", atol=1e-5)

# %% [markdown]
# A product of many factors below 1 **vanishes**, one of many factors above 1 **explodes**.
#
# With tanh a step has the slope $w\,(1 - h_t^2)$: the weight times the slope of tanh ({{lesson:unrolled}}).
#
# **Predict:** $w = 1.5$ and ten steps from $h_0 = 0.5$. Without tanh the slope is $1.5^{10} \approx 58$. With tanh: does it explode or vanish?

# %%
nudged, product = two_slopes(1.5, "tanh", steps=10)
print(f"by nudging {nudged:.5f}, product of ten factors {product:.5f}")
cu.check_close(product, nudged, "with tanh: the product of w (1 − h²) over the steps", atol=1e-8)
cu.check_below(product, 0.01, "one unit, w = 1.5 under tanh: the gradient vanishes")

eleven = two_slopes(1.5, "tanh", steps=11)[1]
print(f"the eleventh factor: {eleven / product:.2f}")

# %% [markdown]
# The state settles where tanh is flat. There a step multiplies by about 0.4.
#
# ## 2 · Backward, written out
#
# Now the network of {{lesson:unrolled}}: **F = 2** features, **H = 8** units, one head for all steps with one output (**C = 1**). It reads **B = 3** sequences of **T = 5** steps.
# Two things differ. It starts from a state $h_0$ that is not zero. And we count steps from 1: step $t$ reads $x_t$ and turns $h_{t-1}$ into $h_t$.
# (Python counts from 0, so $x_t$ stands in `x[:, t - 1]`.)
#
# $$h_t = \tanh(x_t W_x + h_{t-1} W_h + b) \qquad y_t = h_t W_y + c \qquad L = \text{mean of } (y_t - \text{target}_t)^2$$
#
# Random numbers will do as inputs and targets: the gradient must be right everywhere.

# %%
B, T, F, H = 3, 5, 2, 8
sizes = {"W_x": (F, H), "W_h": (H, H), "b": (H,), "W_y": (H, 1), "c": (1,), "h_0": (B, H)}
rng = np.random.default_rng(seed)
weights = {name: rng.normal(size=size) / 2 for name, size in sizes.items()}
x, target = rng.normal(size=(B, T, F)), rng.normal(size=(B, T, 1))


def run_forward(x, w):
    """All states, h[0] to h[T], each (B, H), and the outputs (B, T, 1)."""
    h = [w["h_0"]]
    for t in range(1, x.shape[1] + 1):
        h.append(np.tanh(x[:, t - 1] @ w["W_x"] + h[t - 1] @ w["W_h"] + w["b"]))
    return h, np.stack(h[1:], axis=1) @ w["W_y"] + w["c"]


def loss_of(w, x=x, target=target):
    return np.mean((run_forward(x, w)[1] - target) ** 2)


# %% [markdown]
# **Back-propagation through time** runs the chain rule from the last step to the first. Write $dA$ for the gradient of $L$ with respect to
# an array $A$: how $L$ answers to each number in it. So it has the shape of $A$. At step $t$, in this order:
#
# | gradient | shape | where it comes from |
# |:--|:--|:--|
# | $dy_t = 2\,(y_t - \text{target}_t) / (B\,T)$ | (B, 1) | the slope of the loss |
# | $dW_y$ gets $h_t^\top dy_t$, $dc$ gets the sum of $dy_t$ | (H, 1), (1,) | what each was multiplied with on the way forward; $c$ is added, so as it is |
# | $dh_t = dy_t W_y^\top + {}$what step $t+1$ sends back | (B, H) | $h_t$ is used twice: by the head, and by the next step |
# | $dz_t = dh_t \odot (1 - h_t^2)$ | (B, H) | through tanh; $z_t$ is the pre-activation |
# | $dW_x$ gets $x_t^\top dz_t$, $dW_h$ gets $h_{t-1}^\top dz_t$, $db$ gets the sum of $dz_t$ | (F, H), (H, H), (H,) | as for $W_y$ and $c$ |
# | $dh_{t-1}$ gets $dz_t W_h^\top$ | (B, H) | row i, column j of $W_h$ leads from unit i to unit j: the way back is the transpose |
#
# ("The sum of $dz_t$" is that over the batch.) The first function below is the heart of it: one step back through time.


# %%
def step_back(dh, h_t, W_h):
    """From the gradient of a state: that of its pre-activation, and that of the state before."""
    dz = dh * (1 - h_t**2)
    return dz, dz @ W_h.T


def run_backward(x, target, w, step_back=step_back):
    """The gradient of the loss with respect to every array in `w`."""
    h, y = run_forward(x, w)
    d = {name: np.zeros_like(array) for name, array in w.items()}
    from_later = np.zeros_like(w["h_0"])  # after the last step there is none
    for t in range(x.shape[1], 0, -1):
        dy = 2 * (y[:, t - 1] - target[:, t - 1]) / y.size
        d["W_y"] += h[t].T @ dy
        d["c"] += dy.sum(axis=0)
        dz, from_later = step_back(dy @ w["W_y"].T + from_later, h[t], w["W_h"])
        d["W_x"] += x[:, t - 1].T @ dz
        d["W_h"] += h[t - 1].T @ dz
        d["b"] += dz.sum(axis=0)
    d["h_0"] = from_later
    return d


# %% [markdown]
# ### Why `+=`?
#
# There is one $W_h$, used at every step. Suppose that each step had a copy of its own, with the same numbers. `tf.GradientTape` gives a gradient for each copy.
#
# **Predict:** what have those five gradients to do with our $dW_h$? And do our six gradients agree with TensorFlow's?


# %%
def loss_by_tensorflow(w, copies):
    """The same loss; each step uses a copy of its own in place of W_h."""
    h, states = w["h_0"], []
    for W_h, x_t in zip(copies, np.moveaxis(x, 1, 0), strict=True):
        h = tf.tanh(tf.matmul(x_t, w["W_x"]) + tf.matmul(h, W_h) + w["b"])
        states.append(h)
    y = tf.matmul(tf.stack(states, axis=1), w["W_y"]) + w["c"]
    return tf.reduce_mean((y - target) ** 2)


variables = {name: tf.Variable(array) for name, array in weights.items()}
copies = [tf.Variable(weights["W_h"]) for _ in range(T)]
with tf.GradientTape(persistent=True) as tape:  # two gradients from one tape
    loss = loss_by_tensorflow(variables, [variables["W_h"]] * T)
    loss_of_copies = loss_by_tensorflow(variables, copies)
by_tape, of_copies = tape.gradient(loss, variables), tape.gradient(loss_of_copies, copies)

by_hand = run_backward(x, target, weights)
cu.check(all(by_hand[k].shape == sizes[k] for k in sizes), "a gradient has its array's shape")
gaps = [np.abs(by_hand[k] - by_tape[k]).max() for k in sizes]
cu.check_below(max(gaps), 1e-6, "all six gradients by hand = tf.GradientTape, to 1e-6")
total = np.sum(of_copies, axis=0)
cu.check_close(by_hand["W_h"], total, "dW_h is the sum over its five uses", atol=1e-9)

# %% [markdown]
# ## 3 · A gradient check
#
# GradientTape applies the chain rule too. A truth that knows nothing of the chain rule is the central difference: nudge each
# number of each array, run forward twice, subtract. It is slow, two runs for each number. But it needs no calculus, so it can judge any gradient, also one of a framework.
#
# How large should ε be? Two errors pull apart. A large nudge sees the loss *bend*. A tiny one drowns in *rounding*: a number of 64 bits has 16 digits, and the
# losses up and down differ in the last of them only.
#
# How far apart are two gradients $g$ and $n$? We take the **relative error** $\|g - n\| / (\|g\| + \|n\|)$, where $\|\cdot\|$ is the root of the sum of squares.
# It is 0 if they are equal, and 1 if one is the other with the sign turned over, or if one of them is 0.
#
# **Predict:** which ε has the smallest error: $10^{-1}$, $10^{-5}$ or $10^{-11}$? And with 32 bits, 7 digits: a smaller or a larger one?


# %%
def by_nudging(f, arrays, name, epsilon=1e-5):
    """The gradient of f with respect to one of the arrays, by central differences."""
    slope = np.zeros_like(arrays[name])
    for i in np.ndindex(slope.shape):
        up, down = arrays[name].copy(), arrays[name].copy()
        up[i] += epsilon
        down[i] -= epsilon
        slope[i] = (f(arrays | {name: up}) - f(arrays | {name: down})) / (2 * epsilon)
    return slope


def relative_error(g, n):
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


epsilons, found = 10.0 ** np.arange(-11, 0), {"float64": [], "float32": []}
for bits, errors in found.items():
    w = {name: array.astype(bits) for name, array in weights.items()}
    data = x.astype(bits), target.astype(bits)
    for epsilon in epsilons.astype(bits):
        slope = by_nudging(lambda w, data=data: loss_of(w, *data), w, "W_h", epsilon)
        errors.append(relative_error(slope, by_hand["W_h"]))

# %%
look = {"xlabel": "size of the nudge, ε", "ylabel": "relative error of dW_h", "log": "xy"}
ax = cu.plotting.curves_over(epsilons, found, title="A middle ε is best", **look)
cu.plotting.show(ax, alt="Error by nudge: float64 falls far, rises; float32 is 1, falls, rises")
best, best_32 = (epsilons[np.argmin(errors)] for errors in found.values())
print(f"smallest error: 64 bits at ε = {best:.0e}, 32 bits at {best_32:.0e}")
cu.check(1e-7 < best < best_32 < 0.1, "both want a middle size, 32 bits a larger one than 64")

# %% [markdown]
# With 32 bits the smallest nudges are lost: up and down become the same number, the slope 0, the error 1.
#
# So: 64 bits, and $\varepsilon = 10^{-5}$. Now all six arrays.
#
# And a mistake, planted on purpose: a `step_back` with a minus too many. What it sends to the step before has the wrong sign.
#
# **Predict:** which of the six gradients will be wrong?


# %%
def flipped_sign(dh, h_t, W_h):
    dz, from_later = step_back(dh, h_t, W_h)
    return dz, -from_later


def check_report(step_back, x=x, target=target):
    """The relative error of each of the six gradients."""
    claimed, report = run_backward(x, target, weights, step_back), {}
    for name in weights:
        nudged = by_nudging(lambda w: loss_of(w, x, target), weights, name)
        report[name] = relative_error(claimed[name], nudged)
    return report


right, planted = check_report(step_back), check_report(flipped_sign)
cu.check_below(
    max(right.values()), 1e-7, "by hand = central differences, relative error under 1e-7"
)
wrong = [name for name, error in planted.items() if error > 1e-3]
cu.check_equal(wrong, ["W_x", "W_h", "b", "h_0"], "a flipped sign: wrong in W_x, W_h, b and h_0")
cu.check_below(max(planted["W_y"], planted["c"]), 1e-7, "and right in W_y and c")

# %% [markdown]
# The report points at the place. $W_y$ and $c$ get their gradients before the faulty line, the others through it. A check
# of one step hardly sees time: Exercise 1.
#
# ### A fault of TensorFlow, found in this way
#
# Two cells nudge two operations of TensorFlow that run a whole LSTM. The gradient of one of them is wrong.
#
# <details><summary>Is a framework's own gradient always right? Open for one that is not.</summary>
#
# <code>tf.raw_ops</code> has two operations that run an LSTM over all steps in one go: <code>BlockLSTM</code> and its successor <code>BlockLSTMV2</code>.
# They differ in the order of the four blocks of their weights: i, g, f, o in the first, i, f, g, o in the second (names as in {{lesson:counting}}).
#
# In TensorFlow 2.21, on the CPU, the gradient of the second is wrong. TensorFlow registers <em>one</em> gradient for both, and it follows the order of the first.
# So over a single step the gradients of the blocks f and g come back swapped. Over several steps the wrong ones travel back in time and mix with the others.
# Nothing warns. {{Lesson:speed}} uses the first operation, because it is fast.
#
# The two cells below nudge the operations themselves. They compute in 32 bits, hence ε = 0.01. If the checks on BlockLSTMV2 fail with another version of TensorFlow, the fault
# is mended.
# </details>


# %% tags=["hide-input"]
def block_gradients(operation, steps):
    """The gradients of an LSTM operation's weights: by TensorFlow, and by nudging; each (8, 16).

    Rows 0 to 6 are those of the kernel w (3 inputs, 4 units), row 7 is the bias b.
    """
    sizes = {"x": (steps, 2, 3), "h_prev": (2, 4), "cs_prev": (2, 4), "w": (7, 16), "b": (16,)}
    given = {name: rng.normal(size=size).astype("float32") for name, size in sizes.items()}
    fixed = {name: tf.zeros(4) for name in ("wci", "wcf", "wco")}  # peepholes: not used
    fixed |= {"use_peephole": False, "cell_clip": -1.0, "seq_len_max": tf.constant(steps, tf.int64)}
    pull = rng.normal(size=(steps, 2, 4)).astype("float32")

    def weighted_sum(arrays):
        with tf.device("CPU"):
            return tf.reduce_sum(operation(**fixed, **arrays).h * pull)

    variables = {name: tf.Variable(array) for name, array in given.items()}
    with tf.GradientTape() as tape:
        loss = weighted_sum(variables)
    by_tape = tape.gradient(loss, [variables["w"], variables["b"]])
    nudged = [by_nudging(weighted_sum, given, name, epsilon=0.01) for name in ("w", "b")]
    return np.vstack(by_tape), np.vstack(nudged)


operations = tf.raw_ops.BlockLSTM, tf.raw_ops.BlockLSTMV2
claimed, true = block_gradients(tf.raw_ops.BlockLSTMV2, 1)

# %% tags=["hide-input"]
first, second = (relative_error(*block_gradients(operation, 4)) for operation in operations)
cu.check_below(first, 0.01, "BlockLSTM, 4 steps: the gradient is right to 1 %")
cu.check_above(second, 0.05, "BlockLSTMV2, 4 steps: the gradient is wrong by over 5 %")
swapped = claimed[:, np.r_[0:4, 8:12, 4:8, 12:16]]  # columns: i, f, g, o of 4 units each
as_it_is, back = relative_error(claimed, true), relative_error(swapped, true)
cu.check(back < 0.01 and as_it_is > 3 * back, "one step, f and g swapped back: right to 1 %")

# %% [markdown]
# ## 4 · Why the loss has cliffs
#
# {{Lesson:lengths}} and {{lesson:counting}} had a linear unit that adds up, $h_t = w_h h_{t-1} + w_x x_t$. Each weight is one number. Here it counts the ones in 200 strings of **T = 20** bits:
# its answer is $h_T$, the loss is the mean squared error.
#
# There are two weights, so we can look at the whole **loss surface**. The cell runs the unit for 120 × 120 pairs of weights.
#
# **Predict:** at which pair is the loss 0? From there, go to $w_h = 0.9$ or to 1.1. On which side does the loss grow more, and about how many times: 2, 10 or 100?


# %%
def counter_loss(bits, w_h, w_x):
    """The loss of the linear unit; arrays of weights end in an axis of length 1."""
    h = 0.0
    for t in range(bits.shape[1]):
        h = w_h * h + w_x * bits[:, t, 0]
    return np.mean((h - bits.sum(axis=(1, 2))) ** 2, axis=-1)


bits = cu.sequences.bit_strings(200, 20, seed=seed)[0].astype(float)
counts = bits.sum(axis=(1, 2))
tries = [cu.sequences.bit_strings(200, n, seed=seed + n)[0].astype(float) for n in (5, 10, 20, 40)]
w_hs, w_xs = np.linspace(0.4, 1.6, 120), np.linspace(0.2, 1.8, 120)
surface = counter_loss(bits, w_hs[None, :, None], w_xs[:, None, None])
cliff = {"losses": surface, "x": w_hs, "y": w_xs, "xlabel": "w_h", "ylabel": "w_x"}
ax = cu.plotting.loss_surface(**cliff, title="Left a plain, right a wall")
cu.plotting.show(ax, alt="Loss over the two weights: a plain on the left, a wall right of w_h = 1")
below, above = counter_loss(bits, 0.9, 1.0), counter_loss(bits, 1.1, 1.0)
print(f"loss at w_h = 0.9: {below:.0f}, at 1.1: {above:.0f}")
cu.check_equal(counter_loss(bits, 1.0, 1.0), 0.0, "with both weights 1 the loss is 0")
cu.check_above(above, 5 * below, "at w_h = 1.1 the loss is over 5 times that at 0.9")
steep = counter_loss(bits, 1.5, 1.0) / counter_loss(bits, 0.5, 1.0)
cu.check_above(steep, 1e4, "at w_h = 1.5 it is over 10 000 times that at 0.5")

# %% [markdown]
# Each white line is a factor of ten. On the right one follows the other, and on the left there are hardly any: that is the **cliff**.
# (The dashes in the valley are such lines, too. It is narrower than the grid is fine.)
#
# The reason is section 1. A one in the first bit passes through $w_h$ at each of the $T - 1$ steps after it. In the end it counts as $w_h^{T-1}$, and the loss squares that.
#
# **Predict:** far to the right, doubling $w_h$ multiplies the loss by about $2^{2 \cdot 19}$ for T = 20. By what for T = 5 and T = 40? And in the figure, which of four lengths has the steepest wall?

# %%
losses = {f"T = {x_n.shape[1]}": counter_loss(x_n, w_hs[:, None], 1.0) for x_n in tries}
ax = cu.plotting.curves_over(w_hs, losses, xlabel="w_h", ylabel="loss", title="Longer is steeper")
cu.plotting.show(ax, alt="Loss over w_h: all dip at 1; right of it the longer lengths rise faster")
grown = [np.log2(counter_loss(x_n, 64.0, 1.0) / counter_loss(x_n, 32.0, 1.0)) for x_n in tries]
print("from w_h = 32 to 64 the loss grows by 2 to the power", np.round(grown, 1))
cu.check_close(grown, [8, 18, 38, 78], "far out the loss grows as w_h to the power 2T−2", atol=0.3)

# %% [markdown]
# ## 5 · Clipping
#
# **Gradient descent** subtracts the gradient times a learning rate. At the wall the gradient is so long that one step throws the weights far away.
#
# **Clipping by norm** shortens a gradient $g$ that is longer than a bound θ, and keeps its direction: $g \cdot \min(1, \theta / \|g\|)$.
# In the code, θ is `longest`.
#
# The gradient comes from the loop of section 2, with one unit and no tanh. The loss asks only for the last step, so $dh$ starts there.
#
# **Predict:** how many times longer is it at $w_h = 1.2$ than at 0.8 ($w_x = 1$): 10, 100 or 1000 times? (In the last figure the steepness of T = 20 tells.)


# %%
def counter_gradient(w_h, w_x):
    """The gradient of the loss with respect to (w_h, w_x), by back-propagation through time."""
    h, d = [np.zeros(len(bits))], np.zeros(2)
    for t in range(20):
        h.append(w_h * h[t] + w_x * bits[:, t, 0])
    dh = 2 * (h[20] - counts) / len(bits)
    for t in range(20, 0, -1):
        d += [dh @ h[t - 1], dh @ bits[:, t - 1, 0]]
        dh = dh * w_h
    return d


at_plain, at_wall = counter_gradient(0.8, 1.0), counter_gradient(1.2, 1.0)
nudged = by_nudging(lambda w: counter_loss(bits, *w["w"]), {"w": np.array([0.8, 1.0])}, "w")
cu.check_below(
    relative_error(at_plain, nudged), 1e-7, "the counter's gradient = central differences"
)
short, long = np.linalg.norm(at_plain), np.linalg.norm(at_wall)
print(f"length of the gradient at w_h = 0.8: {short:.0f}, at 1.2: {long:.0f}")
cu.check_above(long, 300 * short, "at the wall the gradient is over 300 times longer")

# %% [markdown]
# Two runs start from $w_h = w_x = 0.5$, with the same learning rate, 0.01. One takes the gradient as it is: three steps. The other clips it to length 1: 400 steps.
# Always answering the mean count has a loss of about 5.
#
# **Predict:** where is the first run after three steps? (In the picture an arrow shows where it leaves.)


# %%
def clipped(g, longest):
    return g * min(1, longest / np.linalg.norm(g))


def descend(steps, rate, longest=np.inf, falling=False):
    """The weights in each step of gradient descent from (0.5, 0.5), and the loss at each place."""
    path = [np.array([0.5, 0.5])]
    for n in range(steps):
        rate_now = rate * (1 - n / steps) if falling else rate
        path.append(path[-1] - rate_now * clipped(counter_gradient(*path[-1]), longest))
    return np.array(path), np.array([counter_loss(bits, *w) for w in path])


with np.errstate(all="ignore"):  # for some data the last loss is too large for a number
    path_free, losses_free = descend(3, rate=0.01)
path_short, losses_short = descend(400, rate=0.01, longest=1.0)
cu.check_close(clipped(at_wall, 1.0), at_wall / long, "clipped: the same direction", atol=1e-9)
cu.check_equal(clipped(at_plain, 1e6), at_plain, "a gradient that is short enough stays as it is")
cu.check_above(np.var(counts), 3, "always the mean count: a loss over 3")
lengths = np.linalg.norm(np.diff(path_short, axis=0), axis=1)
cu.check_close(np.median(lengths), 0.01, "most clipped steps are exactly 0.01 long", atol=1e-12)

# %%
paths = {"as it is": path_free, "clipped to 1": path_short}
ax = cu.plotting.loss_surface(**cliff, paths=paths, title="Unclipped, it is thrown off the wall")
cu.plotting.show(ax, alt="Two paths: long steps out of the picture, short ones into the valley")
print("as it is:", *(f"loss {loss:.0e}" for loss in losses_free), f"w_h = {path_free[3, 0]:.0e}")
cu.check(not losses_free[3] < 1e50, "not clipped: after three steps the loss is over 1e50")
cu.check_below(losses_short[-100:].max(), 2, "clipped to length 1, the run ends with loss under 2")

# %% [markdown]
# Even on the plain the gradient is longer than 1. So a clipped step is 0.01 long, the rate times 1, and the gradient gives only its direction. The run walks into
# the valley, jumps from side to side of it, and hardly gets on along it. Clipping prevents the throw. It does not find the lowest point by itself: Exercise 2.
#
# ### In Keras: two kinds
#
# Optimizers take `global_clipnorm=1.0` or `clipnorm=1.0`. The second, which {{lesson:lengths}} and {{lesson:counting}} used, clips *each array of weights by itself*.
#
# The cell lets SGD subtract the clipped gradient from 0, and looks what it subtracted.
#
# **Predict:** $w_h$ and $w_x$ are two arrays, and at the wall the gradient of each is longer than 1. Which of the two keeps the direction, and what does the other make of it?


# %%
wanted = {"global_clipnorm": clipped(at_wall, 1.0), "clipnorm": np.ones(2)}
words = {"global_clipnorm": "keeps the direction", "clipnorm": "makes both parts 1"}
for kind, expected in wanted.items():
    pair = [keras.Variable(0.0, dtype="float64") for _ in range(2)]
    keras.optimizers.SGD(1.0, **{kind: 1.0}).apply([tf.constant(g) for g in at_wall], pair)
    cu.check_close([-float(w) for w in pair], expected, f"{kind}=1.0 {words[kind]}", atol=1e-6)

# %% [markdown]
# ## 6 · How far back does a gradient reach?
#
# Clipping shortens. It brings nothing back that has vanished. So: what is left of a gradient after $k$ steps?
#
# With H units, the slope of section 1 becomes a matrix, the **Jacobian** $\partial h_T/\partial h_t$, of shape (H, H): row i, column j says how unit i of $h_T$ answers to unit j of $h_t$.
# The chain rule stays: the Jacobian over many steps is the *product* of those of the steps, the latest first. One step of our network has
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}} = \text{diag}(1 - h_t^2)\; W_h^\top, \qquad \frac{\partial h_T}{\partial h_t} = J_T\, J_{T-1} \cdots J_{t+1},$$
#
# where diag(·) scales the rows. That is what `step_back` multiplies a gradient by.
#
# As one number we take the Jacobian's **norm**: by how much it stretches, at most, a gradient on its way back (or a change on its way forward).
# In NumPy: `np.linalg.norm(J, 2)`. At distance 0 it is 1. Under 1 means that *every* gradient arrives shorter,
# over 1 that *some* gradient arrives longer.


# %%
def step_jacobians(W_h, W_x, x, kind):
    """The Jacobian of each step, (H, H), for one sequence x (T, F), started at zero."""
    (squash, slope), h, found = kinds[kind], np.zeros(len(W_h)), []
    for x_t in x:
        h = squash(x_t @ W_x + h @ W_h)
        found.append(slope(h)[:, None] * W_h.T)
    return found


def norms_back(jacobians):
    """The norm of dh_T/dh_t for t = T, T − 1, ..., 0, from the Jacobians of steps 1 to T."""
    product, norms = np.eye(len(jacobians[0])), [1.0]
    for jacobian in reversed(jacobians):
        product = product @ jacobian
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


W_x, W_h = weights["W_x"], weights["W_h"]  # from here on: no bias, and h_0 = 0
h, _ = run_forward(x[:1], weights | {"h_0": np.zeros((1, H)), "b": np.zeros(H)})
dh = back = rng.normal(size=(1, H))
for t in range(T, 0, -1):
    back = step_back(back, h[t], W_h)[1]
product = np.linalg.multi_dot(step_jacobians(W_h, W_x, x[0], "tanh")[::-1])
cu.check_close(dh @ product, back, "the product of 5 Jacobians = 5 times step_back", atol=1e-12)

# %% [markdown]
# ### Without tanh: the matrix alone
#
# In a linear network each step multiplies by the same $W_h^\top$, and $k$ steps by its $k$-th power. Four kinds of $W_h$, 32 × 32:
#
# - **orthogonal**: it turns and mirrors, and changes no length.
# - **Gaussian** with spectral radius 0.5, 1 or 1.5: normal random numbers, scaled. The **spectral radius** is the factor by which the powers of a matrix grow
#   with each step, in the long run. (NumPy finds it as the largest absolute value of an eigenvalue. You need not know eigenvalues.)
#
# There are eight networks of each kind. Each reads its own string of 100 random bits, through a random $W_x$ (a linear network does not mind what it reads; with tanh it matters).
# The vertical axis is logarithmic: there a constant factor a step is a straight line.
# A curve is a typical value: the geometric mean of the eight.
#
# **Predict:** on the left, linear: which curves are straight lines, and which way do they go? On the right, the same matrices with tanh: does any curve still explode?


# %%
def orthogonal_matrix():
    return np.linalg.qr(rng.normal(size=(H, H)))[0]


def gaussian_matrix(radius):
    W = rng.normal(size=(H, H))
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


def typical(networks):
    """The geometric mean of the norms at each distance; a network is a list of step Jacobians."""
    return np.exp(np.mean([np.log(norms_back(jacobians)) for jacobians in networks], axis=0))


H, strings = 32, cu.sequences.bit_strings(8, 100, seed=seed)[0].astype(float)
strings[:, 0] = 1  # for the ReLU networks further down: all that will be on is on from the start
W_x = [rng.normal(size=(1, H)) / 4 for _ in strings]
matrices = {"orthogonal": [orthogonal_matrix() for _ in strings]}
matrices |= {f"radius {r}": [gaussian_matrix(r) for _ in strings] for r in (0.5, 1.0, 1.5)}
linear, tanh, look = {}, {}, {"xlabel": "distance k = T − t", "ylabel": "norm of the Jacobian"}
for name, eight in matrices.items():
    networks = list(zip(eight, W_x, strings, strict=True))
    linear[name] = typical(step_jacobians(*network, "linear") for network in networks)
    tanh[name] = typical(step_jacobians(*network, "tanh") for network in networks)

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), sharey=True)
cu.plotting.curves_over(range(101), linear, title="Linear: straight, far out", ax=left, **look)
cu.plotting.curves_over(range(101), tanh, title="tanh pulls them down", ax=right, **look)
cu.plotting.show(fig, alt="Norm by distance: left four nearly straight lines, right all lower")
print(*(f"{name}, distance 0, 1, 2: {n[:3].round(2)}" for name, n in linear.items()), sep="\n")
cu.check(all(tanh[k][100] < linear[k][100] for k in tanh), "100 steps: tanh leaves less, all four")

# %% [markdown]
# **Look** at the printed norms: the Gaussian networks do not begin with the factor of their radius. So we fit the slopes from $k = 50$ on, of the natural logarithm.
#
# **Predict:** what are they for the four kinds? (An orthogonal matrix changes no length, so its radius is 1. $\ln 0.5 = -0.69$.)

# %%
logs, far = np.log([1.0, 0.5, 1.0, 1.5]), range(50, 101)
fits = [np.polyfit(far, np.log(norms[50:]), 1)[0] for norms in linear.values()]
print("slopes:", np.round(fits, 2) + 0, "  log of the radius:", logs.round(2))
cu.check_close(fits, logs, "linear, far out: the slope is the log of the radius", atol=0.01)
ends = [norms_back(step_jacobians(*network, "tanh"))[100] for network in networks]
cu.check(max(ends) > 100 * min(ends), "radius 1.5 under tanh: the eight differ by over 100 times")

# %% [markdown]
# Far out, the slope is the log of the radius: $1.5^{100} \approx 4 \cdot 10^{17}$. Near by it is not: a Gaussian matrix stretches some directions by more than its radius.
#
# tanh has a slope of at most 1. It lets the others vanish sooner, and it brakes the explosion: with radius 1.5 the typical network neither explodes nor vanishes, unlike the
# single unit of section 1. But its eight networks differ so much that there is no factor to rely on.
#
# ### Gates, and an identity
#
# Now four other networks, as they are before training:
#
# - **ReLU with $W_h$ = identity** (Le, Jaitly and Hinton, see Sources). A ReLU's slope is 1 for a unit above 0, else 0.
# - **GRU** ({{lesson:classifying}}). Untrained, its update gate is near 0.5, too.
# - **LSTM** with a bias of 0 in the forget gates, and of 1, Keras's own choice.
#
# What an LSTM hands to the next step is $h$ *and* $c$. So its state is both, side by side: 64 numbers, and the Jacobian is (64, 64).
# TensorFlow finds it for us: `tape.batch_jacobian`.
#
# The next figure has eight kinds: the four tanh networks from above, and these four.
#
# **Predict:** which leaves most after 100 steps, and which least? For the LSTM begin with its forget gates: $\sigma(0) = 0.5$ and $\sigma(1) = 0.73$, and the gates alone would leave
# $0.5^{100} \approx 10^{-30}$ and $0.73^{100} \approx 10^{-14}$. Will more be left, or less?


# %%
def cell_jacobians(cell, strings):
    """For each string (T, 1), fresh weights for the Keras cell, and the Jacobian of each step."""
    parts = np.size(cell.state_size)  # 1, or 2 for h and c

    @tf.function(autograph=False)
    def one_step(x_t, state):
        with tf.GradientTape() as tape:
            tape.watch(state)
            _, new_states = cell(x_t, tf.split(state, parts, axis=1))
            after = tf.concat(new_states, axis=1)
        return after, tape.batch_jacobian(after, state)[0]

    cell.build((None, 1))
    for string in strings:
        fresh = cell.from_config(cell.get_config())
        fresh.build((None, 1))
        cell.set_weights(fresh.get_weights())  # new numbers in the same cell: one graph for all
        state, found = tf.zeros((1, parts * H), tf.float64), []
        for x_t in string:
            state, jacobian = one_step(x_t[None], state)
            found.append(jacobian.numpy())
        yield found


# %%
def lstm_cell(forget_bias, **options):
    start = keras.initializers.Constant(np.repeat([0.0, forget_bias, 0.0, 0.0], H))  # i, f, g, o
    options |= {"unit_forget_bias": False, "bias_initializer": start}
    return keras.layers.LSTMCell(H, dtype="float64", **options)


reach = {f"tanh, {name}": tanh[name] for name in sorted(tanh, reverse=True)}
identity = [(np.eye(H), W, x, "ReLU") for W, x in zip(W_x, strings, strict=True)]
reach["ReLU, identity"] = typical(step_jacobians(*network) for network in identity)
reach["GRU"] = typical(cell_jacobians(keras.layers.GRUCell(H, dtype="float64"), strings))
for bias in (0, 1):
    reach[f"LSTM, bias {bias}"] = typical(cell_jacobians(lstm_cell(bias), strings))

more = min(reach["LSTM, bias 0"][100] / 0.5**100, reach["LSTM, bias 1"][100] / 0.731**100)
cu.check_above(more, 1e3, "both LSTMs leave over 1000 times what their gates alone would")
no_way = typical(cell_jacobians(lstm_cell(0, recurrent_initializer="zeros"), strings))[100]
cu.check_close(no_way**0.01, 0.5, "bias 0, without the way over h: 0.5 a step", atol=0.06)

# %%
_, ax = plt.subplots(figsize=(7.5, 5.2))
cu.plotting.curves_over(range(101), reach, title="100 steps: 1 to under 1e-25", ax=ax, **look)
cu.plotting.show(ax, alt="Norm by distance: identity stays at 1, tanh of small radius falls most")
for name in sorted(reach, key=lambda name: -reach[name][100]):
    print(f"{name:17} after 12 and 100 steps:", cu.measured(reach[name][[12, 100]], "7.0e"))

# %% [markdown]
# Most curves are nearly straight: each kind has its own factor a step. Three results may surprise:
#
# - Both LSTMs leave far more than their forget gates alone would. $h$ carries something back, too: without the way over $h$ (a $W_h$ of zeros) it is about the gate's 0.5 a step.
# - A fresh GRU has about the factor of an LSTM with bias 0.
# - The plain orthogonal network leaves more than the LSTM with bias 1.

# %%
left = {name: norms[100] for name, norms in reach.items()}
lstm_0, lstm_1 = left["LSTM, bias 0"], left["LSTM, bias 1"]
cu.check_close(reach["ReLU, identity"], np.ones(101), "ReLU, identity: 1 all the way", atol=1e-9)
cu.check_above(lstm_1, 1e8 * lstm_0, "LSTM: bias 1 leaves over 1e8 times more than bias 0")
cu.check_close(left["GRU"] ** 0.01, lstm_0**0.01, "GRU and LSTM, bias 0: like factors", atol=0.05)
cu.check_above(left["tanh, orthogonal"], lstm_1, "orthogonal tanh leaves more than either LSTM")

# %% [markdown]
# Is the plain orthogonal network the best then? Its slopes $1 - h^2$ depend on the size of its states, and the inputs were small.
# And the ReLU networks had an easy life: these bits are never negative, so a unit that is on stays on.
#
# **Predict:** (1) all inputs ten times as large: what happens to the orthogonal tanh network, and to the LSTM? (2) Bits −1 and 1 in place of 0 and 1: what happens to the ReLU networks?

# %%
loud = zip(matrices["orthogonal"], W_x, 10 * strings, strict=True)
tanh_10 = typical(step_jacobians(*network, "tanh") for network in loud)[100]
lstm_10 = typical(cell_jacobians(lstm_cell(1), 10 * strings))[100]
print("inputs × 10, tanh and LSTM:", cu.measured([tanh_10, lstm_10], ".0e"))
cu.check_below(tanh_10, 1e-8 * left["tanh, orthogonal"], "tanh, inputs × 10: under 1e-8 of before")
cu.check(0.01 < lstm_10 / lstm_1 < 100, "LSTM, inputs × 10: within 100 times of before")

# %%
signs = zip(identity, 2 * strings - 1, strict=True)
ends = [norms_back(step_jacobians(W_h, W, x, "ReLU"))[100] for (W_h, W, *_), x in signs]
print("ReLU, identity, bits −1 and 1:", *(f"{norm:.0f}" for norm in ends))
cu.check(0 in ends, "ReLU, bits −1 and 1: of some of the eight networks nothing at all is left")

# %% [markdown]
# Large states saturate tanh ({{lesson:unrolled}}). The LSTM changes little: on its way from $c_{t-1}$ to $c_t$ there is no tanh, only the factor $f$, and a gate that saturates at 1
# passes everything. {{Lesson:gates}} looks inside. And a ReLU unit that is once below 0 passes nothing back.
#
# ## 7 · Truncation is a cut in this plot
#
# {{Lesson:echo}} cut the gradient at the edge of a window. In the last figure that is a vertical line: to its left all as before, to its right 0.
#
# We measure it through the whole chain: one tape over 30 steps of an LSTM, with `tf.stop_gradient` on the state 12 steps before the end. Without the stop,
# the same tape also tests section 6: its Jacobians must be the products of the step Jacobians.
#
# **Predict:** inside the window, does the cut change the norm?


# %%
def norms_by_tape(cell, x, window=None):
    """As norms_back, but by one tape through all steps; stopped `window` steps before the end."""
    state = tf.zeros((1, 2 * H), tf.float64)
    states = [state]
    with tf.GradientTape() as tape:
        tape.watch(state)
        for t, x_t in enumerate(x):
            if window == len(x) - t:
                state = tf.stop_gradient(state)
            _, new_states = cell(x_t[None], tf.split(state, 2, axis=1))
            state = tf.concat(new_states, axis=1)
            states.append(state)
    jacobians = tape.jacobian(state, states, unconnected_gradients="zero")
    return np.array([np.linalg.norm(jacobian[0, :, 0], 2) for jacobian in reversed(jacobians)])


cell, x_30 = lstm_cell(1), strings[0, :30]
(jacobians,) = cell_jacobians(cell, [x_30])  # draws the cell's weights, too
products = norms_back(jacobians)
whole, stopped = norms_by_tape(cell, x_30), norms_by_tape(cell, x_30, window=12)
cu.check_close(products, whole, "products of step Jacobians = one tape over 30 steps", atol=1e-9)
cu.check_close(stopped[:12], whole[:12], "inside the window the cut changes nothing", atol=1e-9)
cu.check(not stopped[12:].any(), "from the edge on every norm is exactly 0")

# %%
others = {name: reach[name][:31] for name in ("ReLU, identity", "GRU", "tanh, radius 0.5")}
curves = {"LSTM, whole": whole, "LSTM, stopped: then 0": stopped[:12]} | others
ax = cu.plotting.curves_over(range(31), curves, edge=12, title="A window cuts the rest off", **look)
cu.plotting.show(ax, alt="Norm by distance: the stopped LSTM ends at the edge, four curves go on")

# %% [markdown]
# The stopped LSTM is measured. The other three are those of section 6, drawn into the same picture: a window of 12 steps would cut them there, too.
#
# At distance 0 the norm is 1.
#
# **Predict:** how much of it reaches the edge, in each of the four: all, about a fifth, under a fiftieth, under a thousandth? That is what the cut takes away.

# %%
at_edge = {name: norms[12] for name, norms in reach.items()}
cu.check_below(at_edge["tanh, radius 0.5"], 1e-3, "radius 0.5: under a thousandth reaches the edge")
gated = max(at_edge["GRU"], at_edge["LSTM, bias 0"])
cu.check_below(gated, 0.02, "GRU, and LSTM with bias 0: under a fiftieth")
cu.check(0.05 < at_edge["LSTM, bias 1"] < 0.6, "LSTM with bias 1: between 0.05 and 0.6")
cu.check_above(at_edge["ReLU, identity"], 0.99, "ReLU, identity: all of it reaches the edge")

# %% [markdown]
# A word of caution. These are networks before training, and training changes the weights and the reach: {{lesson:echo}}'s LSTM learned to hold a bit for three
# steps. A norm near 1 does not say that a network learns a task. It says that the news could arrive.
#
# ## What you now know
#
# - without tanh, dh_T/dh_0 is the T-th power of w
# - all six gradients by hand = tf.GradientTape, to 1e-6
# - by hand = central differences, relative error under 1e-7
# - a flipped sign: wrong in W_x, W_h, b and h_0
# - far out the loss grows as w_h to the power 2T−2
# - clipped to length 1, the run ends with loss under 2
# - linear, far out: the slope is the log of the radius
# - LSTM: bias 1 leaves over 1e8 times more than bias 0
# - from the edge on every norm is exactly 0
#
# Next: the gates of an LSTM and a GRU, watched at work and taken away one by one.
#
# ## Exercises
#
# Add a cell below each exercise (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: Two faults, one report
#
# Write two faulty versions of `step_back`. The first forgets the transpose: `dz @ W_h`. ($W_h$ is square, so no shape complains.) The second forgets the slope $1 - h_t^2$.
# Which gradients does `check_report` find wrong in each? Then find data for which the two reports differ.
#
# <details><summary>Hint</summary>
#
# <code>check_report</code> takes <code>x</code> and <code>target</code> too. With T = 1, which of the six gradients does the matrix still reach?
# </details>
#
# ### Exercise 2: Clipped, but not settled
#
# Let `descend` run 400 steps with rate 0.05, clipped to length 1: once as it is, once with `falling=True`, where the rate falls to 0. Which of them ends with a loss under 0.1?
# How large does the other's loss still get in its last 100 steps, against that of always answering the mean?
#
# <details><summary>Hint</summary>
#
# As long as a gradient is longer than 1, each step is as long as the rate, however near the lowest point is. How wide is the valley?
# </details>
#
# ### Exercise 3: A bias that holds for 100 steps
#
# Find a bias of the forget gates for which the typical norm of the LSTM after 100 steps lies between 0.1 and 10.
# Begin with the one for which a gate *alone* would leave a tenth: $\sigma(b)^{100} = 0.1$.
#
# <details><summary>Hint</summary>
#
# $\sigma(b) = f$ is solved by $b = \ln(f / (1 - f))$. <code>lstm_cell</code> takes any bias. The gate is not all: $h$ carries something back, too. So is that bias too large or too small?
# Then halve the interval, again and again.
# </details>

# %% [markdown]
# ## Solutions
#
# Try first. Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1
#
# With several steps both spoil all that lies behind. With one step, the matrix is used only on the way to $h_0$; the slope is used before that.


# %% tags=["solution"]
def without_transpose(dh, h_t, W_h):
    dz = dh * (1 - h_t**2)
    return dz, dz @ W_h


def without_slope(dh, _h_t, W_h):
    return dh, dh @ W_h.T


def found_wrong(step_back, steps):
    report = check_report(step_back, x[:, :steps], target[:, :steps])
    return [name for name, error in report.items() if error > 1e-3]


behind = ["W_x", "W_h", "b", "h_0"]
same = found_wrong(without_transpose, 5) == found_wrong(without_slope, 5) == behind
cu.check(same, "five steps: each fault is wrong in W_x, W_h, b and h_0")
cu.check_equal(found_wrong(without_transpose, 1), ["h_0"], "one step, no transpose: only h_0 wrong")
cu.check_equal(found_wrong(without_slope, 1), behind, "one step, no slope: all four wrong")

# %% [markdown]
# ### Solution 2
#
# With the fixed rate a step is 0.05 long, and the valley is narrower than that: the run jumps from side to side. {{Lesson:counting}} saw the same with Adam: at a
# fixed step size its weight kept wandering.

# %% tags=["solution"]
fixed = descend(400, rate=0.05, longest=1.0)[1]
falling = descend(400, rate=0.05, longest=1.0, falling=True)[1]
print(f"fixed: {fixed[-100:].max():.0f}, falling: {falling[-1]:.3f}, mean: {np.var(counts):.0f}")
cu.check_below(falling[-1], 0.1, "clipped, with a falling rate: the loss ends under 0.1")
cu.check_above(fixed[-100:].max(), np.var(counts), "fixed rate: at times worse than the mean")

# %% [markdown]
# ### Solution 3
#
# For the gate alone: $f = 0.1^{1/100} = 0.977$ and $b = 3.76$. That is too much, the norm grows: what travels back through $h$ adds to it. So we halve: between 1 and 3.76,
# then between 1 and the middle, and so on.

# %% tags=["solution"]
f = 0.1 ** (1 / 100)
alone = np.log(f / (1 - f))
found = {b: typical(cell_jacobians(lstm_cell(b), strings))[100] for b in (alone, 1.7, 2.2)}
print(*(f"bias {b:.2f}: {cu.measured(norm, '.2g')}" for b, norm in found.items()), sep="\n")
cu.check_above(found[alone], 1, "bias 3.76, for the gate alone: the norm grows")
cu.check(found[1.7] < 0.1 < found[2.2] < 10, "bias 1.7 is too small, 2.2 is between 0.1 and 10")

# %% [markdown]
# ## Sources
#
# - P. J. Werbos, "Backpropagation through time: what it does and how to do it", *Proceedings of the IEEE* 78 (1990): the backward pass.
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München (1991), and
#   "The vanishing gradient problem during learning recurrent neural nets and problem solutions", *International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems* 6 (1998):
#   gradients vanish or explode by the product of the steps' slopes.
# - Y. Bengio, P. Simard and P. Frasconi, "Learning long-term dependencies with gradient descent is difficult", *IEEE Transactions on Neural Networks* 5 (1994).
# - R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML (2013): the cliff, and clipping by norm.
# - Q. V. Le, N. Jaitly and G. E. Hinton, "A simple way to initialize recurrent networks of rectified linear units", arXiv (2015): ReLU with the identity.
#
# {{previous_and_next}}
