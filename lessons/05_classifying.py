# %% [markdown]
# # {{number}} · Classifying and labelling sequences
#
# One answer for a whole sequence, or one at every step: digits, voices, and the spaces of a text, each against rivals without a network.
#
# **You will be able to**
#
# - write a GRU step, and stack recurrent layers with dropout between them
# - run a recurrent network as a Python list of steps or as a loop, and say what each costs
# - classify sequences of one length, and of many, from the last output
# - label every step with one shared softmax, reading forward or both ways
# - say by how many steps a loss divides, and count accuracy over real steps only
#
# **Needs:** {{lesson:unrolled}} (recurrent step, shared head), {{lesson:lengths}} (masks) and {{lesson:counting}} (LSTM, softmax, cross-entropy).
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

seed = cu.runtime.start(seed=5)
rng = np.random.default_rng(seed)

# %% [markdown]
# ## 1 · The GRU: an LSTM with fewer parts
#
# The LSTM of {{lesson:counting}} carries two memories, its cell state and its output, and has three gates. The **gated recurrent unit**, GRU,
# carries one, $h$, and has two gates: numbers between 0 and 1 for each unit, made by the sigmoid $\sigma$ of {{lesson:counting}}.
#
# $$z = \sigma(x_t W_z + b_z + h U_z + c_z) \qquad r = \sigma(x_t W_r + b_r + h U_r + c_r)$$
#
# $$n = \tanh(x_t W_n + b_n + r \odot (h U_n + c_n)) \qquad h_\text{new} = z \odot h + (1 - z) \odot n$$
#
# | symbol | shape | what it is |
# |:--|:--|:--|
# | $x_t$, $h$ | (B, F), (B, H) | the input now, the state before |
# | $W$, $U$ | (F, 3H), (H, 3H) | weights: the blocks of $z$, $r$ and $n$ side by side |
# | $b$, $c$ | (3H,) | two biases, because $r$ scales $c_n$ and not $b_n$ |
# | $z$ | (B, H) | **update gate**: 1 keeps the old state, 0 takes the proposal |
# | $r$ | (B, H) | **reset gate**: how much of the old state the proposal may see |
# | $n$ | (B, H) | the proposal |
#
# Two letters change their meaning: here $z$ is a gate and $c$ a bias. As in {{lesson:counting}}, $\odot$ multiplies number by number.
#
# **Predict:** a GRU has three blocks of weights, $z$, $r$ and $n$. An LSTM has four: three gates and a proposal.
# What share of an LSTM's weights has a GRU of the same size?
#
# The first cell writes the step and counts. The second runs it by hand over five steps, with the weights of the Keras layer.


# %%
def gru_step(x_t, h, W, U, b, c):
    """The next state of a GRU, shape (B, H)."""
    x_z, x_r, x_n = np.split(x_t @ W + b, 3, axis=1)
    h_z, h_r, h_n = np.split(h @ U + c, 3, axis=1)
    z, r = 1 / (1 + np.exp(-(x_z + h_z))), 1 / (1 + np.exp(-(x_r + h_r)))
    return z * h + (1 - z) * np.tanh(x_n + r * h_n)


F, UNITS = 28, 200
gru = keras.layers.GRU(
    UNITS, bias_initializer="random_normal", dtype="float64"
)  # biases that count
lstm = keras.layers.LSTM(UNITS)
for layer in (gru, lstm):
    layer.build((None, None, F))
    print(f"{layer.name}: {layer.count_params()} weights")
share = gru.count_params() / lstm.count_params()
cu.check(0.7 < share < 0.8, "a GRU has about three quarters of an LSTM's weights")

# %%
W, U, (b, c) = [np.asarray(array) for array in gru.weights]
x, h = rng.normal(size=(10, 5, F)), np.zeros((10, UNITS))  # B = 10, T = 5
for t in range(5):
    h = gru_step(x[:, t], h, W, U, b, c)
cu.check_close(h, gru(x), "the GRU by hand and keras.layers.GRU agree to 1e-6", atol=1e-6)
cu.check_below(np.abs(h).max(), 1, "a GRU's state stays between −1 and 1")

# %% [markdown]
# <details><summary>GRU or LSTM: which should I take?</summary>
#
# Measure both on your data. A GRU has 75.3 % of the weights: three blocks for four, but two biases for one. An LSTM's cell state can grow <!-- exact: counted -->
# without bound, and {{lesson:counting}} counted with it. A GRU's state is a mix of the old state and a tanh, so it stays between −1 and 1.
# </details>
#
# ## 2 · A list of steps, or a loop
#
# F = 28 and H = 200 are the sizes in the tutorial that this lesson rebuilds (see Sources). It declares its input as `[None, 100, 28]`:
# `None` stands for any number of sequences, then T = 100 steps and F = 28 features. And it offers two ways to run one step 100 times:
#
# - **unrolled**: a Python list; TensorFlow sees 100 steps, one after the other;
# - **looped**: TensorFlow sees *one* step, and an instruction to repeat it.
#
# **Predict:** by how much do the results of the two differ?

# %%
cell = keras.layers.GRUCell(UNITS)  # one step, with weights, without the loop around it
cell.build((None, F))


def by_list(x):
    """The states after every step, (B, T, H), collected in a Python list."""
    h, states = tf.zeros((x.shape[0], UNITS)), []
    for t in range(x.shape[1]):
        h, _ = cell(x[:, t], [h])
        states.append(h)
    return tf.stack(states, axis=1)


def by_loop(x):
    """The same states from one step that TensorFlow repeats; `tf.scan` runs over axis 0."""
    h_0 = tf.zeros((x.shape[0], UNITS))
    states = tf.scan(lambda h, x_t: cell(x_t, [h])[0], tf.transpose(x, (1, 0, 2)), h_0)
    return tf.transpose(states, (1, 0, 2))


