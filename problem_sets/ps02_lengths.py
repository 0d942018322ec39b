# %% [markdown]
# # Problem set 02 · Sequences of different lengths
#
# Five tasks, 20 points, an hour or two. They belong to {{lesson:lengths}}, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet. Helpers of your own may stand in cells above it.
# - Below each task stands a cell of tests. Run it as often as you want. If it prints nothing, your answer has passed. Otherwise it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both: it takes every size from its arguments, and does not change them.
#
# Shapes are those of the lesson: B sequences, T time steps (columns), F input features, H hidden units. `lengths`,
# shape (B,), says how many steps of each row are real: at least 1, at most T. No task needs another one's function.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: Padding in front (2 points)
#
# In the lesson padding stands behind a sequence. Here it stands in front: each sequence ends in the last column.
# Return the mask of an array with T columns. T may be more than the longest sequence needs.


# %% answer="real_steps"
def real_steps(lengths, T):
    """The mask: lengths (B,), T a number; returns booleans (B, T), True where real."""
    ### BEGIN SOLUTION
    return np.arange(T) >= T - lengths[:, None]
    ### END SOLUTION


# %% tests="real_steps" points=2
# Three sequences of 3, 1 and 4 steps, in five columns.
what = "the mask for B = 3, T = 5"
hint = "Columns count from 0. In which of 5 columns does a sequence of 3 steps begin?"
found = real_steps(np.array([3, 1, 4]), 5)
expected = np.array([[0, 0, 1, 1, 1], [0, 0, 0, 0, 1], [0, 1, 1, 1, 1]], dtype=bool)
cu.answers.expect_array(found, expected, what, hint=hint)
# Two sequences of 2 and 3 steps, in three columns.
what = "the mask for B = 2, T = 3"
found = real_steps(np.array([2, 3]), 3)
expected = np.array([[0, 1, 1], [1, 1, 1]], dtype=bool)
cu.answers.expect_array(found, expected, what, hint=hint)
### BEGIN HIDDEN TESTS
cases = [([1], 1), ([1], 4), ([6], 6), ([2, 2], 2), ([4, 1, 3, 2], 4)]
cases += [([2, 5, 1, 5, 3, 4, 2], 9)]
for lengths, T in cases:
    what = f"the mask for B = {len(lengths)}, T = {T}"
    expected = np.zeros((len(lengths), T), dtype=bool)
    for row, length in enumerate(lengths):
        for back in range(1, length + 1):
            expected[row, -back] = True
    found = real_steps(np.array(lengths), T)
    cu.answers.expect_array(found, expected, what, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: The state stands still (5 points)
#
# Run a recurrent network under a mask, and return the states after the last column.
#
# - At a real step the new state is $\tanh(x_t W_x + h_{t-1} W_h + b)$. Before the first step it is zeros.
# - At a masked step the state of that row stands still, whatever number stands in `x` there.
# - Masked steps can be anywhere: behind a sequence, before it, or inside. A row may have no real step at all.


# %% answer="last_states"
def last_states(x, mask, W_x, W_h, b):
    """The last states, shape (B, H).

    x (B, T, F); mask (B, T), booleans; W_x (F, H), W_h (H, H), b (H,).
    """
    ### BEGIN SOLUTION
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        h = np.where(mask[:, t, None], new, h)
    return h
    ### END SOLUTION


# %% tests="last_states" points=5
# One unit that adds up thousandths, tanh(z) being close to z there: each real step adds
# its digit, and b adds 1 more. The 9s are masked.
# Real are (3, 0, 5), so 8 + 3; (7), so 7 + 1; (2, 4), so 6 + 2; and nothing.
what = "the last states of one unit, for B = 4, T = 4"
hint = "At step t a row gets a new state or keeps its old one. One truth value decides."
x = 0.001 * np.array([[3.0, 0, 5, 9], [7, 9, 9, 9], [9, 2, 9, 4], [9, 9, 9, 9]])[:, :, None]
mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], dtype=bool)
found = last_states(x, mask, np.ones((1, 1)), np.ones((1, 1)), np.array([0.001]))
expected = 0.001 * np.array([[11.0], [8.0], [8.0], [0.0]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
what, hint = "x[3] after the call", "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(x[3], np.full((4, 1), 0.009), what, hint=hint, atol=1e-5)
# One sequence, two features, three units. Real are steps 1 and 3: inputs (1, 0) and (0, 1).
# x W_x + b is (1.5, -1, 0) at step 1 and (0.5, 0.5, -1.5) at step 3.
# h W_h is half of unit 0 for unit 1, and minus unit 1 for unit 2.
what = "the last states for B = 1, T = 4, F = 2, H = 3"
hint = "Real steps: compare your line with the formula, term by term."
x = np.array([[[9.0, 9.0], [1.0, 0.0], [9.0, 9.0], [0.0, 1.0]]])
mask = np.array([[False, True, False, True]])
W_x, b = np.array([[1.0, -1.0, 0.5], [0.0, 0.5, -1.0]]), np.array([0.5, 0.0, -0.5])
W_h = np.array([[0.0, 0.5, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
found = last_states(x, mask, W_x, W_h, b)
expected = np.tanh([[0.5, 0.5 + 0.5 * np.tanh(1.5), -1.5 - np.tanh(-1.0)]])
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
hint = "Which rows keep their state? Where a step is real: compare term by term."
cases = [(1, 1, 1, 1), (3, 5, 2, 4), (4, 4, 4, 4), (2, 9, 1, 3), (6, 3, 2, 2), (1, 6, 3, 2)]
for seed, (B, T, F, H) in enumerate(cases):
    rng = np.random.default_rng(200 + seed)
    x, b = rng.normal(size=(B, T, F)), rng.normal(size=H)
    W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H))
    behind = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    for where, mask in (("behind", behind), ("anywhere", rng.random((B, T)) < 0.6)):
        what = f"the last states for B = {B}, T = {T}, F = {F}, H = {H}, masked {where}"
        expected = np.zeros((B, H))
        for row in range(B):
            for t in np.flatnonzero(mask[row]):
                expected[row] = np.tanh(x[row, t] @ W_x + expected[row] @ W_h + b)
        found = last_states(x, mask, W_x, W_h, b)
        cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Batches of one length (4 points)
#
# Without padding, all sequences of a batch must have one length. And memory has room for so many `steps` at once, at
# least those of the longest sequence. Sort the rows into such batches:
#
# - A batch is an array of row numbers, shape (n,). All its rows have the same length, and n · length is at most
#   `steps`.
# - Every row is in one batch. A bucket (all rows of one length) is cut into batches, each as large as it may be. Only
#   the last one of a bucket may be smaller.
# - Batches are in order of length, shortest first. The batches of a bucket, put one after the other, give its row
#   numbers in rising order.


# %% answer="batches"
def batches(lengths, steps):
    """The batches: a list of arrays of row numbers, each (n,) with n as large as may be.

    lengths (B,); steps, a number, at least the largest of them. Shortest length first.
    """
    ### BEGIN SOLUTION
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
    ### END SOLUTION


# %% tests="batches" points=4
# Six steps: six rows of one step, three rows of two, or one row of four. Nobody has three.
# Then 18 rows of five steps and one in turn, and 45 steps: nine rows of five, just full.
cases = [([2, 1, 2, 4, 2, 1, 2, 4], 6, [[1, 5], [0, 2, 4], [6], [3], [7]])]
cases += [([5, 1] * 9, 45, [range(1, 18, 2), range(0, 18, 2)])]
for lengths, steps, expected in cases:
    of = f"for B = {len(lengths)}, steps = {steps}"
    what = f"the batches {of}"
    hint = "How many rows of this length fit? What is left over in a bucket is a batch too."
    found = batches(np.array(lengths), steps)
    cu.answers.expect_entries(found, None, what, kinds=(list,))
    what = f"the number of batches {of}"
    cu.answers.expect_value(len(found), len(expected), what, hint=hint)
    hint = "Shortest first. Inside a bucket row numbers rise, from batch to batch too."
    for n, rows in enumerate(expected):
        cu.answers.expect_array(found[n], rows, f"batch {n} {of}", hint=hint)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(300)
cases = [([3], 3), ([1], 5), ([2] * 7, 6), ([4, 3, 2, 1], 16), ([5, 2, 5, 2, 5, 2], 5)]
cases += [([1, 2, 1, 2, 1, 2], 3), ([300, 2, 300], 599)]
cases += [(rng.choice([2, 3, 7], size=40).tolist(), 20)]
cases += [(rng.integers(1, 12, size=65).tolist(), 23)]
for lengths, steps in cases:
    of = f"for B = {len(lengths)}, steps = {steps}, longest {max(lengths)}"
    what = f"the batches {of}"
    expected = []
    for length in range(1, max(lengths) + 1):
        batch = []
        for row in range(len(lengths)):
            if lengths[row] == length:
                if (len(batch) + 1) * length > steps:
                    expected.append(batch)
                    batch = []
                batch.append(row)
        if batch:
            expected.append(batch)
    hint = "How many rows of this length fit? What is left over in a bucket is a batch too."
    found = batches(np.array(lengths), steps)
    cu.answers.expect_entries(found, None, what, kinds=(list,))
    what = f"the number of batches {of}"
    cu.answers.expect_value(len(found), len(expected), what, hint=hint)
    hint = "Shortest first. Inside a bucket row numbers rise, from batch to batch too."
    for n, rows in enumerate(expected):
        cu.answers.expect_array(found[n], rows, f"batch {n} {of}", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bugs (4 points)
#
# A network gives an output at every step. The loss of a sequence is the mean squared error over its real steps. Padding
# stands behind them: there the targets are 0, and the outputs can be any number. `losses_with_bugs` runs, and has two
# bugs. Write `losses`, which has none:
#
# - A real step counts, whatever its target is. A padded step does not.
# - Every real step of a sequence has the same weight. Padded to more columns, a sequence has the same loss.


# %% given="bugs"
def losses_with_bugs(y, y_hat, lengths):
    """The loss of each sequence, it says."""
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = y[:, t] != 0
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / T


# %% answer="losses"
def losses(y, y_hat, lengths):
    """The losses: targets y (B, T), outputs y_hat (B, T), lengths (B,); returns (B,)."""
    ### BEGIN SOLUTION
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1) / lengths
    ### END SOLUTION


# %% tests="losses" points=4
# Real are (1, 0, 2), answered by (1, 3, 2): the squared errors are 0, 9 and 0.
# And (3), answered by (5): the squared error is 4.
what = "the losses for B = 2, T = 4"
hint = "What says which steps are real? And how many numbers does each mean run over?"
y = np.array([[1.0, 0.0, 2.0, 0.0], [3.0, 0.0, 0.0, 0.0]])
y_hat = np.array([[1.0, 3.0, 2.0, 7.0], [5.0, 7.0, 7.0, 7.0]])
found = losses(y, y_hat, np.array([3, 1]))
cu.answers.expect_array(found, [3.0, 4.0], what, hint=hint, atol=1e-5)
what, why = "y_hat[1] after the call", "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(y_hat[1], [5.0, 7.0, 7.0, 7.0], what, hint=why)
# The squared errors are 1 and 0; 4 and 1; 9, and no other one.
what = "the losses for B = 3, T = 2"
y = np.array([[0.0, 4.0], [1.0, 1.0], [0.0, 0.0]])
y_hat = np.array([[1.0, 4.0], [3.0, 2.0], [3.0, 9.0]])
found = losses(y, y_hat, np.array([2, 2, 1]))
cu.answers.expect_array(found, [0.5, 2.5, 9.0], what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
cases = [(1, 1, 0), (1, 5, 3), (4, 4, 0), (7, 4, 4), (5, 1, 2), (3, 9, 1)]
for seed, (B, T, more) in enumerate(cases):
    what = f"the losses for B = {B}, T = {T + more}"
    rng = np.random.default_rng(400 + seed)
    lengths = rng.integers(1, T + 1, size=B)
    y, y_hat = np.zeros((B, T + more)), rng.normal(2.0, 1.0, size=(B, T + more))
    expected = np.zeros(B)
    for row, length in enumerate(lengths):
        for t in range(length):
            y[row, t] = rng.integers(0, 4)
            expected[row] += (y[row, t] - y_hat[row, t]) ** 2 / length
    found = losses(y, y_hat, lengths)
    cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (5 points)
#
# Run the cell. 1000 sequences of 1 to 4 digits stand in four columns. At each step the target is the digit, and in the
# padding it is 0. An answer that has learned nothing says 4.5 at every step, in the padding too. Its squared errors are
# averaged in the lesson's three ways, here called A, B and C in another order. Then columns of padding are added. The
# sequences stay as they are, and the answer is 4.5 in the new columns too.

# %% shown="plot"
import matplotlib.pyplot as plt

cu.plotting.use_style()
digits, lengths, _ = cu.sequences.digit_sums(1000, 4, seed=3)
averages = {"A": [], "B": [], "C": []}
for T in range(4, 17):
    y = np.pad(digits[:, :, 0], [(0, 0), (0, T - 4)])
    real = np.arange(T) < lengths[:, None]
    squared = (y - 4.5) ** 2
    averages["A"].append(squared.mean())
    averages["B"].append(squared[real].mean())
    averages["C"].append((squared * real).mean())
look = {"lengths": range(4, 17), "ylabel": "mean squared error", "log": False}
title = "The same answers, averaged in three ways"
_, ax = plt.subplots(figsize=(7.5, 4))
ax.set(ylim=(0, 21), yticks=range(0, 21, 5))
cu.plotting.curves_by_length(averages, title=title, ax=ax, **look)
ax.set_xlabel("columns T")
alt = "Over 4 to 16 columns, A rises from 13 to 18, B stays at 8, C falls from 5 to 1"
cu.plotting.show(ax, alt=alt)

# %% [markdown]
# In four to seven sentences: How is each of the three computed, and why does A rise, B stay and C fall, although the
# answers are no better and no worse? Which numbers do A and C come near if ever more columns are added? One batch is
# padded to 4 columns and another to 16: which of the three may be compared between them, and why not the other two?

# %% [markdown] explain="three_averages" points=5
# ### BEGIN SOLUTION
# B is the mean over the real steps only. Padding plays no part in it, so it stays near 8.25, the variance of a digit.
# A is the mean over all entries. A padded step has the target 0 and the answer 4.5, so its squared error is 20.25,
# more than the 8.25 of a real step on average: A rises. C sets the errors of the padding to 0 and still divides by all.
# Its sum stays the same while T grows: it falls. With ever more columns nearly all entries are padding, so A comes near
# 20.25 and C near 0. Only B may be compared between the two batches: A and C change with the number of columns, which
# says nothing about the answers.
#
# **Rubric** (half points exist: half for what happens without the reason)
#
# - 1 point: B is the mean over the real steps, so padding does not change it.
# - 1 point: A is the mean over all entries; a padded step has a larger error than a real one on average, so it rises.
# - 1 point: C has zeros for the padding but divides by all entries, so it falls.
# - 1 point: with more columns A comes near 20.25 (or 4.5²) and C near 0; half a point for one of them.
# - 1 point: only B may be compared, because A and C depend on the number of columns.
# ### END SOLUTION
