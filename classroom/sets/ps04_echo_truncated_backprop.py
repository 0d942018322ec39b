# %% [markdown]
# # Problem set 04 · Echo, with truncated back-propagation
#
# Five tasks, 20 points, an hour or two. They belong to lesson 04, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet, and nowhere else. Add cells of your own where you like.
# - Below each task stands a cell of tests. Run it as often as you want: it says what it expected, what came, and gives
#   a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both.
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
    """The labels and which are known: bits (length,), whole numbers; returns two arrays.

    Both have the shape (B, length // B): y holds whole numbers, known holds truth values.
    """
    ### BEGIN SOLUTION
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
    ### END SOLUTION


# %% tests="echo" points=4
# Eight bits in two rows, 1 0 1 1 and 0 0 1 1, and an echo of one step: every bit moves one place on.
found = echo(np.array([1, 0, 1, 1, 0, 0, 1, 1]), 1, 2)
hint = "Two arrays come back, the labels first."
came = len(found) if type(found) in (tuple, list) else found
cu.answers.expect_value(came, 2, "the number of arrays that come back", hint=hint)
y_hint = "Make the labels of the whole series first, and cut them into rows last."
y, known = found
expected = np.array([[0, 1, 0, 1], [1, 0, 0, 1]])
cu.answers.expect_array(y, expected, "the labels", hint=y_hint)
known_hint = "In which row does a label's bit stand? And what is said of the first labels?"
expected = np.array([[True, True, True, True], [False, True, True, True]])
cu.answers.expect_array(known, expected, "which labels are known", hint=known_hint)
### BEGIN HIDDEN TESTS
sizes = [(1, 2, 1), (1, 9, 4), (3, 3, 2), (5, 20, 3), (4, 5, 4), (4, 4, 1), (6, 11, 7)]
for seed, (B, steps, lag) in enumerate(sizes):
    bits = np.random.default_rng(100 + seed).integers(0, 2, size=B * steps)
    expected = np.zeros((B, steps), int)
    expected_known = np.zeros((B, steps), bool)
    for row in range(B):
        for t in range(steps):
            place = row * steps + t
            expected[row, t] = bits[place - lag] if place >= lag else 0
            expected_known[row, t] = place < lag or (place - lag) // steps == row
    y, known = echo(bits, lag, B)
    of = f"for B = {B}, {steps} steps a row, lag = {lag}"
    cu.answers.expect_array(y, expected, f"the labels {of}", hint=y_hint)
    cu.answers.expect_array(known, expected_known, f"which labels are known {of}", hint=known_hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Find the bug (4 points)
#
# `cut_with_a_bug` is to cut B rows into windows of T steps: window 0 of all rows, then window 1 of all rows, and so on.
# Steps at a row's end that fill no window are dropped. It runs, and gives an array of the right shape. Yet trained on
# its windows, with the state carried, the lesson's network stays far from a loss of 0. Write `cut`, which has no bug.


# %% given="bug"
def cut_with_a_bug(series, T):
    """The windows in order of time, it says."""
    count = series.shape[1] // T
    return series[:, : count * T].reshape(count, series.shape[0], T)


# %% answer="cut"
def cut(series, T):
    """The windows in order of time: series (B, length), length at least T; returns (N, B, T)."""
    ### BEGIN SOLUTION
    count = series.shape[1] // T
    return series[:, : count * T].reshape(-1, count, T).swapaxes(0, 1)
    ### END SOLUTION


# %% tests="cut" points=4
# Two rows of seven steps. Windows of three steps: the last step of each row, 6 and 16, fills none.
series = np.array([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]])
expected = np.array(
    [
        [[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]],
        [[3.0, 4.0, 5.0], [13.0, 14.0, 15.0]],
    ]
)
hint = "Print the windows of a small series. From which row must row b of a window come?"
cu.answers.expect_array(cut(series, 3), expected, "the windows", hint=hint)
### BEGIN HIDDEN TESTS
sizes = [(1, 1, 1), (5, 17, 4), (4, 16, 4), (3, 3, 3), (2, 10, 1), (1, 11, 5), (6, 14, 5)]
for B, length, T in sizes:
    series = np.random.default_rng(200 + length).normal(size=(B, length))
    expected = np.zeros((length // T, B, T))
    for n in range(length // T):
        for row in range(B):
            for t in range(T):
                expected[n, row, t] = series[row, n * T + t]
    what = f"the windows for B = {B}, rows of {length} steps, T = {T}"
    cu.answers.expect_array(cut(series, T), expected, what, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Carry the state, or reset it (4 points)
#
# Run a recurrent network with $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$ over windows that follow each other in time. The
# first window begins with a state of zeros. If `carry` is true, each other window begins with the state at the end of
# the window before. If `carry` is false, each window begins with zeros.


# %% answer="run_windows"
def run_windows(x, W_x, W_h, b, carry):
    """All states and the last one: x (N, B, T, F), W_x (F, H), W_h (H, H), b (H,), carry a bool.

    Returns two arrays: the state after every step, (N, B, T, H), and the state after the last
    step of the last window, (B, H).
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


# %% tests="run_windows" points=4
# One unit that adds up small numbers: tanh(z) is close to z there. In units of 0.0001, row 0 reads
# 1 2 and then 3 4, row 1 reads 0 0 and then 5 0, and the bias adds 1 at each step.
x = 1e-4 * np.array([[[[1.0], [2.0]], [[0.0], [0.0]]], [[[3.0], [4.0]], [[5.0], [0.0]]]])
one, b = np.ones((1, 1)), np.array([1e-4])
found = run_windows(x, one, one, b, True)
hint = "Two arrays come back: all states first, then the last one."
came = len(found) if type(found) in (tuple, list) else found
cu.answers.expect_value(came, 2, "the number of arrays that come back", hint=hint)
hint = "Windows are axis 0, rows axis 1, time is axis 2. With which state does a window begin?"
expected = 1e-4 * np.array([[[[2.0], [5.0]], [[1.0], [2.0]]], [[[9.0], [14.0]], [[8.0], [9.0]]]])
cu.answers.expect_array(found[0], expected, "the states, carried", hint=hint, atol=1e-6)
last_hint = "The last state is that of each row after the last step of the last window."
expected = 1e-4 * np.array([[14.0], [9.0]])
cu.answers.expect_array(found[1], expected, "the last state, carried", hint=last_hint, atol=1e-6)
states, last = run_windows(x, one, one, b, False)
expected = 1e-4 * np.array([[[[2.0], [5.0]], [[1.0], [2.0]]], [[[4.0], [9.0]], [[6.0], [7.0]]]])
cu.answers.expect_array(states, expected, "the states, reset", hint=hint, atol=1e-6)
expected = 1e-4 * np.array([[9.0], [7.0]])
cu.answers.expect_array(last, expected, "the last state, reset", hint=last_hint, atol=1e-6)
### BEGIN HIDDEN TESTS
sizes = [(1, 1, 1, 1, 1), (4, 3, 5, 2, 6), (3, 3, 3, 3, 3), (5, 2, 1, 1, 4), (1, 4, 6, 2, 3)]
for seed, (N, B, T, F, H) in enumerate(sizes):
    rng = np.random.default_rng(300 + seed)
    x, b = rng.normal(size=(N, B, T, F)), rng.normal(size=H)
    W_x, W_h = rng.normal(size=(F, H)), rng.normal(size=(H, H))
    for carry in (True, False):
        expected = np.zeros((N, B, T, H))
        for row in range(B):
            h = np.zeros(H)
            for n in range(N):
                for t in range(T):
                    start = np.zeros(H) if t == 0 and not carry else h
                    expected[n, row, t] = h = np.tanh(x[n, row, t] @ W_x + start @ W_h + b)
        states, last = run_windows(x, W_x, W_h, b, carry)
        of = f"for N = {N}, B = {B}, T = {T}, F = {F}, H = {H}, carry = {carry}"
        cu.answers.expect_array(states, expected, f"the states {of}", hint=hint, atol=1e-9)
        what, expected = f"the last state {of}", expected[-1, :, -1]
        cu.answers.expect_array(last, expected, what, hint=last_hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: The best that resets allow (4 points)
#
# The bits are random, 0 and 1 equally often, and the state is reset to zeros at the start of every window of T steps.
# The network is as good as can be: it knows each label whose bit it has read, and says 50 : 50 for the others. Give the
# mean loss over the labels of a window, in nats, and the accuracy to be expected. The lag is at least 1. It may be
# shorter than the window, as long, or longer.


# %% answer="reset_limits"
def reset_limits(T, lag):
    """Two floats: the lowest loss (nats) and the highest accuracy (0 to 1); T and lag are ints."""
    ### BEGIN SOLUTION
    riddles = min(lag, T) / T
    return riddles * np.log(2), 1 - riddles / 2
    ### END SOLUTION


# %% tests="reset_limits" points=4
# Windows of 4, an echo of 2 steps: half of the labels are riddles. A riddle costs ln 2 = 0.6931 nats,
# and a guess is right half of the time.
found = reset_limits(4, 2)
hint = "Two numbers come back, the loss first."
came = len(found) if type(found) in (tuple, list, np.ndarray) else found
cu.answers.expect_value(came, 2, "the number of numbers that come back", hint=hint)
hint = "At how many steps does the bit stand before the window? And at most?"
of = "for T = 4, lag = 2"
cu.answers.expect_value(found[0], 0.34657, f"the lowest loss {of}", hint=hint, atol=1e-4)
cu.answers.expect_value(found[1], 0.75, f"the highest accuracy {of}", hint=hint, atol=1e-6)
# The lesson's windows of 15 and echo of 3 steps.
loss, accuracy = reset_limits(15, 3)
of = "for T = 15, lag = 3"
cu.answers.expect_value(loss, 0.13863, f"the lowest loss {of}", hint=hint, atol=1e-4)
cu.answers.expect_value(accuracy, 0.9, f"the highest accuracy {of}", hint=hint, atol=1e-6)
### BEGIN HIDDEN TESTS
for T, lag in [(1, 1), (1, 3), (5, 1), (5, 4), (5, 5), (5, 6), (7, 20), (16, 9), (33, 8)]:
    known = [step - lag >= 0 for step in range(T)]  # is the bit inside the window?
    expected = (
        float(np.mean([0.0 if k else np.log(2) for k in known])),
        float(np.mean([1.0 if k else 0.5 for k in known])),
    )
    loss, accuracy = reset_limits(T, lag)
    of = f"for T = {T}, lag = {lag}"
    cu.answers.expect_value(loss, expected[0], f"the lowest loss {of}", hint=hint, atol=1e-9)
    what = f"the highest accuracy {of}"
    cu.answers.expect_value(accuracy, expected[1], what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. A network of tanh units answers with the bit of 3 steps before. The picture shows the gradient of its
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
    to_state, by_k = np.broadcast_to(np.eye(H)[3], (200, H)), np.zeros(step + 1)  # unit 3 answers
    for t in range(step, step // T * T - 1, -1):  # back to the first step of the window
        to_z = to_state * (1 - states[t + 1] ** 2)
        by_k[step - t] = np.abs(to_z @ W_x.T).mean()
        to_state = to_z @ W_h.T
    sizes[name] = by_k
look = {"xlabel": "k, steps back from step 11", "ylabel": "mean size of the gradient"}
ax = cu.plotting.step_series(sizes, title="The gradient of the answer at step 11", **look)
cu.plotting.show(
    ax, alt="Gradient size by k: all curves begin alike; windows of 5 fall to 0 first, then of 8"
)

# %% [markdown]
# In four to seven sentences: At which k does each of the two curves leave the first one, and why just there? The state
# is carried over the edge, so why is the gradient beyond it exactly 0, and not just small? What does it mean for
# learning the echo at step 11? And can training with windows of 5 teach the echo of 3 steps at all?

# %% [markdown] explain="edges" points=4
# ### BEGIN SOLUTION
# Windows of 8 begin at steps 0 and 8, so step 11 has steps 8 to 11 in its window: the curve equals the first up to
# k = 3 and is 0 from k = 4 on. Windows of 5 begin at 0, 5 and 10: only steps 10 and 11 are inside, so it is 0 from k = 2
# on. The state that comes over the edge is a constant to the gradient: its value is handed on, but how it was made was
# not recorded, so nothing goes back through it. With windows of 8 the answer at step 11 still reaches its bit, k = 3,
# where the gradient is largest; with windows of 5 the answer at step 11 teaches nothing about that bit. But the weights
# are the same at all steps, and at the last two steps of each window of 5 (such as 13 and 14) the bit is inside. They
# teach the echo; one step more than the lag, 4, is long enough.
#
# **Rubric.**
#
# - 1 point: equal inside the window and 0 beyond it, with the right k (0 from k = 4 on for windows of 8, from k = 2 on
#   for windows of 5) and the steps where these windows begin, 8 and 10.
# - 1 point: the value of the state is carried, but it is a constant to the gradient, so exactly 0.
# - 1 point: at step 11 the bit at k = 3 is reached with windows of 8, and not with windows of 5.
# - 1 point: windows of 5 can teach it, because other steps have their bit inside and the weights are the same at all
#   steps.
# ### END SOLUTION
