# %% [markdown]
# # {{number}} · Echo, with truncated back-propagation
#
# Train on sequences that are too long to train on: cut them into windows, carry the state, and see what the cuts cost.
#
# **You will be able to**
#
# - cut a long series into windows and train on them in order, with a loop of your own
# - get the same numbers from `stateful=True`, and say what resets the state and what does not
# - say, before you train, what a network loses whose state is reset at each window
# - measure how far back a gradient reaches, and choose a window that is long enough
# - stack layers with weights of their own, and judge whether dropout helps
#
# **Needs:** {{lesson:unrolled}} (state, loss and gradient) and {{lesson:counting}} (the LSTM).
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

seed = cu.runtime.start(seed=4)

# %% [markdown]
# ## 1 · The task: an echo
#
# The input is a series of 50 000 random bits. The label of a step is the input **three steps before**: its echo.
# The series is cut into **B = 5** rows of 10 000 steps, so that five pieces can be read at once.
#
# At each step the network must let go of one bit, take in another, and keep three in their order.
# In the figure a high bar is a 1, a sliver is a 0.
#
# The labels were made first and the rows cut then. So some labels stand in one row, and their bit in another.
#
# **Predict:** how many of the 50 000 labels can nobody know who reads only the label's own row?

# %%
B, LAG = 5, 3  # rows, and steps from a bit to its echo
x, y, known = cu.sequences.echo_series(50_000, LAG, B, seed=seed)
ax = cu.plotting.bit_rows(x[:, :15], y[:, :15], title="A label is the input three steps before")
cu.plotting.show(ax, alt="Each row's first 15 inputs and labels as bars; a 0 is a sliver")
cu.check_equal(x.shape, (5, 10_000), "the series is cut into 5 rows of 10 000 steps")
cu.check_equal(y[:, 3:], x[:, :-3], "from step 3 on, a label is the input three steps before")

# %%
for row, steps in enumerate(~known):
    print(f"row {row}: not known at steps {np.flatnonzero(steps).tolist()}")
cu.check_equal(np.sum(~known), 12, "12 of the 50 000 labels cannot be known from their row")
cu.check_equal(y[1:, :3], x[:-1, -3:], "those 12 are the last bits of the row above")
cu.check_equal(y[0, :3], [0, 0, 0], "the first three labels have no bit: they are 0 by definition")

# %% [markdown]
# Row 0's first three labels are 0 by definition and count as known. But a network is not told which row it reads:
# to it they are riddles like the 12.
#
# ### The baseline
#
# One step is a choice between two **classes**, 0 and 1. The head gives two numbers a step, the **logits**. The softmax ({{lesson:counting}}) makes probabilities of them;
# `from_logits=True` has the loss do it. The loss is the **cross-entropy**: minus the logarithm of the probability that the right class got. Its unit is the **nat**.
# "Sparse" in Keras's name means that a label is the number of its class.
#
# **Predict:** how often is one right who always names the commoner bit? And what does saying "50 : 50" cost at each step?

# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
commoner = max(y.mean(), 1 - y.mean())
even = float(cross_entropy(y, np.zeros((B, 10_000, 2))))  # equal logits: 50 : 50
print(f"always the commoner bit: {commoner:.1%} right    50 : 50: {even:.3f} nats")  # exact: ln 2
cu.check_below(commoner, 0.52, "always the same answer is right for about half of the labels")
cu.check_close(even, np.log(2), "saying 50 : 50 costs ln 2, about 0.693 nats a label", atol=1e-6)

# %% [markdown]
# ## 2 · Windows
#
# To learn, the gradient of a loss travels back through the steps. Through all 10 000 of them that means: keep what
# every step computed until the end is reached, and change the weights *once* for all that work.
#
# **Truncated back-propagation** cuts each row into **windows** of **T = 15** steps. The weights change after every window.
# The state at the end of a window is the state at the start of the next. The gradient stops at the edge.
#
# **Predict:** how many windows does a row of 10 000 steps give, and how many steps are left over?


# %%
def cut(series, window):
    """The windows in order of time, shape (windows, B, window). What fills no window is dropped."""
    count = series.shape[1] // window
    return np.stack(np.split(series[:, : count * window], count, axis=1))


T = 15
x_windows, y_windows = cut(x, T), cut(y, T)

# %%
ax = cu.plotting.windows_of_series(x, T, title="Windows of 15 steps; the state passes on")
cu.plotting.show(ax, alt="Five rows cut into windows 0 to 665, with arrows for the state")
cu.check_equal(x_windows.shape, (666, 5, 15), "666 windows of shape (B, T) = (5, 15)")
cu.check_equal(x_windows[1, :, 0], x[:, 15], "window 1 goes on where window 0 ends, in every row")
cu.check_equal(x.shape[1] - 666 * T, 10, "10 steps of each row are dropped")

# %% [markdown]
# ### From (B, T, H) to (B·T, H)
#
# An LSTM with **H = 4** units reads a window and gives (B, T, H) = (5, 15, 4) numbers: at each step the state $h$ ({{lesson:counting}}).
# The head needs no order: it turns 4 numbers into 2 logits, the same way at every step.
# So the window may be **flattened** to 75 rows of 4, multiplied by $W_2$ (4, 2), with $b_2$ (2,) added.
# In the figure a colour is a time step.
#
# Mind the axis when you take a window apart. The tutorial (see Sources) wants one array a *step*, for a loop over time, and unpacks along
# axis 0. **Predict:** how many arrays does `tf.unstack` give along axis 0, and how many along axis 1?
# And in the flattened window, which of the 75 rows is row 1, step 2?

# %%
H, outputs = 4, {"return_sequences": True, "return_state": True}
lstm, head = keras.layers.LSTM(H, **outputs), keras.layers.Dense(2)
h, *state = lstm(x_windows[0][..., None])  # the new axis is F = 1
flat, logits = np.reshape(h, (75, 4)), np.reshape(head(h), (75, 2))
cu.check_equal(flat[1 * T + 2], h[1, 2], "flattened, row 1, step 2 is number 17 of the 75")
cu.check_close(flat @ head.kernel + head.bias, logits, "Dense: the same, flattened", atol=1e-6)

