# %% [markdown]
# # Problem set 01 · Unrolled by hand
#
# Five tasks, 20 points, about an hour. They belong to {{lesson:unrolled}}, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet. Helpers of your own may stand in cells above it.
# - Below each task stands a cell of tests. Run it as often as you want. If it prints nothing, your answer has passed. Otherwise it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both: it takes every size from its arguments, and does not change them.
#
# Shapes are those of the lesson: B sequences, T time steps, F input features, H hidden units, C outputs.
# The lesson's `step` and `unroll` find the weights outside. Here all weights are arguments.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: One step (4 points)
#
# Write the step of a recurrent network, $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$.


# %% answer="step"
def step(x, h, W_x, W_h, b):
    """The next state; returns (B, H).

    x (B, F), h (B, H), W_x (F, H), W_h (H, H), b (H,).
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ W_x + h @ W_h + b)
    ### END SOLUTION


# %% tests="step" points=4
hint = "Three things are added up before tanh: x times W_x, h times W_h, and b."
# Two sequences, one feature, two units.
# In row 0 the input is 1 and the state 0; in row 1 it is the other way round.
what = "the new state"
x, h = np.array([[1.0], [0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])
W_x, W_h = np.array([[2.0, 0.0]]), np.array([[0.5, -1.0], [3.0, 3.0]])
found = step(x, h, W_x, W_h, np.array([0.0, 0.25]))
expected = np.tanh([[2.0, 0.25], [0.5, -0.75]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
# Three sequences, two features, one unit. Each row has a single 1: feature 0, feature 1, the state.
what = "the new state for B = 3, F = 2, H = 1"
x, h = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), np.array([[0.0], [0.0], [1.0]])
found = step(x, h, np.array([[1.0], [-2.0]]), np.array([[-1.0]]), np.array([0.5]))
expected = np.tanh([[1.5], [-1.5], [-0.5]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
for seed, (B, F, H) in enumerate([(4, 3, 5), (3, 3, 3), (2, 6, 2), (1, 2, 4), (1, 1, 1)]):
    rng = np.random.default_rng(100 + seed)
    x, h = rng.normal(size=(B, F)), rng.normal(size=(B, H))
    W_x, W_h, b = rng.normal(size=(F, H)), rng.normal(size=(H, H)), rng.normal(size=H)
    expected = np.zeros((B, H))
    for i in range(B):
        for j in range(H):
            z = b[j] + sum(x[i, k] * W_x[k, j] for k in range(F))
            expected[i, j] = np.tanh(z + sum(h[i, k] * W_h[k, j] for k in range(H)))
    what = f"the new state for B = {B}, F = {F}, H = {H}"
    cu.answers.expect_array(step(x, h, W_x, W_h, b), expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Unroll it, from the end (5 points)
#
# Some networks read a sequence from its end. They take the last step first, from a state of zeros:
#
# $$h_t = \tanh(x_t W_x + h_{t+1} W_h + b), \quad \text{with } h_T = 0.$$
#
# Keep every state, with $h_t$ at index $t$ of axis 1. You may call your `step`. A mistake in it then counts in both tasks.


# %% answer="unroll"
def unroll(x, W_x, W_h, b):
    """All states of a network that reads from the end; returns (B, T, H).

    x (B, T, F), W_x (F, H), W_h (H, H), b (H,).
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h, states = np.zeros((B, len(b))), np.zeros((B, T, len(b)))
    for t in reversed(range(T)):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states[:, t] = h
    return states
    ### END SOLUTION