# %%
x_100 = tf.constant(rng.normal(size=(10, 100, F)), tf.float32)
layer = keras.layers.GRU(UNITS, return_sequences=True)  # it loops; unroll=True makes it a list
layer.build(x_100.shape)
layer.set_weights(cell.get_weights())
cu.check_close(by_loop(x_100), by_list(x_100), "a GRU unrolled = looped, to 1e-6", atol=1e-6)
cu.check_close(layer(x_100), by_list(x_100), "keras.layers.GRU = both, to 1e-6", atol=1e-6)

# %% [markdown]
# The results are the same. What of the costs? TensorFlow first **builds** a graph of operations, once, and then **runs** it as often as you like.
# `graph_costs` gives the seconds to build it, the seconds to run it, and the number of operations in it (those inside a loop once), for one pass forward.
#
# **Predict:** from T = 10 to T = 100, how do the operations of the two graphs grow? And their seconds? (The picture's time axis is logarithmic.)
# And can a graph be built for sequences of *any* length, T = `None`?

# %%
lengths, costs = [10, 25, 50, 100], {}
for name, way in (("list", by_list), ("loop", by_loop)):
    costs[name] = [cu.runtime.graph_costs(way, tf.zeros((10, T, F))) for T in lengths]
curves = {f"{name}: build": [cost.build for cost in found] for name, found in costs.items()}
curves |= {f"{name}: run": [cost.run for cost in found] for name, found in costs.items()}
title, axis = "A list is built step by step, a loop once", "time (s), logarithmic"
ax = cu.plotting.curves_by_length(curves, lengths=lengths, ylabel=axis, title=title)
cu.plotting.show(
    ax, alt="Building: a list takes longer with each step, a loop does not. Running: both do, alike"
)
of_list, of_loop = costs["list"][-1], costs["loop"][-1]
print("at T = 100, building, list / loop:", cu.measured(of_list.build / of_loop.build, ".0f"))
print("at T = 100, running, list / loop:", cu.measured(of_list.run / of_loop.run, ".1f"))

# %%
operations = {name: [cost.operations for cost in found] for name, found in costs.items()}
print("operations at T =", lengths, operations)  # exact: counted
growth = operations["list"][-1] / operations["list"][0]
cu.check(8 < growth < 11, "ten times the steps: about ten times the operations in a list's graph")
cu.check(len(set(operations["loop"])) == 1, "a loop's graph has the same size for every T")

any_length = tf.TensorSpec((10, None, F))
graph = tf.function(by_loop, autograph=False).get_concrete_function(any_length)
cu.check_equal(graph(x_100[:, :37]).shape, (10, 37, UNITS), "one graph with a loop takes any T")
try:
    tf.function(by_list, autograph=False).get_concrete_function(any_length)
    problem = "none"
except TypeError as error:
    problem = str(error)
cu.check("NoneType" in problem, "a graph from a list has to know T")

# %% [markdown]
# Building a list costs time that grows with T; building a loop does not. *Running* takes longer with each step for both, and about equally long: from half to twice
# the other's time on the machines that we tried. Keras loops unless you say `unroll=True`.
#
# ## 3 · Layers of layers, and dropout between them
#
# The states of a recurrent layer, (B, T, H), are a sequence again. So a second layer can read them. All layers but the last need
# `return_sequences=True`. The source stacks **L = 3** layers.
#
# It writes them as `[cell] * 3`. In Python this is a list with the *same* object three times.
#
# **Predict:** how many sets of weights has such a stack?

# %%
same = keras.layers.RNN([keras.layers.GRUCell(8)] * 3)
own = keras.layers.RNN([keras.layers.GRUCell(8) for _ in range(3)])
for stack in (same, own):
    stack.build((None, None, 8))
    print(stack.count_params(), "weights")
cu.check_equal(own.count_params(), 3 * same.count_params(), "[cell] * 3 has one set of weights")

# %% [markdown]
# (Here F = H = 8. Otherwise the shared cell would fit no layer but the first.)
#
# Between the layers stands **dropout**, a guard against learning the training data by heart. In training (`training=True`) a random share of the numbers
# is set to 0, and the others are enlarged so that the mean stays. When the network predicts, nothing is dropped.
#
# The source's `dropout = 0.5` is the probability to *keep* a number. Keras's is the share that is *dropped*.
#
# **Predict:** at 0.5 nobody notices. What comes out of Keras when old code says 0.9? How large is what is left of a 1?

# %%
ones, drop = np.ones((1, 10_000), "float32"), keras.layers.Dropout(0.9, seed=seed)
kept = np.asarray(drop(ones, training=True))
cu.check(0.88 < np.mean(kept == 0) < 0.92, "Keras's Dropout(0.9) drops about nine tenths")
cu.check_close(kept[kept > 0], np.full(np.sum(kept > 0), 10), "each that is left is 10", atol=1e-4)
cu.check_close(kept.mean(), 1, "so the mean stays near 1", atol=0.2)
cu.check_equal(np.asarray(drop(ones)), ones, "outside of training nothing is dropped")

# %% [markdown]
# ## 4 · One answer for a sequence: digits, row by row
#
# 1797 handwritten digits of 8 × 8 pixels, from scikit-learn. A row of pixels is a time step: T = 8, F = 8, and C = 10 classes.
# A quarter of the images, of each digit, is kept for the test.

# %%
x_train, y_train, x_test, y_test = cu.datasets.digits_as_rows(seed=seed)
written = [x_train[y_train == digit][0] for digit in range(10)]
pictures = {"written": written, "drawn": cu.datasets.drawn_digits()}
axes = cu.plotting.image_rows(pictures, title="Each image is eight steps, from top to bottom")
cu.plotting.show(axes, alt="Ten handwritten digits of 8 by 8 pixels, below each a clean drawing")
cu.check_equal(x_train.shape[1:], (8, 8), "a digit is T = 8 steps of F = 8 features")