# %%
ax = cu.plotting.flattening(h, title="Flattened: row after row, each with its steps in order")
cu.plotting.show(ax, alt="Left 5 rows of 15 coloured steps, right the 75 rows one below another")
by_row, by_step = tf.unstack(x_windows[0]), tf.unstack(x_windows[0], axis=1)
print(f"axis 0: {len(by_row)} of {by_row[0].shape}   axis 1: {len(by_step)} of {by_step[0].shape}")
cu.check_equal(by_step, x[:, :T].T, "unstacked along axis 1, a window gives one array a step")

# %% [markdown]
# ## 3 · A loop of our own
#
# A **network** is a pair here: the recurrent layer and its head. One update, for one window, is `train_window`.
# **Look** where `state` comes from: it was computed before the tape began to record. To the tape it is a number like any other.
# That is the whole of "truncated"; section 6 measures it.
#
# The logits come back too, for the answers. (The tutorial's last listing takes them from `_`, Python's usual name for what is thrown away.)


# %%
def with_head(rnn, like=None):
    """The layer and a head with two logits a step, both built; with the weights of `like`."""
    network = rnn, keras.layers.Dense(2, dtype=rnn.dtype_policy)
    network[1](rnn(np.zeros((B, 1, 1)))[0])
    for layer, original in zip(network, like or network, strict=True):
        layer.set_weights(original.get_weights())
    return network


def train_window(network, optimizer, x, y, state):
    """One update of the weights; returns the loss, the logits and the state at the window's end."""
    rnn, head = network
    with tf.GradientTape() as tape:
        inputs = tf.cast(x[..., None], rnn.compute_dtype)
        h, *state = rnn(inputs, initial_state=state, training=True)
        logits = head(h)
        loss = cross_entropy(y, logits)
    weights = rnn.trainable_variables + head.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss, logits, state


# %% [markdown]
# An epoch calls it for window after window and hands the state over. The state starts at zero in each epoch.
#
# The arrays are tiny, and a call from Python has a cost of its own. `tf.function` records a computation once, as a **graph**, which TensorFlow
# then runs without Python; `jit_compile=True` has it compiled by **XLA**, TensorFlow's compiler. The loop over the windows can go into the graph as well:
# a `for` over `tf.range` is recorded as a loop, and a `tf.TensorArray` collects what its rounds give. You need not follow it to go on: without a graph, it is
# `for x_window, y_window in zip(x, y)` with two lists.
#
# ### What is Adagrad?
#
# The tutorial's optimizer, with learning rate 0.3. It divides each weight's step by the root of the sum of its squared gradients so far:
# steps shrink as training goes on.


# %%
def adagrad():
    return keras.optimizers.Adagrad(0.3)


def compile_epoch(network, optimizer, carry=True):
    """A function that trains on all windows in order; it returns the mean loss and all answers."""
    rnn, head = network
    optimizer.build(rnn.trainable_variables + head.trainable_variables)

    @tf.function(jit_compile=True)
    def epoch(x, y):
        zeros = rnn.get_initial_state(x.shape[1])
        state = zeros
        losses = tf.TensorArray(tf.float64, x.shape[0])
        answers = tf.TensorArray(tf.int64, x.shape[0])
        for i in tf.range(x.shape[0]):
            start = state if carry else zeros
            loss, logits, state = train_window(network, optimizer, x[i], y[i], start)
            losses = losses.write(i, loss)
            answers = answers.write(i, tf.argmax(logits, axis=-1))
        return tf.reduce_mean(losses.stack()), answers.stack()

    return epoch


# %% [markdown]
# ### The task
#
# A network gets **new data in every epoch**, so each answer is given to bits that it has not seen, before it learns from them.
#
# **Predict:** after 25 epochs, what share of the knowable labels is right in a new series? It is read in one go, without windows:
# answering needs no gradient.
#
# And a second question: 15 of the 50 000 labels, the first three of each row, are riddles. Is their part of the loss that is left small or large?


# %%
def train(network, epochs, window=T, lag=LAG, carry=True, arrange=cut):
    """The mean loss of each epoch of new data, and which answers were right in the last."""
    epoch, losses = compile_epoch(network, adagrad(), carry), []
    for n in range(epochs):
        x, y, _ = cu.sequences.echo_series(50_000, lag, B, seed=10_000 * seed + n)
        x, y = arrange(x, window), arrange(y, window)
        loss, answers = epoch(x, y)
        losses.append(float(loss))
    return losses, answers.numpy() == y


def compile_answers(network):
    """A function from bits (B, steps) to logits (B, steps, 2), with the state carried all along."""
    rnn, head = network
    return tf.function(lambda x: head(rnn(tf.cast(x[..., None], "float32"))[0]), jit_compile=True)


fresh = with_head(keras.layers.LSTM(H, **outputs))
carried = with_head(keras.layers.LSTM(H, **outputs), like=fresh)
losses_carried, right_carried = train(carried, 25)
x_new, y_new, known_new = cu.sequences.echo_series(50_000, LAG, B, seed=10_000 * seed + 9_999)
logits = compile_answers(carried)(x_new)
right, loss = np.argmax(logits, axis=-1) == y_new, float(cross_entropy(y_new, logits))
share = 15 * float(cross_entropy(y_new[:, :LAG], logits[:, :LAG])) / (50_000 * loss)
print("loss, and of each riddle:", cu.measured([loss, share * loss * 50_000 / 15], ".5f"), "nats")

# %%
print(f"wrong: {cu.measured(np.sum(~right[known_new]))} of {known_new.sum():,} knowable labels")
cu.check_above(right_carried.mean(), 0.995, "carried: in the windows over 99.5 % are right at last")
cu.check_above(right[known_new].mean(), 0.999, "carried: over 99.9 % of knowable labels are right")
cu.check_below(loss, 0.002, "carried: the loss is under 0.002 nats")
cu.check_above(share, 0.5, "the first three labels of the rows make most of the loss left")
cu.check_above(loss, 15 * np.log(2) / 50_000, "the loss is over that of 50 : 50 on those 15")

# %% [markdown]
# ### Why is the loss not 0?
#
# Mostly because of those 15. At 50 : 50 they would cost $15 \ln 2$ together, and over 50 000 labels that is 0.0002 nats. The network does not say 50 : 50 there, as
# their price shows. The rest is what it is not yet sure of elsewhere.
#
# ### What does one graph for all windows save?
#
# Two equal networks train for two epochs on the same 666 windows, both compiled by XLA. For the first, Python makes 666 calls, one a window.
# The second gets all windows in one call.
#
# **Predict:** which is faster, and do the losses differ? (The next section's first cell checks the losses.)

