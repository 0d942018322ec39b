# %% [markdown]
# # 02 · Sequences of different lengths
#
# Put sequences that end at different times into one batch, train on them, and let the padding change nothing.
#
# **You will be able to**
#
# - turn lengths into a mask, and say why the value 0 must not decide what is padding
# - pick out the last real step by hand, and get the same from Keras under a mask
# - show that padding changes no prediction
# - sort sequences into buckets, and count the work that this saves
# - find out whether a network works on lengths that it never saw
# - average a loss over the real steps only
#
# **Needs:** lesson 01.
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seed = cu.runtime.start(seed=3)

# %% [markdown]
# ## 1 · One array, different lengths
#
# The task: read a few digits, one at a time, then say their **sum**.
# Many steps go in and one number comes out: a **many-to-one** task.
#
# An array has room for T steps in *every* row. A sequence that ends earlier is filled up with 0. That is **padding**.
# How many steps are real stands beside the array, in `lengths`, shape (B,).
#
# **Predict:** in the picture, padding is hatched. Which sums belong to the four rows?

# %%
x = np.array([[3, 0, 5, 0], [7, 0, 0, 0], [2, 9, 4, 1], [0, 0, 0, 0]], dtype="float32")
lengths = np.array([3, 1, 4, 1])
ax = cu.plotting.padded_batch(x, lengths, title="Padding and the digit 0 look alike")
cu.plotting.show(ax, alt="Four rows of four numbers; padding is hatched, and two zeros are digits")
sums = [row[:length].sum() for row, length in zip(x, lengths, strict=True)]
cu.check_equal(sums, [8, 7, 16, 0], "the four sequences sum to 8, 7, 16 and 0")

# %% [markdown]
# Row 0 is (3, 0, 5): its first 0 is a digit, its second is padding. Row 3 is the sequence (0).
# So the value does not tell which zeros are real. The lengths do.
#
# Now the real data: 1000 sequences to train on, 1000 for **validation** (to watch the training),
# and 5000 for the **test** at the end. Lengths 1 to 4 are equally frequent, and so are the digits 0 to 9.

# %%
x_train, lengths_train, y_train = cu.sequences.digit_sums(1000, 4, seed=seed)
x_val, lengths_val, y_val = cu.sequences.digit_sums(1000, 4, seed=seed + 1_000_000)
x_test, lengths_test, y_test = cu.sequences.digit_sums(5000, 4, seed=seed + 2_000_000)
cu.check_equal(
    x_train.shape, (1000, 4, 1), "the training inputs have shape (B, T, F) = (1000, 4, 1)"
)

# %% [markdown]
# ### Two baselines
#
# What do answers without a network get?
#
# - **Always the mean sum.** Its mean squared error (MSE) is the variance of the sums.
# - **4.5 times the length**, the best answer of somebody who is told only the length. A digit is 4.5 on average and has variance 8.25.
#
# **Predict:** the mean length is 2.5. What MSE does the second one get?

# %%
mse_mean = np.mean((y_test - y_train.mean()) ** 2)
mse_length = np.mean((y_test[:, 0] - 4.5 * lengths_test) ** 2)
print(f"always the mean: {mse_mean:.1f}    4.5 × length: {mse_length:.1f}")
cu.check_close(mse_length, 8.25 * 2.5, "4.5 × length: the MSE is 8.25 · 2.5, about 20.6", atol=2)
expected = 8.25 * 2.5 + 4.5**2 * 1.25  # 1.25: the variance of the lengths
cu.check_close(mse_mean, expected, "always the mean: the MSE is about 45.9", atol=4)
four_weights = x_test[:, :, 0] @ np.ones((4, 1))
cu.check_equal(four_weights, y_test, "four weights of 1 are exact too, as long as T = 4")

# %% [markdown]
# <details><summary>Would a plain sum of the four columns do?</summary>
#
# Here, yes: padding with 0 adds nothing, so four weights of 1 are exact (the last check above).
# But that answer has one weight for each *column*: it cannot read a fifth digit, and it works for sums alone.
# We keep the task because it is easy to check. What only a recurrent network can do comes in section 6.
# </details>
#
# ## 2 · From lengths to a mask
#
# A **mask** says of every step whether it is real: booleans of shape (B, T).
# Compare the number of each step with the length of its row. Broadcasting does the rest:
# (T,) against (B, 1) gives (B, T).