# %% tests="unroll" points=5
hint = "Has each state its W_x, W_h, b and tanh? The last step comes first, from zeros."
# One unit that adds up small numbers from the end: tanh(z) is close to z there.
# Two sequences of three steps.
what = "the states"
x = 0.001 * np.array([[[1.0], [2.0], [3.0]], [[5.0], [0.0], [0.0]]])
found = unroll(x, np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
expected = 0.001 * np.array([[[6.0], [5.0], [3.0]], [[5.0], [0.0], [0.0]]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
# One sequence, four features, two units. At each step one feature is 1: it picks a row of W_x.
# So at the last step, which is taken first, z is (-1, 1) + (0.5, -0.5) = (-0.5, 0.5).
what = "the states for B = 1, T = 3, F = 4, H = 2"
x = np.array([[[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]])
W_x = np.array([[0.5, 1.0], [1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
found = unroll(x, W_x, np.array([[0.0, 1.0], [-2.0, 0.5]]), np.array([0.5, -0.5]))
expected = [[[0.750772, -0.284948], [0.075621, 0.262640], [-0.462117, 0.462117]]]
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(3, 5, 2, 4), (4, 4, 4, 4), (2, 9, 1, 3), (5, 1, 3, 2), (1, 6, 2, 2), (1, 1, 1, 1)]
for seed, (B, T, F, H) in enumerate(sizes):
    rng = np.random.default_rng(200 + seed)
    for call in ("", ", in a second call"):
        x, b = rng.normal(size=(B, T, F)), rng.normal(size=H)
        W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H))
        expected = np.zeros((B, T, H))
        for i in range(B):
            z = W_x.T @ x[i, -1] + b
            expected[i, -1] = np.tanh(z)
            for t in range(T - 2, -1, -1):
                z = W_x.T @ x[i, t] + W_h.T @ expected[i, t + 1] + b
                expected[i, t] = np.tanh(z)
        what = f"the states for B = {B}, T = {T}, F = {F}, H = {H}{call}"
        found = unroll(x, W_x, W_h, b)
        cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: One head for all steps (4 points)
#
# Every state is read by the same head, $y_t = h_t W_y + b_y$. No loop is needed.


# %% answer="head"
def head(states, W_y, b_y):
    """An output at every step; returns (B, T, C).

    states (B, T, H), W_y (H, C), b_y (C,).
    """
    ### BEGIN SOLUTION
    return states @ W_y + b_y
    ### END SOLUTION


# %% tests="head" points=4
hint = "At every step each output is one weighted sum and one bias, and no tanh."
# Two sequences of three steps, four units: 0, 1, 2, 3 at the first step, then 4, 5, 6, 7, ...
# One output: unit 0, and 10 times unit 3, and a half. At the first step that is 0 + 30 + 0.5.
what = "the outputs"
states = np.arange(24.0).reshape(2, 3, 4)
found = head(states, np.array([[1.0], [0.0], [0.0], [10.0]]), np.array([0.5]))
expected = np.array([[[30.5], [74.5], [118.5]], [[162.5], [206.5], [250.5]]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
# One sequence of four steps, two units, three outputs. A state's 1 picks a row of W_y.
what = "the outputs for B = 1, T = 4, H = 2, C = 3"
states = np.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0]]])
W_y, b_y = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), np.array([0.0, 0.0, 0.5])
found = head(states, W_y, b_y)
expected = [[[1.0, 2.0, 3.5], [10.0, 20.0, 30.5], [0.0, 0.0, 0.5], [11.0, 22.0, 33.5]]]
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(2, 7, 3, 4), (5, 5, 5, 5), (3, 1, 2, 6), (1, 1, 1, 1)]
for seed, (B, T, H, C) in enumerate(sizes):
    rng = np.random.default_rng(300 + seed)
    states, W_y = rng.normal(size=(B, T, H)), rng.normal(size=(H, C))
    b_y = rng.normal(size=C)
    what = f"the outputs for B = {B}, T = {T}, H = {H}, C = {C}"
    expected = np.einsum("bth,hc->btc", states, W_y) + b_y
    cu.answers.expect_array(head(states, W_y, b_y), expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bugs (3 points)
#
# Inputs are scaled, so that tanh is not saturated: from each feature its mean is taken away, and the rest is divided by
# its standard deviation (NumPy's `std`). No feature of the training data is constant. There are two rules:
#
# - A feature has one mean and one standard deviation, for all that the network reads.
# - A test sequence must not change what the network is given for any other sequence.
#
# `scaled_with_bugs` runs, but has two bugs. Find them, and write `scaled`, which has none.


# %% given="bugs"
def scaled_with_bugs(x_train, x_test):
    """Both parts, scaled, it says."""
    return [(x - x.mean(axis=0)) / x.std(axis=0) for x in (x_train, x_test)]


# %% answer="scaled"
def scaled(x_train, x_test):
    """Both parts, scaled; returns two arrays.

    x_train (B, T, F), x_test (any B, any T, F).
    """
    ### BEGIN SOLUTION
    mean, deviation = x_train.mean(axis=(0, 1)), x_train.std(axis=(0, 1))
    return (x_train - mean) / deviation, (x_test - mean) / deviation
    ### END SOLUTION


# %% tests="scaled" points=3
hint = "Which numbers does each mean run over, and of which of the two arrays?"
# Three sequences of two steps to train on. Feature 0 is 0 or 2, feature 1 is 100 or 300.
# Two sequences to test on.
what = "the scaled data"
train = np.array([[[0.0, 100], [2, 300]], [[0, 300], [2, 100]], [[2, 300], [0, 100]]])
test = np.array([[[1.0, 200], [3, 0]], [[2, 400], [0, 100]]])
x_train, x_test = train.copy(), test.copy()
found = scaled(x_train, x_test)
cu.answers.expect_entries(found, 2, what)
expected = np.array([[[-1.0, -1], [1, 1]], [[-1, 1], [1, -1]], [[1, 1], [-1, -1]]])
cu.answers.expect_array(found[0], expected, f"{what}, training", hint=hint, atol=1e-5)
expected = np.array([[[0.0, 0], [2, -2]], [[1, 2], [-1, -1]]])
cu.answers.expect_array(found[1], expected, f"{what}, test", hint=hint, atol=1e-5)
copy = "Work on a copy: what a function is given, others may still need."
cu.answers.expect_array(x_train, train, "x_train after the call", hint=copy)
cu.answers.expect_array(x_test, test, "x_test after the call", hint=copy)
### BEGIN HIDDEN TESTS
for seed, (B, T, F) in enumerate([(5, 4, 3), (3, 3, 3), (2, 8, 1), (4, 1, 2), (1, 6, 2)]):
    rng = np.random.default_rng(400 + seed)
    train = rng.normal(rng.normal(size=F) * 9, 1 + rng.random(F) * 5, size=(B, T, F))
    what = f"the scaled data for B = {B}, T = {T}, F = {F}"
    longer = rng.normal(3.0, 2.0, size=(B + 1, T + 2, F))
    for test in (longer, train[:, ::-1] + 1, train[:1, :1]):
        found = scaled(train, test)
        cu.answers.expect_entries(found, 2, what)
        for part, name, array in ((found[0], "training", train), (found[1], "test", test)):
            expected = np.zeros(array.shape)
            for k in range(F):
                mean = train[..., k].sum() / (B * T)
                variance = ((train[..., k] - mean) ** 2).sum() / (B * T)
                expected[..., k] = (array[..., k] - mean) / variance**0.5
            cu.answers.expect_array(part, expected, f"{what}, {name}", hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. The same network, with 8 units and without biases, reads {{lesson:unrolled}}'s three sequences of integers:
# once as they are, 1 to 18 (left), and once divided by 18 (right).
#
# Above are the pre-activations of all units at all three steps. Mind that the two horizontal axes differ.
# Below are the states after the last step: a row for each unit, with a mark for each of the three sequences.

# %% shown="plot"
import matplotlib.pyplot as plt

cu.plotting.use_style()
x = np.arange(1.0, 19.0).reshape(3, 3, 2).swapaxes(0, 1)  # (B, T, F)
W = np.random.default_rng(3).normal(size=(10, 8)) / 2  # W_x, and below it W_h
fig, axes = plt.subplots(2, 2, figsize=(9.5, 7.5))
runs = {"Inputs 1 to 18": x, "Divided by 18": x / 18}
for (above, below), (name, inputs) in zip(axes.T, runs.items(), strict=True):
    h, z = np.zeros((3, 8)), []
    for t in range(3):
        z.append(np.hstack([inputs[:, t], h]) @ W)
        h = np.tanh(z[-1])
    cu.plotting.tanh_saturation(z, title=f"{name}: all steps", ax=above)
    units = {f"unit {i}": h[:, i] for i in range(8)}
    cu.plotting.strip(units, xlabel="state", title=f"{name}: last states", ax=below)
    below.set_xlim(-1.1, 1.1)
alt = "Two runs: pre-activations on the tanh curve above, last states by unit below"
cu.plotting.show(fig, alt=alt)

# %% [markdown]
# Compare left and right, in four to eight sentences:
#
# 1. On which parts of the tanh curve do the pre-activations lie?
# 2. What does that do to the last states of the three sequences?
# 3. What is the slope of tanh at these pre-activations?
# 4. What does that do to the gradient that travels back from the last states through the steps, and why?

# %% [markdown] explain="saturation" points=4
# ### BEGIN SOLUTION
# On the left most pre-activations (68 %) lie on the flat ends of tanh. On the right none does: they lie between −2.2
# and 1.4, around the steep middle. On a flat end the state is −1 or 1 whatever the input is. So on the left the last
# states of the three sequences are nearly the same (they differ by less than 0.001), while on the right they differ,
# by 0.06 to 0.33. On the left the slope is near 0 at most pre-activations. On the right it is above 0.5 at most
# of them, and often near 1. Back-propagation multiplies the gradient by the slope at every step. So on the left almost nothing of it
# comes back to the first steps and to the weights, and training hardly changes them. On the right it gets through.
#
# **Rubric.** Half points exist: half for one side only, or for what happens without the reason in point 4.
#
# - 1 point: left mostly on the flat ends (saturated), right in between.
# - 1 point: left the last states of the three sequences are nearly equal, right they differ.
# - 1 point: left the slope is near 0 for most, right it is mostly well above 0.
# - 1 point: each step multiplies the gradient by the slope, so left it nearly vanishes, right it gets through.
# ### END SOLUTION
