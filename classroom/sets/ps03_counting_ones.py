# %% [markdown]
# # Problem set 03 · Counting ones with an LSTM
#
# Five tasks, 20 points, an hour or two. They belong to lesson 03, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet, and nowhere else. Add cells of your own where you like.
# - Below each task stands a cell of tests. Run it as often as you want: it says what it expected, what came, and gives
#   a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both.
#
# Shapes are those of the lesson: B sequences, T time steps, F input features, H hidden units, C classes. No task needs
# another one's function.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: One step of an LSTM (5 points)
#
# The weighted sum $z = x_t W_x + h_{t-1} W_h + b$ is cut into four blocks of H columns, in Keras's order:
# $z_i, z_f, z_g, z_o$. Then $i = \sigma(z_i)$, $f = \sigma(z_f)$, $g = \tanh(z_g)$, $o = \sigma(z_o)$, and
#
# $$c_t = f \odot c_{t-1} + i \odot g \qquad h_t = o \odot \tanh(c_t)$$


# %% answer="lstm_step"
def lstm_step(x_t, h, c, W_x, W_h, b):
    """The next output and cell state: a tuple of two arrays, h (B, H) and c (B, H), in this order.

    x_t (B, F); h and c (B, H), from the step before; W_x (F, 4H), W_h (H, 4H), b (4H,).
    """
    ### BEGIN SOLUTION
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)
    i, f, o = [1 / (1 + np.exp(-z)) for z in (z_i, z_f, z_o)]
    c = f * c + i * np.tanh(z_g)
    return o * np.tanh(c), c
    ### END SOLUTION


