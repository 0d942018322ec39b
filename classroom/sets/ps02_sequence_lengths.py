# %% [markdown]
# # Problem set 02 · Sequences of different lengths
#
# Five tasks, 20 points, an hour or two. They belong to lesson 02, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet, and nowhere else. Add cells of your own where you like.
# - Below each task stands a cell of tests. Run it as often as you want: it says what it expected, what came, and gives
#   a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both.
#
# Shapes are those of the lesson: B sequences, T time steps (columns), F input features, H hidden units. `lengths`,
# shape (B,), says how many steps of each row are real: at least 1, at most T. No task needs another one's function.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: From lengths to a mask (3 points)
#
# Say of every step whether it is real. The array may have more columns than the longest sequence needs.


# %% answer="real_steps"
def real_steps(lengths, T):
    """The mask: lengths (B,), T a whole number; returns booleans (B, T), True where real."""
    ### BEGIN SOLUTION
    return np.arange(T) < lengths[:, None]
    ### END SOLUTION


# %% tests="real_steps" points=3
# Three sequences of 3, 1 and 4 steps, in five columns.
expected = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0]], dtype=bool)
hint = "Steps are numbered from 0. So which number has the last real step of a sequence of 3?"
cu.answers.expect_array(real_steps(np.array([3, 1, 4]), 5), expected, "the mask", hint=hint)
### BEGIN HIDDEN TESTS
cases = [([1], 1), ([1], 4), ([6], 6), ([2, 2], 2), ([4, 1, 3, 2], 4), ([2, 5, 1, 5, 3, 4, 2], 9)]
for lengths, T in cases:
    expected = np.zeros((len(lengths), T), dtype=bool)
    for row, length in enumerate(lengths):
        for t in range(length):
            expected[row, t] = True
    what = f"the mask of lengths {lengths} in T = {T} columns"
    cu.answers.expect_array(real_steps(np.array(lengths), T), expected, what, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: The state stands still (5 points)
#
# Run a recurrent network under a mask, and return the states after the last column.
#
# - At a real step the new state is $\tanh(x_t W_x + h_{t-1} W_h + b)$. Before the first step it is zeros.
# - At a masked step the state of that row stands still, whatever stands in `x` there.
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
# One unit that adds up thousandths, tanh(z) being close to z there: each real step adds its digit, and b adds 1 more.
# The 9s are masked. Real are (3, 0, 5), so 8 + 3; (7), so 7 + 1; (2, 4), so 6 + 2; and nothing.
x = 0.001 * np.array([[3.0, 0, 5, 9], [7, 9, 9, 9], [9, 2, 9, 4], [9, 9, 9, 9]])[:, :, None]
mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], dtype=bool)
found = last_states(x, mask, np.ones((1, 1)), np.ones((1, 1)), np.array([0.001]))
expected = 0.001 * np.array([[11.0], [8.0], [8.0], [0.0]])
hint = "At step t a row gets its new state or keeps the one it had. One truth value a row decides."
cu.answers.expect_array(found, expected, "the last states", hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
cases = [(1, 1, 1, 1), (3, 5, 2, 4), (4, 4, 4, 4), (2, 9, 1, 3), (6, 3, 2, 2), (1, 6, 3, 2)]
for seed, (B, T, F, H) in enumerate(cases):
    rng = np.random.default_rng(200 + seed)
    x, b = rng.normal(size=(B, T, F)), rng.normal(size=H)
    W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H))
    behind = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    for where, mask in (("behind", behind), ("anywhere", rng.random((B, T)) < 0.6)):
        expected = np.zeros((B, H))
        for row in range(B):
            for t in np.flatnonzero(mask[row]):
                expected[row] = np.tanh(x[row, t] @ W_x + expected[row] @ W_h + b)
        what = f"the last states for B = {B}, T = {T}, F = {F}, H = {H}, masked steps {where}"
        found = last_states(x, mask, W_x, W_h, b)
        cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Batches of one length (4 points)
#
# Without padding, all sequences of a batch must have one length. Sort the rows into such batches:
#
# - A batch is an array of row numbers, shape (n,), with n at most `size`. All its rows have the same length.
# - Every row is in one batch. A bucket (all rows of one length) is cut into batches of `size`; its last one may be
#   smaller.
# - The shortest length comes first. Inside a bucket the row numbers rise, from batch to batch too.


# %% answer="batches"
def batches(lengths, size):
    """Row numbers: lengths (B,), size at least 1; returns a list of arrays, each of shape (n,)."""
    ### BEGIN SOLUTION
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
    ### END SOLUTION


# %% tests="batches" points=4
# Rows 1 and 5 have one step, rows 0, 2 and 4 have two, row 3 has four. Nobody has three.
found = batches(np.array([2, 1, 2, 4, 2, 1]), 2)
hint = "First the rows of one length, then cut them. What is left over in a bucket is a batch too."
cu.answers.expect_value(type(found).__name__, "list", "the name of the type returned", hint=hint)
cu.answers.expect_value(len(found), 4, "the number of batches", hint=hint)
for n, rows in enumerate([[1, 5], [0, 2], [4], [3]]):
    cu.answers.expect_array(found[n], rows, f"batch {n}", hint=hint)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(300)