# %%
mask = np.arange(4) < lengths[:, None]
print(mask.astype(int))
cu.check_equal(
    mask.sum(axis=1), lengths, "each row of the mask has as many ones as the row has steps"
)

# %% [markdown]
# Keras has a layer that makes a mask from *values*: `Masking(0.0)` drops each step whose features are all 0.
#
# **Predict:** what does it make of (3, 0, 5)? And of (0)?

# %%
mask_by_value = np.asarray(keras.layers.Masking(0.0).compute_mask(x[:, :, None]))
print(mask_by_value.astype(int))
cu.check_equal(mask_by_value[0], [1, 0, 1, 0], "Masking(0) drops the real 0 of (3, 0, 5)")
cu.check(not mask_by_value[3].any(), "Masking(0) leaves nothing of the sequence (0)")

# %% [markdown]
# How often is that mask wrong? A sequence of n digits has no 0 with probability $0.9^n$.
#
# **Predict:** is it wrong for 1 %, 5 % or 20 % of the test sequences?

# %%
mask_test = np.arange(4) < lengths_test[:, None]
wrong = ((x_test[:, :, 0] != 0) != mask_test).any(axis=1).mean()
print(f"wrong for {wrong:.1%} of the test sequences")
cu.check_close(wrong, 0.226, "Masking(0) is wrong for over a fifth of the sequences", atol=0.026)

# %% [markdown]
# Does it matter? Take (3, 0, 5) and (3, 5). A recurrent layer reads them under each kind of mask, as `mask=`.
#
# **Predict:** under which mask are the two last states different?

# %%
rnn = keras.layers.SimpleRNN(10)
pair = np.array([[3, 0, 5, 0], [3, 5, 0, 0]], dtype="float32")[:, :, None]
by_value = np.asarray(rnn(pair, mask=pair[:, :, 0] != 0))
by_length = np.asarray(rnn(pair, mask=np.arange(4) < [[3], [2]]))
cu.check_equal(by_value[0], by_value[1], "under Masking(0) a network cannot tell 3, 0, 5 from 3, 5")
cu.check(np.abs(by_length[0] - by_length[1]).max() > 1e-3, "under a mask from the lengths it can")

# %% [markdown]
# For the *sum* the two answers are the same anyway. Ask for the mean, 8/3 against 4, and one of them is wrong
# (Exercise 3 measures by how much).
#
# **So: make the mask from the lengths, never from the value 0.**
#
# ## 3 · The last real step
#
# Which state should the head read? Not the last column: in row 1 that is three steps of padding too late.
# The sequence ends at step `length − 1`.
#
# By hand: run over all columns, then pick one state for each row. Two index arrays of shape (B,) do it: which row, which step.
# This is called a **gather**. In Keras: hand the mask to the layer. Both layers below have the same weights.

# %%
rnn_all = keras.layers.SimpleRNN(10, return_sequences=True)
states = np.asarray(rnn_all(x[:, :, None]))  # no mask: it runs on into the padding
last_by_hand = states[np.arange(4), lengths - 1]

rnn.set_weights(rnn_all.get_weights())
last = np.asarray(rnn(x[:, :, None], mask=mask))
cu.check_close(last, last_by_hand, "a gather by hand = Keras under a mask, to 1e-6", atol=1e-6)

# %% [markdown]
# How does Keras do it? There is no gather inside. **Predict:** what does a state do at a masked step:
# go to 0, go on, or stand still? Each picture shows the ten units of row 1, the sequence (7), over the four steps.

# %%
masked_states = np.asarray(rnn_all(x[:, :, None], mask=mask))
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
cu.plotting.heat_map(states[1], label="state", title="No mask: it moves on", ax=left)
cu.plotting.heat_map(masked_states[1], label="state", title="Mask: it stands still", ax=right)
cu.plotting.show(fig, alt="States over four steps: changing without a mask, constant under a mask")

# %%
still = np.ptp(masked_states[1], axis=0).max()
cu.check(still == 0, "at masked steps the state stands still")
cu.check(np.ptp(states[1], axis=0).max() > 0.1, "without a mask, padding keeps changing the state")

