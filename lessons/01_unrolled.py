# %% [markdown]
# # {{number}} · The RNN, unrolled by hand
#
# Write a recurrent network in NumPy, find the same numbers in Keras, see it go deaf, and train one that needs its memory.
#
# **You will be able to**
#
# - write one step of a recurrent network, and unroll it over a sequence
# - say what each axis of (B, T, F) and each weight is for, and count the weights
# - copy weights into `keras.layers.SimpleRNN` and get the same numbers out
# - recognise a saturated network, and measure which of its gradients starve
# - train a network that needs its memory, and judge it against two baselines
#
# **Needs:** Python, NumPy, and how to read a shape ({{lesson:start_here}}).
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seed = cu.runtime.start(seed=3)

# %% [markdown]
# ## 1 · Three sequences, three axes
#
# Our data are the integers 1 to 18. There are **B = 3** samples. Each is a sequence of **T = 3** steps.
# At each step a sample has **F = 2** features, here two integers.
#
# The cell writes them one step at a time: a row of `X0` is what one sample sees at step 0.
# Then it stacks the steps into one array of shape (B, T, F), the order that Keras uses.
#
# **Predict:** which numbers does sample 0 see, first to last?

# %%
X0 = np.array([[1.0, 2], [3, 4], [5, 6]])
X1 = np.array([[7.0, 8], [9, 10], [11, 12]])
X2 = np.array([[13.0, 14], [15, 16], [17, 18]])
x = np.stack([X0, X1, X2], axis=1)
print(x[0])
cu.check_equal(x[0], [[1, 2], [7, 8], [13, 14]], "sample 0 sees (1, 2), then (7, 8), then (13, 14)")

# %% [markdown]
# Time runs along axis 1. The rows of `X0`, (1, 2), (3, 4) and (5, 6), are what the *three samples* see at step 0.
# So `X0`, `X1` and `X2` are three steps of one batch, not three batches.
# Mixing up the two axes is a common mistake, and here nothing would crash, because B = T = 3.
# Exercise 1 comes back to it.
#
# ## 2 · One step
#
# A recurrent network reads one step at a time. It keeps a small memory, the **state** $h$: here
# **H = 8** numbers for each sample, one for each **unit**. A step mixes what comes in now with what is remembered:
#
# $$h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$$
#
# | symbol | shape | what it is |
# |:--|:--|:--|
# | $x_t$ | (B, F) | the input at step $t$ |
# | $h_{t-1}$ | (B, H) | the state after the step before; zeros before the first |
# | $W_x$ | (F, H) | weights from the input to the state |
# | $W_h$ | (H, H) | weights from the old state to the new one |
# | $b$ | (H,) | bias: one number added to each unit; it is learned too, and counts as a weight |
# | $h_t$ | (B, H) | the new state, between −1 and 1 because of tanh |

# %%
F, H = 2, 8
rng = np.random.default_rng(seed)
W_x = rng.normal(size=(F, H))
W_h = rng.normal(size=(H, H))
b = rng.normal(size=H)


def step(x_t, h_before):
    """The next state: what comes in now, mixed with what is remembered."""
    return np.tanh(x_t @ W_x + h_before @ W_h + b)


# %% [markdown]
# You may know a **dense layer**: a weighted sum of the inputs plus a bias, put through a function such as tanh,
# $\tanh(x W + b)$.
#
# **Predict:** the first step has nothing to remember. Its old state is zeros.
# Which term of the recurrent step drops out, and what is left?

# %%
h_0 = step(x[:, 0], np.zeros((3, H)))

cu.check_equal(h_0.shape, (3, 8), "one step gives a state of shape (B, H) = (3, 8)")
cu.check_close(h_0, np.tanh(X0 @ W_x + b), "without a memory, a step is a dense layer", atol=1e-12)

# %% [markdown]
# ## 3 · Unrolled over time
#
# Now take the step again and again. The state that comes out of one step goes into the next.
# The weights stay the same: there is *one* $W_x$, *one* $W_h$ and *one* $b$ for all steps.


# %%
def unroll(x):
    """The states after every step, shape (B, T, H)."""
    h, states = np.zeros((len(x), H)), []
    for t in range(x.shape[1]):
        h = step(x[:, t], h)
        states.append(h)
    return np.stack(states, axis=1)