# %% [markdown]
# ### Two rivals without a network
#
# - **A rule.** Somebody looked at a few training digits and drew one of each: the lower row. The rule: take the drawing that the image
#   resembles most. Resemblance is the correlation of the 64 pixels, from −1 to 1. Nothing is learned.
# - **Logistic regression:** one softmax on the 64 pixels side by side. It learns, but knows nothing of rows or steps.
#
# **Predict:** guessing is right for a tenth of the digits. What share does the rule get, and what share the regression?

# %%
drawings, images = cu.datasets.drawn_digits().reshape(10, 64), x_test.reshape(-1, 64)
rule = np.mean(np.corrcoef(drawings, images)[:10, 10:].argmax(axis=0) == y_test)
regression = LogisticRegression(max_iter=1000).fit(x_train.reshape(-1, 64), y_train)
logistic = regression.score(images, y_test)
print("test digits right, rule and logistic regression:", cu.measured([rule, logistic], ".0%"))
cu.check(0.7 < rule < 0.9, "the rule is right for 70 to 90 % of the digits")

# %% [markdown]
# ### Last output, softmax, cross-entropy
#
# The last output of the last GRU, (B, H), comes from a state that has read every row. A dense layer makes ten numbers of it, the **logits**, and a softmax makes
# them probabilities $p$.
#
# The loss is the **cross-entropy** $-\sum_k t_k \log p_k$: $t$ is 1 for the right class and 0 for the others,
# and the sum runs over the C classes, the last axis. Then comes the mean over the batch.
# *Sparse* means that the right class is given as its number, not as ten zeros and ones. As in {{lesson:counting}} the loss is computed from the logits,
# because `log` of a softmax can become NaN (Exercise 2 meets it again).
#
# Three GRUs with dropout behind each, as in the source, but smaller. The learning rate falls to 0 along half a cosine wave.
#
# **Predict:** will the three GRUs be right more often than the regression, less often, or about as often?

# %%
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
digits = keras.Sequential([keras.Input((8, 8))])
for last in (False, False, True):
    digits.add(keras.layers.GRU(64, return_sequences=not last))
    digits.add(keras.layers.Dropout(0.5))
digits.add(keras.layers.Dense(10))
steps = 15 * np.ceil(len(x_train) / 64)  # 15 epochs of so many batches
rate = keras.optimizers.schedules.CosineDecay(0.01, steps)
digits.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
watch = {"verbose": 0, "callbacks": cu.live.progress()}
_ = digits.fit(x_train, y_train, batch_size=64, epochs=15, **watch)

# %%
by_grus = digits.evaluate(x_test, y_test, verbose=0)[1]
shares = {"the rule": rule, "logistic regression": logistic, "three GRUs": by_grus}
ax = cu.plotting.bars(shares, xlabel="share right", title="The two that learn are close together")
cu.plotting.show(ax, alt="Share right: the rule behind, the two that learn close together")
cu.check_above(min(by_grus, logistic) - rule, 0.05, "both beat the rule by over 5 points")
cu.check_below(abs(by_grus - logistic), 0.04, "on digits, GRUs and regression are within 4 points")

# %% [markdown]
# Who wins? The rule loses. Between the other two there is hardly a winner: of 450 test images, one is 0.2 points. For images of 64 pixels nobody needs a recurrent network.
# Next come inputs of many lengths. A recurrent network takes them as they are; logistic regression needs the same number of features for each.
#
# <details><summary>Why only the last output? Is the state carried from one batch to the next?</summary>
#
# The last output is the only one whose state has read the whole sequence. And no: each sequence starts from zeros, unless you ask for
# <code>stateful=True</code>. {{Lesson:counting}} and {{lesson:echo}} have more on both.
# </details>
#
# ## 5 · Sequences of many lengths: who is speaking?
#
# Nine men say the Japanese vowels /ae/. Every 6.4 ms a **frame** of F = 12 numbers describes the sound around then; an utterance has 7 to 29 frames. <!-- exact: of the data set -->
# 270 utterances are to train on; 370, recorded on other occasions, are the test. The batch is padded with zeros,
# and a **mask**, made from the lengths, is true where a frame is real ({{lesson:lengths}}).
#
# We scale each feature by the mean and standard deviation of the *training* frames: the test must not take part in any choice.

# %%
spoken = cu.datasets.japanese_vowels()
spoken_train, spoken_test = spoken
real_frames = spoken_train.x[spoken_train.mask]
mean, deviation = real_frames.mean(axis=0), real_frames.std(axis=0)
v_train, v_test = [np.where(p.mask[..., None], (p.x - mean) / deviation, 0) for p in spoken]
cu.check(not v_train[~spoken_train.mask].any(), "scaled, the padding is still exactly 0")

# %%
title = "An utterance of 20 frames, then padding (hatched)"
style = {"label": "scaled feature", "unit_label": "feature", "diverging": True}
ax = cu.plotting.heat_map(v_train[0], real_steps=spoken_train.lengths[0], title=title, **style)
cu.plotting.show(ax, alt="12 features of 20 frames in colours, then 9 frames of padding, hatched")
scaled = v_train[spoken_train.mask].std(axis=0)
cu.check_close(scaled, np.ones(12), "scaled, each feature has standard deviation 1", atol=1e-3)

# %% [markdown]
# The rival forgets all order: the **mean** of an utterance's real frames, 12 numbers, and logistic regression on them. (Means vary less than frames, so the pipeline scales these 12 numbers once more.)
#
# **Predict:** the sum over all 29 steps is easy. By what must it be divided?