# %% [markdown]
# So the last column holds the state of the last *real* step.
#
# ### More padding, the same answer
#
# The same four sequences, now in eight columns.
#
# **Predict:** do the last states change, with the mask and without? Training works with gradients: which inputs get one?

# %%
wide = np.pad(x, [(0, 0), (0, 4)])[:, :, None]
mask_wide = np.arange(8) < lengths[:, None]
moved_masked = np.abs(rnn(wide, mask=mask_wide) - last).max()
moved_unmasked = np.abs(rnn(wide) - rnn(x[:, :, None])).max()
cu.check(moved_masked == 0, "under the mask, four more columns of padding change nothing")
cu.check(moved_unmasked > 0.1, "without the mask they do")

with tf.GradientTape() as tape:
    inputs = tf.constant(wide)
    tape.watch(inputs)
    total = tf.reduce_sum(rnn(inputs, mask=mask_wide))
gradient = tape.gradient(total, inputs).numpy()[:, :, 0]
cu.check((gradient[~mask_wide] == 0).all(), "no gradient reaches a padded input")
cu.check((gradient[mask_wide] != 0).all(), "every real input gets one")

everything = np.ones((4, 4), dtype=bool)
same = np.abs(rnn(x[:, :, None], mask=everything) - rnn(x[:, :, None])).max()
cu.check(same == 0, "where all have one length, the mask can be left out")

# %% [markdown]
# ## 4 · Train it
#
# The network: digits divided by 10 (against saturation, lesson 01), a recurrent layer under the mask, one dense head.
# The model has *two* inputs, the digits and the mask.
#
# Adam starts with a learning rate of 0.02, which shrinks to 0 along a cosine. `steps_per_execution=50` computes
# 50 batches in one go: the same updates, with fewer returns to Python. `optional=True` lets us leave the mask out later.


# %%
def many_to_one(layer, epochs, rate=0.02):
    """Digits and a mask in, one number out; ready to train."""
    digits = keras.Input((None, 1))
    real = keras.Input((None,), dtype="bool", optional=True)
    last = layer(keras.layers.Rescaling(0.1)(digits), mask=real)
    model = keras.Model([digits, real], keras.layers.Dense(1)(last))
    shrinking = keras.optimizers.schedules.CosineDecay(rate, epochs * 50)
    model.compile(keras.optimizers.Adam(shrinking), loss="mse", steps_per_execution=50)
    return model


mask_train = np.arange(4) < lengths_train[:, None]
mask_val = np.arange(4) < lengths_val[:, None]
fit = {"batch_size": 20, "verbose": 0}
network = many_to_one(keras.layers.SimpleRNN(10), epochs=120)
history = network.fit(
    [x_train, mask_train],
    y_train,
    epochs=120,
    validation_data=([x_val, mask_val], y_val),
    validation_batch_size=1000,
    callbacks=cu.live.progress(),
    **fit,
).history

# %%
curves = {"training": history["loss"], "validation": history["val_loss"]}
baselines = {"always the mean": mse_mean, "4.5 × length": mse_length}
title = "Far below both baselines, on validation data too"
ax = cu.plotting.training_curves(curves, baselines=baselines, ylabel="MSE", title=title)
cu.plotting.show(ax, alt="Training and validation MSE falling together far below both baselines")
cu.check_below(history["val_loss"][-1], 0.02, "the validation MSE ends under 0.02")

# %% [markdown]
# The tutorial that this lesson rebuilds (see Sources) meant to end with five lines like those below, but all that it
# stored is an error message. Its test had five sequences. Ours has 5000, which neither trained the network nor helped to choose anything.
#
# Does it know the sums by heart? There are only 10 sequences of length 1 and 100 of length 2, so the training data have nearly all
# of them. But of the 10 000 of length 4 they have about 250. The last check judges only test sequences that were *not* trained on.

# %% tags=["nbval-ignore-output"]
answers = network.predict([x_test, mask_test], verbose=0, batch_size=5000)
for truth, answer in zip(y_test[:5, 0], answers[:5, 0], strict=True):
    print(f"when the truth is {truth:2.0f}, the model thinks it is {answer:5.2f}")