# %%
from time import perf_counter

precise = {**outputs, "dtype": "float64"}  # 64 bits: a difference is a mistake
start = with_head(keras.layers.LSTM(H, **precise))
many_calls, one_call = (with_head(keras.layers.LSTM(H, **precise), like=start) for _ in "12")
optimizer, in_graph = adagrad(), compile_epoch(one_call, adagrad())
optimizer.build(many_calls[0].trainable_variables + many_calls[1].trainable_variables)
update = tf.function(lambda *given: train_window(many_calls, optimizer, *given), jit_compile=True)


def epoch_from_python(x, y):
    state, losses = many_calls[0].get_initial_state(B), []
    for x_window, y_window in zip(x, y, strict=True):
        loss, _, state = update(x_window, y_window, state)
        losses.append(loss)
    return np.mean(losses), None


losses, seconds = {"666 calls": [], "one call": []}, {}
for name, epoch in {"666 calls": epoch_from_python, "one call": in_graph}.items():
    for _ in range(2):  # the first epoch waits for the compiler; the second one's time stays
        begin = perf_counter()
        losses[name].append(float(epoch(x_windows, y_windows)[0]))
        seconds[name] = perf_counter() - begin
print("one call, times faster:", cu.measured(seconds["666 calls"] / seconds["one call"], ".1f"))

# %% [markdown]
# ## 4 · `stateful=True`: Keras carries the state
#
# The ready-made way: the layer keeps its last state in variables of shape (B, H), and starts the next batch from it.
# Three things are then yours to see to:
#
# - Batch $i$ must hold window $i$ of all five rows: `batch_size=5`, and `shuffle=False`.
# - The batch size is part of the model: `keras.Input(batch_shape=(5, 15, 1))`.
# - Nobody resets the state for you. `layer.reset_state()` does, and a callback calls it before each epoch.
#
# We give it the start weights, the data and the two epochs that our own loop had. **Predict:** do the losses differ from ours?

# %%
layer = keras.layers.LSTM(H, return_sequences=True, stateful=True, dtype="float64")
dense = keras.layers.Dense(2, dtype="float64")
model = keras.Sequential([keras.Input(batch_shape=(B, T, 1), dtype="float64"), layer, dense])
model.set_weights(start[0].get_weights() + start[1].get_weights())
model.compile(adagrad(), cross_entropy)
# window 0 of the five rows, window 1 of the five rows, ...
in_order = x_windows.reshape(-1, T, 1), y_windows.reshape(-1, T)
reset = keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: layer.reset_state())
fit = {"batch_size": B, "epochs": 2, "shuffle": False, "verbose": 0}
history = model.fit(*in_order, **fit, callbacks=[reset, *cu.live.progress()]).history
our_losses, many = losses["one call"], losses["666 calls"]
cu.check_close(many, our_losses, "666 calls or one: the same losses to 1e-6", atol=1e-6)
sentence = "stateful=True and our own loop: the same losses to 1e-6"
cu.check_close(history["loss"], our_losses, sentence, atol=1e-6)
ours = np.concatenate([np.ravel(w) for part in one_call for w in part.get_weights()])
keras_own = np.concatenate([np.ravel(w) for w in model.get_weights()])
cu.check_close(keras_own, ours, "and the same weights to 1e-6, after 1332 updates", atol=1e-6)

# %% [markdown]
# ### What is reset when?
#
# **Predict** for each line, is the state changed, zero, or as before: the end of `fit`; a call of `predict`; `layer.reset_state()`;
# the start of a second epoch, without the callback.


# %%
def refusal(attempt):
    """The message of the error that the attempt ends in; nothing if it works."""
    try:
        attempt()
    except (AttributeError, IndexError, TypeError, ValueError, tf.errors.OpError) as error:
        return str(error)
    return ""


def start_again():
    model.set_weights(start[0].get_weights() + start[1].get_weights())
    model.compile(adagrad(), cross_entropy)
    layer.reset_state()


after_fit = layer.states[0].numpy()
model.predict(in_order[0][:B], verbose=0)
moved = layer.states[0].numpy()
cu.check(after_fit.any(), "when fit ends, the last state is still there")
cu.check((moved != after_fit).any() and moved.any(), "predict moves the state, and not to zero")
start_again()
cu.check(not layer.states[0].numpy().any(), "layer.reset_state() sets it to zero")
second = model.fit(*in_order, **fit).history["loss"][1]  # no callback
sentence = "without the callback the second epoch differs: it starts from the first one's state"
cu.check_above(abs(second - losses["one call"][1]), 1e-5, sentence)

# %% [markdown]
# Without the reset at an epoch's begin, whoever calls `predict` between two epochs would hand training a state from elsewhere; with it, only a
# `predict` *within* an epoch does. Exercise 3 makes that harmless.
#
# ### Why must the batch size be fixed?
#
# The stored state has one row of H numbers for each row of the batch: row 2 of the next batch continues row 2 of this one.
#
# **Predict:** what does the stateful layer do with a batch of four rows? And our own loop's layer, which takes the state as an argument?
# There the state is ours to get right: `[h, c]`, each (B, H). What if it has no batch axis? What if it has no $c$?

# %%
our_layer, four, five = one_call[0], np.zeros((4, T, 1)), np.zeros((5, T, 1))
cu.check(
    "batch size" in refusal(lambda: layer(four)), "a stateful layer refuses another batch size"
)
any_size = our_layer(four, initial_state=our_layer.get_initial_state(4))[0]
cu.check_equal(any_size.shape, (4, T, H), "with the state as an argument, any batch size will do")
old_ways = [
    refusal(lambda: keras.layers.LSTM(H, stateful=True, batch_input_shape=(B, T, 1))),
    refusal(lambda: model.reset_states()),
]
cu.check(all(old_ways), "Keras 3 refuses batch_input_shape and reset_states, of older books")
only_h = refusal(lambda: our_layer(five, initial_state=[np.zeros((5, H))]))
cu.check("out of range" in only_h, "a state without c is refused: list index out of range")
row = np.linspace(-1, 1, H)
from_row = our_layer(five, initial_state=[row, row])[0]
from_rows = our_layer(five, initial_state=[np.tile(row, (5, 1))] * 2)[0]
sentence = "a state without batch axis is taken, silently, and serves for every row"
cu.check_close(from_row, from_rows, sentence, atol=1e-9)