# %%
means_train = v_train.sum(axis=1) / spoken_train.lengths[:, None]  # padding adds 0 to the sum
means_test = v_test.sum(axis=1) / spoken_test.lengths[:, None]
real_means = [v[real].mean(axis=0) for v, real in zip(v_test, spoken_test.mask, strict=True)]
cu.check_close(means_test, real_means, "sum / length = the mean of the real frames", atol=1e-5)
pooling = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
pooled = pooling.fit(means_train, spoken_train.speaker).score(means_test, spoken_test.speaker)

# %% [markdown]
# The network: two GRUs with dropout. `GaussianNoise(0.3)` adds noise of standard deviation 0.3 to the frames in training, one more guard for so small a set.
#
# The mask is a second input, and we hand it to the first recurrent layer: `mask=real`. A layer that gets a mask skips the padding, so its last output is
# that of the last *real* frame. And it hands the mask on with its output: through the dropout, to the second GRU.
#
# **Predict:** who wins? And what happens to the trained network if it is told that *all* 29 frames are real?

# %%
frames, real = keras.Input((None, 12)), keras.Input((None,), dtype="bool")
noisy = keras.layers.GaussianNoise(0.3)(frames)
first = keras.layers.GRU(64, return_sequences=True)(noisy, mask=real)
second = keras.layers.GRU(64)(keras.layers.Dropout(0.3)(first))
answer = keras.layers.Dense(9)(keras.layers.Dropout(0.3)(second))
voices = keras.Model([frames, real], answer)

rate = keras.optimizers.schedules.CosineDecay(0.01, 30 * np.ceil(len(v_train) / 30))
voices.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss)
watch = {"verbose": 0, "callbacks": cu.live.progress()}
inputs = [v_train, spoken_train.mask]
_ = voices.fit(inputs, spoken_train.speaker, batch_size=30, epochs=30, **watch)

# %%
speaker, counts = spoken_test.speaker, {}
counts["commonest speaker"] = np.bincount(speaker).max()
counts["mean frame, regression"] = round(pooled * len(speaker))
masks = {"two GRUs": spoken_test.mask, "two GRUs, all frames real": np.ones_like(spoken_test.mask)}
for name, mask in masks.items():
    named = voices.predict([v_test, mask], verbose=0).argmax(axis=1)
    counts[name] = np.sum(named == speaker)
title = "The GRUs lead a little, and need the mask"
ax = cu.plotting.bars(counts, xlabel="test utterances named right, of 370", title=title)
cu.plotting.show(
    ax, alt="Named right: mean frame and GRUs nearly all, GRUs without a mask far fewer"
)
cu.check(0.95 < pooled < 0.98, "the mean frame alone names 95 to 98 % of the speakers")
ahead = counts["two GRUs"] - counts["mean frame, regression"]
cu.check_above(ahead, 0, "the GRUs name more speakers than the mean frame does")
lost = counts["two GRUs, all frames real"] / len(speaker)
cu.check_below(lost, 0.6, "without the mask, the GRUs name under 60 % of the speakers")

# %% [markdown]
# The network wins, by a handful of utterances: most of what tells a voice is in the mean frame already. Without the mask it falls far behind: its state runs on through up to
# 22 steps of padding before it answers. It was never trained on that.
#
# ### Does the mask reach both layers?
#
# We handed it to the first only. A test: write nonsense into the padding, and add more padding. If only the first layer got the mask, the second would run on
# through the padding, and the answers would change.
#
# **Predict:** do they? And does a second GRU still know the mask when we turn the first one's output into a NumPy array?

# %%
inside = spoken_test.mask[..., None]
more = np.pad(np.where(inside, v_test, 7.0), ((0, 0), (0, 11), (0, 0)))
more_mask = np.pad(spoken_test.mask, ((0, 0), (0, 11)))
before = voices.predict([v_test, spoken_test.mask], verbose=0)
after = voices.predict([more, more_mask], verbose=0)
cu.check_close(after, before, "nonsense and more padding change no answer", atol=1e-4)

# %%
one, two = keras.layers.GRU(8, return_sequences=True), keras.layers.GRU(8)
output = one(v_test, mask=spoken_test.mask)
told = np.asarray(two(output, mask=spoken_test.mask))
cu.check_equal(np.asarray(two(output)), told, "the mask goes on to the next layer by itself")
moved = np.abs(two(np.asarray(output)) - told).max()
cu.check_above(moved, 0.01, "turned into an array in between, the output has lost its mask")

# %% [markdown]
# ## 6 · An answer at every step: put the spaces back
#
# `thespacesaregone`. Where does each word end?
#
# - **The text** is the prose of Python's own documentation, in lower case, letters only (*don't* is `don t`), without its spaces.
# - **The label** of a letter is 1 if it ends a word (a space follows, or the paragraph ends), and 0 if not.
# - **Rows**: each paragraph is cut into rows of T = 60 letters, also in the middle of a word; its last row is padded.
# - **The test** is whole topics that are not trained on. The documentation repeats itself, so a sentence is kept only where it stands first.
#   Two sentences can still begin alike; the check below counts the rows.

# %% tags=["nbval-ignore-output"]
train, test = cu.datasets.text_without_spaces(seed=seed)
for name, part in (("training", train), ("test", test)):
    print(f"{name}: {len(part.letters)} rows from {len(set(part.topic))} topics")
full = test.mask.all(axis=1)  # the rows without padding
shown, ends = test.letters[full][0], test.ends_word[full][0]
print("letters", cu.datasets.rejoined(shown, 0 * ends))
print("labels ", "".join(str(number) for number in ends))
print("text   ", cu.datasets.rejoined(shown, ends))
cu.check(not set(train.topic) & set(test.topic), "no topic is in both parts")
trained_on = {row.tobytes() for row in train.letters}
seen = [row.tobytes() in trained_on for row in test.letters[full]]
cu.check_below(np.mean(seen), 0.01, "under 1 % of the test's full rows occur in training")