# %%
mse_test = np.mean((answers - y_test) ** 2)
cu.check_below(
    mse_test, 0.02, "on 5000 test sequences the MSE is under 0.02 (baselines: 45.9, 20.6)"
)
right = np.mean(np.round(answers) == y_test)
cu.check_above(right, 0.98, "rounded, over 98 % of the test answers are exactly right")

known = {(*row, n) for row, n in zip(x_train[:, :, 0].tolist(), lengths_train, strict=True)}
rows = zip(x_test[:, :, 0].tolist(), lengths_test, strict=True)
new = np.array([(*row, n) not in known for row, n in rows])
print(f"not trained on: {new.sum()} of 5000")
mse_new = np.mean((answers - y_test)[new] ** 2)
cu.check_below(mse_new, 0.03, "on test sequences that were not trained on, it is under 0.03")

# %% [markdown]
# ### Two cells that contradict each other
#
# The tutorial sets its hyper-parameters (the numbers one chooses before training) twice: first learning rate 0.01, batches of 10
# and 10 000 steps; then learning rate 0.001, batches of 100 and 10 epochs. The second cell silently wins.
#
# **Predict:** 10 epochs of 1000 sequences in batches of 100: how many updates of the weights are that?
# Are they enough to beat "always the mean", 45.9? (The start weights are the tutorial's too: normal, 0.01, bias 0.)

# %%
small = keras.initializers.TruncatedNormal(stddev=0.01)
starts = {"kernel_initializer": small, "recurrent_initializer": small}
digits, real = keras.Input((None, 1)), keras.Input((None,), dtype="bool")
last = keras.layers.SimpleRNN(10, **starts)(digits, mask=real)
tutorial = keras.Model([digits, real], keras.layers.Dense(1, kernel_initializer=small)(last))
tutorial.compile(keras.optimizers.Adam(0.001), loss="mse")
tutorial.fit([x_train, mask_train], y_train, batch_size=100, epochs=10, verbose=0)
cu.check_equal(
    int(tutorial.optimizer.iterations), 100, "10 epochs in batches of 100 are 100 updates"
)
mse_tutorial = tutorial.evaluate([x_test, mask_test], y_test, batch_size=5000, verbose=0)
cu.check_above(mse_tutorial, mse_mean, "after 100 updates it is worse than always saying the mean")

# %% [markdown]
# ## 5 · Buckets: no padding at all
#
# Another way: put sequences of *equal* length together. Such a group is a **bucket**. It needs no padding and no mask.
#
# **Predict:** 5000 sequences in four columns are 20 000 steps. About how many of them are real?
# Fewer steps are less work. Do they take less *time*? The cell after the next measures it on 200 000 sequences, the best of five runs each.


# %%
def in_buckets(model, x, lengths):
    """The model's answers, computed for one length at a time, without padding."""
    result = np.zeros((len(x), 1), dtype="float32")
    for length in np.unique(lengths):
        chosen = lengths == length
        result[chosen] = model([x[chosen, :length], None])
    return result


gap = np.abs(in_buckets(network, x_test, lengths_test) - network([x_test, mask_test])).max()
cu.check_below(gap, 1e-4, "buckets and padding give the same predictions")

share = lengths_test.sum() / x_test[:, :, 0].size
print(f"real steps: {share:.1%}")
cu.check_close(share, 2.5 / 4, "buckets need about 62.5 % of the steps: 2.5 of 4", atol=0.015)

# %% tags=["nbval-ignore-output"]
import time

x_many, lengths_many, _ = cu.sequences.digit_sums(200_000, 4, seed=seed)
mask_many = np.arange(4) < lengths_many[:, None]
buckets = [x_many[lengths_many == n, :n] for n in range(1, 5)]
padded_seconds, bucket_seconds = [], []
for _ in range(5):
    start = time.perf_counter()
    network([x_many, mask_many])
    halfway = time.perf_counter()
    answers_many = [network([bucket, None]) for bucket in buckets]
    padded_seconds.append(halfway - start)
    bucket_seconds.append(time.perf_counter() - halfway)
print(f"time of the buckets / time of padding: {min(bucket_seconds) / min(padded_seconds):.2f}")