cases = [([3], 1), ([1], 5), ([2] * 7, 3), ([4, 3, 2, 1], 4), ([5, 2, 5, 2, 5, 2], 1)]
cases += [([1, 2, 1, 2, 1, 2], 3), (rng.choice([2, 3, 7], size=40).tolist(), 6)]
cases += [(rng.integers(1, 12, size=65).tolist(), 4)]
for lengths, size in cases:
    expected = []
    for length in range(1, max(lengths) + 1):
        batch = []
        for row in range(len(lengths)):
            if lengths[row] == length:
                if len(batch) == size:
                    expected.append(batch)
                    batch = []
                batch.append(row)
        if batch:
            expected.append(batch)
    of = f"for B = {len(lengths)} and size {size}, lengths {min(lengths)} to {max(lengths)}"
    found = batches(np.array(lengths), size)
    what = f"the name of the type returned {of}"
    cu.answers.expect_value(type(found).__name__, "list", what, hint=hint)
    cu.answers.expect_value(len(found), len(expected), f"the number of batches {of}", hint=hint)
    for n, rows in enumerate(expected):
        cu.answers.expect_array(found[n], rows, f"batch {n} {of}", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bugs (4 points)
#
# A network gives an output at every step, and its loss is the mean squared error over the real steps of all sequences.
# In the padding, the targets are 0 and the outputs can be anything. `mean_loss_with_bugs` runs, and has two bugs. Write
# `mean_loss`, which has none:
#
# - A real step counts, whatever its target is. A padded step does not.
# - Every real step has the same weight. Padded to more columns, the same sequences have the same loss.


# %% given="bugs"
def mean_loss_with_bugs(y, y_hat, lengths):
    """The mean squared error over the real steps, it says."""
    real = y != 0
    return np.sum((y - y_hat) ** 2 * real) / (len(lengths) * y.shape[1])


# %% answer="mean_loss"
def mean_loss(y, y_hat, lengths):
    """The loss: targets y (B, T), outputs y_hat (B, T), lengths (B,); returns one number."""
    ### BEGIN SOLUTION
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.mean((y - y_hat)[real] ** 2)
    ### END SOLUTION


# %% tests="mean_loss" points=4
# Real are (1, 0, 2), answered by (1, 2, 2), and (3), answered by (5): the squared errors are 0, 4, 0 and 4.
y = np.array([[1.0, 0.0, 2.0, 0.0], [3.0, 0.0, 0.0, 0.0]])
y_hat = np.array([[1.0, 2.0, 2.0, 7.0], [5.0, 7.0, 7.0, 7.0]])
hint = "What says which steps are real? And how many numbers does the mean run over?"
found = mean_loss(y, y_hat, np.array([3, 1]))
cu.answers.expect_value(found, 2.0, "the loss", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
cases = [(1, 1, 0), (1, 5, 3), (4, 4, 0), (7, 4, 4), (5, 1, 2), (3, 9, 1)]
for seed, (B, T, more) in enumerate(cases):
    rng = np.random.default_rng(400 + seed)
    lengths = rng.integers(1, T + 1, size=B)
    y, y_hat = np.zeros((B, T + more)), rng.normal(4.5, 3.0, size=(B, T + more))
    total, steps = 0.0, 0
    for row, length in enumerate(lengths):
        for t in range(length):
            y[row, t] = rng.integers(0, 4)
            total, steps = total + (y[row, t] - y_hat[row, t]) ** 2, steps + 1
    what = f"the loss for B = {B}, T = {T + more}, {steps} real steps"
    found = mean_loss(y, y_hat, lengths)
    cu.answers.expect_value(found, float(total / steps), what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. 1000 sequences of 1 to 4 digits stand in four columns. At each step the target is the digit, and in the
# padding it is 0. An answer that has learned nothing says 4.5 at every step, in the padding too. Its squared errors are
# averaged in the three ways of the lesson: A, B and C. Then columns of padding are added. Sequences and answers stay as
# they are.

# %% shown="plot"
cu.plotting.use_style()
digits, lengths, _ = cu.sequences.digit_sums(1000, 4, seed=3)
averages = {"A": [], "B": [], "C": []}
for added in range(13):
    y = np.pad(digits[:, :, 0], [(0, 0), (0, added)])
    real = np.arange(4 + added) < lengths[:, None]
    squared = (y - 4.5) ** 2
    averages["A"].append(squared.mean())
    averages["B"].append(squared[real].mean())
    averages["C"].append((squared * real).mean())
look = {"xlabel": "columns of padding added", "ylabel": "mean squared error"}
ax = cu.plotting.step_series(averages, title="The same answers, averaged in three ways", **look)
cu.plotting.show(ax, alt="Three averages by added columns of padding: A rises, B stays, C falls")

# %% [markdown]
# In four to seven sentences: How is each of the three computed, and how do you see it? Why does A go where it goes, and
# C? One batch is padded to 4 columns and another to 16: which average may be compared between them?

# %% [markdown] explain="three_averages" points=4
# ### BEGIN SOLUTION
# B is the mean over the real steps only. Padding plays no part in it, so it stays near 8.25, the variance of a digit.
# A is the mean over all B · T entries. A padded step has the target 0 and the answer 4.5, so its squared error is 20.25,
# more than that of most digits. The more padding, the nearer A comes to 20.25. C sets the errors of the padding to 0 and
# still divides by B · T. Its sum stays the same while T grows, so it falls towards 0, though no answer got better.
# Only B may be compared between the two batches: A and C depend on the number of columns, which says nothing about the
# answers.
#
# **Rubric**
#
# - 1 point: B is the mean over the real steps, so padding does not change it.
# - 1 point: A counts the padding, and padded steps have a larger error (20.25, or "4.5 where the target is 0"): it rises.
# - 1 point: C has zeros for the padding but divides by all entries: it falls, though no answer is better.
# - 1 point: only B may be compared, because the others depend on the number of columns.
# ### END SOLUTION
