# %% [markdown]
# # Problem set 05 · Classifying and labelling sequences
#
# Five tasks, 20 points, an hour or two. They belong to lesson 05, and need NumPy only.
#
# - Write your code where a cell says that it is not done yet, and nowhere else. Add cells of your own where you like.
# - Below each task stands a cell of tests. Run it as often as you want: it says what it expected, what came, and gives
#   a hint.
# - Other tests, with other numbers and other sizes, run when your work is graded. A function that is right passes both.
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
# probabilities of them. Logits may be as large as 1000, and `np.exp(1000)` is infinite: take care of that. (A softmax
# does not change when the same number is taken away from all C logits.)


# %% answer="label_probabilities"
def label_probabilities(states, W, b):
    """Probabilities at every step: states (B, T, H), W (H, C), b (C,); returns (B, T, C)."""
    ### BEGIN SOLUTION
    logits = states @ W + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% tests="label_probabilities" points=4
# Two rows of three steps, one unit, two classes. The logits are ln 3 and s · ln 3, so the two
# probabilities are for a state s of 0 as 3 to 1, of 1 as 3 to 3, of 2 as 3 to 9, of 3 as 3 to 27.
states = np.array([[[0.0], [1.0], [2.0]], [[3.0], [2.0], [1.0]]])
found = label_probabilities(states, np.array([[0.0, np.log(3)]]), np.array([np.log(3), 0.0]))
expected = np.array(
    [
        [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]],
        [[0.1, 0.9], [0.25, 0.75], [0.5, 0.5]],
    ]
)
hint = "The C probabilities of one step add up to 1, and come from the state of that step alone."
cu.answers.expect_array(found, expected, "the probabilities", hint=hint, atol=1e-9)
# Logits of 1000 and 0: as sure as can be.
found = label_probabilities(np.array([[[1000.0]]]), np.array([[1.0, 0.0]]), np.zeros(2))
large_hint = "Which number can you take away from a step's logits, so that no power gets too large?"
expected = np.array([[[1.0, 0.0]]])
cu.answers.expect_array(found, expected, "large logits", hint=large_hint, atol=1e-9)
### BEGIN HIDDEN TESTS
sizes = [(1, 1, 1, 2), (2, 7, 3, 4), (5, 5, 5, 5), (3, 1, 2, 6), (6, 4, 1, 3)]
for seed, (B, T, H, C) in enumerate(sizes):
    rng = np.random.default_rng(100 + seed)
    states, W, b = rng.normal(size=(B, T, H)), rng.normal(size=(H, C)), rng.normal(size=C)
    expected = np.zeros((B, T, C))
    for row in range(B):
        for t in range(T):
            powers = [np.exp(np.dot(states[row, t], W[:, c]) + b[c]) for c in range(C)]
            expected[row, t] = np.array(powers) / sum(powers)
    what = f"the probabilities for B = {B}, T = {T}, H = {H}, C = {C}"
    found = label_probabilities(states, W, b)
    cu.answers.expect_array(found, expected, what, hint=hint, atol=1e-9)