# %%
steps = [bucket.size for bucket in buckets]
cu.check_equal(sum(steps), mask_many.sum(), "the buckets hold the real steps and nothing else")

# %% [markdown]
# A bucket saves steps, and the mask's work on top. It costs one run for each length, so a bucket should be large.
# Training on buckets works too: each batch then has one length, and the next batch another. Exercise 2 does it.
#
# ## 6 · Longer than any it saw
#
# Nothing in the network depends on T. So it *runs* on 20 digits. Is it *right*?
#
# We compare three networks, all trained on lengths 1 to 4:
#
# - **tanh**, ten units: the one above;
# - **ReLU**, ten units: ReLU(z) is z for positive z, and 0 for the others;
# - **linear**, one unit: the sum itself is the state, $h_t = x_t W_x + h_{t-1} W_h + b$.
#
# They are tested on 500 sequences of each length from 1 to 20.
#
# **Predict:** which weights let one linear unit add up digits exactly? Which of the three will be right at 20 digits?

# %%
exact = keras.layers.SimpleRNN(1, activation=None)
exact.build((None, None, 1))
exact.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
sums = exact(x_test, mask=mask_test)
cu.check_equal(sums, y_test, "a linear unit with both weights 1 is exact")

relu = many_to_one(keras.layers.SimpleRNN(10, activation="relu"), epochs=60)
linear = many_to_one(keras.layers.SimpleRNN(1, activation=None), epochs=60, rate=0.1)
for model in (relu, linear):
    model.fit([x_train, mask_train], y_train, epochs=60, callbacks=cu.live.progress(), **fit)

W_h = linear.layers[-2].get_weights()[1]
cu.check_close(W_h, [[1.0]], "trained, the linear unit keeps its sum: W_h is 1", atol=0.002)

# %%
models = {"tanh, 10 units": network, "ReLU, 10 units": relu, "linear, 1 unit": linear}
errors = {name: [] for name in models}
for length in range(1, 21):
    x_n, _, y_n = cu.sequences.digit_sums(500, length, shortest=length, seed=seed + length)
    for name, model in models.items():
        errors[name].append(np.mean((model([x_n, None]) - y_n) ** 2) ** 0.5)

ax = cu.plotting.curves_by_length(
    errors,
    lengths=range(1, 21),
    trained=(1, 4),
    ylabel="typical error (root of the MSE)",
    title="Right up to 4 digits says little about 20",
)
cu.plotting.show(ax, alt="Error by length: all small up to 4; tanh and ReLU rise, linear stays low")
tanh_20, relu_20, linear_20 = [values[-1] for values in errors.values()]
cu.check_above(tanh_20, 20, "at 20 digits the tanh network is off by more than 20")
cu.check_below(linear_20, 1, "at 20 digits the linear unit is off by less than 1")
cu.check(relu_20 > 3 * linear_20, "ten ReLU units are off at least 3 times as far as one linear")

# %% [markdown]
# Why tanh fails can be computed. A state lies between −1 and 1. So the head, $y = h W_y + c$, can never say more than
# $c + \sum |W_y|$, whatever the digits are.

# %%
W_y, c = network.layers[-1].get_weights()
ceiling = float(c[0] + np.abs(W_y).sum())
said = float(network([np.full((1, 20, 1), 9.0), None])[0, 0])
print(f"ceiling: {ceiling:.0f}    said for twenty nines: {said:.0f}    truth: 180")
cu.check(said <= ceiling, "the tanh network cannot say more than its ceiling")
cu.check_below(said, 90, "for twenty nines, 180 in all, it says less than half")

# %% [markdown]
# The ten ReLU units have no ceiling. They could work like the linear one, but nothing in the training asks for it:
# there are many ways to be right up to four digits. With a test on longer sequences you find out which one you got.
# Lesson 03 takes this further, to strings of 200 bits.
#
# ## 7 · LSTM and bidirectional
#
# Two variants on the same data. An **LSTM** is a recurrent layer with a longer memory; lesson 03 opens it up.
# A **bidirectional** layer is two layers: one reads forwards, one backwards, and the head gets both last states.
#
# **Predict:** the backward layer starts at the *last* column. What does it read first there, without a mask?