# %% [markdown]
# ### Rivals that count
#
# - **Never a space:** the commonest label, always.
# - **Counts of letters:** start with the share of letters that end a word, $p$. A window of letters that was seen $n$ times in training, $e$ of them at a word's end,
#   makes it $p = (e + 2p) / (n + 2)$: a rare window changes little. Go from the letter alone to a window of 6 letters. Say "space" if $p$ ends above one half.
#
# **Predict:** a window of the letter and the 5 before it, or one of the letter, 2 before and 3 after: which is better, and by how much?

# %%
never = 1 - test.ends_word[test.mask].mean()
past, around = [(k, 0) for k in range(6)], [(k // 2, (k + 1) // 2) for k in range(6)]
guesses = [cu.baselines.window_counts(train, test.letters, windows=w) for w in (past, around)]
counts_past, counts_around = [np.mean((g == test.ends_word)[test.mask]) for g in guesses]
print("never; 5 before; 3 after:", cu.measured([never, counts_past, counts_around], ".1%"))
cu.check(never + 0.05 < counts_past < counts_around, "counts help, letters after help more")

# %% [markdown]
# ### One softmax for all steps
#
# The states are (B, T, H), and each step needs a softmax over C = 2 labels. As in {{lesson:unrolled}} *one* head serves all steps.
# The source **flattens**: it lays all steps of all rows below each other, (B·T, H), applies one dense layer, and folds the result back to (B, T, C).
# Keras has `TimeDistributed`, which applies a layer at each step; and a dense layer alone, given three axes, does the same.
#
# **Predict:** B = 4, T = 60, H = 128 (two halves of 64, see below). Which row of letters, and which step, is row 61 of the flat array? (Both count from 0.)

# %%
states, head = rng.normal(size=(4, 60, 128)).astype("float32"), keras.layers.Dense(2)
wrapped = keras.layers.TimeDistributed(head)(states)
flat = tf.reshape(states, (-1, 128))
ways = [tf.reshape(head(flat), (-1, 60, 2)), head(states)]
cu.check_equal(flat[61], states[1, 1], "row 61 of the flat array is row 1, step 1")
cu.check_close(ways, [wrapped] * 2, "flattening = TimeDistributed = Dense, to 1e-6", atol=1e-6)

# %% [markdown]
# <details><summary>Why not a softmax of its own for each step?</summary>
#
# The same letters should get the same label at step 3 and at step 40. Own heads would have to learn that 60 times, each from a sixtieth
# of the data, and a longer row would have no heads for its end.
# </details>
#
# ### Forward, or both ways
#
# At step $t$ a GRU has read the letters up to $t$. Does a word end after `the`? In `the end` yes, in `these` no: what comes *after* decides.
# A **bidirectional** layer reads from both sides ({{lesson:lengths}}): the states of its two halves stand side by side, (B, T, 2H).
#
# An **embedding** turns a letter's number into 16 numbers. It is a table, learned like all weights, of 27 rows: 26 letters, and 0 for no letter.
#
# **Predict:** we change letter 30 of a row. At which of the steps 0 to 59 can the answers of the two networks change? (They are not trained yet. It does not matter here.)


# %%
def space_finder(wrap):
    """A network from letters and mask to two logits for each letter."""
    letters, real = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="bool")
    layer = wrap(keras.layers.GRU(64, return_sequences=True))
    states = layer(keras.layers.Embedding(27, 16)(letters), mask=real)
    return keras.Model([letters, real], keras.layers.Dense(2)(states))


networks = {"forward": space_finder(lambda gru: gru)}
networks["both ways"] = space_finder(keras.layers.Bidirectional)
rows = test.letters[full][:8]
changed = np.where(np.arange(60) == 30, 1 + rows % 26, rows)  # another letter at step 30
all_real, moves = np.ones(rows.shape, bool), {}
for name, network in networks.items():
    old, new = [network([letters, all_real]).numpy() for letters in (rows, changed)]
    moves[name] = np.abs(new - old).max(axis=(0, 2))
title = "Forward reaches later steps only, both ways both sides"
ax = cu.plotting.step_series(moves, ylabel="largest change of a logit", title=title)
cu.plotting.show(
    ax, alt="Change by step, highest at 30: forward 0 before it, both ways on both sides"
)
cu.check(not moves["forward"][:30].any(), "forward: a letter changes no answer before it")
cu.check_above(moves["forward"][31], 1e-4, "forward: it changes the answer after it")
cu.check_above(moves["both ways"][29], 1e-4, "both ways: it changes the answer before it as well")

# %% [markdown]
# *Can* change: forward from step 30 on; both ways at every step. But in these two, not yet trained, hardly anything is left of the effect ten steps away.
#
# <details><summary>When can I not read both ways?</summary>
#
# When the end is not there yet: live speech, a keyboard, tomorrow's weather.
# </details>
#
# ### A loss over real steps only
#
# At a padded step the label means nothing (a 0 stands there); the mean must divide by the real steps. Two ways lead there:
#
# - An **array** of logits does not know which steps are real. Give the loss `sample_weight`, 1 for a letter and 0 for padding, *and* say that it divides by the
#   sum of the weights. (So in {{lesson:lengths}}: its labeller had no mask.)
# - A **network** whose layers got a mask hands it on with its output. The loss then counts real steps by itself.
#
# **Predict:** of 100 steps 85 are real, each with a loss of 1. At the padded ones the weight, or the mask, is 0. Which *mean* does Keras's default give: for an array and weights? For the output of the network?

# %%
w, truth = test.mask.astype("float32"), test.ends_word
masked = networks["both ways"]([test.letters, test.mask])  # a tensor: the mask rides along
array = masked.numpy()  # an array: it does not
each = keras.losses.sparse_categorical_crossentropy(truth, array, from_logits=True)
total = np.sum(w * each)
by_weights = keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, reduction="mean_with_sample_weight"
)
divisors = [total / loss(truth, array, w), total / by_weights(truth, array, w)]
cu.check_close(divisors[0], w.size, "from an array, the default divides by all steps", atol=1)
cu.check_close(divisors[1], w.sum(), "by_weights divides by the real steps", atol=1)
by_itself = total / loss(truth, masked)
print("all steps, and the real ones:", cu.measured([w.size, w.sum()], ".0f"))
print("divided by", cu.measured([*divisors, by_itself], ".0f"))
cu.check_close(by_itself, w.sum(), "from a masked network, the loss counts real steps only", atol=1)

