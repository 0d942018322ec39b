# %% [markdown]
# # Problem set 03 · Counting ones with an LSTM
#
# Five tasks, 20 points, an hour or two. They belong to {{lesson:counting}}, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet. Helpers of your own may stand in cells above it.
# - Below each task stands a cell of tests. Run it as often as you want. If it prints nothing, your answer has passed. Otherwise it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both: it takes every size from its arguments, and does not change them.
#
# Shapes are those of the lesson: B sequences, F input features, H hidden units, C classes. No task needs another one's
# function.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: One step of the tutorial's LSTM (5 points)
#
# The tutorial was written for an early TensorFlow. One step of its LSTM differs from the lesson's in three things:
#
# - There is one array of weights, $W$. The rows of $x_t$ and $h_{t-1}$ are joined, $x_t$ left: $z = [x_t, h_{t-1}]\, W + b$.
# - $z$ is cut into four blocks of H columns in another order: $z_i, z_g, z_f, z_o$.
# - The forget gate is $f = \sigma(z_f + 1)$.
#
# The rest is the same: $\sigma(z) = 1/(1 + e^{-z})$, $\;i = \sigma(z_i)$, $\;g = \tanh(z_g)$, $\;o = \sigma(z_o)$, and
#
# $$c_t = f \odot c_{t-1} + i \odot g \qquad h_t = o \odot \tanh(c_t)$$


# %% answer="tutorial_step"
def tutorial_step(x_t, h, c, W, b):
    """The next output and cell state, a tuple: h (B, H) and c (B, H), in this order.

    x_t (B, F); h and c (B, H), from the step before; W (F + H, 4H), b (4H,).
    """
    ### BEGIN SOLUTION
    z = np.concatenate([x_t, h], axis=1) @ W + b
    z_i, z_g, z_f, z_o = np.split(z, 4, axis=1)
    i, f, o = [1 / (1 + np.exp(-z)) for z in (z_i, z_f + 1, z_o)]
    c = f * c + i * np.tanh(z_g)
    return o * np.tanh(c), c
    ### END SOLUTION