h = unroll(x)
cu.check_equal(h.shape, (3, 3, 8), "unrolled, the states have shape (B, T, H) = (3, 3, 8)")

# %% [markdown]
# A state depends on the present input and on the past, never on the future. We test that:
# change one input of a sequence and see which states move.
#
# **Predict:** sample 0 gets another input at step 1. At which of the steps 0, 1, 2 does its state change?
# And which states of samples 1 and 2 change?

# %%
x_nudged = x.copy()
x_nudged[0, 1] = 0.0
moved = (unroll(x_nudged) != h).any(axis=2)
print(moved)  # a row a sample, a column a step
cu.check_equal(moved[0], [False, True, True], "an input moves states from its step on")
cu.check(not moved[1:].any(), "the samples of a batch do not see each other")

# %% [markdown]
# ## 4 · Outputs: one head for all steps
#
# The state is the network's private memory. A **head** turns it into an output. Here it is a dense layer with one output
# (**C = 1**): $y_t = h_t W_y + b_y$, with $W_y$ of shape (H, C) and one bias $b_y$. The drawing takes every shape from the arrays.
#
# **Predict:** how many weights has the recurrent layer: $W_x$, $W_h$ and $b$ together? And if there were 100 steps?

# %%
W_y, b_y = rng.normal(size=(H, 1)), rng.normal(size=1)
y = h @ W_y + b_y

weights = {"W_x": W_x, "W_h": W_h, "b": b, "W_y": W_y}
ax = cu.plotting.unrolled_network(x, h, y, weights=weights, title="One network, three steps")
cu.plotting.show(ax, alt="A recurrent network drawn once for each of three time steps")
cu.check_equal(W_x.size + W_h.size + b.size, 88, "the recurrent layer has 88 weights")

# %% [markdown]
# The colours of the boxes are time steps. An arrow's label stands for the same array in every column.
# So the number of weights, F·H + H·H + H = 88, does not grow with T. The head adds 8 + 1.
#
# One could also build *three* heads, one for each step: three **unshared heads**, with 3 · 9 weights.
#
# **Predict:** feed the same state to all three steps. What do the shared head and the three unshared heads answer?

# %%
heads = [(rng.normal(size=(H, 1)), rng.normal(size=1)) for _ in range(3)]
same_state = np.repeat(h[:, :1], 3, axis=1)
shared = same_state @ W_y + b_y
unshared = [same_state[:, t] @ W + bias for t, (W, bias) in enumerate(heads)]

cu.check(np.ptp(shared, axis=1).max() < 1e-12, "a shared head gives equal states equal outputs")
cu.check(np.ptp(unshared, axis=0).min() > 1e-3, "unshared heads answer differently at each step")
y_longer = unroll(np.zeros((3, 5, F))) @ W_y + b_y
cu.check_equal(y_longer.shape, (3, 5, 1), "with a shared head the network runs over 5 steps too")

# %% [markdown]
# For a fourth step the unshared kind has no head at all.
#
# Here is the whole network's answer: inputs → output, for every sample and step.
#
# **Predict:** the samples end on three different inputs, (13, 14), (15, 16) and (17, 18). Will their last outputs differ by about 1, 0.1, or less?

# %%
for i in range(3):
    cells = [f"({x[i, t, 0]:2.0f}, {x[i, t, 1]:2.0f}) → {y[i, t, 0]:5.2f}" for t in range(3)]
    print(f"sample {i}:  ", "    ".join(cells))
print(f"largest difference between the last outputs: {np.ptp(y[:, -1]):.1e}")

# %% [markdown]
# The last inputs differ, the last outputs hardly do. Section 6 finds out why.
#
# ## 5 · The same numbers from TensorFlow and Keras
#
# First the same loop in TensorFlow. Then the ready-made layer, `keras.layers.SimpleRNN`, with our weights copied in.
# NumPy computes with 64 bits and Keras with 32 unless told otherwise. We ask for 64 everywhere: then a difference
# would be a mistake and not a rounding error.

# %%
h_t, states = tf.zeros((3, H), tf.float64), []
for t in range(3):
    h_t = tf.tanh(tf.matmul(x[:, t], W_x) + tf.matmul(h_t, W_h) + b)
    states.append(h_t)

h_tf = tf.stack(states, axis=1)
cu.check_close(h_tf, h, "the loops in NumPy and in TensorFlow agree to 1e-6", atol=1e-6)