# %% [markdown]
# ## 5 · What if the state is not carried?
#
# Suppose it is set to zero at each window. Then the first 3 of the 15 labels have their bit in the window before. They cannot be known:
# the best answer is 50 : 50, at ln 2 each. The other 12 can be known, at no cost. So on average over the labels
#
# $$\text{loss} \ge \tfrac{3}{15} \ln 2 = 0.1386 \text{ nats}, \qquad \text{accuracy} \le \tfrac{12}{15} + \tfrac{3}{15} \cdot \tfrac12 = 90\,\%.$$
#
# The data are new in every epoch, so nothing can be learned by heart. **Predict:** will training come near that floor?

# %%
reset_each = with_head(keras.layers.LSTM(H, **outputs), like=fresh)
losses_reset, right_reset = train(reset_each, 12, carry=False)
floor = LAG / T * np.log(2)
cu.check_above(min(losses_reset), floor, "reset at each window: the loss stays above 0.1386 nats")
cu.check_below(losses_reset[-1], floor + 0.01, "and it comes within 0.01 nats of that floor")
cu.check_close(right_reset.mean(), 0.9, "reset: accuracy within 1 % of 90 %", atol=0.01)

# %% [markdown]
# **Predict:** accuracy by the step's place in its window, while training. At which places are carried and reset equally good?

# %%
place = {"carried": right_carried.mean(axis=(0, 1)), "reset": right_reset.mean(axis=(0, 1))}
look = {"ylabel": "share right", "xlabel": "step of the window"}
ax = cu.plotting.step_series(place, title="Reset: three guesses a window", **look)
cu.plotting.show(ax, alt="By step: carried stays at 1; reset is at 0.5 for steps 0 to 2, then 1")
cu.check_above(place["carried"].min(), 0.99, "carried: over 99 % are right at every step")
cu.check_close(place["reset"], [0.5] * 3 + [1] * 12, "reset: 3 guesses a window", atol=0.04)

# %% [markdown]
# Take the network that was *trained* with resets. It now reads the new series in one go, with the state carried. **Predict:** is it still wrong in 10 %?
#
# ### Does shuffling break it?
#
# Now the state is carried from one window to the next as before, but the windows come in a random order. So the state that a window gets is from another place of the row.
# The tutorial's last listing does the like: it draws new data for every window, and so its carried state comes from other bits.
#
# Nothing in the bits marks a window's start, and the state there is no longer zero. Only a network that counted to 15 could tell the 3 riddles from the
# 12 others. Ours does not learn to, as you will see. A network that cannot tell them apart is right in 12 of 15 steps, and in half of the other 3: 90 % in all.
# So it does best to say "90 : 10" everywhere.
#
# **Predict:**
#
# - On which level will its loss end: near 0, at 0.1386, or higher?
# - What does "90 : 10" cost, if it is right 9 times in 10?
# - Does `fit` do the same with its default `shuffle=True`?


# %%
right = np.argmax(compile_answers(reset_each)(x_new), axis=-1)[known_new] == y_new[known_new]
cu.check_above(right.mean(), 0.99, "trained with resets, then read in one go: over 99 % are right")


def shuffled(series, window):
    return np.random.default_rng(seed).permutation(cut(series, window))


def drawn_anew(series, window):
    count = series.size // (B * window)  # each window: B pieces that follow each other
    return series.reshape(-1)[: count * B * window].reshape(count, B, window)


unsure, curves = -np.log(0.9**0.9 * 0.1**0.1), {"carried": losses_carried, "reset": losses_reset}
for name, arrange in {"shuffled": shuffled, "drawn anew": drawn_anew}.items():
    network = with_head(keras.layers.LSTM(H, **outputs), like=fresh)
    curves[name] = train(network, 16, arrange=arrange)[0]
levels = {"reset: at least 0.139": floor, "90 : 10 = 0.325": unsure, "50 : 50": np.log(2)}
look = {"baselines": levels, "ylabel": "loss on new data (nats)", "log": False}
ax = cu.plotting.training_curves(curves, title="Only windows in order get near 0", **look)
alt = f"Losses by epoch: carried near 0, reset at {floor:.3f}, the others near {unsure:.3f}"
cu.plotting.show(ax, alt=alt)
low = [min(curves["shuffled"]), min(curves["drawn anew"])]

# %%
cu.check_close(low, [unsure] * 2, "shuffled or drawn anew: within 0.04 of 90 : 10", atol=0.04)
cu.check_below(losses_carried[-1], floor / 10, "carried in order: less than a tenth of 0.1386")
start_again()
mixed = model.fit(*in_order, **fit | {"shuffle": True}, callbacks=[reset]).history["loss"]
print("fit, shuffled and in order:", cu.measured([mixed[-1], history["loss"][1]], ".4f"), "nats")
cu.check_above(mixed[-1], 0.2, "fit's own shuffling: the echo is not learned in two epochs")

# %% [markdown]
# So resets spoil the answers, and hardly the weights: a network that learned from the 12 can do the 3, once it is given the state.
#
# `fit` with its default `shuffle=True` does no better: it did not learn the echo. It goes further than our random order: it shuffles the *rows* too, so that row 2 no longer follows row 2.
#
# ## 6 · Where the gradient is cut
#
# Take the trained network, and its answer at step $t = 20$. Which input $k$ steps before decides it? Turn one bit over, and see whether the answer turns over.
#
# **Predict:** for $k = 0, 1, \dots, 8$, in what share of 200 random series does it?

# %%
read, bits = compile_answers(carried), np.random.default_rng(seed).integers(0, 2, (200, 21))
flipped = [bits ^ (np.arange(21) == 20 - k) for k in range(9)]  # one bit turned over
answers = np.array([np.argmax(read(series)[:, 20], axis=-1) for series in (bits, *flipped)])
turned = np.mean(answers[1:] != answers[0], axis=1)
print("k = 0 to 8:", cu.measured(turned, ".0%"))
cu.check_close(turned, np.arange(9) == LAG, "only k = 3 turns the answer (to 1 %)", atol=0.01)

