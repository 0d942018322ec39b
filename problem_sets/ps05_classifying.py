# %% [markdown]
# # Problem set 05 · Classifying and labelling sequences
#
# Five tasks, 20 points, an hour or two. They belong to {{lesson:classifying}}, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet. Helpers of your own may stand in cells above it.
# - Below each task stands a cell of tests. Run it as often as you want. If it prints nothing, your answer has passed. Otherwise it says what it expected, what came, and gives a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both: it takes every size from its arguments, and does not change them.
#
# Shapes are those of the lesson: B rows, T time steps, H hidden units, C classes. In a mask (B, T), true stands for a
# real step.

# %% given="setup"
import course_utils as cu
import numpy as np

# %% [markdown]
# ## Task 1: One softmax for all steps (4 points)
#
# One head serves every step of every row: it makes C logits of the H numbers of a state, and a softmax makes
# probabilities of them. Logits may be far from 0, and each step has its own. `np.exp(1000)` is infinite and
# `np.exp(-1000)` is 0: take care of both. (A softmax does not change when the same number is taken away from all C
# logits.)


# %% answer="label_probabilities"
def label_probabilities(states, W, b):
    """The probabilities of the C classes at every step, an array (B, T, C).

    states (B, T, H), W (H, C), b (C,).
    """
    ### BEGIN SOLUTION
    logits = states @ W + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% tests="label_probabilities" points=4
# Two rows of three steps, one unit, two classes. The logits are ln 3 and s · ln 3: the two
# probabilities are as 3 to 1 for a state s of 0, and then as 3 to 3, 3 to 9 and 3 to 27.
what = "the probabilities for B = 2, T = 3, H = 1, C = 2"
small_hint = "Each step's C probabilities add up to 1, made of its own state, W and b."
hint = small_hint
states = np.array([[[0.0], [1.0], [2.0]], [[3.0], [2.0], [1.0]]])
W, b = np.array([[0.0, np.log(3)]]), np.array([np.log(3), 0.0])
found = label_probabilities(states, W, b)
row_0 = [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]]
row_1 = [[0.1, 0.9], [0.25, 0.75], [0.5, 0.5]]
expected = [row_0, row_1]
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
# One row of four steps, two units, three classes. The state is the first two logits, the
# third is -2000. Of two logits that are 1 apart, the larger gets 1 / (1 + 1/e) = 0.731059.
what = "the probabilities of large logits for B = 1, T = 4, H = 2, C = 3"
large_hint = "What is taken away from a step's logits, so that its largest power is 1?"
hint = large_hint
states = [[[1000.0, 999.0], [0.0, 0.0], [-1000.0, 1000.0], [-1000.0, -999.0]]]
W, b = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([0.0, 0.0, -2000.0])
found = label_probabilities(np.array(states), W, b)
expected = [[[0.731059, 0.268941, 0], [0.5, 0.5, 0], [0, 1, 0], [0.268941, 0.731059, 0]]]
cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(1, 1, 1, 2), (2, 7, 3, 4), (5, 5, 5, 5), (3, 1, 2, 6), (6, 4, 1, 3), (1, 1, 1, 1)]
hint = small_hint
for seed, (B, T, H, C) in enumerate(sizes):
    what = f"the probabilities for B = {B}, T = {T}, H = {H}, C = {C}"
    rng = np.random.default_rng(100 + seed)
    states, W, b = rng.normal(size=(B, T, H)), rng.normal(size=(H, C)), rng.normal(size=C)
    expected = np.zeros((B, T, C))
    for row in range(B):
        for t in range(T):
            powers = [np.exp(np.dot(states[row, t], W[:, c]) + b[c]) for c in range(C)]
            expected[row, t] = np.array(powers) / sum(powers)
    found = label_probabilities(states, W, b)
    cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
# The steps have large logits of their own. Where two are near each other, they are 1 apart.
hint = large_hint
near = 1 / (1 + np.exp(-1.0))
steps = {
    (1000.0, 999.0): (near, 1 - near),
    (-1000.0, -999.0): (1 - near, near),
    (1000.0, -1000.0): (1.0, 0.0),
    (-1000.0, 1000.0): (0.0, 1.0),
    (0.0, 0.0): (0.5, 0.5),
    (0.0, 1000.0): (0.0, 1.0),
}
for B, T in ((2, 3), (1, 6), (6, 1)):
    what = f"the probabilities of large logits for B = {B}, T = {T}, H = 2, C = 2"
    states = np.array(list(steps)).reshape(B, T, 2)
    expected = np.array(list(steps.values())).reshape(B, T, 2)
    found = label_probabilities(states, np.eye(2), np.zeros(2))
    cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: Take the spaces away (4 points)