# Each step has large logits of its own: 1000 and 999; -1000 and -999; 1000 and -1000; 0 and 0.
states = np.array([[[1000.0, 999.0], [-1000.0, -999.0]], [[1000.0, -1000.0], [0.0, 0.0]]])
near = 1 / (1 + np.exp(-1.0))
expected = np.array([[[near, 1 - near], [1 - near, near]], [[1.0, 0.0], [0.5, 0.5]]])
found = label_probabilities(states, np.eye(2), np.zeros(2))
what = "large logits that differ from step to step"
cu.answers.expect_array(found, expected, what, hint=large_hint, atol=1e-9)
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
    """Letters and labels of a text: text a str, T an int; returns two arrays of whole numbers.

    Both have the shape (B, T), where B is as small as can be.
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
# "a cat sat" has 7 letters, a c a t s a t. In rows of three: a c a, t s a, and t with two steps of padding.
found = rows_of("a cat sat", 3)
hint = "Two arrays come back, the letters first."
came = len(found) if type(found) in (tuple, list) else found
cu.answers.expect_value(came, 2, "the number of arrays that come back", hint=hint)
letters_hint = "Only letters get a place, row after row. How many are that? What fills the last?"
expected = np.array([[1, 3, 1], [20, 19, 1], [20, 0, 0]])
cu.answers.expect_array(found[0], expected, "the letters", hint=letters_hint)
ends_hint = "What follows the letter in the text? Does the end of a row change anything?"
expected = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]])
cu.answers.expect_array(found[1], expected, "the labels", hint=ends_hint)
# Spaces before, after, and two side by side. Two rows of two letters, without padding.
letters, ends_word = rows_of(" ab  cd ", 2)
of = "of ' ab  cd '"
cu.answers.expect_array(letters, np.array([[1, 2], [3, 4]]), f"the letters {of}", hint=letters_hint)
cu.answers.expect_array(ends_word, np.array([[0, 1], [0, 1]]), f"the labels {of}", hint=ends_hint)
### BEGIN HIDDEN TESTS
texts = ["z", " z", "one word", "  thespaces  aregone", "the quick brown fox jumps over a dog "]
for seed, letters_in_all in enumerate((12, 60, 25)):
    rng = np.random.default_rng(200 + seed)
    text = ""
    for code in rng.integers(1, 27, size=letters_in_all):
        text += chr(96 + code) + " " * rng.choice([0, 0, 0, 1, 2])
    texts.append(text)
for text in texts:
    words = text.split()
    codes = ["abcdefghijklmnopqrstuvwxyz".index(letter) + 1 for word in words for letter in word]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    for T in (1, 3, 5, 12, 60):
        B = (len(codes) + T - 1) // T
        padding = [0] * (B * T - len(codes))
        letters, ends_word = rows_of(text, T)
        of = f"of {text!r}, T = {T}"
        expected = np.array(codes + padding).reshape(B, T)
        cu.answers.expect_array(letters, expected, f"the letters {of}", hint=letters_hint)
        expected = np.array(ends + padding).reshape(B, T)
        cu.answers.expect_array(ends_word, expected, f"the labels {of}", hint=ends_hint)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: Scores over real steps (4 points)
#
# How good are the labels that a network says? Give four numbers, from 0 to 1. All four count real steps only; of these
# there is at least one.
#
# - The **accuracy**: the share of steps where the label that is said is the true one.
# - The **precision**: the share of the steps with a 1 said that have a true 1. If no 1 is said, it counts as 0.0.
# - The **recall**: the share of the steps with a true 1 where a 1 is said. If there is no true 1, it counts as 0.0.
# - **F1**, 2PR / (P + R). If precision and recall are both 0, it counts as 0.0.


# %% answer="scores"
def scores(said, labels, mask):
    """Accuracy, precision, recall and F1, four floats in this order.

    said and labels (B, T) hold 0 and 1, mask (B, T) truth values. What said and labels hold in
    the padding means nothing.
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
# Eight real steps, five in row 0 and three in row 1; the label is right at five of them. A 1 is said
# three times, and two of these are right. There are four true ones.
labels = np.array([[1, 1, 0, 0, 1], [0, 1, 0, 0, 0]])
said = np.array([[1, 0, 0, 1, 1], [0, 0, 0, 1, 0]])
mask = np.array([[True, True, True, True, True], [True, True, True, False, False]])
found = scores(said, labels, mask)
hint = "Four numbers come back: accuracy, precision, recall, F1."
came = len(found) if type(found) in (tuple, list, np.ndarray) else found
cu.answers.expect_value(came, 4, "the number of numbers that come back", hint=hint)
names = ("the accuracy", "the precision", "the recall", "F1")
hints = (
    "Of how many real steps is the label right?",
    "Does a precision divide by the ones that are said, or by the true ones? And if there are none?",
    "Does a recall divide by the ones that are said, or by the true ones? And if there are none?",
    "F1 is 2PR / (P + R), with P and R over all real steps of all rows. And if both are 0?",
)
wanted = (5 / 8, 2 / 3, 1 / 2, 4 / 7)
for name, value, expected, hint in zip(names, found, wanted, hints, strict=True):
    cu.answers.expect_value(value, expected, name, hint=hint, atol=1e-9)
# Never a 1: the four zeros of the eight labels are right, and no 1 is said.
found = scores(0 * said, labels, mask)
hint = "What does the task say for a share of nothing?"
wanted = (1 / 2, 0.0, 0.0, 0.0)
for name, value, expected in zip(names, found, wanted, strict=True):
    cu.answers.expect_value(value, expected, f"{name} of never a 1", hint=hint, atol=1e-9)
### BEGIN HIDDEN TESTS
cases = []
for seed, (B, T) in enumerate([(1, 1), (4, 9), (5, 5), (7, 1), (1, 30), (3, 12)]):
    rng = np.random.default_rng(300 + seed)
    said, labels = rng.integers(0, 2, size=(B, T)), rng.integers(0, 2, size=(B, T))
    mask = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    cases.append((f"B = {B}, T = {T}", said, labels, mask))
    cases.append((f"B = {B}, T = {T}, no true 1", said, 0 * labels, mask))
    cases.append((f"B = {B}, T = {T}, a 1 at every step", said * 0 + 1, labels, mask))
    cases.append((f"B = {B}, T = {T}, all labels 0 and said so", said * 0, labels * 0, mask))
    cases.append((f"B = {B}, T = {T}, all wrong", 1 - labels, labels, mask))
    cases.append((f"B = {B}, T = {T}, ones in the padding only", 1 - mask, 1 - mask, mask))