# %% [markdown]
# Training cannot turn bits over; it has **slopes**. `tf.GradientTape` gives the gradient of (logit of 1 − logit of 0) at step $t$ with respect to $x_{t-k}$.
# We average its size over the 200 series. A slope is local: it may be large for a bit that never turns the answer over.
#
# Then the same with a window's edge in between: the state is carried over it, but `tf.stop_gradient` makes it a constant.
#
# **Predict:** at which $k$ is the slope largest? If the window began at step 15, from which $k$ on is it 0? If it began at step 18?


# %%
def slopes(network, edge=0):
    """Mean size of the gradient of the answer at step 20 with respect to inputs 20, 19, ..., 0."""
    inputs, state = tf.constant(bits[..., None], tf.float32), None
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        if edge:
            _, *state = network[0](inputs[:, :edge])
            state = [tf.stop_gradient(array) for array in state]
        h, *_ = network[0](inputs[:, edge:], initial_state=state)
        answer = network[1](h)[:, -1] @ [[-1.0], [1.0]]  # logit of 1 − logit of 0
    return np.abs(tape.gradient(answer, inputs))[:, ::-1, 0].mean(axis=0)


whole, kept, lost = slopes(carried), slopes(carried, edge=15), slopes(carried, edge=18)
curves = {"no edge": whole, "edge before step 15": kept, "edge before step 18": lost}
look = {"xlabel": "k, steps back from step 20", "ylabel": "mean size of the gradient", "log": False}
title = "Truncation: the same gradient inside the window, 0 beyond its edge"
ax = cu.plotting.training_curves({n: v[1:16] for n, v in curves.items()}, title=title, **look)
cu.plotting.show(ax, alt="Gradient size by k: highest at k = 3, and 0 beyond a window's edge")
cu.check_equal(np.argmax(whole), LAG, "the slope is largest for the bit three steps back")
cu.check_close(kept[:6], whole[:6], "inside the window the edge changes nothing", atol=1e-4)
cu.check(not kept[6:].any(), "beyond the window's edge the gradient is exactly 0")
cu.check(lost[LAG] == 0, "with the edge two steps back, the bit three steps back gets none")

# %% [markdown]
# ### Does the state carry the gradient?
#
# A state hands on the *value* always, and the gradient only where the tape that asks has also recorded how the state was made.
# `train_window` opens a new tape for each window. Is that the same as `tf.stop_gradient`?
#
# Let one tape record two windows. Take the gradient of the *second* window's loss twice: once with the state stopped between the windows, once not.
#
# **Predict:** which of the two equals the update that `train_window` makes in the second window?


# %%
def gradient_over_two_windows(network, stop):
    rnn, head = network
    with tf.GradientTape() as tape:
        _, *state = rnn(x_windows[0][..., None])
        state = [tf.stop_gradient(array) if stop else array for array in state]
        h, *_ = rnn(x_windows[1][..., None], initial_state=state)
        loss = cross_entropy(y_windows[1], head(h))
    return tape.gradient(loss, rnn.trainable_variables)[1]  # of the recurrent kernel


probe = with_head(keras.layers.LSTM(H, **precise), like=start)
stopped, through = (gradient_over_two_windows(probe, stop) for stop in (True, False))
_, *state = probe[0](x_windows[0][..., None])
before = probe[0].get_weights()[1]
# SGD(1.0) subtracts the gradient itself
train_window(probe, keras.optimizers.SGD(1.0), x_windows[1], y_windows[1], state)
update = before - probe[0].get_weights()[1]
cu.check_close(update, stopped, "our loop's update: the gradient with the state stopped", atol=1e-9)
apart = np.abs(update - through).max() / np.abs(update).max()
cu.check_above(
    apart, 0.01, "one tape over both windows gives another: the gradient passes the edge"
)

# %% [markdown]
# `stateful=True` gave the same losses and weights as our loop. So it never lengthens the gradient (the update of our loop is that of the stopped state): it carries the value alone.
#
# And yet the carried network answers the first three steps of every window, whose gradient never reached their bits. How? The
# *weights* are the same at all steps. Steps 3 to 14 taught them to keep a bit for three steps, as the network trained with resets showed:
# it never had a gradient or a state from before, and yet it could.
#
# ## 7 · A window no longer than the echo
#
# In windows of $w$ steps the slopes of section 6 are 0 for all $k \ge w$, at *every* step: no edge is farther back than $w - 1$ steps.
#
# Five networks begin with the same weights:
#
# - windows of 2, 3 and 4 steps, the state carried;
# - windows of 3 steps, the state reset;
# - windows of 2 steps, the state carried, but the LSTM left as it was drawn: only its head is trained.
#
# **Predict:** of how many labels in a window does the bit lie inside? Which of the five learn?

# %%
kinds = {f"windows of {w}, bits inside: {max(w - LAG, 0)}": {"window": w} for w in (2, 3, 4)}
kinds["windows of 3, state reset"] = {"window": 3, "carry": False}
kinds["windows of 2, LSTM as drawn"] = {"window": 2}
wrong, drawn = {}, with_head(keras.layers.LSTM(H, **outputs))
for name, how in kinds.items():
    network = with_head(keras.layers.LSTM(H, **outputs), like=drawn)
    network[0].trainable = "as drawn" not in name
    wrong[name] = 1 - train(network, 7, **how)[1].mean()
look = {"xlabel": "share of wrong answers", "baselines": {"guessing": 0.5}}
ax = cu.plotting.bars(wrong, title="One step longer than the echo is enough", **look)
cu.plotting.show(
    ax,
    alt="Share of wrong answers: windows of 4 nearly 0; 3 with resets at guessing; all others high",
)
two, three, four, blind, as_drawn = wrong.values()
cu.check_above((two + three) / 2, 0.1, "windows of 2 and 3 steps: on average over 10 % are wrong")
cu.check_below(four, 0.01, "windows of 4 steps, one more than the echo: over 99 % are right")
cu.check_close(blind, 0.5, "3 steps, and the state reset: 50 %, as guessing", atol=0.02)
cu.check_below(as_drawn, 0.47, "an LSTM never trained, only its head is: over 53 % are right")
cu.check_above(
    min(two, three), 10 * four, "windows of 2 or 3 steps: 10 times as many errors as with 4"
)