# %% [markdown]
# The array gives 0.85, the output of the network 1. So for our networks the default does, and training needs no weights.

# %%
steps = 8 * np.ceil(len(train.letters) / 64)  # 8 epochs
for network in networks.values():
    rate = keras.optimizers.schedules.CosineDecay(0.015, steps)
    network.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss)
    watch = {"verbose": 0, "callbacks": cu.live.progress()}
    network.fit([train.letters, train.mask], train.ends_word, batch_size=64, epochs=8, **watch)

# %% [markdown]
# **F1** looks at the spaces alone. *Precision*: which share of the spaces put in is right? *Recall*: which share of the true spaces is found?
# F1 is their harmonic mean, 2PR / (P + R). *Never a space* puts none in; its F1 counts as 0.
#
# **Predict:** does the GRU that reads forward beat the counts of 2 letters before and 3 after? And those of 5 before? First look at what the two networks write.

# %% tags=["nbval-ignore-output"]
inputs, labels = [test.letters, test.mask], test.ends_word[test.mask]
said = {name: n.predict(inputs, verbose=0).argmax(axis=-1) for name, n in networks.items()}
right = {name: np.mean(says[test.mask] == labels) for name, says in said.items()}
f1 = {name: f1_score(labels, says[test.mask]) for name, says in said.items()}
for name, guess in zip(("5 before", "2 before, 3 after"), guesses, strict=True):
    f1[name] = f1_score(labels, guess[test.mask])
print("F1 of the spaces:", *(f"{name} {cu.measured(value, '.3f')};" for name, value in f1.items()))
for name in said:
    print(f"GRU, {name}: {cu.measured(right[name], '.1%')} of the letters right")
versions = {"bare": 0 * test.ends_word, **said, "truth": test.ends_word}
for row in np.flatnonzero(full)[:4]:
    print()
    for name, ends in versions.items():
        print(f"{name:9}", cu.datasets.rejoined(test.letters[row], ends[row]))

# %%
shares = {"never a space": never, "counts: 5 before": counts_past}
shares |= {"GRU: all before": right["forward"], "counts: 2 before, 3 after": counts_around}
shares |= {"GRU: all before and after": right["both ways"]}
title = "All that see letters after beat all that do not"
ax = cu.plotting.bars(shares, xlabel="share of test letters right", title=title)
cu.plotting.show(ax, alt="Share right: the two that see letters after lead, never a space is last")
cu.check_above(right["both ways"], 0.94, "read both ways, over 94 % of the letters are right")
cu.check_above(f1["both ways"], 0.85, "and the F1 of the spaces is over 0.85")
cu.check_above(right["both ways"], counts_around, "the GRU that reads both ways beats all counts")
cu.check_above(counts_past, right["forward"], "the GRU that reads forward loses to both counts")
behind, ahead = (counts_past, right["forward"]), (counts_around, right["both ways"])
lead = min(ahead) - max(behind)
cu.check_above(lead, 0.02, "for spaces, all that see letters after win by over 2 points")
after_adds = min(counts_around - counts_past, right["both ways"] - right["forward"])
gru_adds = max(abs(right["forward"] - counts_past), abs(right["both ways"] - counts_around))
cu.check_above(after_adds, gru_adds, "letters after add more than going from counts to a GRU")

# %% [markdown]
# Who wins? Read both ways, the GRU. Read forward it loses even to counts of the 5 letters *before*, though it has read them all. We think it is because
# a table keeps the last six letters exactly, and a state has to learn what to keep, from little text.
# But all that look back only are under all that look ahead: what the input *contains* matters more here than how clever the reader is.
#
# ### Accuracy that counts padding
#
# The source counts a padded step like any other. Its label is 0, and a careful program answers 0 there. So it counts as right.
#
# **Predict:** we pad the rows from 60 to 240 steps. Does the network's accuracy over the letters change?

# %%
wide = [np.pad(a, ((0, 0), (0, 180))) for a in (test.letters, test.mask, test.ends_word)]
letters, mask, label = wide
says = networks["both ways"].predict([letters, mask], verbose=0).argmax(axis=-1)
over_letters = np.mean((says == label)[mask])
cu.check_close(over_letters, right["both ways"], "240 steps: the same over letters", atol=1e-4)
cu.check(0.8 < test.mask.mean() < 0.9, "of the 60 steps 80 to 90 % are letters")

# %% [markdown]
# **Predict:** about 85 % of the 60 steps are letters, and 79 % of the letters do not end a word. What does *never a space* get in rows of 240 if padding counts? (The GRU in the figure is *both ways*; we set its answers in the padding to 0.)

# %%
shares = {"GRU, letters": right["both ways"], "GRU, 240 steps": np.mean(says * mask == label)}
shares |= {"never a space, letters": never, "never, 60 steps": np.mean(test.ends_word == 0)}
shares |= {"never, 240 steps": np.mean(label == 0)}
ax = cu.plotting.bars(shares, xlabel="share right", title="Counting padding makes all look good")
cu.plotting.show(ax, alt="Share right rises with padding: GRU a little, never a space to over 0.94")
cu.check_above(shares["never, 240 steps"], 0.94, "if padding counts, doing nothing gets over 94 %")