# %% [markdown]
# `return_sequences=True` asks the layer for the state at every step; without it you get the last one only.
#
# **Predict:** the cell prints the layer's three arrays by name and shape. Which of them is $W_x$, which $W_h$, which $b$?

# %%
rnn = keras.layers.SimpleRNN(H, return_sequences=True, dtype="float64")
rnn.build((None, None, F))
print([(array.name, tuple(array.shape)) for array in rnn.weights])
rnn.set_weights([W_x, W_h, b])
head = keras.layers.Dense(1, dtype="float64")
head.build((None, None, H))
head.set_weights([W_y, b_y])

cu.check_close(rnn(x), h, "the loop by hand and keras.layers.SimpleRNN agree to 1e-6", atol=1e-6)
cu.check_close(head(rnn(x)), y, "keras.layers.Dense on all steps is one shared head", atol=1e-6)
unchanged = [(a == b).all() for a, b in zip(rnn.get_weights(), [W_x, W_h, b], strict=True)]
cu.check(all(unchanged), "running a network forward changes none of its weights")

# %% [markdown]
# <details><summary>Which array is which?</summary>
#
# The shapes tell: (2, 8) is $W_x$, (8, 8) is $W_h$, (8,) is $b$. <code>set_weights</code> takes them in this order.
# The layer was built for <code>(None, None, F)</code>: any number of samples, any number of steps, but F is fixed, because $W_x$ has F rows.
# </details>
#
# ## 6 · Saturation: a network that has gone deaf
#
# tanh squeezes any number into −1 to 1. For a large sum it is almost flat: 8 or 80 both come out as 1.
# A unit whose state lies beyond 0.99 is called **saturated**. The sum *inside* the tanh is called the **pre-activation** $z$.
#
# **Predict:** the inputs run from 1 to 18. The weights are drawn from a normal distribution with standard deviation 1.
# A pre-activation adds up two inputs times their weights, and more. Is a typical one nearer to 1, 10 or 100?
# And if the inputs are first divided by 18, so that they lie between 0 and 1? (Mind that the two horizontal axes differ.)


# %%
def pre_activations(x):
    """What goes into tanh, shape (B, T, H)."""
    h = unroll(x)
    h_before = np.concatenate([np.zeros((len(x), 1, H)), h[:, :-1]], axis=1)
    return x @ W_x + h_before @ W_h + b


x_scaled = x / 18
raw, scaled = pre_activations(x), pre_activations(x_scaled)
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True)
cu.plotting.tanh_saturation(raw, title="Inputs 1 to 18", ax=left)
cu.plotting.tanh_saturation(scaled, title="Inputs divided by 18", ax=right)
cu.plotting.show(fig, alt="Pre-activations on the tanh curve: raw at the flat ends, scaled between")

typical = [np.median(np.abs(z)) for z in (raw, scaled)]
print(f"typical size of z: {typical[0]:.1f} raw, {typical[1]:.1f} scaled")
share = {name: np.mean(np.abs(np.tanh(z)) > 0.99) for name, z in (("raw", raw), ("scaled", scaled))}
cu.check_close(np.tanh(raw), unroll(x), "tanh of the pre-activations gives the states", atol=1e-12)
cu.check_above(share["raw"], 0.5, "with inputs 1 to 18, more than half of the states are saturated")
cu.check(share["scaled"] < share["raw"] / 2, "inputs divided by 18 saturate less than half as many")

# %% [markdown]
# Once a unit sits at ±1, its inputs hardly matter any more. The slope of tanh tells the same story:
# it is $1 - h^2$, that is 1 in the middle and under 0.02 for a saturated unit.
#
# Training needs that slope. It changes each weight a little, in the direction that makes the error smaller.
# The **gradient** says which direction, and how strongly the error answers. `tf.GradientTape` measures it: it notes what is computed, and
# works out the slopes backwards. A first try, before we trust it:
#
# **Predict:** what is the slope of $x^2$ at $x = 3$?

# %%
three = tf.Variable(3.0)
with tf.GradientTape() as tape:
    square = three**2
cu.check_equal(float(tape.gradient(square, three)), 6.0, "the slope of x squared at 3 is 6")