# %% [markdown]
# ### Why is the untrained one better than guessing?
#
# No gradient reaches the bit, so training cannot aim at storing it. But a random LSTM writes every bit into its state somehow, the carried state holds a trace, and
# a head can read it: the LSTM that is not trained at all shows that. Training with so short a window
# changes how a trace is kept, without ever seeing what a trace is good for three steps later. It may help, do nothing, or wipe the trace out: compare
# the windows of 2 with the LSTM left as drawn. Which of these happens depends on the weights at the start; try another seed.
#
# ## 8 · Three layers
#
# The tutorial stacks three LSTMs: the second reads the first one's states, the third the second's. In Keras, one `RNN` layer
# around a list of **cells** does that; a cell is what computes one step.
#
# The tutorial makes the list as `[cell] * 3`. In Python that is *one* object, three times.
#
# **Predict:** F = 1 input and H = 4. How many weights has the first cell, with 4 gates ({{lesson:counting}})? Can it serve as the second one? And if F were 4?
#
# ### A trap: lists and tuples
#
# The state of the stack is a list of three lists, `[h, c]` for each layer. Our epoch is a loop in a graph, and such a loop
# must get back *exactly* the structure that went in: a list for a list.
#
# In the next cell `own` is such a stack of three cells. `own(x, initial_state=state)` returns its outputs and then the three states, in a *tuple*; `[1:]` cuts the
# states out. **Predict:** so what is `[1:]`, and does a loop in a graph that began with a list take it?

# %%
own = keras.layers.RNN([keras.layers.LSTMCell(H) for _ in range(3)], **outputs)
shared, shared_wide = (keras.layers.RNN([keras.layers.LSTMCell(H)] * 3, **outputs) for _ in "12")
state, zeros = own.get_initial_state(B), tf.zeros((B, T, 1))


@tf.function
def two_rounds(state):
    for _ in tf.range(2):
        state = own(zeros, initial_state=state)[1:]
    return state


back = own(zeros, initial_state=state)[1:]
shared_wide(np.zeros((B, T, 4)))
message = refusal(lambda: shared(zeros))
print("own cells:", [cell.count_params() for cell in own.cell.cells], "weights")
print("one shared cell:", message[message.find("Matrix") :].split(" [Op")[0])  # exact: words
cu.check_equal(own.count_params(), 96 + 144 + 144, "own cells: 96 + 144 + 144 = 384 weights")
cu.check("incompatible" in message, "one shared cell: an error, where F and H differ")
weights = shared_wide.count_params()
cu.check_equal(weights, 144, "one cell as three layers, F = H: no error, and 144 weights in all")
structures = type(state) is list and type(back) is tuple
cu.check(structures, "a list of states went into the stack, a tuple comes out")
refused = "same nested structure" in refusal(lambda: two_rounds(state))
cu.check(refused, "a loop in a graph refuses the tuple for the list")

# %% [markdown]
# The message: the first layer's $h$ for five rows, (5, 4), meets a kernel made for F = 1 and 4 gates of 4 units, (1, 16).
# The silent case is the one to look for: no message, and 144 weights in place of 3 · 144 = 432. Whatever it would learn, it is not the network that was meant.
# And the tuple is why `train_window` says `h, *state = ...`: the star makes a list again.
#
# ## 9 · The tutorial's setting, watched live
#
# Now all of it: three layers of 4 units with cells of their own, 5 rows, windows of 15, Adagrad 0.3, and new data each epoch; 25 epochs, where the tutorial has 100.
# The tutorial redraws a board while it trains: the loss so far, and for each row the input, the label and the answer as bars.
# Its loss is that of each window, ours the mean of an epoch. If you run this cell yourself, you will see it move. What is stored here is its last frame.
#
# **Predict:** do three layers do better than the one of section 3? Its curve is drawn as well.


# %%
def draw_board(losses, x, y, answers):
    fig, (upper, lower) = plt.subplots(2, 1, figsize=(7.5, 7.2), height_ratios=[2, 3])
    lines = {"reset at each window": floor, "15 riddles at 50 : 50": 15 * np.log(2) / 49_950}
    curves = {"three layers": losses, "one layer": losses_carried}
    look = {"baselines": lines, "ylabel": "loss on new data (nats)", "ax": upper}
    title = f"Epoch {len(losses)}: the loss is {losses[-1]:.4f} nats"
    cu.plotting.training_curves(curves, title=title, **look)
    title = f"The last window: {np.sum(answers != y)} of {y.size} answers are wrong"
    cu.plotting.bit_rows(x, y, answers, first_step=9975, title=title, ax=lower)
    return fig


three = with_head(keras.layers.RNN([keras.layers.LSTMCell(H) for _ in range(3)], **outputs))
epoch, losses_three = compile_epoch(three, adagrad()), []
alt = "Above, one and three layers fall far below the reset floor; below, the last window's bars"
with cu.live.Board(draw_board, alt=alt) as board:
    for n in range(25):
        x_epoch, y_epoch, _ = cu.sequences.echo_series(50_000, LAG, B, seed=10_000 * seed + n)
        x_epoch, y_epoch = cut(x_epoch, T), cut(y_epoch, T)
        loss_three, answers = epoch(x_epoch, y_epoch)
        losses_three.append(float(loss_three))
        board.update(losses_three, x_epoch[-1], y_epoch[-1], answers[-1].numpy())

# %%
logits = compile_answers(three)(x_new)
right, loss_three = np.argmax(logits, axis=-1) == y_new, float(cross_entropy(y_new, logits))
print("new series, one layer and three, nats:", cu.measured([loss, loss_three], ".5f"))
cu.check_above(right[known_new].mean(), 0.999, "three layers: over 99.9 % of knowable labels right")
cu.check_below(loss_three, 0.002, "three layers: the loss on new data is under 0.002 nats")
cu.check_below(losses_three[-1], floor / 10, "three layers: less than a tenth of the reset floor")

