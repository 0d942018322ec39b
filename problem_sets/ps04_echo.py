# %% [markdown]
# # Problem set 04 · Echo, with truncated back-propagation
#
# Five tasks, 20 points, an hour or two. They belong to {{lesson:echo}}, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet. Helpers of your own may stand in cells above it.
# - Below each task stands a cell of tests. Run it as often as you want. If it prints nothing, your answer has passed. Otherwise it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both: it takes every size from its arguments, and does not change them.
#
# Shapes are those of the lesson: B rows, windows of T time steps, F input features, H hidden units. The number of
# windows is N.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: The echo and its riddles (4 points)
#
# The label of a step is the bit `lag` steps before. The labels are made of the whole series, and then the series and
# its labels are cut into B rows.
#
# - The first `lag` labels of the series have no bit: they are 0 by definition, and count as known.
# - Any other label is known if its bit stands in the label's own row.
#
# The rows fill the series exactly, and `lag` is at least 1 and smaller than a row is long.


# %% answer="echo"
def echo(bits, lag, B):
    """The labels, whole numbers, and which are known, truth values; returns two arrays.

    bits (length,), whole numbers; both arrays have the shape (B, length // B).
    """
    ### BEGIN SOLUTION
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
    ### END SOLUTION


# %% tests="echo" points=4
y_hint = "Which bit belongs to a label, one before it or one after? Which labels have none?"
known_hint = "In which row does a label's bit stand? And what is said of the first labels?"
# Eight bits in two rows, 1 0 1 1 and 0 0 1 1: every bit moves two places on.
what, hint = "the two arrays for B = 2, 4 steps a row, lag = 2", y_hint
bits = np.array([1, 0, 1, 1, 0, 0, 1, 1])
found = echo(bits, 2, 2)
cu.answers.expect_entries(found, 2, what)
expected = np.array([[0, 0, 1, 0], [1, 1, 0, 0]])
cu.answers.expect_array(found[0], expected, "the labels for lag = 2", hint=y_hint)
expected = np.array([[True, True, True, True], [False, False, True, True]])
what = "which labels are known for lag = 2"
cu.answers.expect_array(found[1], expected, what, hint=known_hint)
what, hint = "bits after the call", "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(bits, [1, 0, 1, 1, 0, 0, 1, 1], what, hint=hint)
# Nine bits in three rows, 1 0 1 and 1 0 0 and 1 0 1: every bit moves one place on.
what, hint = "the two arrays for B = 3, 3 steps a row, lag = 1", y_hint
found = echo(np.array([1, 0, 1, 1, 0, 0, 1, 0, 1]), 1, 3)
cu.answers.expect_entries(found, 2, what)
expected = np.array([[0, 1, 0], [1, 1, 0], [0, 1, 0]])
cu.answers.expect_array(found[0], expected, "the labels for lag = 1", hint=y_hint)
expected = np.array([[True, True, True], [False, True, True], [False, True, True]])
what = "which labels are known for lag = 1"
cu.answers.expect_array(found[1], expected, what, hint=known_hint)
### BEGIN HIDDEN TESTS
sizes = [(5, 20, 3), (1, 2, 1), (1, 9, 4), (3, 3, 2), (4, 5, 4), (4, 4, 1), (6, 11, 7)]
for seed, (B, steps, lag) in enumerate(sizes):
    of = f"for B = {B}, {steps} steps a row, lag = {lag}"
    what, hint = f"the two arrays {of}", y_hint
    bits = np.random.default_rng(100 + seed).integers(0, 2, size=B * steps)
    expected = np.zeros((B, steps), int)
    expected_known = np.zeros((B, steps), bool)
    for row in range(B):
        for t in range(steps):
            place = row * steps + t
            expected[row, t] = bits[place - lag] if place >= lag else 0
            expected_known[row, t] = place < lag or (place - lag) // steps == row
    found = echo(bits, lag, B)
    cu.answers.expect_entries(found, 2, what)
    cu.answers.expect_array(found[0], expected, f"the labels {of}", hint=y_hint)
    what = f"which labels are known {of}"
    cu.answers.expect_array(found[1], expected_known, what, hint=known_hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Find the bug (3 points)
#
# A network's answers to N windows come window by window, as an array (N, B, T). To compare them with the series, they
# are joined to rows again, (B, N·T): each row holds its own steps, in the order of time. `join_with_a_bug` runs, and
# gives an array of the right shape. Yet after it even perfect answers look like guesses. Write `join`, which has no bug.


# %% given="bug"
def join_with_a_bug(windows):
    """The rows, it says."""
    N, B, T = windows.shape
    return windows.reshape(B, N * T)


# %% answer="join"
def join(windows):
    """The rows, an array (B, N * T).

    windows (N, B, T): window 0 of all rows, then window 1 of all rows, and so on.
    """
    ### BEGIN SOLUTION
    return np.concatenate(list(windows), axis=1)
    ### END SOLUTION


# %% tests="join" points=3
hint = "Print a small case. From which windows do the steps of row 1 come, in which order?"
# Two windows of three rows and four steps.
# Row 0 counts from 0, row 1 from 10, row 2 from 20.
what = "the rows for N = 2, B = 3, T = 4"
windows = np.array(
    [
        [[0.0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]],
        [[4.0, 5, 6, 7], [14, 15, 16, 17], [24, 25, 26, 27]],
    ]
)
expected = np.arange(8.0) + np.array([[0.0], [10.0], [20.0]])
cu.answers.expect_array(join(windows), expected, what, hint=hint, atol=1e-5)
# Three windows of two rows and one step.
what = "the rows for N = 3, B = 2, T = 1"
windows = np.array([[[1.0], [4.0]], [[2.0], [5.0]], [[3.0], [6.0]]])
expected = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
cu.answers.expect_array(join(windows), expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(4, 5, 3), (1, 1, 1), (3, 3, 3), (1, 4, 6), (6, 1, 2), (2, 7, 1), (10, 2, 5)]
for N, B, T in sizes:
    what = f"the rows for N = {N}, B = {B}, T = {T}"
    windows = np.random.default_rng(200 + N).normal(size=(N, B, T))
    expected = np.zeros((B, N * T))
    for row in range(B):
        for step in range(N * T):
            expected[row, step] = windows[step // T, row, step % T]
    cu.answers.expect_array(join(windows), expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Carry the state, or reset it (5 points)
#
# Run a recurrent network with $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$ over windows that follow each other in time. The
# first window begins with a state of zeros. If `carry` is true, each other window begins with the state at the end of
# the window before. If `carry` is false, each window begins with zeros.


# %% answer="run_windows"
def run_windows(x, W_x, W_h, b, carry):
    """All states and the last one; returns two arrays.

    The state after every step, (N, B, T, H), and the state after the last step of the last
    window, (B, H). x (N, B, T, F), W_x (F, H), W_h (H, H), b (H,), carry True or False.
    """
    ### BEGIN SOLUTION
    states = np.zeros((*x.shape[:3], len(b)))
    zeros = np.zeros((x.shape[1], len(b)))
    h = zeros
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
            states[n, :, t] = h
    return states, h
    ### END SOLUTION


# %% tests="run_windows" points=5
last_hint = "The last state is that of each row after the last step of the last window."
# One window: one row of two steps, four features, three units.
# At each step one feature is 1: it picks a row of W_x.
# At step 0, z is (0, 2, 1) + b = (0.5, 1.5, 1). At step 1, x W_x + b is (-0.5, -0.5, 1).
# And h W_h is added: to unit 1 the old unit 0, to unit 2 minus the old unit 1.
of = "for N = 1, B = 1, T = 2, F = 4, H = 3"
what = f"the two arrays {of}"
hint = "Compute both states by hand: is the formula whole, and in its order?"
x = np.array([[[[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]]])
W_x = np.array([[3.0, 0.0, 1.0], [0.0, 2.0, 1.0], [1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
W_h = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
found = run_windows(x, W_x, W_h, np.array([0.5, -0.5, 0.0]), True)
cu.answers.expect_entries(found, 2, what)
expected = np.array([[[[0.462117, 0.905148, 0.761594], [-0.462117, -0.037865, 0.094568]]]])
cu.answers.expect_array(found[0], expected, f"the states {of}", hint=hint, atol=1e-5)
what, expected = f"the last state {of}", np.array([[-0.462117, -0.037865, 0.094568]])
cu.answers.expect_array(found[1], expected, what, hint=last_hint, atol=1e-5)
# One unit that adds up thousandths: tanh(z) is close to z there. Two windows of two steps:
# row 0 reads 1 2 and then 3 4, row 1 reads 0 0 and then 5 0, row 2 reads 2 0 and then 0 1.
# The bias adds 1 at each step.
hint = "Windows are axis 0, rows axis 1, time is axis 2. How does a window begin?"
x = 0.001 * np.array([[[1.0, 2], [0, 0], [2, 0]], [[3, 4], [5, 0], [0, 1]]])[..., None]
one, b = np.ones((1, 1)), np.array([0.001])
carried = [[[2.0, 5], [1, 2], [3, 4]], [[9, 14], [8, 9], [5, 7]]]
reset = [[[2.0, 5], [1, 2], [3, 4]], [[4, 9], [6, 7], [1, 3]]]
for carry, states, last in ((True, carried, [14.0, 9, 7]), (False, reset, [9.0, 7, 3])):
    of = f"for N = 2, B = 3, T = 2, carry = {carry}"
    what = f"the two arrays {of}"
    found = run_windows(x, one, one, b, carry)
    cu.answers.expect_entries(found, 2, what)
    expected = 0.001 * np.array(states)[..., None]
    cu.answers.expect_array(found[0], expected, f"the states {of}", hint=hint, atol=1e-5)
    what, expected = f"the last state {of}", 0.001 * np.array(last)[:, None]
    cu.answers.expect_array(found[1], expected, what, hint=last_hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(4, 3, 5, 2, 6), (1, 1, 1, 1, 1), (3, 3, 3, 3, 3), (5, 2, 1, 1, 4)]
sizes += [(1, 4, 6, 2, 3)]
for seed, (N, B, T, F, H) in enumerate(sizes):
    rng = np.random.default_rng(300 + seed)
    x, b = rng.normal(size=(N, B, T, F)), rng.normal(size=H)
    W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H)) / np.sqrt(H)
    for carry in (True, False):
        of = f"for N = {N}, B = {B}, T = {T}, F = {F}, H = {H}, carry = {carry}"
        what = f"the states {of}"
        hint = "How does a window begin? And is the formula whole, and in its order?"
        expected = np.zeros((N, B, T, H))
        for row in range(B):
            h = np.zeros(H)
            for n in range(N):
                for t in range(T):
                    start = np.zeros(H) if t == 0 and not carry else h
                    h = np.tanh(W_x.T @ x[n, row, t] + W_h.T @ start + b)
                    expected[n, row, t] = h
        found = run_windows(x, W_x, W_h, b, carry)
        cu.answers.expect_entries(found, 2, f"the two arrays {of}")
        cu.answers.expect_array(found[0], expected, what, hint=hint, atol=1e-5)
        what, expected = f"the last state {of}", expected[-1, :, -1]
        cu.answers.expect_array(found[1], expected, what, hint=last_hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: The best that resets allow (3 points)
#
# The bits are random, 0 and 1 equally often, and the state is reset to zeros at the start of every window of T steps.
# The network is as good as can be: it knows each label whose bit it has read, and says 50 : 50 for the others. Give the
# mean loss over the labels of a window, in nats, and the accuracy to be expected. The lag is at least 1. It may be
# shorter than the window, as long, or longer.


# %% answer="reset_limits"
def reset_limits(T, lag):
    """The lowest loss (nats) and the highest accuracy (0 to 1): a tuple of two floats.

    T and lag are whole numbers.
    """
    ### BEGIN SOLUTION
    riddles = min(lag, T) / T
    return riddles * np.log(2), 1 - riddles / 2
    ### END SOLUTION


# %% tests="reset_limits" points=3
loss_hint = "How many labels have their bit before the window? What does one cost, in nats?"
share_hint = "A share from 0 to 1: how often is a guess right?"
# A riddle costs ln 2, `np.log(2)`, and a guess is right half of the time.
# Windows of 4, an echo of 2 steps: half of the labels are riddles.
# Then the lesson's windows of 15 and echo of 3 steps, and windows of 2 and an echo of 5.
cases = [(4, 2, 0.3465736, 0.75), (15, 3, 0.1386294, 0.9), (2, 5, 0.6931472, 0.5)]
for T, lag, loss, accuracy in cases:
    of = f"for T = {T}, lag = {lag}"
    what, hint = f"the two floats {of}", loss_hint
    found = reset_limits(T, lag)
    cu.answers.expect_entries(found, 2, what)
    what = f"the lowest loss {of}"
    cu.answers.expect_value(found[0], loss, what, hint=loss_hint, atol=1e-5)
    what = f"the highest accuracy {of}"
    cu.answers.expect_value(found[1], accuracy, what, hint=share_hint, atol=1e-5)
### BEGIN HIDDEN TESTS
for T, lag in [(7, 20), (1, 1), (1, 3), (5, 1), (5, 4), (5, 5), (5, 6), (16, 9), (33, 8)]:
    of = f"for T = {T}, lag = {lag}"
    what, hint = f"the two floats {of}", loss_hint
    known = [step - lag >= 0 for step in range(T)]  # is the bit inside the window?
    loss = float(np.mean([0.0 if k else np.log(2) for k in known]))
    accuracy = float(np.mean([1.0 if k else 0.5 for k in known]))
    found = reset_limits(T, lag)
    cu.answers.expect_entries(found, 2, what)
    what = f"the lowest loss {of}"
    cu.answers.expect_value(found[0], loss, what, hint=loss_hint, atol=1e-5)
    what = f"the highest accuracy {of}"
    cu.answers.expect_value(found[1], accuracy, what, hint=share_hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (5 points)
#
# Run the cell. You need not read it: it is back-propagation, written out. Unit 3 of a small tanh network, with weights
# set by hand and noise added, mostly answers with the bit of 3 steps before. The picture shows the gradient of its
# answer at step 11 with respect to the input k steps back, for k = 0 to 11: its size, as a mean over 200 random series.
# It is drawn without windows, for windows of 8, and for windows of 5. The first window begins at step 0, and the state
# is carried.

# %% shown="plot"
cu.plotting.use_style()
rng = np.random.default_rng(4)
H, step = 6, 11
W_x = np.eye(1, H) + 0.1 * rng.normal(size=(1, H))
W_h = np.eye(H, k=1) + 0.2 * rng.normal(size=(H, H))
bits = rng.integers(0, 2, size=(200, step + 1)) - 0.5
states = [np.zeros((200, H))]
for t in range(step + 1):
    states.append(np.tanh(bits[:, [t]] @ W_x + states[-1] @ W_h))
sizes = {}
for name, T in {"no windows": step + 1, "windows of 8": 8, "windows of 5": 5}.items():
    to_state = np.broadcast_to(np.eye(H)[3], (200, H))  # unit 3 answers
    by_k = np.zeros(step + 1)
    for t in range(step, step // T * T - 1, -1):  # back to the first step of the window
        to_z = to_state * (1 - states[t + 1] ** 2)
        by_k[step - t] = np.abs(to_z @ W_x.T).mean()
        to_state = to_z @ W_h.T
    sizes[name] = by_k
look = {"xlabel": "k, steps back from step 11", "ylabel": "mean size of the gradient"}
ax = cu.plotting.step_series(sizes, title="The gradient of the answer at step 11", **look)
ax.set_xticks(range(step + 1))
alt = "Gradient size by k: without windows 0.06, 0.11, 0.09, 0.27, then less, never 0."
alt += " The curves of windows of 8 and of 5 follow it, and then drop to 0."
cu.plotting.show(ax, alt=alt)

# %% [markdown]
# Answer in four to eight sentences:
#
# 1. From which k on is each of the two curves with windows 0? At which step does the window of step 11 begin, with
#    windows of 8 and with windows of 5?
# 2. The state is carried over the edge. So why is the gradient beyond it exactly 0, and not just small?
# 3. What does that mean for learning the echo at step 11, with windows of 8 and with windows of 5?
# 4. Can training with windows of 5 teach the echo of 3 steps at all? Why?

# %% [markdown] explain="edges" points=5
# ### BEGIN SOLUTION
# Windows of 8 begin at steps 0 and 8, so the window of step 11 holds steps 8 to 11: the curve is 0 from k = 4 on.
# Windows of 5 begin at 0, 5 and 10: only steps 10 and 11 are inside, so it is 0 from k = 2 on. The state that comes over
# the edge is a constant to the gradient: its value is handed on, but how it was made was not recorded, so nothing goes
# back through it. With windows of 8 the answer at step 11 still reaches its bit, k = 3, where the gradient is largest;
# with windows of 5 the answer at step 11 teaches nothing about that bit. But windows of 5 can teach the echo: at the last
# two steps of each window (such as 13 and 14) the bit is inside, and the weights are the same at all steps.
#
# **Rubric** (half points exist)
#
# - 1 point: windows of 8: 0 from k = 4 on (or: last above 0 at k = 3), as the window begins at step 8; half for one of
#   the two.
# - 1 point: windows of 5: 0 from k = 2 on (or: last above 0 at k = 1), as the window begins at step 10; half for one of
#   the two.
# - 1 point: the value of the state is carried, but to the gradient it is a constant (it stops at the edge), so exactly 0.
#   Half for "it is cut off there" alone.
# - 1 point: at step 11 the bit at k = 3 is reached with windows of 8, and not with windows of 5; half for one of the two.
# - 1 point: windows of 5 can teach it, because other steps have their bit inside, and the weights are the same at all
#   steps; half for one of the two reasons.
# ### END SOLUTION