# %% [markdown]
# Now our network: the slopes of the sum of the last states, with respect to three things. To get from the end back to the *first states*,
# a gradient passes $W_h$ and a slope of tanh at each step. A slope for a *weight* is a sum over the steps: each adds
# (what the weight was multiplied by) × (what comes back to that step). For $W_h$ that is a state, at most 1; for $W_x$ an input, up to 18.
# A gradient is an array; its **norm**, the root of the sum of its squares, is one number for how strong it is.
#
# One network could be a fluke, so we draw 200, and run each with the raw inputs and with the scaled ones.
#
# **Predict:** saturated (raw) against scaled: which of the three gradients shrink much: that of the first states, of $W_h$, of $W_x$?


# %%
def last_states_and_gradients(x, W_x, W_h, b):
    """The last states, and the norms of their sum's gradients for the first states, W_h and W_x."""
    W_x, W_h = tf.constant(W_x), tf.constant(W_h)
    with tf.GradientTape() as tape:
        tape.watch([W_x, W_h])
        first = h = tf.tanh(tf.matmul(x[:, 0], W_x) + b)
        for t in range(1, x.shape[1]):
            h = tf.tanh(tf.matmul(x[:, t], W_x) + tf.matmul(h, W_h) + b)
        last = tf.reduce_sum(h)
    return h.numpy(), [float(tf.norm(slope)) for slope in tape.gradient(last, [first, W_h, W_x])]


many = [[rng.normal(size=shape) for shape in [(F, H), (H, H), H]] for _ in range(200)]
runs_raw = [last_states_and_gradients(x, *network) for network in many]
runs_scaled = [last_states_and_gradients(x_scaled, *network) for network in many]

# %%
norms_raw = np.array([norms for _, norms in runs_raw])
norms_scaled = np.array([norms for _, norms in runs_scaled])
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.2))
for n, name in enumerate(["the first states", "$W_h$", "$W_x$"]):
    samples = {"inputs 1 to 18": norms_raw[:, n], "divided by 18": norms_scaled[:, n]}
    samples = {key: np.maximum(norm, 1e-12) for key, norm in samples.items()}  # no 0 on a log axis
    cu.plotting.distributions(samples, log=True, xlabel="norm", title=f"For {name}", ax=axes[n])
alt = "Gradient norms of 200 networks, raw and scaled, for the first states, W_h and W_x"
cu.plotting.show(fig, alt=alt)
ratio = np.median(norms_scaled, axis=0) / np.median(norms_raw, axis=0)
print("scaled / raw, typical norms of h_0, W_h, W_x:", cu.measured(ratio, ".1f"))
cu.check_above(ratio[0], 10, "saturated, the first states' gradient is typically under a tenth")
cu.check_above(ratio[1], 5, "saturated, W_h's gradient is typically under a fifth")
spared = "the gradient of W_x is not starved: its typical norms are within a factor of 3"
cu.check(1 / 3 < ratio[2] < 3, spared)

# %% [markdown]
# So saturation starves what the network needs for its *memory*: the way back through time, and $W_h$. The gradient of $W_x$ is spared, because
# the inputs are 18 times larger, which makes up for the small slopes. It is the weight that reads the present step.
#
# And the three samples that ended up so alike? In the same 200 networks we measure how far apart
# the last states of the three samples are, on average over the units.
#
# **Predict:** with scaled inputs, are the last states of the three samples further apart, or closer?

# %%
runs = (runs_raw, runs_scaled)
apart = [np.median([np.ptp(last, axis=0).mean() for last, _ in run]) for run in runs]
print("apart, inputs 1 to 18, and divided by 18:", cu.measured(apart, ".3f"))
cu.check_below(apart[0], 0.02, "saturated, three different samples end in almost the same state")
cu.check_above(apart[1], 5 * apart[0], "scaled, they end at least 5 times further apart")

# %% [markdown]
# Further apart, though two states could be 2 apart. Scaling helps. Does it cure?
#
# **Predict:** if all inputs were 0, would any unit be saturated? Answer first. Then move the slider, which multiplies the inputs,
# and watch the share in the legend.


# %%
def draw(scale):
    title = f"Inputs times {scale:g}"
    return cu.plotting.tanh_saturation(pre_activations(x * scale), title=title)


scales = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
alt = "The pre-activations on the tanh curve, at the input scale that the slider sets"
cu.widgets.slider_figure(draw, values=scales, start=0.05, label="input scale", alt=alt)
shares = [np.mean(np.abs(unroll(x * scale)) > 0.99) for scale in scales]
cu.check(shares[0] < shares[-1], "larger inputs, more saturated states")
last_without_input = np.stack([last_states_and_gradients(0 * x, *n)[0] for n in many])
left_over = np.mean(np.abs(last_without_input) > 0.99)
cu.check_above(left_over, 0.1, "inputs 0: over a tenth of the last states still saturate")