# %%
both_ways = keras.layers.Bidirectional(rnn)
two_states = both_ways(x[:, :, None], mask=mask)
gap = np.abs(both_ways(wide, mask=mask_wide) - two_states).max()
cu.check_equal(two_states.shape, (4, 20), "bidirectional, the head gets 2 · H = 20 numbers")
cu.check_below(gap, 1e-6, "masked, padding changes nothing backwards either")
cu.check(np.ptp(both_ways(wide) - both_ways(x[:, :, None])) > 0.1, "unmasked, it moves the answer")

# %%
layers = {
    "LSTM(10)": keras.layers.LSTM(10),
    "Bidirectional(SimpleRNN(10))": keras.layers.Bidirectional(keras.layers.SimpleRNN(10)),
}
tested = {"SimpleRNN(10)": float(mse_test)}
for name, layer in layers.items():
    model = many_to_one(layer, epochs=60)
    model.fit([x_train, mask_train], y_train, epochs=60, callbacks=cu.live.progress(), **fit)
    tested[name] = model.evaluate([x_test, mask_test], y_test, batch_size=5000, verbose=0)

ax = cu.plotting.bars(
    tested,
    baselines={"4.5 × length": float(mse_length)},
    xlabel="test MSE (logarithmic)",
    title="All three solve it: far left of the baseline",
    log=True,
)
cu.plotting.show(ax, alt="Test MSE of three networks as bars, each far below the baseline of 20.6")
cu.check_below(max(tested.values()), 0.2, "all three reach a test MSE under 0.2")

# %% [markdown]
# The LSTM and the bidirectional network trained half as long as the first one. One seed does not tell which is best, and we do not claim it.
# A bidirectional layer needs the whole sequence before it can answer: it cannot give a running result while digits come in.
#
# ## 8 · A loss for every step
#
# Some tasks want an output at *each* step. Here: the sum *so far*. Then the loss, too, has to know what is real.
#
# Take the answer 4.5 · (t + 1), which needs no network, and average its squared errors in three ways:
#
# 1. over all B · T entries, padding included (where the target is 0);
# 2. padding's errors set to 0, but still divided by B · T;
# 3. over the real steps only.
#
# **Predict:** which of the three changes when the same sequences are padded to eight columns?


# %%
def three_means(columns):
    """The three ways to average, with the test sequences padded to so many columns."""
    real = np.arange(columns) < lengths_test[:, None]
    digits = np.pad(x_test[:, :, 0], [(0, 0), (0, columns - 4)])
    squared = (4.5 * np.arange(1, columns + 1) - np.cumsum(digits, axis=1) * real) ** 2
    return squared.mean(), (squared * real).mean(), squared[real].mean()


four, eight = three_means(4), three_means(8)
print("4 columns:", np.round(four, 2), "  8 columns:", np.round(eight, 2))
cu.check_above(eight[0], 3 * four[0], "1: counting padding, more padding changes the loss")
cu.check_close(
    eight[1], four[1] / 2, "2: divided by B · T, twice the columns halve the loss", atol=1e-3
)
cu.check_close(
    eight[2], four[2], "3: averaged over the real steps, padding plays no part", atol=1e-3
)

# %% [markdown]
# Only the third is right. In Keras the mask is handed to a loss as `sample_weight`, one weight for each step.
#
# **Predict:** the default `MeanSquaredError()` with these weights: is that way 2 or way 3?

# %%
so_far = np.cumsum(x_test, axis=1) * mask_test[:, :, None]
guess = np.broadcast_to(4.5 * np.arange(1, 5)[:, None], so_far.shape)
diluted = keras.losses.MeanSquaredError()(so_far, guess, sample_weight=mask_test)
cu.check_close(diluted, four[1], "by default Keras divides by B · T: way 2", atol=1e-3)

# %%
mean_of_real = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
proper = mean_of_real(so_far, guess, mask_test)
cu.check_close(proper, four[2], 'reduction="mean_with_sample_weight" is way 3', atol=1e-3)

# %% [markdown]
# Does it matter for training? A wrong *size* of the loss misleads you when you compare. Counting the padding is worse:
# it asks for the answer 0 in places that look just like a digit 0. We train one linear unit in both ways.
# Its layer needs no mask: an output at step t cannot see the padding after it.