# %% [markdown]
# ### Does one layer suffice?
#
# Here it does: both are under 0.002 nats, and over 99.9 % of the knowable labels are right. The upper figure shows no lasting lead of three layers.
#
# ## 10 · Dropout
#
# The series' next part adds **dropout**: in training, a random part of the numbers is set to 0 and the rest is scaled up, so that the network
# cannot rely on any one of them. An LSTM takes two rates: `dropout` for its *inputs*, `recurrent_dropout` for the *state* $h$ it reads (not $c$).
# `keras.layers.Dropout` is a layer of its own, which knows nothing of time.
#
# Which numbers are dropped, the **mask**, is it drawn anew at every step? To see it, take layers that do nothing but
# hand on: weights that copy the input (first) or the old state (second).
#
# **Predict:** inputs of 1, rate 0.5, 8 features, 4 steps. The cell prints three lines: an RNN's inputs, its state, and a `Dropout` layer.
# Each shows for each step its 8 features, x for a dropped one. How do the 4 groups of a line compare?


# %%
def dropped(layer, **how):
    """Where ones are turned into zeros in training: (rows, steps, features), True or False."""
    return np.array(layer(tf.ones((20, 4, 8)), training=True, **how)) == 0


linear = {"activation": None, "return_sequences": True}
copy_input = {"kernel_initializer": "identity", "recurrent_initializer": "zeros"}
copy_state = {"kernel_initializer": "zeros", "recurrent_initializer": "identity"}
from_input = keras.layers.SimpleRNN(8, **linear, **copy_input, dropout=0.5)
from_state = keras.layers.SimpleRNN(8, **linear, **copy_state, recurrent_dropout=0.5)
inputs, states = dropped(from_input), dropped(from_state, initial_state=tf.ones((20, 8)))
steps = dropped(keras.layers.Dropout(0.5))
row = states[:, 0].sum(axis=1).argmax()  # a row with many drops
for name, mask in {"inputs": inputs, "recurrent": states, "Dropout layer": steps}.items():
    # exact: drawn from the seed
    print(f"{name:14}", *("".join(np.where(step, "x", "·")) for step in mask[row]), sep="  ")

one_mask = (inputs == inputs[:, :1]).all() and (states == states[:, :1]).all()
some = 0.25 < inputs.mean() < 0.75 and 0.25 < states.mean() < 0.75
cu.check(some and one_mask, "SimpleRNN draws one mask for all time steps")
cu.check((steps != steps[:, :1]).any(), "keras.layers.Dropout draws a new mask at each step")
cu.check((inputs != inputs[:1]).any(), "each row of the batch has a mask of its own")
cu.check((dropped(from_input) != inputs).any(), "each call draws new masks")
cu.check(not np.array(from_input(tf.ones((20, 4, 8))) == 0).any(), "outside training: no dropout")

# %% [markdown]
# One mask for all steps of a *call*: in our loop, of a window. (Keras's LSTM has one recurrent mask for each gate.) With one input feature, a rate of 0.2 hides, on average, each row in one window of five.
# To the LSTM such a row looks like 15 zeros.
#
# Does dropout help? It is meant against **overfitting**: learning the accidents of a small training set by heart. So we make one: only 1000 bits, and
# a larger LSTM with 32 units, 50 times over the same data. Two tasks: the echo as before, and one where every label is turned over
# with probability 0.2. Then nobody can do better than $-0.2 \ln 0.2 - 0.8 \ln 0.8 = 0.500$ nats. Same start weights, same data, same optimizer; three sets
# of data. We measure on 5000 new bits, in 50 rows, from step 3 on, after every epoch.
#
# **Predict:** for each task, does dropout make the loss on new data higher or lower?


# %%
def noisy_echo(length, rows, flips, seed):
    x, y, _ = cu.sequences.echo_series(length, LAG, rows, seed=seed)
    flipped = np.random.default_rng([seed, 1]).random(y.shape) < flips
    return x, np.where(flipped, 1 - y, y)


def losses_on_new_data(network, sets=3, epochs=50):
    """The mean loss on new bits by epoch: row 0 without noise, row 1 with; (2, epochs)."""
    optimizer, found = keras.optimizers.Adam(0.01), []
    epoch, answer = compile_epoch(network, optimizer), compile_answers(network)
    variables = [v for part in (*network, optimizer) for v in part.variables]
    begin = [v.numpy() for v in variables]
    for flips, n in [(flips, n) for flips in (0, 0.2) for n in range(sets)]:
        for variable, value in zip(variables, begin, strict=True):
            variable.assign(value)
        x, y = noisy_echo(1000, B, flips, 10_000 * seed + n)
        x_test, y_test = noisy_echo(5000, 50, flips, 10_000 * seed + 5_000 + n)
        for _ in range(epochs):
            epoch(cut(x, T), cut(y, T))
            found.append(float(cross_entropy(y_test[:, LAG:], answer(x_test)[:, LAG:])))
    return np.reshape(found, (2, sets, epochs)).mean(axis=1)


# %%
rates = {"none": {}, "inputs 0.2": {"dropout": 0.2}, "recurrent 0.25": {"recurrent_dropout": 0.25}}
wide, clean, noisy = with_head(keras.layers.LSTM(32, **outputs)), {}, {}
for name, rate in rates.items():
    network = with_head(keras.layers.LSTM(32, **outputs, **rate), like=wide)
    clean[name], noisy[name] = losses_on_new_data(network)
fig, (upper, lower) = plt.subplots(2, 1, figsize=(8, 7))
look = {"ylabel": "loss on new data (nats)", "xlabel": "epoch (mean of three data sets)"}
named = {f"{name}: lowest {c.min():.4f}": c for name, c in clean.items()}
cu.plotting.training_curves(named, title="No noise: hiding inputs hurts", ax=upper, **look)
named = {f"{name}: lowest {c.min():.3f}, last {c[-1]:.3f}": c for name, c in noisy.items()}
best = -0.2 * np.log(0.2) - 0.8 * np.log(0.8)
look |= {"baselines": {"the best possible": best}, "log": False, "ax": lower}
cu.plotting.training_curves(named, title="Noise: dropout slows overfitting", bottom=0.48, **look)
alt = "Loss by epoch. No noise: input dropout far above. Noise: without dropout it rises most"
cu.plotting.show(fig, alt=alt)
none, inputs, recurrent = (curve.min() for curve in clean.values())
cu.check_above(inputs, 5 * none, "no noise: the lowest loss with input dropout is 5 times as high")
cu.check_below(max(none, recurrent), 0.01, "no noise: the two others get under 0.01")
none, inputs, recurrent = noisy.values()
cu.check_below(none.min(), best + 0.08, "noise: without dropout, within 0.08 of the best possible")
cu.check_below(max(inputs[-1], recurrent[-1]), none[-1], "noise: with dropout it ends lower")
gain = (none[-1] - none.min()) / (none[-1] - recurrent.min())
print(f"stopping early: {cu.measured(gain, '.0%')} of the gain")
cu.check_above(gain, 0.5, "noise: stopping early is over half of what recurrent dropout gains")

