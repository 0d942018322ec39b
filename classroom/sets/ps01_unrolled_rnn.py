# %% [markdown]
# # Problem set 01 · Unrolled by hand
#
# Five tasks, 20 points, about an hour. They belong to lesson 01, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet, and nowhere else. Add cells of your own where you like.
# - Below each task stands a cell of tests. Run it as often as you want: it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both.
#
# Shapes are those of the lesson: B sequences, T time steps, F input features, H hidden units, C outputs.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: One step (4 points)
#
# Write the step of a recurrent network, $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$.


# %% answer="step"
def step(x, h, W_x, W_h, b):
    """The next state: x (B, F), h (B, H), W_x (F, H), W_h (H, H), b (H,); returns (B, H)."""
    ### BEGIN SOLUTION
    return np.tanh(x @ W_x + h @ W_h + b)
    ### END SOLUTION


# %% tests="step" points=4
# Two sequences, one feature, two units. In row 0 the input is 1 and the state 0; in row 1 it is the other way round.
x, h = np.array([[1.0], [0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]])
W_x, W_h, b = np.array([[2.0, 0.0]]), np.array([[0.5, -1.0], [3.0, 3.0]]), np.array([0.0, 0.25])
expected = np.tanh([[2.0, 0.25], [0.5, -0.75]])
hint = "Three things are added up before tanh: x times W_x, h times W_h, and b."
cu.answers.expect_array(step(x, h, W_x, W_h, b), expected, "the new state", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
for seed, (B, F, H) in enumerate([(1, 1, 1), (4, 3, 5), (3, 3, 3), (2, 6, 2)]):
    rng = np.random.default_rng(100 + seed)
    x, h = rng.normal(size=(B, F)), rng.normal(size=(B, H))
    W_x, W_h, b = rng.normal(size=(F, H)), rng.normal(size=(H, H)), rng.normal(size=H)
    expected = np.tanh(x @ W_x + h @ W_h + b)
    what = f"the new state for B = {B}, F = {F}, H = {H}"
    cu.answers.expect_array(step(x, h, W_x, W_h, b), expected, what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Unroll it (5 points)
#
# Run the step over time, from a state of zeros, and keep every state. You may call your `step`, or not.


# %% answer="unroll"
def unroll(x, W_x, W_h, b):
    """All states: x (B, T, F), weights as before; returns (B, T, H)."""
    ### BEGIN SOLUTION
    h = np.zeros((x.shape[0], b.shape[0]))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states, axis=1)
    ### END SOLUTION


# %% tests="unroll" points=5
# One unit that adds up small numbers: tanh(z) is close to z there. Two sequences of three steps.
x = 0.001 * np.array([[[1.0], [2.0], [3.0]], [[0.0], [0.0], [5.0]]])
found = unroll(x, np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
expected = 0.001 * np.array([[[1.0], [3.0], [6.0]], [[0.0], [0.0], [5.0]]])
hint = "Time is axis 1. Each step begins from the state of the step before it, the first one from zeros."
cu.answers.expect_array(found, expected, "the states", hint=hint, atol=1e-6)
### BEGIN HIDDEN TESTS
for seed, (B, T, F, H) in enumerate([(1, 1, 1, 1), (3, 5, 2, 4), (4, 4, 4, 4), (2, 9, 1, 3)]):
    rng = np.random.default_rng(200 + seed)
    x, b = rng.normal(size=(B, T, F)), rng.normal(size=H)
    W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H))
    h, expected = np.zeros((B, H)), np.zeros((B, T, H))
    for t in range(T):
        expected[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    what = f"the states for B = {B}, T = {T}, F = {F}, H = {H}"
    cu.answers.expect_array(unroll(x, W_x, W_h, b), expected, what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: One head for all steps (4 points)
#
# Every state is read by the same head, $y_t = h_t W_y + b_y$. No loop is needed.


# %% answer="head"
def head(states, W_y, b_y):
    """An output at every step: states (B, T, H), W_y (H, C), b_y (C,); returns (B, T, C)."""
    ### BEGIN SOLUTION
    return states @ W_y + b_y
    ### END SOLUTION


# %% tests="head" points=4
states = np.arange(12.0).reshape(2, 3, 2)  # B = 2, T = 3, H = 2
found = head(states, np.array([[1.0], [10.0]]), np.array([0.5]))
expected = np.array([[[10.5], [32.5], [54.5]], [[76.5], [98.5], [120.5]]])
hint = "Each step of each sequence gets C numbers, from its own H numbers and from nothing else."
cu.answers.expect_array(found, expected, "the outputs", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
for seed, (B, T, H, C) in enumerate([(1, 1, 1, 1), (2, 7, 3, 4), (5, 5, 5, 5), (3, 1, 2, 6)]):
    rng = np.random.default_rng(300 + seed)
    states, W_y, b_y = rng.normal(size=(B, T, H)), rng.normal(size=(H, C)), rng.normal(size=C)
    what = f"the outputs for B = {B}, T = {T}, H = {H}, C = {C}"
    expected = np.einsum("bth,hc->btc", states, W_y) + b_y
    cu.answers.expect_array(head(states, W_y, b_y), expected, what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bug (3 points)
#
# Inputs are scaled, so that tanh is not saturated: from each feature its mean is taken away, and the rest is divided by
# the feature's standard deviation. `scaled_with_bugs` runs, and has two bugs. Write `scaled`, which has none:
#
# - The numbers for scaling come from the training data only. A test sequence must not change what the network is given for another one.
# - Each feature is scaled by itself, over all sequences and all time steps.


# %% given="bugs"
def scaled_with_bugs(x_train, x_test):
    """Both parts, scaled, it says."""
    return [(x - x.mean(axis=0)) / x.std(axis=0) for x in (x_train, x_test)]


# %% answer="scaled"
def scaled(x_train, x_test):
    """Both parts, scaled: x_train (B, T, F) and x_test (any B, any T, F); returns two arrays."""
    ### BEGIN SOLUTION
    mean, deviation = x_train.mean(axis=(0, 1)), x_train.std(axis=(0, 1))
    return (x_train - mean) / deviation, (x_test - mean) / deviation
    ### END SOLUTION


# %% tests="scaled" points=3
# Feature 0 is 0 or 2, feature 1 is 100 or 300.
train = np.array([[[0.0, 100.0], [2.0, 300.0]], [[2.0, 100.0], [0.0, 300.0]]])
test = np.array([[[1.0, 200.0]], [[3.0, 400.0]], [[1.0, 0.0]]])
scaled_train, scaled_test = scaled(train, test)
hint = "Which numbers does each mean run over, and of which of the two arrays?"
expected = np.array([[[-1.0, -1.0], [1.0, 1.0]], [[1.0, -1.0], [-1.0, 1.0]]])
cu.answers.expect_array(scaled_train, expected, "the scaled training data", hint=hint, atol=1e-9)
expected = np.array([[[0.0, 0.0]], [[2.0, 2.0]], [[0.0, -2.0]]])
cu.answers.expect_array(scaled_test, expected, "the scaled test data", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
for seed, (B, T, F) in enumerate([(5, 4, 3), (3, 3, 3), (2, 8, 1)]):
    rng = np.random.default_rng(400 + seed)
    train = rng.normal(rng.normal(size=F) * 9, 1 + rng.random(F) * 5, size=(B, T, F))
    test = rng.normal(3.0, 2.0, size=(B + 1, T + 2, F))
    mean, deviation = train.reshape(-1, F).mean(axis=0), train.reshape(-1, F).std(axis=0)
    scaled_train, scaled_test = scaled(train, test)
    what = f"data for B = {B}, T = {T}, F = {F}"
    expected = (train - mean) / deviation
    cu.answers.expect_array(scaled_train, expected, f"the scaled training {what}", hint=hint, atol=1e-9)
    expected = (test - mean) / deviation
    cu.answers.expect_array(scaled_test, expected, f"the scaled test {what}", hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. The same network reads the tutorial's integers, 1 to 18, once as they are and once divided by 18.

# %% shown="plot"
import matplotlib.pyplot as plt

cu.plotting.use_style()
rng = np.random.default_rng(3)
W_x, W_h = rng.normal(size=(2, 8)), rng.normal(size=(8, 8))
x = np.arange(1.0, 19.0).reshape(3, 3, 2).swapaxes(0, 1)
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
for ax, inputs, name in zip(axes, (x, x / 18), ("inputs up to 18", "inputs up to 1"), strict=True):
    z = inputs[:, 0] @ W_x
    cu.plotting.tanh_saturation(z, title=f"First step, {name}", ax=ax)
cu.plotting.show(
    fig, alt="Pre-activations on tanh: left nearly all on its flat ends, right spread over its slope"
)

# %% [markdown]
# In three to six sentences: What differs between the two pictures? What does it do to the states of different sequences?
# And what does it do to training?

# %% [markdown] explain="saturation" points=4
# ### BEGIN SOLUTION
# On the left most pre-activations lie where tanh is flat: the states are close to −1 or 1 whatever the input is. Different sequences then get
# nearly the same states, so the head cannot tell them apart. The slope of tanh is near 0 there, and back-propagation multiplies by it: the
# gradients of W_x and W_h vanish, and training hardly moves these weights. On the right the pre-activations lie on the slope: the states differ, and gradients get through.
#
# **Rubric.** 1 point: left saturated, right not (flat ends against the slope). 1 point: states of different sequences become nearly equal.
# 1 point: the slope is near 0 there. 1 point: so gradients vanish and the weights hardly learn.
# ### END SOLUTION