# %%
def labeller():
    """A linear unit that gives an output at every step; ready to train."""
    unit = keras.layers.SimpleRNN(1, activation=None, return_sequences=True)
    model = keras.Sequential([keras.Input((None, 1)), unit, keras.layers.Dense(1)])
    rate = keras.optimizers.schedules.CosineDecay(0.1, 40 * 50)
    model.compile(keras.optimizers.Adam(rate), loss=mean_of_real, steps_per_execution=50)
    return model


targets = np.cumsum(x_train, axis=1) * mask_train[:, :, None]
counted, masked = labeller(), labeller()
counted.fit(x_train, targets, epochs=40, **fit)
masked.fit(x_train, targets, sample_weight=mask_train, epochs=40, **fit)

mse_counted, mse_masked = [
    np.mean((model(x_test) - so_far)[mask_test] ** 2) for model in (counted, masked)
]
print(f"MSE on real steps: {mse_counted:.2f} when padding counted, {mse_masked:.2f} masked")
cu.check_below(mse_masked, 0.1, "with the right mean, the real steps' MSE is under 0.1")
cu.check_above(mse_counted, 1, "trained with padding in the loss, it is over 1")

# %% [markdown]
# ## What you now know
#
# - Masking(0) is wrong for over a fifth of the sequences
# - under Masking(0) a network cannot tell 3, 0, 5 from 3, 5
# - a gather by hand = Keras under a mask, to 1e-6
# - at masked steps the state stands still
# - under the mask, four more columns of padding change nothing
# - no gradient reaches a padded input
# - on 5000 test sequences the MSE is under 0.02 (baselines: 45.9, 20.6)
# - buckets and padding give the same predictions
# - at 20 digits the tanh network is off by more than 20
# - at 20 digits the linear unit is off by less than 1
# - reduction="mean_with_sample_weight" is way 3
#
# Next: an LSTM counts ones, and what it takes to make no mistake at all.
#
# ## Exercises
#
# ### Exercise 1: Find the bug
#
# The tutorial flattens the states from (B, T, H) to (B·T, H). Then it takes row `i * 4 + length − 1` for sequence i.
# That is right for its data. Show on `wide` where it goes wrong, and mend it in one place.
#
# <details><summary>Hint</summary>
#
# In the flat array a sequence begins every T rows. How many columns has <code>wide</code>? Compare with a gather on the unflattened states.
# </details>
#
# ### Exercise 2: Train on buckets
#
# Train one linear unit whose $W_h$ starts at 1, `keras.layers.SimpleRNN(1, activation=None, recurrent_initializer="identity")`,
# with `many_to_one(..., epochs=30, rate=0.1)`, on batches of 20 that each have *one* length: no padding, no mask.
# Reach a test MSE under 0.1.
#
# <details><summary>Hint</summary>
#
# <code>train_on_batch([bucket, None], targets)</code> makes one update. List all batches of an epoch as arrays of row numbers, and shuffle that list.
# </details>
#
# ### Exercise 3: Ask for the mean
#
# Same sequences, but the target is the *mean* of the digits. Train `many_to_one(keras.layers.SimpleRNN(10), epochs=40)` twice: under
# the mask from the lengths, and under the mask from the value 0. How much worse is the second?
#
# <details><summary>Hint</summary>
#
# The targets are <code>y_train / lengths_train[:, None]</code>. The mask from the value is <code>x_train[:, :, 0] != 0</code>; use it in the test too.
# </details>
#
# ### Exercise 4: Padding in front
#
# Move the padding to the front: (7) becomes (0, 0, 0, 7). Now the last column is always real. Is a mask still needed?
# Find out for a new `keras.layers.SimpleRNN(10)`, and for the trained `network.layers[-2]` (give it the digits divided by 10).
# How much do the *answers* of `network` move?
#
# <details><summary>Hint</summary>
#
# Compare the states with and without a mask. What does a state of zeros do at an input of 0, if the bias is 0? Is it, after training?
# </details>

# %% [markdown]
# ## Solutions
#
# ### Solution 1
#
# The 4 is the number of columns of *its* array. With eight columns a sequence begins every eight rows.