#
# Make rows of letters and labels from a text, as in the lesson. The text has the letters a to z and spaces, and at
# least one letter. There may be spaces at its beginning and its end, and several side by side.
#
# - A letter is a number, 1 for a to 26 for z. There are no spaces among the letters.
# - The label of a letter is 1 if a space follows it or the text ends after it, and 0 if not.
# - The letters are cut into rows of T, also in the middle of a word. In the last row zeros stand for what is missing,
#   in both arrays. There is no row of padding only.


# %% answer="rows_of"
def rows_of(text, T):
    """The letters and the labels: a tuple of two arrays of whole numbers.

    Both have the shape (B, T), where B is as small as can be. text is a str, T an int.
    """
    ### BEGIN SOLUTION
    count = len(text.replace(" ", ""))
    letters = np.zeros(-(-count // T) * T, int)
    ends_word = np.zeros_like(letters)
    place = 0
    for character, following in zip(text, text[1:] + " ", strict=True):
        if character != " ":
            letters[place] = ord(character) - ord("a") + 1
            ends_word[place] = following == " "
            place += 1
    return letters.reshape(-1, T), ends_word.reshape(-1, T)
    ### END SOLUTION


# %% tests="rows_of" points=4
letters_hint = "Only letters get a place, row after row, and a is 1. How many are they?"
letters_hint += " What fills the last row?"
ends_hint = "What follows the letter in the text? Does the end of a row change anything?"
# " a cat sat" has 7 letters. In rows of five: a c a t s, and a t with padding.
of = "of ' a cat sat', T = 5"
what, hint = f"the letters and the labels {of}", letters_hint
found = rows_of(" a cat sat", 5)
cu.answers.expect_entries(found, 2, what)
expected = [[1, 3, 1, 20, 19], [1, 20, 0, 0, 0]]
cu.answers.expect_array(found[0], expected, f"the letters {of}", hint=letters_hint)
expected = [[1, 0, 0, 1, 0], [0, 1, 0, 0, 0]]
cu.answers.expect_array(found[1], expected, f"the labels {of}", hint=ends_hint)
# Spaces before, after, and three side by side. Three rows of two letters, without padding.
of = "of ' ab   cdef ', T = 2"
what, hint = f"the letters and the labels {of}", letters_hint
found = rows_of(" ab   cdef ", 2)
cu.answers.expect_entries(found, 2, what)
expected = [[1, 2], [3, 4], [5, 6]]
cu.answers.expect_array(found[0], expected, f"the letters {of}", hint=letters_hint)
expected = [[0, 1], [0, 0], [0, 1]]
cu.answers.expect_array(found[1], expected, f"the labels {of}", hint=ends_hint)
### BEGIN HIDDEN TESTS
texts = ["z", "   z", "one word", "  thespaces  aregone", "ab   cd", "o    x    "]
texts.append("the quick brown fox jumps over a dog ")
for seed, letters_in_all in enumerate((12, 60, 25)):
    rng = np.random.default_rng(200 + seed)
    text = ""
    for code in rng.integers(1, 27, size=letters_in_all):
        text += chr(96 + code) + " " * rng.choice([0, 0, 0, 1, 2, 3])
    texts.append(text)
for text in texts:
    words = text.split()
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    codes = [alphabet.index(letter) + 1 for word in words for letter in word]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    for T in (1, 3, 5, 12, 60):
        B = (len(codes) + T - 1) // T
        padding = [0] * (B * T - len(codes))
        of = f"of {len(codes)} letters among {text.count(' ')} spaces, T = {T}"
        what, hint = f"the letters and the labels {of}", letters_hint
        found = rows_of(text, T)
        cu.answers.expect_entries(found, 2, what)
        expected = np.array(codes + padding).reshape(B, T)
        cu.answers.expect_array(found[0], expected, f"the letters {of}", hint=letters_hint)
        expected = np.array(ends + padding).reshape(B, T)
        cu.answers.expect_array(found[1], expected, f"the labels {of}", hint=ends_hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Scores over real steps (4 points)
#
# How good are the labels that a network says? Give four numbers, from 0 to 1. All four count real steps only, those of
# all rows together; there is at least one.
#
# - The **accuracy**: the share of steps where the label that is said is the true one.
# - The **precision** P: of the steps where a 1 is said, the share whose true label is 1. If no 1 is said, it counts as
#   0.0.
# - The **recall** R: of the steps whose true label is 1, the share where a 1 is said. If there are none, it counts as 0.0.
# - **F1**, 2PR / (P + R). If P and R are both 0, it counts as 0.0.


# %% answer="scores"
def scores(said, labels, mask):
    """Accuracy, precision, recall and F1: a tuple of four floats in this order.

    said and labels (B, T) hold 0 and 1, mask (B, T) truth values. What said and labels hold
    in the padding means nothing.
    """
    ### BEGIN SOLUTION
    said, labels = said[mask], labels[mask]
    both = np.sum((said == 1) & (labels == 1))
    precision = both / np.sum(said == 1) if np.any(said == 1) else 0.0
    recall = both / np.sum(labels == 1) if np.any(labels == 1) else 0.0
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return np.mean(said == labels), precision, recall, f1
    ### END SOLUTION


# %% tests="scores" points=4
names = ("the accuracy", "the precision", "the recall", "F1")
hints = (
    "At how many real steps is the label right, and how many are there?",
    "Does it divide by the 1s said, or by the true 1s? Count all rows, then divide once.",
    "Does it divide by the 1s said, or by the true 1s? Count all rows, then divide once.",
    "F1 is 2PR / (P + R), with P and R over the real steps of all rows together.",
)
nothing_hint = "What does the task say for a share of nothing?"
# Eight real steps, five in row 0 and three in row 1; the label is right at five of them.
# A 1 is said three times, and two of these are right. There are four true ones.
labels = np.array([[1, 1, 0, 0, 1], [0, 1, 0, 0, 1]])
said = np.array([[1, 0, 0, 1, 1], [0, 0, 0, 1, 0]])
mask = np.array([[True, True, True, True, True], [True, True, True, False, False]])
of = "for B = 2, T = 5"
what, hint = f"the four scores {of}", "All four count real steps only."
found = scores(said, labels, mask)
cu.answers.expect_entries(found, 4, what)
wanted = (5 / 8, 2 / 3, 1 / 2, 4 / 7)
for name, value, expected, hint in zip(names, found, wanted, hints, strict=True):
    cu.answers.expect_value(value, expected, f"{name} {of}", hint=hint, atol=1e-5)
why = "Work on a copy: the arguments stay as they are."
expected = [[1, 0, 0, 1, 1], [0, 0, 0, 1, 0]]
cu.answers.expect_array(said, expected, "said after the call", hint=why)
expected = [[1, 1, 0, 0, 1], [0, 1, 0, 0, 1]]
cu.answers.expect_array(labels, expected, "labels after the call", hint=why)
# Never a 1: the four zeros of the eight labels are right, and no 1 is said.
of = "for B = 2, T = 5, where no 1 is said"
what, hint = f"the four scores {of}", nothing_hint
found = scores(0 * said, labels, mask)
cu.answers.expect_entries(found, 4, what)
for name, value, expected in zip(names, found, (1 / 2, 0.0, 0.0, 0.0), strict=True):
    cu.answers.expect_value(value, expected, f"{name} {of}", hint=hint, atol=1e-5)
# Three rows with two, one and one real steps. All labels are 0. A 1 is said at one of them.
of = "for B = 3, T = 2, where no true label is 1"
what = f"the four scores {of}"
said = np.array([[0, 1], [0, 0], [0, 1]])
mask = np.array([[True, True], [True, False], [True, False]])
found = scores(said, np.zeros((3, 2), int), mask)
cu.answers.expect_entries(found, 4, what)
for name, value, expected in zip(names, found, (3 / 4, 0.0, 0.0, 0.0), strict=True):
    cu.answers.expect_value(value, expected, f"{name} {of}", hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
cases = []
for seed, (B, T) in enumerate([(1, 1), (4, 9), (5, 5), (7, 1), (1, 30), (3, 12)]):
    rng = np.random.default_rng(300 + seed)
    said, labels = rng.integers(0, 2, size=(B, T)), rng.integers(0, 2, size=(B, T))
    mask = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    of, zeros = f"for B = {B}, T = {T}", np.zeros((B, T), int)
    cases.append((of, said, labels, mask))
    cases.append((f"{of}, no true 1", said, zeros, mask))
    cases.append((f"{of}, a 1 said at every step", zeros + 1, labels, mask))
    cases.append((f"{of}, all labels 0 and said so", zeros, zeros, mask))
    cases.append((f"{of}, all wrong", 1 - labels, labels, mask))
    cases.append((f"{of}, ones in the padding only", 1 - mask, 1 - mask, mask))
for of, said, labels, mask in cases:
    counted = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 0}
    for row, t in np.argwhere(mask):
        counted[int(said[row, t]), int(labels[row, t])] += 1
    both, wrongly, missed = counted[1, 1], counted[1, 0], counted[0, 1]
    wanted = [(both + counted[0, 0]) / sum(counted.values())]
    for below in (both + wrongly, both + missed, both + (wrongly + missed) / 2):
        wanted.append(both / below if below else 0.0)
    what = f"the four scores {of}"
    hint = "All four count real steps only. And what is a share of nothing?"
    found = scores(said, labels, mask)
    cu.answers.expect_entries(found, 4, what)
    for name, value, expected, usual in zip(names, found, wanted, hints, strict=True):
        hint = nothing_hint if expected == 0 and name != names[0] else usual
        cu.answers.expect_value(value, expected, f"{name} {of}", hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: Find the bugs (4 points)
#
# `loss_with_bugs` is to be the mean cross-entropy of a labelling, over the real steps of all rows together. It runs,
# and has three bugs. These show in what it does:
#
# - Its value is larger for better answers.
# - Rows that are twice as long, labelled just as well, give twice the loss.
# - What stands in the padding changes it. (It is not even told which steps are real.)
#
# Write `labelling_loss`, which has none, and is given a mask.


# %% given="bugs"
def loss_with_bugs(t, p):
    """The mean cross-entropy, it says."""
    return np.mean(np.sum(t * np.log(p), axis=1))


# %% answer="labelling_loss"
def labelling_loss(t, p, mask):
    """The mean cross-entropy of the real steps in nats, a float.

    t (B, T, C) is 1 for the right class and 0 for the others, p (B, T, C) are probabilities
    above 0, also in the padding, where both mean nothing. mask (B, T) holds truth values.
    """
    ### BEGIN SOLUTION
    of_steps = -np.sum(t * np.log(p), axis=-1)
    return of_steps[mask].mean()
    ### END SOLUTION


# %% tests="labelling_loss" points=4
# One row of two steps, two classes. The right classes get 1/2 and 1/8, which cost ln 2 and
# 3 ln 2: in the mean 2 ln 2 = 1.386294. A better answer, 1/2 at both steps, costs 0.693147.
hint = "The mean of the steps' costs is above 0, and smaller for a better answer."
t = np.array([[[1.0, 0.0], [0.0, 1.0]]])
p = np.array([[[0.5, 0.5], [0.875, 0.125]]])
what = "the loss for B = 1, T = 2, C = 2"
found = labelling_loss(t, p, np.ones((1, 2), bool))
cu.answers.expect_value(found, 1.386294, what, hint=hint, atol=1e-5)
what = "the loss of a better answer, B = 1, T = 2, C = 2"
found = labelling_loss(t, np.full((1, 2, 2), 0.5), np.ones((1, 2), bool))
cu.answers.expect_value(found, 0.693147, what, hint=hint, atol=1e-5)
# The first row again, with the same two steps three times one after the other.
what = "the loss of a longer row, B = 1, T = 6, C = 2"
hint = "Along which axis are the classes? Their sum leaves one number for each step."
longer_t, longer_p = np.tile(t, (1, 3, 1)), np.tile(p, (1, 3, 1))
found = labelling_loss(longer_t, longer_p, np.ones((1, 6), bool))
cu.answers.expect_value(found, 1.386294, what, hint=hint, atol=1e-5)
# Two rows of four steps, three classes. The right classes get 1/2, 1/4 and 1/2 in row 0,
# and 1/16 at the real step of row 1: 1, 2, 1 and 4 times ln 2, in the mean 2 ln 2.
what = "the loss with padding, B = 2, T = 4, C = 3, real steps: 4"
hint = "Which steps count? By how many is their sum divided?"
t = np.eye(3)[[[0, 1, 2, 1], [2, 0, 1, 1]]]
p = np.array(
    [
        [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.1, 0.8, 0.1]],
        [[0.4375, 0.5, 0.0625], [0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1]],
    ]
)
mask = np.array([[True, True, True, False], [True, False, False, False]])
t_before, p_before = t.copy(), p.copy()
found = labelling_loss(t, p, mask)
cu.answers.expect_value(found, 1.386294, what, hint=hint, atol=1e-5)
why = "Work on a copy: the arguments stay as they are."
cu.answers.expect_array(t, t_before, "t after the call", hint=why)
cu.answers.expect_array(p, p_before, "p after the call", hint=why)
### BEGIN HIDDEN TESTS
axis_hint = "One number for each step: along which axis is the sum, and which sign has it?"
padding_hint = "Which steps count? By how many is their sum divided?"
sizes = [(1, 1, 2), (4, 6, 3), (4, 4, 4), (3, 1, 5), (1, 20, 2), (6, 9, 2)]
for seed, (B, T, C) in enumerate(sizes):
    rng = np.random.default_rng(400 + seed)
    right = rng.integers(0, C, size=(B, T))
    p = rng.uniform(0.05, 1.0, size=(B, T, C))
    p /= p.sum(axis=-1, keepdims=True)
    t = (np.arange(C) == right[..., None]).astype(float)
    padded = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    for mask in (np.ones((B, T), bool), padded):
        places = np.argwhere(mask)
        costs = [-np.log(p[row, step, right[row, step]]) for row, step in places]
        what = f"the loss for B = {B}, T = {T}, C = {C}, real steps: {len(costs)}"
        hint = axis_hint if mask.all() else padding_hint
        expected = float(sum(costs) / len(costs))
        found = labelling_loss(t.copy(), p.copy(), mask.copy())
        cu.answers.expect_value(found, expected, what, hint=hint, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. The spaces of the lesson's text are put back without a network, by a table of counts (lesson, *Rivals
# that count*). It knows a letter and the k letters before it, or a letter and the k letters after it. The thick line is
# *never a space*.

# %% shown="plot"
cu.plotting.use_style()
train, test = cu.datasets.text_without_spaces(seed=5)
truth = test.ends_word[test.mask]
shares = {"never a space": [np.mean(truth == 0)] * 6}
shares |= {"k letters after": [], "k letters before": []}
for k in range(6):
    after, before = [(0, n) for n in range(k + 1)], [(n, 0) for n in range(k + 1)]
    for name, windows in (("k letters after", after), ("k letters before", before)):
        guess = cu.baselines.window_counts(train, test.letters, windows=windows)
        shares[name].append(np.mean(guess[test.mask] == truth))
look = {"xlabel": "k, letters known besides the letter"}
look |= {"ylabel": "share of test letters right\n(axis begins at 0.75)"}
ax = cu.plotting.step_series(shares, title="Spaces put back by counting letters", **look)
ax.set_ylim(0.75, 1)
alt = "Share right by k, 0 to 5. After: 0.80, 0.87, 0.92, 0.96, 0.96, 0.97."
alt += " Before: 0.80, 0.84, 0.89, 0.91, 0.92, 0.93. Never a space: 0.79."
cu.plotting.show(ax, alt=alt)

# %% [markdown]
# Answer in four to eight sentences:
#
# 1. Why do the two curves begin at the same point? Is their share at k = 0 a good one?
# 2. Why are the letters after worth more? Give two short texts of your own in which a letter, with the same letters
#    before it, has different labels.
# 3. In the lesson, the GRU that reads forward was right at about 91 % of these letters, and the one that reads both ways
#    at about 97 %. Near which curve does each of them stand in this picture? And why is forward so far behind?
# 4. Name a use in which the letters after are not there yet.

# %% [markdown] explain="letters_after" points=4
# ### BEGIN SOLUTION
# At k = 0 both tables know the letter alone, so they are the same table. It is right for about 80 % of the letters, but
# that is hardly more than *never a space*, since about 79 % of the letters end no word. The letters after are worth
# more, since what follows decides whether a word ends. The n of `an end` ends a word, and that of `and` does not; the
# letter before is the same. The GRU that reads forward stands at the curve of the letters before, a little
# under its end: at step t it has read the letters up to t, and lacks what the better curve has, however well it is
# trained. The one that reads both ways stands at the upper end of the other curve: it has the letters after, and those
# before as well. While somebody types, the letters after are not there yet.
#
# **Rubric** (half points exist)
#
# - 1 point: at k = 0 it is the same table (half), hardly better than *never a space* (half).
# - 1 point: what follows decides whether a word ends (half); two texts in which a letter, with the same letters before
#   it, ends a word in one and not in the other (half).
# - 1 point: forward is near the curve of the letters before, both ways near the upper end of the curve of the letters
#   after, or above (half for both places); forward lacks the letters after (half).
# - 1 point: a use where the answer is wanted before the text goes on: typing, live speech. Half for "in real time"
#   without a use.
# ### END SOLUTION