# %% tests="tutorial_step" points=5
# Three sequences, two features, one unit. Weights and biases are 0: nothing is taken in.
# The forget gate is 1 / (1 + 1/e) = 0.731059, and half of tanh(c) is shown.
of = "for B = 3, F = 2, H = 1"
what = f"the output and the cell state {of}"
hint = "z is (B, 4H), and all 0 here. How open is each gate then, and what is g?"
h, c, b = np.zeros((3, 1)), np.array([[1.0], [0.0], [-2.0]]), np.zeros(4)
found = tutorial_step(np.ones((3, 2)), h, c, np.zeros((3, 4)), b)
cu.answers.expect_entries(found, 2, what)
first, second = f"h, the first array returned, {of}", f"c, the second array returned, {of}"
expected = [[0.731059], [0.0], [-1.462117]]
cu.answers.expect_array(found[1], expected, second, hint=hint, atol=1e-5)
hint = "Which c does h come from, the old one or the new one? And what is done with it?"
expected = [[0.311856], [0.0], [-0.449032]]
cu.answers.expect_array(found[0], expected, first, hint=hint, atol=1e-5)
why = "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(c, [[1.0], [0.0], [-2.0]], "c after the call", hint=why)
cu.answers.expect_array(b, [0.0, 0.0, 0.0, 0.0], "b after the call", hint=why)
# Two sequences, one feature, three units.
# A gate is open at z = 40, shut at -40, half open at 0.
# Unit 0 keeps its cell state, and shows all of tanh(c).
# Unit 1 forgets its own, and takes in g = tanh(x + h of unit 0). It shows half of tanh(c).
# x + h of unit 0 is 1 + 0 in row 0, and 0 + 2 in row 1.
# Unit 2 keeps half (z_f is -1), and takes in half of g = tanh(40) = 1. It shows all.
of = "for B = 2, F = 1, H = 3"
what = f"the output and the cell state {of}"
hint = "z has 4H columns: which belong to which gate? Which rows of W belong to x_t?"
W, b = np.zeros((4, 12)), np.zeros(12)
W[0, 4] = W[1, 4] = 1.0
b[0:3], b[3:6] = [-40.0, 40.0, 0.0], [40.0, 0.0, 40.0]  # z_i, z_g
b[6:9], b[9:12] = [40.0, -40.0, -1.0], [40.0, 0.0, 40.0]  # z_f, z_o
x_t, h = np.array([[1.0], [0.0]]), np.array([[0.0, 9.0, 9.0], [2.0, 9.0, 9.0]])
c = np.array([[0.5, 3.0, 3.0], [-1.0, 3.0, 1.0]])
found = tutorial_step(x_t, h, c, W, b)
cu.answers.expect_entries(found, 2, what)
first, second = f"h, the first array returned, {of}", f"c, the second array returned, {of}"
expected = [[0.5, 0.761594, 2.0], [-1.0, 0.964028, 1.0]]  # tanh(1), tanh(2) in the middle
cu.answers.expect_array(found[1], expected, second, hint=hint, atol=1e-5)
hint = "The output gate is the last block of z, and c goes through tanh."
expected = [[0.462117, 0.321007, 0.964028], [-0.761594, 0.373034, 0.761594]]
cu.answers.expect_array(found[0], expected, first, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
import math

cases = [(3, 2, 5), (1, 1, 1), (4, 4, 4), (4, 1, 1), (2, 6, 3), (8, 2, 2), (1, 3, 2)]
for seed, (B, F, H) in enumerate(cases):
    of = f"for B = {B}, F = {F}, H = {H}"
    what = f"the output and the cell state {of}"
    hint = "Compare with the text: [x_t, h] W, the order of the blocks, the new c, then h."
    rng = np.random.default_rng(100 + seed)
    x_t, h = rng.normal(size=(B, F)), rng.normal(size=(B, H))
    c = 2 * rng.normal(size=(B, H))
    W, b = rng.normal(size=(F + H, 4 * H)), rng.normal(size=4 * H)
    h_new, c_new = np.zeros((B, H)), np.zeros((B, H))
    for row in range(B):
        for unit in range(H):
            z = []
            for block in range(4):
                k = block * H + unit
                from_x = sum(x_t[row, n] * W[n, k] for n in range(F))
                from_h = sum(h[row, n] * W[F + n, k] for n in range(H))
                z.append(float(from_x + from_h + b[k]))
            i, f, o = [1 / (1 + math.exp(-a)) for a in (z[0], z[2] + 1, z[3])]
            c_new[row, unit] = f * c[row, unit] + i * math.tanh(z[1])
            h_new[row, unit] = o * math.tanh(c_new[row, unit])
    found = tutorial_step(x_t, h, c, W, b)
    cu.answers.expect_entries(found, 2, what)
    first = f"h, the first array returned, {of}"
    second = f"c, the second array returned, {of}"
    cu.answers.expect_array(found[1], c_new, second, hint=hint, atol=1e-5)
    cu.answers.expect_array(found[0], h_new, first, hint=hint, atol=1e-5)
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
    """The loss, one number.

    logits (B, C); y, the right classes: integers, shape (B,), not (B, 1).
    """
    ### BEGIN SOLUTION
    a = logits - logits.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()
    ### END SOLUTION


# %% tests="cross_entropy" points=4
# Row 0 has the probabilities 1/8, 3/8 and 4/8, row 1 has 1/4, 1/4 and 2/4. Right are the
# class 0 of row 0 and the class 2 of row 1: (log 8 + log 2) / 2, or 2 log 2.
what = "the loss of two rows with small logits"
hint = "One loss a row: minus log of the probability of its own right class. Then the mean."
logits = np.array([[0.0, np.log(3.0), np.log(4.0)], [0.0, 0.0, np.log(2.0)]])
found = cross_entropy(logits, np.array([0, 2]))
cu.answers.expect_value(found, 1.3862943611, what, hint=hint, atol=1e-5)
# In both rows the second class is nearly certain. It is right in row 0, for a loss of 0,
# and wrong in row 1, for a loss of 800.
what = "the loss of the rows [0, 1000], right, and [0, 800], wrong"
hint = "A probability can become 0 on a computer. The log of a quotient is a difference."
logits = np.array([[0.0, 1000.0], [0.0, 800.0]])
found = cross_entropy(logits, np.array([1, 0]))
cu.answers.expect_value(found, 400.0, what, hint=hint, atol=1e-5)
what, why = "logits[0] after the call", "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(logits[0], [0.0, 1000.0], what, hint=why)
# Equal logits are probabilities of 1/2, whatever the logits are: log 2 in both rows.
what = "the loss of the rows [1000, 1000] and [-1000, -1000]"
hint = "Take one number away from a row's logits: softmax stays. Which one helps that row?"
logits = np.array([[1000.0, 1000.0], [-1000.0, -1000.0]])
found = cross_entropy(logits, np.array([0, 1]))
cu.answers.expect_value(found, 0.6931471806, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
from decimal import Decimal

cases = [(4, 4, "small"), (1, 1, "small"), (1, 3, "small"), (7, 21, "small")]
cases += [(6, 2, "small"), (5, 2, "large"), (3, 3, "large"), (1, 21, "large")]
cases += [(8, 5, "large")]
for seed, (B, C, size) in enumerate(cases):
    rng = np.random.default_rng(200 + seed)
    y = rng.integers(0, C, size=B)
    for shift in ("not moved", "moved", "each row moved by its own number"):
        what = f"the loss for B = {B}, C = {C}, {size} logits, {shift}"
        hint = "Each row has its own right class: which entries do you average?"
        if size == "large" or shift != "not moved":
            hint += " And what do exp of a large number and log of 0 give?"
        if size == "small":  # in eighths, which float32 has exactly
            logits = np.round(8 * rng.normal(scale=2.0, size=(B, C))) / 8
        else:  # gaps so large that the loss is a whole number
            logits = 300.0 * B * rng.permuted(np.tile(np.arange(C), (B, 1)), axis=1)
        if shift == "moved":
            logits -= 1000.0
        elif shift == "each row moved by its own number":
            logits += 1500.0 * np.arange(B)[:, None]
        total = Decimal(0)
        for row in range(B):
            powers = [Decimal(float(a)).exp() for a in logits[row]]  # no overflow
            total -= (powers[y[row]] / sum(powers)).ln()
        found = cross_entropy(logits, y)
        cu.answers.expect_value(found, float(total / B), what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: How many weights? (2 points)
#
# Count the weights of the lesson's LSTM layer, and of a dense head that reads its last output. Both have biases.


# %% answer="count_weights"
def count_weights(F, H, C):
    """The weights of the LSTM and of the head: a tuple of two whole numbers.

    F features, H units, C outputs of the head.
    """
    ### BEGIN SOLUTION
    return 4 * H * (F + H + 1), (H + 1) * C
    ### END SOLUTION


# %% tests="count_weights" points=2
# Five features, one unit: 20 + 4 + 4 weights, and 2 + 2 in a head with two outputs.
# Two features, three units: 24 + 36 + 12, and 15 + 5 in a head with five outputs.
for F, H, C, lstm, head in ((5, 1, 2, 28, 4), (2, 3, 5, 72, 20)):
    of = f"for F = {F}, H = {H}, C = {C}"
    what = f"the two numbers {of}"
    hint = "Write down the shape of each array of weights. Which ones are four blocks wide?"
    found = count_weights(F, H, C)
    cu.answers.expect_entries(found, 2, what)
    cu.answers.expect_value(found[0], lstm, f"the LSTM's weights {of}", hint=hint)
    hint = "The head has one array of weights and one of biases. Which shapes do they have?"
    cu.answers.expect_value(found[1], head, f"the head's weights {of}", hint=hint)
### BEGIN HIDDEN TESTS
cases = [(1, 1, 1), (1, 24, 21), (4, 4, 4), (7, 1, 3), (1, 6, 1), (12, 20, 9)]
cases += [(300, 128, 1000)]
for F, H, C in cases:
    of = f"for F = {F}, H = {H}, C = {C}"
    what = f"the two numbers {of}"
    hint = "Write down the shape of each array of weights. Which ones are four blocks wide?"
    lstm = sum(np.zeros(shape).size for shape in ((F, 4 * H), (H, 4 * H), (4 * H,)))
    head = np.zeros((H, C)).size + np.zeros(C).size
    found = count_weights(F, H, C)
    cu.answers.expect_entries(found, 2, what)
    cu.answers.expect_value(found[0], lstm, f"the LSTM's weights {of}", hint=hint)
    hint = "The head has one array of weights and one of biases. Which shapes do they have?"
    cu.answers.expect_value(found[1], head, f"the head's weights {of}", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bug (4 points)
#
# `order` holds the row numbers of N training strings, shuffled once. Each update takes the next `size` of them. After
# the last one it goes on with the first, in the middle of an update too. So no row is used twice before all are used
# once. `rows_of_updates_with_a_bug` runs, and does something else. Write `rows_of_updates`.
#
# N may be no multiple of `size`. N may even be smaller than `size`: then one update takes a row more than once.


# %% given="bug"
def rows_of_updates_with_a_bug(order, size, updates):
    """The row numbers of each update, it says."""
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(order[pointer : pointer + size])
    return np.stack(taken)


# %% answer="rows_of_updates"
def rows_of_updates(order, size, updates):
    """The row numbers of each update: an array of whole numbers, shape (updates, size).

    order (N,), N at least 1; size and updates, numbers, at least 1.
    """
    ### BEGIN SOLUTION
    places = np.arange(updates * size) % len(order)
    return order[places].reshape(updates, size)
    ### END SOLUTION


# %% tests="rows_of_updates" points=4
# Four rows, two for each of two updates: all are used once.
what = "the rows of 2 updates, 2 each, from N = 4"
hint = "Where does the second update begin?"
found = rows_of_updates(np.array([12, 10, 13, 11]), 2, 2)
cu.answers.expect_array(found, [[12, 10], [13, 11]], what, hint=hint)
# Five rows, two for each of four updates: the third takes the last row and the first.
# (An error about shapes? Then an update that finds a single row left takes too few.)
what = "the rows of 4 updates, 2 each, from N = 5"
hint = "What does an update take that finds one row left? And where does the next begin?"
order = np.array([3, 0, 4, 1, 2])
found = rows_of_updates(order, 2, 4)
cu.answers.expect_array(found, [[3, 0], [4, 1], [2, 3], [0, 4]], what, hint=hint)
what, why = "order after the call", "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(order, [3, 0, 4, 1, 2], what, hint=why)
# Two rows, five for each update: each goes round more than twice.
what = "the rows of 3 updates, 5 each, from N = 2"
hint = "One update can go round more than once. Go on until it is full."
found = rows_of_updates(np.array([7, 6]), 5, 3)
expected = [[7, 6, 7, 6, 7], [6, 7, 6, 7, 6], [7, 6, 7, 6, 7]]
cu.answers.expect_array(found, expected, what, hint=hint)
### BEGIN HIDDEN TESTS
from itertools import cycle

cases = [(1, 1, 1), (1, 3, 2), (6, 2, 3), (6, 2, 7), (4, 4, 4), (7, 3, 12), (3, 8, 5)]
cases += [(50, 7, 30), (9, 5, 1), (1, 20, 30)]
for seed, (N, size, updates) in enumerate(cases):
    what = f"the rows of {updates} updates, {size} each, from N = {N}"
    hint = "Where does each update begin? What does one take that finds too few rows left?"
    if size > N:
        hint = "One update can go round more than once. Go on until it is full."
    order = np.random.default_rng(400 + seed).permutation(N) + 100 * (seed % 2)
    turn = cycle(order.tolist())
    expected = [[next(turn) for _ in range(size)] for _ in range(updates)]
    found = rows_of_updates(order, size, updates)
    cu.answers.expect_array(found, expected, what, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (5 points)
#
# Run the cell. 10 000 random strings of 20 bits are the training set. A softmax head has 21 outputs, one for each count.
# Its weights and biases start at 0, so each class begins with the probability 1/21.
#
# The gradient of the mean cross-entropy with respect to the bias of class k is: the mean probability of class k over the
# training strings, minus the share of the strings that have k ones. A step of gradient descent goes against it. The
# right picture shows, up to the learning rate, the first step.

# %% shown="plot"
import matplotlib.pyplot as plt

cu.plotting.use_style()
_, y = cu.sequences.bit_strings(10_000, 20, seed=3)
strings = np.bincount(y[:, 0].astype(int), minlength=21)
push = strings / strings.sum() - 1 / 21
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6))
look = {"title": "The training set", "marked": strings == 0, "mark": "no string"}
axis = {"xlabel": "ones in the string (class)"}
look |= {"ylabel": "training strings", "log": True, "ax": left}
cu.plotting.class_columns(strings, **look, **axis)
right.bar(range(21), push, color=cu.plotting.PALETTE[0], edgecolor="white")
right.axhline(0, color="black", linewidth=1)
right.set(title="The first step of the biases", ylabel="minus the gradient", **axis)
for ax in (left, right):
    ax.set(xlim=(-0.7, 20.7), xticks=range(0, 21, 5))
alt = "Left, training strings by class: 1772 at 10, fewer to both sides, none at 0, 19, "
alt += "20. Right, the first step of each class's bias: some are above 0, some below."
cu.plotting.show(fig, alt=alt)

# %% [markdown]
# In four to seven sentences: Which biases go up in the first step, and which go down? What happens in *later* steps to
# the biases of the classes without any training string, and why? What will the trained network most likely answer for a
# string of 20 ones, and would more updates help? What would you change so that it can be right there, and why does that
# help?

# %% [markdown] explain="never_shown" points=5
# ### BEGIN SOLUTION
# The biases of the classes 7 to 13 go up: over 1/21 of the training strings are theirs. All others go down. The classes
# 0, 19 and 20 have no training string. Their share is 0 and the probability that softmax gives them is above 0, so their
# gradient is positive in every update, and these biases fall in every step. So the answer for 20 ones is most likely
# another class, one that was shown, such as 17 or 18, and it is wrong. More updates do not help: each one pushes the
# class 20 further down. I would ask for one number in place of 21 classes, with the squared error, and read it from the
# cell state: numbers have an order, and go on beyond those that were shown. Or I would put such strings into the training
# set: then the share is no longer 0, and class 20 gets a push upwards.
#
# **Rubric** (half points exist: half for what happens without the reason)
#
# - 1 point: biases of frequent classes (more than 1/21 of the strings, here 7 to 13) go up, all others down.
# - 1 point: without a string the share is 0 and the probability above 0, so these biases fall in every step.
# - 1 point: for 20 ones the answer is most likely a class that was shown, so it is wrong. ("The biases alone do not
#   decide it, but in the lesson it was never the answer" is as good.)
# - 1 point: more updates do not help: they push class 20 further down, or never show it.
# - 1 point: a change that helps, with its reason: one number in place of 21 classes (read from c), or such strings.
# ### END SOLUTION