# %% [markdown]
# The share falls with the scale, but not to 0. What is left comes from $W_h$ and $b$, in all 200 networks; exercise 4 removes that, too.
#
# ## 7 · Training for real
#
# Training needs two things: a **loss**, one number for how wrong the outputs are, and an **optimizer**, which uses
# the loss's gradient to change the weights. So far we only ran networks forward, which changes no weight.
#
# The task: **how much did the value change since the step before?** The input is a sequence of random numbers
# between −1 and 1. The target is the difference
#
# $$y_t = x_t - x_{t-1}, \quad \text{with } x_{-1} = 0.$$
#
# Small as it is, it needs memory: at step $t$ the number $x_{t-1}$ is gone, unless the state has kept it.
#
# There are 2000 sequences of **T = 8** steps to train on, and 1000 more, the **validation** data, to judge by.

# %%
x_train, y_train = cu.sequences.changes(2000, 8, seed=seed)
x_val, y_val = cu.sequences.changes(1000, 8, seed=seed + 1_000_000)

example = {"input": x_val[0, :, 0], "target": y_val[0, :, 0]}
ax = cu.plotting.step_series(example, ylabel="value", title="The target looks one step back")
cu.plotting.show(ax, alt="Eight inputs, and the difference of each to the one before it")
figure = cu.plotting.drawn(ax)
cu.check_close(figure["target"][:, 1], y_val[0, :, 0], "the figure shows one sequence", atol=0)
differences = np.diff(x_val, axis=1)
cu.check_close(y_val[:, 1:], differences, "each target is this input minus the last", atol=1e-6)
data = {"training": x_train, "validation": x_val}
cu.check_disjoint(data, "no validation sequence was trained on")

# %% [markdown]
# ### Two baselines
#
# A loss means little by itself. Two predictors without any network tell what is easy:
#
# - **always say 0**, the mean of the targets;
# - **say $x_t$**: the best guess of anyone who sees the present and has no memory, because the missing $x_{t-1}$ is 0 on average.
#
# **Predict:** a number drawn evenly between −1 and 1 has variance 1/3. What mean squared error (MSE) do the two get?
# Mind step 0, where nothing is subtracted: there the first is off by one such number only, and the second not at all.

# %%
mse_zero = np.mean(y_val**2)
mse_present = np.mean((y_val - x_val) ** 2)
print(f"always 0: {mse_zero:.2f}    say x_t: {mse_present:.2f}")
cu.check_close(mse_zero, 15 / 24, "always 0: the MSE is (1/3)(2T − 1)/T, about 0.62", atol=0.03)
cu.check_close(mse_present, 7 / 24, "say x_t: the MSE is (1/3)(T − 1)/T, about 0.29", atol=0.02)

# %% [markdown]
# Under 0.29 a predictor *must* remember. We train two networks that differ in one thing only:
# the second has a dense layer in place of the recurrent one, so each step stands alone.
# `Adam` is the optimizer. One **epoch** shows the network each training sequence once.
# In the figure the vertical axis is logarithmic: each mark is ten times the one below it.
#
# **Predict:** near which of the two baselines does the network without memory end?