# %% tests="lstm_step" points=5
# Two sequences, one feature, two units. At 40 a gate is open, at -40 shut, at 0 half open.
# Unit 0 keeps its cell state and shows all of it. Unit 1 forgets its own, takes g in, and shows half.
# For unit 1, z_g is the input plus the output of unit 0: 1 + 0 in row 0, 0 + 2 in row 1.
W_x, W_h = np.zeros((1, 8)), np.zeros((2, 8))
W_x[0, 5], W_h[0, 5] = 1.0, 1.0
b = np.array([-40.0, 40.0, 40.0, -40.0, 0.0, 0.0, 40.0, 0.0])  # for i, i, f, f, g, g, o, o
x_t, h = np.array([[1.0], [0.0]]), np.array([[0.0, 0.0], [2.0, 0.0]])
c = np.array([[0.5, 0.5], [3.0, 3.0]])
found = lstm_step(x_t, h, c, W_x, W_h, b)
hint = "Which block of z belongs to which gate? c is made first, and h from the new c."
cu.answers.expect_value(type(found).__name__, "tuple", "the name of the type returned", hint=hint)
cu.answers.expect_value(len(found), 2, "the number of arrays returned", hint=hint)
expected = np.tanh([[0.5, np.tanh(1.0)], [3.0, np.tanh(2.0)]]) * [1.0, 0.5]
cu.answers.expect_array(found[0], expected, "the output h", hint=hint, atol=1e-9)
expected = np.array([[0.5, np.tanh(1.0)], [3.0, np.tanh(2.0)]])
cu.answers.expect_array(found[1], expected, "the cell state c", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
import math

cases = [(1, 1, 1), (3, 2, 5), (4, 4, 4), (4, 1, 1), (2, 6, 3), (8, 2, 2)]
for seed, (B, F, H) in enumerate(cases):
    rng = np.random.default_rng(100 + seed)
    x_t, h, c = rng.normal(size=(B, F)), rng.normal(size=(B, H)), 2 * rng.normal(size=(B, H))
    W_x, W_h, b = rng.normal(size=(F, 4 * H)), rng.normal(size=(H, 4 * H)), rng.normal(size=4 * H)
    h_new, c_new = np.zeros((B, H)), np.zeros((B, H))
    for row in range(B):
        for unit in range(H):
            z = []
            for block in range(4):
                k = block * H + unit
                from_x = sum(x_t[row, n] * W_x[n, k] for n in range(F))
                from_h = sum(h[row, n] * W_h[n, k] for n in range(H))
                z.append(float(from_x + from_h + b[k]))
            i, f, o = [1 / (1 + math.exp(-z[block])) for block in (0, 1, 3)]
            c_new[row, unit] = f * c[row, unit] + i * math.tanh(z[2])
            h_new[row, unit] = o * math.tanh(c_new[row, unit])
    of = f"for B = {B}, F = {F}, H = {H}"
    found = lstm_step(x_t, h, c, W_x, W_h, b)
    what = f"the name of the type returned {of}"
    cu.answers.expect_value(type(found).__name__, "tuple", what, hint=hint)
    cu.answers.expect_value(len(found), 2, f"the number of arrays returned {of}", hint=hint)
    cu.answers.expect_array(found[0], h_new, f"the output h {of}", hint=hint, atol=1e-9)
    cu.answers.expect_array(found[1], c_new, f"the cell state c {of}", hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Cross-entropy from logits (4 points)
#
# Softmax makes probabilities from the logits of a row, $p_k = e^{a_k} / \sum_j e^{a_j}$. The loss of the row is
# $-\log p$ of its right class, and the loss of the batch is the mean over its rows.
#
# It must be right for large logits too, such as 0 and 1000, or −1000 and −1000: no NaN, no infinity, nothing cut off.


# %% answer="cross_entropy"
def cross_entropy(logits, y):
    """The loss: logits (B, C), y (B,) the right classes, whole numbers; returns one number."""
    ### BEGIN SOLUTION
    a = logits - logits.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()
    ### END SOLUTION


# %% tests="cross_entropy" points=4
# Two equal logits are two probabilities of 1/2, whatever the logits are: a loss of log 2.
hint = "Take one number away from all logits of a row: softmax stays the same. Which one helps?"
found = cross_entropy(np.array([[3.0, 3.0]]), np.array([0]))
cu.answers.expect_value(found, 0.6931471805599453, "the loss of [3, 3]", hint=hint, atol=1e-9)
# Here the second class is nearly certain. It is the right one in row 0, for a loss of 0, and wrong in row 1, for 1000.
logits, y = np.array([[0.0, 1000.0], [0.0, 1000.0]]), np.array([1, 0])
what = "the loss of [0, 1000] twice, right and wrong"
cu.answers.expect_value(cross_entropy(logits, y), 500.0, what, hint=hint, atol=1e-9)
found = cross_entropy(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]), np.array([0, 1]))
what = "the loss of [1000, 1000] and [-1000, -1000]"
cu.answers.expect_value(found, 0.6931471805599453, what, hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
from decimal import Decimal

cases = [(1, 1, 1.0), (1, 3, 1.0), (4, 4, 2.0), (7, 21, 3.0), (5, 2, 1000.0), (3, 3, 5000.0)]
for seed, (B, C, size) in enumerate(cases):
    rng = np.random.default_rng(200 + seed)
    y = rng.integers(0, C, size=B)
    for shift in (0.0, -1000.0, "a row its own"):
        moved = 1500.0 * np.arange(B)[:, None] if isinstance(shift, str) else shift
        logits = size * rng.normal(size=(B, C)) + moved
        total = Decimal(0)
        for row in range(B):
            powers = [Decimal(float(a)).exp() for a in logits[row]]  # Decimal's exponents go far
            total -= (powers[y[row]] / sum(powers)).ln()
        what = f"the loss for B = {B}, C = {C}, logits of size {size:g} moved by {shift}"
        found = cross_entropy(logits, y)
        cu.answers.expect_value(found, float(total / B), what, hint=hint, atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: How many weights? (3 points)
#
# Count the weights of an LSTM layer and of a dense head that reads its last output. Both have biases.


# %% answer="count_weights"
def count_weights(F, H, C):
    """Two whole numbers, a tuple: of the LSTM (F features, H units), of the head (C outputs)."""
    ### BEGIN SOLUTION
    return 4 * H * (F + H + 1), (H + 1) * C
    ### END SOLUTION


# %% tests="count_weights" points=3
# F = 2, H = 3, C = 5: 72 numbers in the LSTM's three arrays, and 20 in the head's two.
hint = "Write down the shape of each array of weights. Which ones are four blocks wide?"
found = count_weights(2, 3, 5)
cu.answers.expect_value(type(found).__name__, "tuple", "the name of the type returned", hint=hint)
cu.answers.expect_value(len(found), 2, "how many numbers are returned", hint=hint)
cu.answers.expect_value(found[0], 72, "the LSTM's weights for F = 2, H = 3", hint=hint)
cu.answers.expect_value(found[1], 20, "the head's weights for H = 3, C = 5", hint=hint)
### BEGIN HIDDEN TESTS
cases = [(1, 1, 1), (1, 24, 21), (4, 4, 4), (7, 1, 3), (1, 6, 1), (12, 20, 9), (300, 128, 1000)]
for F, H, C in cases:
    lstm = sum(np.zeros(shape).size for shape in ((F, 4 * H), (H, 4 * H), (4 * H,)))
    head = np.zeros((H, C)).size + np.zeros(C).size
    of = f"for F = {F}, H = {H}, C = {C}"
    found = count_weights(F, H, C)
    what = f"the name of the type returned {of}"
    cu.answers.expect_value(type(found).__name__, "tuple", what, hint=hint)
    cu.answers.expect_value(len(found), 2, f"how many numbers are returned {of}", hint=hint)
    cu.answers.expect_value(found[0], lstm, f"the LSTM's weights {of}", hint=hint)
    cu.answers.expect_value(found[1], head, f"the head's weights {of}", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bug (4 points)
#
# `order` holds the row numbers of the training strings, shuffled once. Each update takes the next `size` of them. After
# the last one it goes on with the first, inside one update if need be. So no row is used twice before all are used once,
# and all updates are equally large. `rows_of_updates_with_a_bug` runs, and does something else. Write `rows_of_updates`.
# (Moving the pointer is not all: N need not be a multiple of `size`, nor at least `size`.)


# %% given="bug"
def rows_of_updates_with_a_bug(order, size, updates):
    """The row numbers that each update takes, it says: order (N,); returns (updates, size)."""
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(order[pointer : pointer + size])
    return np.stack(taken)


# %% answer="rows_of_updates"
def rows_of_updates(order, size, updates):
    """The row numbers that each update takes: order (N,), size and updates at least 1.

    Returns an array of whole numbers, shape (updates, size). N can be anything from 1.
    """
    ### BEGIN SOLUTION
    places = np.arange(updates * size) % len(order)
    return order[places].reshape(updates, size)
    ### END SOLUTION


# %% tests="rows_of_updates" points=4
# Five rows, two for each update: the third update takes the last one and the first.
found = rows_of_updates(np.array([3, 0, 4, 1, 2]), 2, 4)
hint = "Where does the second update begin? And what does one take that finds a single row left?"
expected = np.array([[3, 0], [4, 1], [2, 3], [0, 4]])
cu.answers.expect_array(found, expected, "the rows of four updates", hint=hint)
### BEGIN HIDDEN TESTS
from itertools import cycle

cases = [(1, 1, 1), (1, 3, 2), (6, 2, 3), (6, 2, 7), (4, 4, 4), (7, 3, 12), (3, 8, 5), (50, 7, 30)]
for seed, (N, size, updates) in enumerate(cases):
    order = np.random.default_rng(400 + seed).permutation(N) + 100 * (seed % 2)
    turn = cycle(order.tolist())
    expected = [[next(turn) for _ in range(size)] for _ in range(updates)]
    what = f"the rows of {updates} updates, {size} each, from {N}"
    found = rows_of_updates(order, size, updates)
    cu.answers.expect_array(found, np.array(expected), what, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. 10 000 random strings of 20 bits are the training set. A softmax head has 21 outputs, one for each count.
# Before training it gives each class the probability 1/21.
#
# The gradient of the mean cross-entropy with respect to the head's bias of class k is: the mean probability of class k,
# minus the share of the training strings that have k ones. A step of gradient descent goes against it. The right picture
# shows, up to the learning rate, the first step.

# %% shown="plot"
import matplotlib.pyplot as plt

cu.plotting.use_style()
_, y = cu.sequences.bit_strings(10_000, 20, seed=3)
strings = np.bincount(y[:, 0].astype(int), minlength=21)
push = strings / strings.sum() - 1 / 21
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6))
look = {"xlabel": "ones in the string (class)"}
title = "The training set"
cu.plotting.class_columns(strings, ylabel="strings", title=title, log=True, ax=left, **look)
steps = {"by class": push, "no change": 0 * push}
title = "The first step of the biases"
cu.plotting.step_series(steps, ylabel="minus the gradient", title=title, ax=right, **look)
cu.plotting.show(fig, alt="Training strings by class, and the first step of each class's bias")

# %% [markdown]
# In four to seven sentences: Which biases go up in the first step, which go down? What happens to those of the classes
# without any training string in *later* steps, and why? What will the network answer for a string of 20 ones? And what
# would you change so that it can be right there?

# %% [markdown] explain="never_shown" points=4
# ### BEGIN SOLUTION
# The biases of the classes 7 to 13 go up: over 1/21 of the training strings are theirs. All others go down. The classes
# 0, 19 and 20 have no training string. Their share is 0 and the probability that softmax gives them is above 0, so their
# gradient is positive in every update: these biases only ever fall, as every training string pushes their logits down.
# (A class with few strings falls too, until its mean probability is under its small share.) So the answer for 20 ones is
# another class, one that was shown, most likely a large one. It is wrong, and longer training does not mend that. I would
# ask for one number, with the squared error, and read it from the cell state: numbers go on beyond those that were
# shown. Or I would put such strings into the training set.
#
# **Rubric**
#
# - 1 point: biases of frequent classes (more than 1/21 of the strings, here 7 to 13) go up, all others down.
# - 1 point: without a string the share is 0 and the probability above 0, so these biases fall in every update.
# - 1 point: for 20 ones the answer is a class that was shown, so it is wrong, and more updates do not help.
# - 1 point: a change that helps, with its reason: one number in place of 21 classes (read from c), or such strings.
# ### END SOLUTION