# %% tags=["solution"]
states_wide = np.asarray(rnn_all(wide))
truth, flat = states_wide[np.arange(4), lengths - 1], states_wide.reshape(-1, 10)
hard_coded, mended = [flat[np.arange(4) * T + lengths - 1] for T in (4, wide.shape[1])]
right = (hard_coded == truth).all(axis=1)
cu.check_equal(right, [1, 0, 0, 0], "with 4 hard-coded, only the first row is right")
cu.check_equal(mended, truth, "with T from the array, all rows are right")

# %% [markdown]
# ### Solution 2
#
# Each batch has the shape (20, length, 1) of its bucket; the last batch of a bucket may be smaller.

# %% tags=["solution"]
unit = keras.layers.SimpleRNN(1, activation=None, recurrent_initializer="identity")
bucketed = many_to_one(unit, epochs=30, rate=0.1)
rng = np.random.default_rng(seed)
for _ in range(30):
    batches = []
    for n in range(1, 5):
        members = rng.permutation(np.flatnonzero(lengths_train == n))
        batches += [members[i : i + 20] for i in range(0, len(members), 20)]
    for k in rng.permutation(len(batches)):
        chosen = batches[k]
        bucketed.train_on_batch(
            [x_train[chosen, : lengths_train[chosen[0]]], None], y_train[chosen]
        )

mse_bucketed = np.mean((in_buckets(bucketed, x_test, lengths_test) - y_test) ** 2)
cu.check_below(mse_bucketed, 0.1, "trained on buckets, without any padding: MSE under 0.1")

# %% [markdown]
# ### Solution 3
#
# Under the wrong mask (3, 0, 5) and (3, 5) are one sequence with two different means. No training can mend that.

# %% tags=["solution"]
mse_means = []
for real_train, real_test in [
    (mask_train, mask_test),
    (x_train[:, :, 0] != 0, x_test[:, :, 0] != 0),
]:
    model = many_to_one(keras.layers.SimpleRNN(10), epochs=40)
    model.fit([x_train, real_train], y_train / lengths_train[:, None], epochs=40, **fit)
    said = model([x_test, real_test])
    mse_means.append(np.mean((said - y_test / lengths_test[:, None]) ** 2))

print(f"MSE of the mean: {mse_means[0]:.3f} by lengths, {mse_means[1]:.3f} by value")
cu.check(mse_means[1] > 5 * mse_means[0], "for the mean, Masking(0) costs over 5 times the MSE")

# %% [markdown]
# ### Solution 4
#
# A new layer has bias 0: a state of zeros stays zeros, so zeros in front do nothing, by luck.
# A trained one has a bias: then they move the state. The answers hardly move, by luck again: for a *sum*, the network
# has learned that a 0 adds nothing. Do not build on luck: give the mask.

# %% tags=["solution"]
front = np.array([[0, 3, 0, 5], [0, 0, 0, 7], [2, 9, 4, 1], [0, 0, 0, 0]], dtype="float32")
front = front[:, :, None]
mask_front = np.arange(4) >= 4 - lengths[:, None]
fresh, trained = keras.layers.SimpleRNN(10), network.layers[-2]
moved_fresh = np.abs(fresh(front) - fresh(front, mask=mask_front)).max()
moved_trained = np.abs(trained(front / 10) - trained(front / 10, mask=mask_front)).max()
moved_answers = np.abs(network([front, None]) - network([front, mask_front])).max()
cu.check(moved_fresh == 0, "in a new layer, zeros in front move no state")
cu.check(moved_trained > 0.01, "in the trained layer they do, unless they are masked")
cu.check(moved_answers < 1, "its answers move by less than 1")

# %% [markdown]
# ## Sources
#
# - Easy-TensorFlow, "Many to One RNN with Variable Sequence Length" (2018): the task and the network.
#   What this lesson corrects in it: padding that is a legal digit, an index with a fixed 4, two cells of hyper-parameters,
#   no validation set, a test of five sequences, no seed, no figure. Its series goes on to fixed lengths (the check "where all
#   have one length …"), LSTM and bidirectional networks (section 7).
# - M. Schuster and K. K. Paliwal, "Bidirectional Recurrent Neural Networks", *IEEE Transactions on Signal Processing* 45 (1997).
#
# {{previous_and_next}}