# %%
def build(hidden):
    """A network with this hidden layer and one head shared by all steps, ready to train."""
    model = keras.Sequential([keras.Input((None, 1)), hidden, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    return model


networks = {
    "recurrent": build(keras.layers.SimpleRNN(H, return_sequences=True)),
    "memoryless": build(keras.layers.Dense(H, activation="tanh")),
}
recurrent = networks["recurrent"]
untrained = recurrent.predict(x_val[:1], verbose=0)[0, :, 0]
losses = {}
for name, model in networks.items():
    data = (x_val, y_val)
    history = model.fit(x_train, y_train, epochs=10, batch_size=50, validation_data=data, verbose=0)
    losses[name] = history.history["val_loss"]

# %%
baselines = {"always 0": mse_zero, "best without memory": mse_present}
title = "Only the recurrent network beats both baselines"
ax = cu.plotting.training_curves(losses, baselines=baselines, ylabel="validation MSE", title=title)
cu.plotting.show(ax, alt="Validation MSE by epoch: memoryless at a line, recurrent far below it")
end = {name: cu.plotting.drawn(ax)[name][-1, 1] for name in networks}
now = recurrent.evaluate(x_val, y_val, verbose=0)
cu.check_close(end["recurrent"], now, "the recurrent line ends at the loss of now", atol=1e-5)
cu.check_below(end["recurrent"], 0.01, "with a recurrent layer the MSE falls below 0.01")
cu.check_above(end["memoryless"], 0.27, "without a recurrent layer the MSE stays near 0.29")

# %% [markdown]
# **Look** at what it predicts for one sequence that it was not trained on, before and after training.

# %%
trained = recurrent.predict(x_val[:1], verbose=0)[0, :, 0]
target = y_val[0, :, 0]
series = {"target": target, "before training": untrained, "after training": trained}
title = "After training the predictions lie on the targets"
ax = cu.plotting.step_series(series, ylabel="change", title=title)
cu.plotting.show(ax, alt="Predictions of one sequence: before training far off, after it on target")
drawn = {name: line[:, 1] for name, line in cu.plotting.drawn(ax).items()}
before = np.abs(drawn["before training"] - drawn["target"]).max()
after = np.abs(drawn["after training"] - drawn["target"]).max()
cu.check(after < before / 3, "training cut this sequence's largest error to under a third")

# %% [markdown]
# **Predict:** the network was trained on 8 steps. Its weights do not know about T. Does it still work on 100 steps?

# %%
x_long, y_long = cu.sequences.changes(200, 100, seed=seed + 2_000_000)
mse_long = recurrent.evaluate(x_long, y_long, verbose=0)
cu.check_below(mse_long, 0.01, "trained on 8 steps, it works on 100: MSE under 0.01")

# %% [markdown]
# ## What you now know
#
# - the loop by hand and keras.layers.SimpleRNN agree to 1e-6
# - an input moves states from its step on
# - the recurrent layer has 88 weights
# - keras.layers.Dense on all steps is one shared head
# - with inputs 1 to 18, more than half of the states are saturated
# - saturated, the first states' gradient is typically under a tenth
# - saturated, W_h's gradient is typically under a fifth
# - the gradient of W_x is not starved: its typical norms are within a factor of 3
# - running a network forward changes none of its weights
# - with a recurrent layer the MSE falls below 0.01
# - without a recurrent layer the MSE stays near 0.29
# - trained on 8 steps, it works on 100: MSE under 0.01
#
# Next: what to do when the sequences of a batch have different lengths.
#
# ## Exercises
#
# Add a cell below each exercise (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: Batch and time, swapped
#
# Somebody passes the data as (T, B, F). Here B = T = 3, so nothing crashes. Show that the states come out wrong.
# Then choose a shape of test data for which the swap shows in the shape of the states.
#
# <details><summary>Check your answer</summary>
#
# After the swap the first state of sample 0 is what it was, since (1, 2) comes first either way; its second state is not. If all states are equal,
# nothing was swapped.
# </details>
#
# <details><summary>Hint</summary>
#
# <code>x.transpose(1, 0, 2)</code> swaps the first two axes. What does sample 0 see now? For the test: which sizes must differ?
# </details>
#
# ### Exercise 2: Stop and go on
#
# Run the first two steps. Keep the state. Then run the third step from it. Get the same as in one go: by hand, and with
# `rnn(..., initial_state=...)`.
#
# <details><summary>Check your answer</summary>
#
# <code>np.abs(yours - h[:, 2]).max()</code> is 0 by hand and under 1e-6 in Keras. (If Keras complains of a shape, count the axes of what you pass.)
# </details>
#
# <details><summary>Hint</summary>
#
# By hand: <code>step</code> takes any state. In Keras the state of the last step is <code>rnn(x[:, :2])[:, -1]</code>.
# A layer wants three axes: pass the third step as a slice, <code>x[:, 2:]</code>.
# </details>
#
# ### Exercise 3: No training needed
#
# Write down, by hand, weights of a network *without* tanh that solves section 7's task exactly. Two units are enough.
# In Keras that is `SimpleRNN(2, activation=None, return_sequences=True)`.
#
# <details><summary>Check your answer</summary>
#
# <code>np.abs(your_outputs - y_val).max()</code> is under 1e-6, with the outputs of shape (1000, 8, 1). If it is about 1, is the transpose of your $W_h$ better?
# </details>
#
# <details><summary>Hint</summary>
#
# Let unit 0 hold this input and unit 1 the input before: $h_t = (x_t, x_{t-1})$. Where does unit 1 get its number from?
# Row i, column j of $W_h$ is the weight from old unit i to new unit j.
# </details>
#
# ### Exercise 4: The other knob
#
# Leave the inputs divided by 18 and make the *weights* smaller too: divide $W_x$ by $\sqrt{F}$, $W_h$ by $\sqrt{H}$, and $b$ by
# $\sqrt{H}$ as well. Over the 200 networks, what share of the last states is saturated before, and what share now?
#
# <details><summary>Check your answer</summary>
#
# Before, well over a tenth; after, under 5 % <!-- exact: the bound of the solution's check -->. If yours stays over 5 %, did the bias shrink, too?
# </details>
#
# <details><summary>Hint</summary>
#
# Make a new list of networks, with smaller weights. <code>last_states_and_gradients</code> takes any weights.
# </details>

# %% [markdown]
# ## Solutions
#
# Try first. Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1
#
# The network then takes three different samples for three steps of one. A test needs B ≠ T: then a wrong order changes a shape.

# %% tags=["solution"]
h_swapped = unroll(x.transpose(1, 0, 2))
cu.check(not np.allclose(h_swapped, h), "swapped axes give other states, without an error")
x_test = np.zeros((5, 3, F))  # B = 5, T = 3
cu.check_equal(
    unroll(x_test).shape[:2], (5, 3), "with B = 5 and T = 3 the shape shows which axis is time"
)

# %% [markdown]
# ### Solution 2
#
# The state is all that the network knows of the past. {{Lesson:echo}} builds on this: long sequences, cut into windows.

# %% tags=["solution"]
by_hand = step(x[:, 2], h[:, 1])
by_keras = rnn(x[:, 2:], initial_state=rnn(x[:, :2])[:, -1])[:, -1]
cu.check_close(by_hand, h[:, 2], "stopped and continued by hand: the same last state", atol=1e-12)
cu.check_close(by_keras, h[:, 2], "stopped and continued in Keras: the same last state", atol=1e-6)

# %% [markdown]
# ### Solution 3
#
# Unit 0 takes the input. Unit 1 takes what unit 0 held one step before: a 1 in row 0, column 1 of $W_h$.
# The head subtracts them.

# %% tags=["solution"]
exact = keras.layers.SimpleRNN(2, activation=None, return_sequences=True)
exact.build((None, None, 1))
exact.set_weights([np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2)])
y_exact = np.asarray(exact(x_val)) @ np.array([[1.0], [-1.0]])
cu.check_close(y_exact, y_val, "two linear units, set by hand, solve the task exactly", atol=1e-6)

# %% [markdown]
# ### Solution 4
#
# A sum of n random terms grows like √n. Dividing the weights by √n keeps it near 1. The bias is one term, but a large one
# is enough to saturate a unit, so it shrinks along.


# %% tags=["solution"]
small = [(W_x / F**0.5, W_h / H**0.5, b / H**0.5) for W_x, W_h, b in many]
runs_small = [last_states_and_gradients(x_scaled, *network) for network in small]
before = np.mean(np.abs([h_last for h_last, _ in runs_scaled]) > 0.99)
share_small = np.mean(np.abs([h_last for h_last, _ in runs_small]) > 0.99)
print("saturated, before and with smaller weights:", cu.measured([before, share_small], ".0%"))
cu.check_below(share_small, 0.05, "smaller weights: under 5 % of the last states are saturated")

# %% [markdown]
# ## Sources
#
# - T.-H. Chen, "Basic Recurrent Neural Network Tutorial 1" (2018): the data, the network and the table of section 4.
#   What this lesson corrects in it: three steps of one batch called three batches; three unshared heads; saturating inputs (its three last
#   outputs are −1.1763, −1.1769 and −1.1775); a forward pass called training, without loss or optimizer; no seed. <!-- exact: the tutorial's own -->
#   Its promised next part, the same network from the framework's own layer, is section 5.
# - J. L. Elman, "Finding Structure in Time", *Cognitive Science* 14 (1990): the network itself.
# - X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS (2010): saturation and start weights.
#
# {{previous_and_next}}