# %% [markdown]
# **Look** at the lower figure: without dropout the loss falls to its lowest value, which stands beside the curve, and then rises. The network has begun
# to learn the 1000 labels by heart, noise included. Dropout slows that. But compare the *lowest* values: they are close together. Whoever stops the training
# without dropout at its best epoch has most of what recurrent dropout brings (the check asks for half). In earnest one picks that epoch
# on data kept aside for it, not on the data that judges.
#
# So dropout is no general good. Where every bit counts and nothing is noise, *input* dropout hides what is needed; dropping the state made learning slower, and its
# lowest loss is about as good. Where a network can learn noise by heart, dropout helps.
#
# ## What you now know
#
# - 12 of the 50 000 labels cannot be known from their row
# - stateful=True and our own loop: the same losses to 1e-6
# - predict moves the state, and not to zero
# - reset at each window: the loss stays above 0.1386 nats
# - trained with resets, then read in one go: over 99 % are right
# - beyond the window's edge the gradient is exactly 0
# - windows of 4 steps, one more than the echo: over 99 % are right
# - one cell as three layers, F = H: no error, and 144 weights in all
# - SimpleRNN draws one mask for all time steps
# - noise: with dropout it ends lower
#
# ## Exercises
#
# Add a cell below each exercise (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: An echo of seven steps
#
# The echo comes after 7 steps, and the LSTM has 16 units. The state is carried: do windows of 7 steps learn it, and windows of 8? (A carried trace can lift 7 above chance, as in section 7.)
# Then reset the state at each window, with windows of 14: derive the lowest possible loss and the highest accuracy.
# Train each of the three for 6 epochs, and compare.
#
# <details><summary>Hint</summary>
#
# How many labels have their bit in the same window? <code>train</code> takes <code>lag</code>, <code>window</code> and <code>carry</code>; it returns the losses,
# and for each answer of the last epoch *whether* it was right: the mean of that is the accuracy.
# </details>
#
# ### Exercise 2: No training needed
#
# Write down weights of a `SimpleRNN(4, activation=None)` that repeats its input three steps later, exactly.
#
# <details><summary>Hint</summary>
#
# Four units in a row: unit 0 takes the input, each other unit what its neighbour held one step before. Row i, column j of $W_h$ is
# the weight from old unit i to new unit j. Which unit is the answer?
# </details>
#
# ### Exercise 3: Look without touching
#
# Call `model.predict` on some window in such a way that the stateful layer's state is afterwards what it was before. Start from a state that is not zero,
# and make sure that `predict` had moved it.
#
# <details><summary>Hint</summary>
#
# <code>layer.states</code> is a list of variables: read them with <code>.numpy()</code> before, and write them with <code>.assign(...)</code> after.
# </details>
#
# ## Solutions
#
# Try first. Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1
#
# <details><summary>In words</summary>
#
# In windows of 7 no label's bit lies inside, in windows of 8 one does. Windows of 14, reset: 7 of 14 labels are riddles, so
# the loss is at least 7/14 · ln 2 = 0.3466 nats, the accuracy at most 7/14 + 7/14 · 1/2 = 75 %.
# </details>

# %% tags=["solution"]
nets = {w: with_head(keras.layers.LSTM(16, **outputs)) for w in (7, 8, 14)}
rights = [train(nets[w], 6, lag=7, window=w)[1].mean() for w in (7, 8)]
cu.check(rights[0] < 0.9 and rights[1] > 0.95, "echo of 7: windows of 8 learn it, of 7 not")
found, right = train(nets[14], 6, lag=7, window=14, carry=False)
print("right:", cu.measured([*rights, right.mean()], ".1%"), "loss", cu.measured(min(found), ".3f"))
cu.check_close([min(found), right.mean()], [0.3466, 0.75], "14, reset: as derived", atol=0.05)

# %% [markdown]
# ### Solution 2
#
# <details><summary>In words</summary>
#
# A shift register: each step moves every bit one unit on. Unit 3 holds what came in three steps ago.
# </details>

# %% tags=["solution"]
register = keras.layers.SimpleRNN(4, activation=None, return_sequences=True)
register.build((None, None, 1))
register.set_weights([np.array([[1.0, 0, 0, 0]]), np.eye(4, k=1), np.zeros(4)])
echo = np.array(register(x_new[:, :200, None].astype("float32")))[:, 3:, 3]
cu.check_equal(echo, y_new[:, 3:200], "four linear units, set by hand, echo every bit exactly")

# %% [markdown]
# ### Solution 3

# %% tags=["solution"]
before = [variable.numpy() for variable in layer.states]
model.predict(in_order[0][B : 2 * B], verbose=0)
moved = before[0].any() and (layer.states[0].numpy() != before[0]).any()
cu.check(moved, "predict had moved a state that was not zero")
_ = [state.assign(value) for state, value in zip(layer.states, before, strict=True)]
cu.check_equal([v.numpy() for v in layer.states], before, "saved and put back: the state it was")

# %% [markdown]
# ## Sources
#
# - E. Hallström, "Using the DynamicRNN API 5/7" (2016) and the parts of its series before and after it: the task, the numbers, the board and the two diagrams.
#   What this lesson corrects in it: one cell shared by all layers; an unpack along the batch; a last listing with placeholders of shape −1, an initial
#   state without a batch axis or a cell part, data drawn anew for every window, logits taken from a name for what is thrown away, and functions that do not exist;
#   12 labels that cannot be known, and 10 steps of each row that are never read, both unmentioned. Its next part, dropout, is section 10.
# - R. J. Williams and J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories",
#   *Neural Computation* 2 (1990): truncated back-propagation through time.
# - Y. Gal and Z. Ghahramani, "A theoretically grounded application of dropout in recurrent neural networks", NeurIPS (2016): one mask for all time steps.
#
# {{previous_and_next}}