# %% [markdown]
# Only the accuracy over the letters is honest. They are what was asked for, and with the mask that number does not move. The other says how much was
# padded, and can be raised at will.
#
# ## 7 · What the source used, and what we did
#
# | | the source (2016) | here, and why |
# |:--|:--|:--|
# | tasks | digits, row by row; the letters of handwritten words | digits, row by row; speakers; the spaces of a text |
# | input | `[None, 100, 28]` | (8, 8), (29, 12), 60 letters: the data decide |
# | layers | 3 × H = 200, GRU or LSTM | H = 64, 3, 2 and 1 layers: small data, two processor cores, two minutes |
# | dropout | 0.5, the share *kept* | 0.5 and 0.3, the share *dropped*; none for the text, of which there is more |
# | optimizer | RMSProp, 0.003 | Adam, from 0.01 or 0.015 down to 0: it has to learn from 270 to 400 batches, the source's from 1000 |
# | batch, epochs | 10; 10 epochs of 100 batches | 64, 30 and 64; 15, 30 and 8 epochs, each over all data |
# | loss | `-sum(t * log(p))`, not clipped; in labelling over the wrong axis | from logits, over classes, over real steps |
# | error | padded steps count | real steps only |
#
# ## What you now know
#
# - a GRU unrolled = looped, to 1e-6
# - a loop's graph has the same size for every T
# - [cell] * 3 has one set of weights
# - on digits, GRUs and regression are within 4 points
# - without the mask, the GRUs name under 60 % of the speakers
# - from a masked network, the loss counts real steps only
# - read both ways, over 94 % of the letters are right
# - for spaces, all that see letters after win by over 2 points
# - if padding counts, doing nothing gets over 94 %
#
# This ends Part I, the classics. Part II will ask how and why.
#
# ## Exercises
#
# Add a cell below each exercise (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: Find the bugs: lost minus signs
#
# A copy of the source that is online lost minus signs (in the last line below, the `- 1` altogether). Here `states` has the shape
# (B, T, H) = (2, 5, 3), `t` are targets and `p` probabilities, one row for each answer, the classes last:
#
# ```
# last = states[:, 1]
# loss = tf.reduce_sum(t * tf.math.log(p), axis=-1)
# flat = tf.reshape(states, (1, 3))
# last = tf.gather(states, 5, axis=1)
# ```
#
# Mend the four lines and show that each now does what it should. On a CPU, which two of the broken ones run without a word, and what is wrong with what they give?
#
# <details><summary>Hint</summary>
#
# Does the first change when the state of step 4 does? Let one answer give the right class 0.9 and another 0.6: which gets the smaller loss?
# </details>
#
# ### Exercise 2: Find the bugs: the wrong axis, and a logarithm
#
# The source's loss for labelling, with its minus sign, and `t` and `p` of shape (B, T, C):
#
# ```
# loss = tf.reduce_mean(-tf.reduce_sum(t * tf.math.log(p), axis=1))
# ```
#
# Mend it: two changes. Over what does it sum? Which shape has the sum, and which should it have? By which factor is the mean wrong?
# And what does `t * log(p)` give for a network that is sure and right, with the logits −200 and 0, where the second class is the right one?
#
# <details><summary>Hint</summary>
#
# Both ways add up the same numbers. By how many does each mean divide? For the last question: what is 0 · log 0 on paper, and for TensorFlow?
# </details>
#
# ### Exercise 3: The last letter of a row
#
# For rows without padding: how good are *forward* and *both ways* at the last letter (step 59), and how good in the middle (steps 20 to 39)? Why?
# Then make such last letters rarer, without training: take rows of 240 letters, `cu.datasets.text_without_spaces(seed=seed, row_length=240)`.
# Are more letters right?
#
# <details><summary>Hint</summary>
#
# What stands after the last letter of a padded row? The same seed gives the same test topics, and the weights do not know about T.
# </details>

# %% [markdown]
# ## Solutions
#
# Try first. Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1
#
# `states[:, -1]`, `-tf.reduce_sum(…)`, `(-1, 3)` and `5 - 1`. The first two run when broken: one answers before it has read the end, the other rewards mistakes.
# The other two stop with an error on a CPU. (On a GPU, says TensorFlow's documentation, `tf.gather` past the end gives zeros without a word.)

# %% tags=["solution"]
states = np.arange(30.0).reshape(2, 5, 3)
later = np.where(np.arange(5)[:, None] == 4, 99.0, states)  # other states at step 4
cu.check((later[:, 1] == states[:, 1]).all(), "states[:, 1] is deaf to step 4")
cu.check((later[:, -1] != states[:, -1]).all(), "states[:, -1] hears it")

t, p = np.array([1.0, 0.0]), np.array([[0.9, 0.1], [0.6, 0.4]])  # sure and right, less sure
broken = tf.reduce_sum(t * tf.math.log(p), axis=-1).numpy()
mended = -tf.reduce_sum(t * tf.math.log(p), axis=-1).numpy()
cu.check(broken[0] > broken[1], "without its minus, the loss is larger for the better answer")
cu.check(0 < mended[0] < mended[1], "with it, the loss is smaller for the better answer")

cu.check_equal(tf.reshape(states, (-1, 3)).shape, (10, 3), "reshape to (-1, H) gives (B·T, H)")
cu.check_equal(tf.gather(states, 5 - 1, axis=1), states[:, -1], "gather at T - 1 is the last state")
stopped = 0
for run in (lambda: tf.reshape(states, (1, 3)), lambda: tf.gather(states, 5, axis=1)):
    try:
        with tf.device("CPU"):
            run()
    except tf.errors.InvalidArgumentError:
        stopped += 1