for what, said, labels, mask in cases:
    counted = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 0}
    for row, t in np.argwhere(mask):
        counted[int(said[row, t]), int(labels[row, t])] += 1
    both, wrongly, missed = counted[1, 1], counted[1, 0], counted[0, 1]
    wanted = [(both + counted[0, 0]) / sum(counted.values())]
    for below in (both + wrongly, both + missed, both + (wrongly + missed) / 2):
        wanted.append(both / below if below else 0.0)
    found = scores(said, labels, mask)
    for name, value, expected, hint in zip(names, found, wanted, hints, strict=True):
        cu.answers.expect_value(value, expected, f"{name} for {what}", hint=hint, atol=1e-9)
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
    """The mean cross-entropy in nats, a float: t and p (B, T, C), mask (B, T) of truth values.

    t is 1 for the right class and 0 for the others, p are probabilities above 0.
    """
    ### BEGIN SOLUTION
    of_steps = -np.sum(t * np.log(p), axis=-1)
    return of_steps[mask].mean()
    ### END SOLUTION


# %% tests="labelling_loss" points=4
# Two rows of two steps, three classes. The right classes get 1/2 and 1/4 in row 0, and 1/8 at the one
# real step of row 1. These cost ln 2, 2 ln 2 and 3 ln 2: in the mean 2 ln 2 = 1.3863.
t = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]])
p = np.array([[[0.5, 0.3, 0.2], [0.25, 0.25, 0.5]], [[0.375, 0.5, 0.125], [0.1, 0.1, 0.8]]])
mask = np.array([[True, True], [True, False]])
hint = "Which sum has one number for each step? Which of them count, and by how many is divided?"
cu.answers.expect_value(labelling_loss(t, p, mask), 1.386294, "the loss", hint=hint, atol=1e-5)
### BEGIN HIDDEN TESTS
sizes = [(1, 1, 2), (4, 6, 3), (4, 4, 4), (3, 1, 5), (1, 20, 2), (6, 9, 2)]
for seed, (B, T, C) in enumerate(sizes):
    rng = np.random.default_rng(400 + seed)
    right = rng.integers(0, C, size=(B, T))
    p = rng.uniform(0.05, 1.0, size=(B, T, C))
    p /= p.sum(axis=-1, keepdims=True)
    t = (np.arange(C) == right[..., None]).astype(float)
    for mask in (np.arange(T) < rng.integers(1, T + 1, size=(B, 1)), np.ones((B, T), bool)):
        costs = [-np.log(p[row, step, right[row, step]]) for row, step in np.argwhere(mask)]
        what = f"the loss for B = {B}, T = {T}, C = {C}, {len(costs)} real steps"
        expected = float(sum(costs) / len(costs))
        cu.answers.expect_value(labelling_loss(t, p, mask), expected, what, hint=hint, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: Explain a plot (4 points)
#
# Run the cell. The spaces of the lesson's text are put back by counting, without a network. A table knows each letter
# and the k letters before it, or the k letters after it. The thick line is *never a space*.

# %% shown="plot"
cu.plotting.use_style()
train, test = cu.datasets.text_without_spaces(seed=5)
truth = test.ends_word[test.mask]
shares = {"never a space": [np.mean(truth == 0)] * 6, "k letters after": [], "k letters before": []}
for k in range(6):
    windows = {"before": [(n, 0) for n in range(k + 1)], "after": [(0, n) for n in range(k + 1)]}
    for side, chosen in windows.items():
        guess = cu.baselines.window_counts(train, test.letters, windows=chosen)
        shares[f"k letters {side}"].append(np.mean(guess[test.mask] == truth))
look = {"xlabel": "k, letters known besides the letter", "ylabel": "share of test letters right"}
ax = cu.plotting.step_series(shares, title="Spaces put back by counting letters", **look)
cu.plotting.show(
    ax, alt="Share right by k: letters after rise most, letters before less; the thick line is flat"
)

# %% [markdown]
# In four to seven sentences: Why do the two curves begin at the same point, and is that a good result? Which side is
# worth more, and why? Give an example. What do you expect of a GRU that reads forward, and of one that reads both ways?
# And when can the letters after not be had?

# %% [markdown] explain="letters_after" points=4
# ### BEGIN SOLUTION
# At k = 0 both tables know the letter alone, so they are the same table. It is right for about 80 % of the letters, but
# that is hardly more than *never a space*, since about 79 % of the letters end no word. The letters after are worth
# more at every k from 1 on: whether a word ends at a letter is decided by what follows. After `the` the word ends in
# `the end`, and does not in `these`; the letters before are the same. A GRU that reads forward knows at step t only the
# letters up to t, so it lacks what the better curve has, however well it is trained. One that reads both ways has the
# letters before and after, and should be better than both. It needs the whole row before it answers: in live speech or
# while somebody types, the letters after are not there yet.
#
# **Rubric.**
#
# - 1 point: at k = 0 it is the same table, and hardly better than the baseline that never says space.
# - 1 point: letters after are worth more, with the reason and an example where the same letters before go with both
#   labels.
# - 1 point: the forward GRU lacks the letters after, the one that reads both ways has both.
# - 1 point: a case where the letters after are not there yet.
# ### END SOLUTION