cu.check_equal(stopped, 2, "reshape to (1, H) and gather at T both stop with an error")

# %% [markdown]
# ### Solution 2
#
# Mended: `axis=-1`, and the loss from the logits (clipping the logarithm would only hide the NaN). Axis 1 is time. The sum is (B, C) and should be (B, T). Its mean divides by B·C where B·T is meant: loss and gradient are T/C times too large, and
# larger still for longer sequences. And no step is left for a mask (B, T) to leave out.
#
# Sure and right should cost 0. But $e^{-200}$ is 0 in 32 bits, its logarithm −∞, and 0 · −∞ is NaN. From the logits the loss is 0.

# %% tags=["solution"]
p = tf.nn.softmax(rng.normal(size=(4, 60, 2)))
t = tf.one_hot(rng.integers(0, 2, size=(4, 60)), 2, dtype=p.dtype)
over_time, over_classes = [-tf.reduce_sum(t * tf.math.log(p), axis=axis) for axis in (1, -1)]
cu.check_equal(over_time.shape, (4, 2), "summed over time, the loss has shape (B, C)")
cu.check_equal(over_classes.shape, (4, 60), "summed over classes, it has shape (B, T)")
factor = tf.reduce_mean(over_time) / tf.reduce_mean(over_classes)
cu.check_close(factor, 60 / 2, "the mean over the wrong axis is T/C times too large", atol=1e-6)

sure, target = tf.constant([[-200.0, 0.0]]), tf.constant([[0.0, 1.0]])
naive = -tf.reduce_sum(target * tf.math.log(tf.nn.softmax(sure)), axis=-1)
cu.check(bool(tf.math.is_nan(naive[0])), "sure and right, and the formula gives NaN")
cu.check_close(loss(np.array([1]), sure), 0, "computed from the logits, the loss is 0", atol=1e-6)

# %% [markdown]
# ### Solution 3
#
# *Forward* is about as good there as in the middle. *Both ways* is worse than in the middle, and in this run worse than *forward*: from the right there is
# nothing to read, so it can know no more, and it puts spaces where there are none.
#
# We think that it has learned those spaces from padded rows. Where nothing follows, a paragraph ends, and with it a word; but a full row ends anywhere, and
# under the mask both ends look alike. The counts of 2 before and 3 after fall as far: they, too, see the same nothing after both ends.
#
# Rows of 240 do not help a last letter. But there are far fewer last letters that way, and fewer first ones, cut off from what stands before. A few more letters are right.

# %% tags=["solution"]
hits = {}
for name, says in said.items():
    by_step = (says == test.ends_word)[full].mean(axis=0)
    hits[f"{name}: middle"], hits[f"{name}: last letter"] = by_step[20:40].mean(), by_step[-1]
by_step = (guesses[1] == test.ends_word)[full].mean(axis=0)
hits["counts: middle"], hits["counts: last letter"] = by_step[20:40].mean(), by_step[-1]
_, long = cu.datasets.text_without_spaces(seed=seed, row_length=240)
says = networks["both ways"].predict([long.letters, long.mask], verbose=0).argmax(axis=-1)
hits["both ways: all, rows of 60"] = right["both ways"]
hits["both ways: all, rows of 240"] = np.mean((says == long.ends_word)[long.mask])
ax = cu.plotting.bars(hits, xlabel="share right", title="Both ways is weakest at a row's end")
cu.plotting.show(ax, alt="Share right: both ways best in the middle, worst at the last letter")
middle, last = hits["both ways: middle"], hits["both ways: last letter"]
cu.check_below(last, middle - 0.03, "both ways: a row's last letter is harder by over 3 points")
apart = abs(hits["forward: last letter"] - hits["forward: middle"])
cu.check_below(apart, 0.06, "forward: last letter and middle are within 6 points")
gap = last - hits["forward: last letter"]
cu.check_below(gap, 0.02, "at a row's last letter, both ways leads forward by under 2 points")
fall = hits["counts: middle"] - hits["counts: last letter"]
cu.check_above(fall, 0.03, "the counts that see letters after fall by over 3 points as well")
spaces = [ends[full][:, -1].mean() for ends in (said["both ways"], test.ends_word)]
print("spaces after last letters, put and true:", cu.measured(spaces, ".0%"))
cu.check_above(spaces[0] - spaces[1], 0.01, "it puts a space there more often than there is one")
gain = hits["both ways: all, rows of 240"] - right["both ways"]
cu.check_above(gain, 0, "trained on rows of 60, it is better on rows of 240")

# %% [markdown]
# ## Sources
#
# - D. Hafner, "Introduction to Recurrent Networks in TensorFlow" (2016): both ways to run a network, classification from the last output,
#   labelling with a flattened, shared softmax. Corrected here: lost minus signs, a loss over the wrong axis, a logarithm that is not clipped, one cell for
#   all layers, a "dropout" that keeps, padded steps in the error.
# - K. Cho and others, "Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation", EMNLP (2014): the GRU.
# - M. Schuster and K. K. Paliwal, "Bidirectional Recurrent Neural Networks", *IEEE Transactions on Signal Processing* 45 (1997).
# - N. Srivastava and others, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", *JMLR* 15 (2014).
# - M. Kudo, J. Toyama and M. Shimbo, "Japanese Vowels" (1999), UCI Machine Learning Repository, doi 10.24432/C5NS47, CC BY 4.0.
# - E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), UCI Machine Learning Repository, CC BY 4.0; in scikit-learn.
# - Python's documentation, as `pydoc_data.topics` in Python itself, PSF licence.
#
# {{previous_and_next}}
