# %% [markdown]
# # {{number}} · Speed and scale
#
# Make the same training many times faster without changing its numbers, on one machine and then on several, and lose no more than an epoch when one of them dies.
#
# **You will be able to**
#
# - run the same epoch in nine ways, and show that all of them compute the same
# - say what Python, the graph and the loop over the steps cost, and measure it
# - count the arithmetic of an LSTM and compare it with what the machine does
# - tell how time and memory grow with T, B and H, and what truncation buys
# - train on several machines so that the update stays the same, and survive the loss of one
#
# **Needs:** {{lesson:counting}} (the LSTM), {{lesson:echo}} (`tf.function` and windows) and {{lesson:gradients}} (the gradient check).
#
# **Run time:** {{run_time}}

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import json
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

seed = cu.runtime.start(seed=8)
cu.fast.threads(within=1, between=2)

# %% [markdown]
# The last line sets how many **threads**, streams of work that run at the same time, TensorFlow may use. Each operation gets one. Two operations
# may run side by side. Section 4 says why.
#
# ## 1 · One epoch, and a promise
#
# The task is that of {{lesson:counting}}: count the ones in a string of **T = 20** bits, one bit a step (**F = 1**), with an LSTM of **H = 24** units and a head with **C = 21** classes.
# There are N = 2000 strings in batches of **B = 100**. So one epoch is 20 updates of the weights.
#
# The promise: every way to run the epoch gives the same numbers. So all of them start from the same weights and take the same rows in the same order.
# Then their losses can be compared.
#
# One update is that of {{lesson:echo}}, in two functions, because we shall need the first one by itself.
# It adds up the losses of the rows and divides by B. For a whole batch that is the mean, as in Keras's `cross_entropy`.

# %%
N, T, B, F, H, C = 2000, 20, 100, 1, 24, 21
x, count = cu.sequences.bit_strings(N, T, seed=seed)
x, y = tf.constant(x), tf.constant(count[:, 0].astype("int32"))
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network(layer):
    model = keras.Sequential([keras.Input((T, 1)), layer, keras.layers.Dense(C)])
    model.compile(keras.optimizers.Adam(), cross_entropy)
    return model


start_weights = network(keras.layers.LSTM(H)).get_weights()


# %%
def loss_and_gradients(model, x, y, divide_by=B):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        of_rows = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = tf.reduce_sum(of_rows) / divide_by
    return loss, tape.gradient(loss, model.trainable_variables)


def update(model, x, y):
    loss, gradients = loss_and_gradients(model, x, y)
    model.optimizer.apply(gradients, model.trainable_variables)
    return loss


def one_vector(arrays):
    """All their entries in one row, to be compared."""
    return np.concatenate([np.ravel(array) for array in arrays])


# %% [markdown]
# ## 2 · From Python to a graph
#
# The first way is plain Python. Each operation of TensorFlow is started by a line of Python when its turn comes. That is called **eager**.
# The second is `tf.function` ({{lesson:echo}}): Python runs through `update` once and records its operations in a graph, which TensorFlow then runs for each batch.
# The third puts the loop over the batches into the graph, too: one call from Python is the whole epoch.
# (`autograph=False` in the code says that there is no Python loop to be turned into one of the graph. In `graph_of_epoch` there is one, so there it stays on.)
#
# A time by itself means little: other programs run, and a first call builds things. So each way gets one epoch that builds and is checked,
# then some that are timed, and we take their median (`measure`; eager is slow and gets one). All ways are measured in one run. What counts are the **ratios**.


# %%
def batch_by_batch(one_update):
    return lambda: [one_update(x[i : i + B], y[i : i + B]) for i in range(0, N, B)]


def eager(model):
    return batch_by_batch(lambda x, y: update(model, x, y))


def graph(model, **how):
    return batch_by_batch(tf.function(lambda x, y: update(model, x, y), autograph=False, **how))


def graph_of_epoch(model, one_update=update):
    @tf.function
    def epoch():
        losses = tf.TensorArray(tf.float32, N // B)
        for i in tf.range(N // B):
            loss = one_update(model, x[i * B : (i + 1) * B], y[i * B : (i + 1) * B])
            losses = losses.write(i, loss)
        return losses.stack()

    return epoch


# %%
losses, means, seconds = {}, {}, {}


def measure(name, way, layer, repeats=9):
    """Note the losses of the first epoch, and the median seconds of later ones."""
    model = network(layer)
    model.set_weights(start_weights)
    model.optimizer.build(model.trainable_variables)  # Adam's averages, all 0
    epoch = way(model)
    losses[name] = np.reshape(epoch(), -1)  # of the batches; from fit, their mean
    means[name] = losses[name].mean()
    seconds[name] = cu.runtime.seconds(epoch, repeats=repeats)


def show_times(title, **lines):
    milliseconds = {name: 1000 * taken for name, taken in seconds.items()}
    look = {"xlabel": "time of an epoch (ms)", "log": True, "baselines": lines}
    ax = cu.plotting.bars(milliseconds, title=title, **look)
    cu.plotting.show(
        ax, alt=f"{len(seconds)} ways, a dot at each one's time: eager is by far the slowest"
    )


# %% [markdown]
# **Predict:** from the first way to the second, Python starts an update in place of an operation. From the second to the third, it starts an epoch in place of
# an update. Which of the two changes saves more time? (The axis of the figure is logarithmic.)

# %%
measure("eager", eager, keras.layers.LSTM(H), repeats=1)
measure("graph of a batch", graph, keras.layers.LSTM(H))
measure("graph of an epoch", graph_of_epoch, keras.layers.LSTM(H))
show_times("The same 20 updates, with Python in it and without")
same = list(losses.values())
cu.check_close(same, [same[0]] * 3, "eager and in graphs: the same 20 losses, to 1e-5", atol=1e-5)

# %% [markdown]
# ### Where did the time go?
#
# A **profiler** notes which functions run, how often, and for how long. Python has one, which sees what Python starts; `cu.runtime.profile` asks it.
#
# **Predict:** the cell of an LSTM has some 15 to 20 operations, and there are 20 steps. The way back has about twice as many, and Adam has its own. How many operations does Python start for one
# eager update: about 100, about 300, or about 1000? And with the graph?

# %%
model = network(keras.layers.LSTM(H))
ways = [lambda x, y: update(model, x, y)]
ways += [tf.function(ways[0], autograph=False)]
profiles = [cu.runtime.profile(way, x[:B], y[:B]) for way in ways]
shares = {name: 100 * part.share for name, part in profiles[0].items()}
most = dict(list(shares.items())[:8])
most["all other functions"] = sum(shares.values()) - sum(most.values())
title = "One eager update: many functions"
ax = cu.plotting.bars(most, xlabel="share of the time (%)", title=title)
alt = "Eight functions, and all others, with their shares of the time of one eager update"
cu.plotting.show(ax, alt=alt)
starts = [sum(p.calls for name, p in ps.items() if name.endswith("Execute")) for ps in profiles]
print("operations that Python starts:", *starts)  # exact: counted
cu.check_above(starts[0], 1000, "eager: Python starts over 1000 operations for one update")
cu.check_equal(starts[1], 1, "in a graph, it starts one")

# %% [markdown]
# The figure has the eight functions that took most, each without what it called, and all others in one bar. Where a name ends in `Execute`, Python hands an operation to TensorFlow and waits
# for it. The rest of the time is spread over many small functions. (A profiler slows down what it watches, functions of Python most. How much the graph saves, the figure
# before this one says.)
#
# The graph leaves Python out. What it cannot leave out are its own steps: the loop over time is still 20 rounds of small operations.
#
# ## 3 · Fewer and larger operations
#
# Four more ways, without another layer:
#
# - `fit`, as Keras offers it;
# - `steps_per_execution=20` in `compile`: one call from Python for 20 batches;
# - `unroll=True` in the layer: no loop, but the cell written 20 times into the graph;
# - `jit_compile=True`: **XLA** ({{lesson:echo}}) compiles the graph of a batch, and joins small operations into larger ones.
#
# **Predict:** which two of them do what you have measured already, under other names? And is `fit` faster than our own loop?


# %%
def fit(model, **how):
    model.compile(model.optimizer, cross_entropy, **how)
    settings = {"batch_size": B, "shuffle": False, "verbose": 0}
    return lambda: model.fit(x, y, **settings).history["loss"]


def at_once(model):
    return fit(model, steps_per_execution=20)


# %%
measure("fit", fit, keras.layers.LSTM(H))
measure("fit, 20 at once", at_once, keras.layers.LSTM(H))
measure("fit, 20 at once, unrolled", at_once, keras.layers.LSTM(H, unroll=True))
measure("XLA", lambda m: graph(m, jit_compile=True), keras.layers.LSTM(H))
show_times("Seven ways to the same numbers")
cu.check_below(np.ptp(list(means.values())), 1e-5, "seven ways to run an epoch, one loss to 1e-5")
parts = cu.runtime.profile(model.fit, x, y, batch_size=B, epochs=3, verbose=0)
made = parts["_create_iterator"].calls
cu.check(made >= 3, "fit sets up a new pipeline for its batches in each epoch")

# %% [markdown]
# `fit` and its 20 at once are a graph of a batch and a graph of an epoch, too. What they add is work of Keras, once a batch or once an epoch: losses are averaged, callbacks
# are asked, and the batches come out of a pipeline (`tf.data`) that is set up anew for each epoch.
#
# **Look** at the two others beside their like: `unrolled` beside the `fit` before it, and XLA beside the graph of a batch. Both have fewer and larger operations for the same arithmetic.
#
# ### One operation for all steps
#
# TensorFlow has an operation that runs an LSTM over all steps at once, in C++: `tf.raw_ops.BlockLSTM`. It is a low-level tool with habits of its own.
# It wants time first, (T, B, F). It wants one array of weights, the input's rows above the state's: (F + H, 4H). And its four blocks of columns stand
# in the order $i, g, f, o$, where Keras has $i, f, g, o$ ({{lesson:counting}}). Its three arrays `wci`, `wcf` and `wco` are for weights that Keras's layer does not have: they stay 0.
#
# **Predict:** what happens if you forget to reorder the blocks: an error, or wrong numbers?


# %%
def block_lstm(x, kernel, recurrent_kernel, bias, order=(0, 2, 1, 3)):
    """The seven arrays, (T, B, H), that the operation gives for weights of keras.layers.LSTM."""
    joined = tf.concat([kernel, recurrent_kernel], axis=0)
    # Both have four blocks of columns, which are put in another order.
    w, b = (tf.concat([tf.split(v, 4, -1)[i] for i in order], -1) for v in (joined, bias))
    zeros, unused = tf.zeros((x.shape[0], H)), tf.zeros(H)
    states = {"cs_prev": zeros, "h_prev": zeros, "wci": unused, "wcf": unused, "wco": unused}
    how = {"forget_bias": 0.0, "cell_clip": -1.0, "seq_len_max": x.shape[1]}  # -1: no clipping
    return tf.raw_ops.BlockLSTM(x=tf.transpose(x, (1, 0, 2)), w=w, b=b, **states, **how)


# %%
# Biases other than 0. The first three arrays are the LSTM's, the other two the head's.
weights = [w + 0.3 * tf.random.normal(w.shape) for w in start_weights]
layers = [kind(H, return_sequences=True) for kind in (keras.layers.LSTM, cu.fast.BlockLSTM)]
for layer in layers:
    layer.build((B, T, 1))
    layer.set_weights(weights[:3])
h_keras, h_fast = (layer(x[:B]) for layer in layers)
h_block = np.swapaxes(block_lstm(x[:B], *weights[:3]).h, 0, 1)
h_wrong = np.swapaxes(block_lstm(x[:B], *weights[:3], order=(0, 1, 2, 3)).h, 0, 1)
cu.check_close(h_block, h_keras, "BlockLSTM gives the outputs of Keras to 1e-5", atol=1e-5)
off = np.abs(h_wrong - h_keras).max()
cu.check_above(off, 0.01, "BlockLSTM, gates not reordered: no error, but wrong numbers")
sentence = "cu.fast.BlockLSTM takes the weights of a Keras LSTM and gives its outputs to 1e-5"
cu.check_close(h_fast, h_keras, sentence, atol=1e-5)

# %% [markdown]
# `cu.fast.BlockLSTM` is our function as a Keras layer. It goes wherever `keras.layers.LSTM` goes, but not with masks or dropout.
#
# Before we train with it: is its gradient right? {{Lesson:gradients}} found an operation of the same family whose gradient is wrong. Here two networks with the same weights,
# one with each layer, read the same batch.


# %%
pair = [network(keras.layers.LSTM(H)), network(cu.fast.BlockLSTM(H))]
for model in pair:
    model.set_weights(weights)
block = pair[1]  # the network with the BlockLSTM
by_keras, by_block = (one_vector(loss_and_gradients(m, x[:B], y[:B])[1]) for m in pair)
cu.check_close(by_block, by_keras, "BlockLSTM: the gradients of Keras, to 1e-6", atol=1e-6)

# %% [markdown]
# ## 4 · Both cores
#
# The machine has several **cores**, parts that compute by themselves (two, where this was written). One operation after the other keeps one of them busy. An operation as small as ours
# is hard to share, for to hand out its parts takes time, too. But a batch can be cut in two **halves** that do not need each other:
#
# $$\frac{1}{B} \sum_{b=1}^{B} L_b = \frac{1}{B} \sum_{b \le B/2} L_b + \frac{1}{B} \sum_{b > B/2} L_b$$
#
# $L_b$ is the loss of row $b$. What holds for the sum holds for its gradient: that of the batch is that of one half plus that of the other. In the graph neither half waits for the other, so
# TensorFlow can run them side by side. That is why each operation got one thread, and two of them may run at a time.
#
# **Predict:** each half has 50 rows. If each took the mean over its *own* rows, what would the two gradients add up to?


# %%
def in_halves(model, x, y):
    """The loss and the gradients of a batch, added up from those of its halves."""
    loss_a, gradients_a = loss_and_gradients(model, x[: B // 2], y[: B // 2])
    loss_b, gradients_b = loss_and_gradients(model, x[B // 2 :], y[B // 2 :])
    return loss_a + loss_b, [a + b for a, b in zip(gradients_a, gradients_b, strict=True)]


ways = (loss_and_gradients, in_halves)
whole, added_up = (one_vector(way(block, x[:B], y[:B])[1]) for way in ways)
cu.check_close(added_up, whole, "two halves, divided by B, give the batch's gradient", atol=1e-6)

pairs = [(x[:50], y[:50]), (x[50:B], y[50:B])]
own_means = sum(one_vector(loss_and_gradients(block, *rows, divide_by=50)[1]) for rows in pairs)
cu.check_close(own_means, 2 * whole, "each its own mean: twice the batch's gradient", atol=1e-6)

# %% [markdown]
# Divided by 50 in place of 100, each half's gradient is twice as long, and so is the sum.
#
# The last step is a **fused** Adam. Keras's Adam takes several small operations for each array of weights. TensorFlow has one operation that does all of
# them, and `cu.fast.apply_adam` calls it with the optimizer's own averages.
#
# The last way has both, the halves and the fused Adam. The figure in section 5 shows what they bring together.


# %%
def update_in_halves(model, x, y):
    loss, gradients = in_halves(model, x, y)
    cu.fast.apply_adam(model.optimizer, gradients, model.trainable_variables)
    return loss


measure("BlockLSTM", graph_of_epoch, cu.fast.BlockLSTM(H))
measure("halves, fused Adam", lambda m: graph_of_epoch(m, update_in_halves), cu.fast.BlockLSTM(H))

# %% [markdown]
# ## 5 · How far is it to the limit?
#
# How fast could it be at all? Count the work. A step multiplies (B, F + H) by (F + H, 4H): that is $2 B (F + H) 4H$ **FLOPs** (floating-point operations), additions and multiplications of
# numbers. The way back takes two products of about that size, one for the gradient of $h$ and one for that of the weights. And a step has 5H **curves**
# for each row: three sigmoids, two tanh. They cost more than a multiplication, so they are counted apart. The way back has none: the slope of a curve follows from its value ({{lesson:gradients}}).
#
# Are the formulas right? Unrolled, Keras's own graph holds every product and every curve, with their shapes. `cu.roofline.work` adds them up.
#
# **Predict:** how many million FLOPs has an epoch, forward and back?


# %%
def flops_of_update(T=T, B=B, H=H):
    return 3 * T * 2 * B * (F + H) * 4 * H


flops, curves = N // B * flops_of_update(), N * T * 5 * H
print(f"{flops / 1e6:.0f} million FLOPs and {curves / 1e6:.1f} million curves in an epoch")
counted = cu.roofline.work(keras.layers.LSTM(H, unroll=True), x)
cu.check_equal(counted, (flops / 3, curves), "forward, Keras's graph has that many of both")

# %% [markdown]
# Now the machine. `cu.roofline.speed` runs the products of all steps of all strings at once, and then as many tanh. It uses both cores, half of the rows on each (most of our ways use one), and no step waits for another.
# The fastest of 40 runs counts. A GFLOP is a billion FLOPs.
# Training cannot be faster than its arithmetic. To hold a program against such a limit is called the **roofline** view: the machine is the roof, and the question
# is how far below it you are. (A full roofline has a second roof, the speed of the memory. One step of this network has few numbers, and they stay close to the core, in
# its cache. So we leave it out, and the head, additions and Adam, too.)

# %%
machine = cu.roofline.speed(rows=N * T // 2, inner=F + H, columns=4 * H)
limit = flops / machine.flops + curves / machine.curves  # seconds
print("GFLOP/s; ns a curve:", cu.measured([machine.flops / 1e9, 1e9 / machine.curves], ".2f"))
for name, taken in seconds.items():
    print(f"{name:26} {cu.measured(taken / limit, '8.1f')} times the arithmetic alone")
show_times("From plain Python to the arithmetic alone", **{"the arithmetic alone": 1000 * limit})

# %%
for name in ("BlockLSTM", "halves, fused Adam"):
    sentence = f"{name}: the same 20 losses as eager, to 1e-5"
    cu.check_close(losses[name], losses["eager"], sentence, atol=1e-5)
cu.check_below(np.ptp(list(means.values())), 1e-5, "nine ways to run an epoch, one loss to 1e-5")

# %% [markdown]
# **Look** how far each way is from the line, and which step brought most on your machine. What is left between the last dot and the line
# is, among other things, what we did not count: steps that wait for each other, and the small operations between the products.
#
# ## 6 · How time and memory grow
#
# Longer sequences, larger batches, more units: what does each cost? If time grows like a power of the size, $t \propto n^k$, it is a straight line
# on logarithmic axes, and its slope is the exponent $k$.
#
# **Predict:** k for T, for B and for large H, from the formula of section 5.


# %%
def time_of(T=T, B=B, H=H):
    """Seconds to run a BlockLSTM forward and back."""
    layer, x = cu.fast.BlockLSTM(H), tf.random.normal((B, T, F))
    layer.build(x.shape)

    @tf.function
    def there_and_back():
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(layer(x))
        return tape.gradient(total, layer.trainable_variables)

    return cu.runtime.seconds(there_and_back)


sizes = {"T": [20, 80, 320, 1280], "B": [50, 200, 800, 3200], "H": [16, 64, 256, 512]}
grown = {n: (sizes[n], [1000 * time_of(**{n: size}) for size in sizes[n]]) for n in sizes}
for letter, (given, taken) in grown.items():
    k = np.diff(np.log(taken)) / np.diff(np.log(given))
    print(f"{letter}: exponents from size to size", cu.measured(k, ".2f"))
look = {"xlabel": "size of T, B or H", "ylabel": "forward and back (ms)"}
ax = cu.plotting.growth(grown, title="Twice T or B: twice the time. H costs more", **look)
cu.plotting.show(ax, alt="Time by size on logarithmic axes: three rising lines, H ends steepest")

# %%
twice = flops_of_update(T=2 * T) / flops_of_update(), flops_of_update(B=2 * B) / flops_of_update()
cu.check_close(np.log2(twice), [1, 1], "FLOPs: exponent 1 in T and in B", atol=1e-9)
twice = flops_of_update(H=1024) / flops_of_update(H=512)
cu.check_close(np.log2(twice), 2, "FLOPs: in H the exponent comes to 2 for large H", atol=0.01)

# %% [markdown]
# Compare the measured exponents with the formula's. They are not the formula's numbers, and should not be:
#
# - At small sizes, most of the time goes into starting operations, which costs the same for all sizes: the line is flatter. There a larger batch is nearly free.
#   (But it makes fewer updates in an epoch.)
# - In H the curves and sums grow only like H, so the exponent stays under 2 for long.
# - Small and large products run at different speeds, and a single exponent wobbles.
#
# Once T is large, twice the steps take twice the time. More cores can share the rows of a batch, as in section 4, but not the steps: a step needs the one before it.
#
# ### Memory, and what truncation buys
#
# To go back, the tape must keep what each step computed. For each step, row and unit, `BlockLSTM` keeps seven numbers: $i$, $f$, $g$, $o$, $c$, $\tanh c$ and $h$.
# A float32 has 4 bytes.
#
# Truncated back-propagation ({{lesson:echo}}) cuts the series into windows. The tape of a window is thrown away when the weights have changed. So the memory
# belongs to the *window*, whatever the length of the series. What it costs is the gradient over the edges. Time it does not save: each step is still run once, there and back.
#
# The cell below runs the operation for several T and counts the bytes that it gives. For windows the line is drawn from one window of 50 steps.
#
# **Predict:** how many megabytes does the tape keep for T = 1000, B = 100, H = 24? And in windows of 50 steps?


# %%
def megabytes(T):
    """What the operation gives the tape to keep, counted from the arrays themselves."""
    kept = block_lstm(tf.zeros((B, T, F)), *start_weights[:3])
    return sum(array.numpy().nbytes for array in kept) / 1e6


lengths = [100, 200, 500, 1000, 2000]
full, window = [megabytes(n) for n in lengths], [megabytes(50)] * len(lengths)
print(f"T = 1000: {full[3]:.1f} MB, in windows of 50: {window[3]:.2f} MB")  # exact: counted
memory = {"all steps": (lengths, full), "windows of 50": (lengths, window)}
look = {"title": "The memory grows with T; in windows it does not", "xlabel": "steps T"}
ax = cu.plotting.growth(memory, ylabel="kept for the way back (MB)", **look)
alt = "Megabytes kept: all steps rise in proportion to T, windows of 50 stay flat"
cu.plotting.show(ax, alt=alt)
seven = [7 * 4 * n * B * H / 1e6 for n in lengths]
cu.check_close(full, seven, "BlockLSTM gives 7 numbers a step, row and unit", atol=1e-9)
times = full[-1] / window[-1]
cu.check_close(times, 40, "2000 steps in windows of 50: a 40th of the memory", atol=1e-9)

# %% [markdown]
# ## 7 · Beside other frameworks
#
# All this was one small network on one machine. `python3 course.py bench` measures our last way beside others. (`cu.fast.epoch_in_graph` makes it of any such network.)
# The others are Keras's `fit` as it comes, the graph of the tutorial that {{lesson:counting}} rebuilds, and two other libraries, PyTorch and JAX. Each is a program of its own, with as many threads
# as it likes, and they take turns. They must do equal work: the same rows, the same start, and losses that agree to 1 %, epoch by epoch. (After some 15 epochs of the long work, rounding alone drives all of them apart.)
#
# The table is made from what was measured last. In brackets: how many times our time. Its epochs are larger than ours: "counting" has N = 10 000 strings with T = 20 and H = 24;
# "long" has N = 640 sequences with T = 100, F = 32 features and H = 128.
#
# {{benchmarks}}

# %% [markdown]
# ## 8 · Several machines
#
# Section 4 cut a batch in two halves for two cores. The same cut serves two machines. This is called **data-parallel** training:
#
# 1. Each process, called a **worker**, has a copy of the whole network.
# 2. Each batch is cut. A worker computes the gradient of its own rows only.
# 3. The workers add their gradients up. Afterwards all of them have the sum. This step is called **all-reduce**.
# 4. Each worker makes the same update with that sum. So the copies stay equal.
#
# TensorFlow's part in this is `tf.distribute.MultiWorkerMirroredStrategy`. A **strategy** knows the workers and does the all-reduce.
# Each worker runs the same script, [cluster/train.py](cluster/train.py), which you can open beside this notebook. It trains a smaller counter: one output, the *share* of ones, and
# the squared error as its loss. These are its two main functions.
#
# **Predict:** then look. A batch has 256 rows, and each of two workers gets 128. What does a worker divide the sum of its losses by?

# %%
cu.scripts.show("cluster/train.py", "compile_step", "train")

# %% [markdown]
# It divides by BATCH = 256, the rows of *all* workers, as section 4 divided by B.
#
# - `strategy.run` calls the function on each worker, with that worker's rows. Inside, `optimizer.apply_gradients` does the all-reduce:
#   Keras adds the gradients of all workers before it updates.
# - `strategy.reduce("SUM", ...)` adds up the losses as well, so that every worker knows the loss of the whole batch.
# - What is made in `strategy.scope()`, weights and Adam's averages, begins equal on all workers.
# - The order of the strings follows from the seed and the number of the epoch. So all workers cut the same batch.
# - In `train`, `me` is this worker's number and `workers` says how many there are. The lines about `checkpoint` are for section 9.
#
# Why this loop and not `model.fit`? Because `fit` fails here, in Keras 3.15 (exercise 4).
#
# How do the workers find each other? By an **environment variable**, a text that a process is given when it starts. Its name is **TF_CONFIG**, and it has two parts: `cluster`, the
# addresses of all, and `task`, who I am. An address is a machine and a **port**, a number under which a process can be reached there. 127.0.0.1, the **loopback** address, is the machine itself.
#
# **Predict:** which of the two parts differs from worker to worker?

# %%
addresses = ["127.0.0.1:20001", "127.0.0.1:20002"]
first, second = (json.loads(cu.cluster.tf_config(addresses, index)) for index in (0, 1))
print(first, second, sep="\n")
cu.check(first["cluster"] == second["cluster"], "all workers have the same list")
cu.check(first["task"] != second["task"], "each worker has a number of its own")

# %% [markdown]
# `cu.workers.run` starts two processes of the script on this machine, each with its TF_CONFIG and a free port. It collects what they print: after each update, the epoch,
# the step and the loss. The training has 6 epochs of 16 updates.
#
# Two processes on two cores are no cluster. But they share no memory, and they speak through the network, as two machines do.
#
# **Predict:** each worker reports the sum that `strategy.reduce` gave it. Do the two report the same losses? To how many digits?

# %%
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
two = cu.workers.run("cluster/train.py", folder / "two", "--seed", seed, workers=2)
losses_two, other = ([report["loss"] for report in two.of(worker)] for worker in (0, 1))
cu.check_equal(len(losses_two), 96, "6 epochs of 16 updates: 96 losses")
cu.check_equal(other, losses_two, "both workers report the same losses, to the last bit")

# %% [markdown]
# They got the same sums. Whether the sums are *right*, the next comparison says.
#
# Now one process: this notebook, with the same start weights and the same batches, Keras's `train_on_batch` and no strategy.
#
# **Predict:** is each loss the same as with two workers, to the last bit? Think of how a computer adds 256 numbers, and how it adds two sums of 128.

# %%
from cluster import train

one, optimizer = train.build(seed)
one.compile(optimizer, "mse")
all_batches = [batch for epoch in range(1, 7) for batch in train.batches(seed, epoch)]
losses_one = [float(one.train_on_batch(*batch)) for batch in all_batches]
print("largest difference:", cu.measured(np.abs(np.subtract(losses_one, losses_two)).max(), ".0e"))

# %%
curves = {"one process": losses_one, "two workers": losses_two}
look = {"baselines": {"always the mean": np.var(all_batches[0][1])}, "xlabel": "update"}
title = "Two workers' losses lie on those of one process"
alt = "The loss falls over 96 updates; one curve for one process and two workers"
cu.plotting.show(cu.plotting.training_curves(curves, title=title, ylabel="loss", **look), alt=alt)
cu.check_close(losses_two, losses_one, "two workers, one process: equal losses to 1e-5", atol=1e-5)
ratios = np.divide(losses_two, losses_one)
cu.check_close(ratios, np.ones(96), "and each to a thousandth of itself", atol=1e-3)

# %% [markdown]
# To 1e-5, and seldom to the last bit: adding in another order, for one thing, rounds differently. The last losses are under 1e-3, so 1e-5 alone would say little of them:
# the second check takes each loss by its own measure.
#
# ## 9 · A worker dies
#
# The more machines, the sooner one of them fails. So after each epoch the script writes a **checkpoint**: files with the weights, Adam's averages and the number of epochs done.
# Worker 0 does it, for all. When the script starts, it reads the last one, if there is one: that is `manager.restore_or_initialize()`.
#
# Worker 0 first writes the data under a new name, such as `ckpt-6`, and last the small file `checkpoint`, which says which data are valid.
# Who dies while writing leaves the old checkpoint valid.
#
# We now kill worker 1 in the middle of epoch 4 (update 8 of its 16), without a warning, as a crash would.
# (If a whole machine falls silent, it may take much longer until the others notice.) When a worker has failed, a cluster can be told to start all of them again. `restarts=1` lets our runner do the same, once.
#
# **Predict:**
#
# 1. What does worker 0 do without worker 1: go on alone, or stop with an error?
# 2. With which epoch does the second start begin? How many updates are made twice here, and how many would it be at worst?
# 3. Do the updates that are made twice change the result?


# %%
def in_the_middle(report):
    return report.worker == 1 and (report.values["epoch"], report.values["step"]) == (4, 8)


again = {"restarts": 1, "kill_when": in_the_middle}
killed = cu.workers.run("cluster/train.py", folder / "killed", "--seed", seed, workers=2, **again)
for end in sorted(killed.ends, key=lambda end: (end.start, end.worker)):
    print(f"start {end.start}, worker {end.worker}: {end.how}")  # exact: so the checks say
how_of_survivor = next(end.how for end in killed.ends if (end.worker, end.start) == (0, 1))
cu.check_equal(how_of_survivor, "failed", "without worker 1, worker 0 stops with an error")

# %% [markdown]
# So worker 0 notices: nobody answers its all-reduce any more.
# The picture shows how many updates each of them had made, and when.


# %%
def update_number(report):
    return 16 * (report["epoch"] - 1) + report["step"]


tracks = killed.tracks(update_number)
(times, before), (_, after) = tracks["worker 1"]  # its two starts: seconds, numbers of updates
look = {"checkpoint_every": 16, "killed": (times[-1], before[-1])}
title = f"Killed at update {before[-1]}, started again with update {after[0]}"
alt = "Updates over time: both workers stop at the kill, begin again a little lower, and finish"
cu.plotting.show(cu.plotting.progress_of_workers(tracks, title=title, **look), alt=alt)
cu.check_equal(after[0] % 16, 1, "the second start begins at the beginning of an epoch")
twice = before[-1] - after[0] + 1
cu.check(0 < twice <= 16, "started again: no more than one epoch's updates are made twice")

# %%
found = {(v["epoch"], v["step"]): v["loss"] for v in killed.of(0, 1) + killed.of(0, 2)}
sentence = "killed or not: every loss is the same, to the last bit"
cu.check_equal(list(found.values()), losses_two, sentence)

# %% [markdown]
# Each grey line is a checkpoint. The second start begins on the last one that was reached. Here 8 updates are made twice. At worst it would be 16: a worker dies just before a checkpoint.
#
# See how long it takes until the first update of the second start. First worker 0 must notice and end. Then both processes import TensorFlow and build their graphs anew. That is the price of a restart, besides the updates made twice.
#
# Those changed nothing, because the checkpoint holds all that an update depends on. Adam's averages are part of it. So is the number of the epoch, from which the order of the strings follows.
#
# ## 10 · The same script on a cluster
#
# On a cluster, machines are called **nodes**, and somebody else starts the processes. The script stays as it is. TF_CONFIG comes from elsewhere:
# the script's line `cu.cluster.set_tf_config()` makes it from what the cluster says.
#
# - **Slurm** is common on university clusters. You submit a batch script, [cluster/slurm.sh](cluster/slurm.sh): `sbatch notebooks/cluster/slurm.sh`. In it, `srun --kill-on-bad-exit=1` starts one
#   worker on each node, and ends all of them when one fails; a loop starts them again. Each worker is told the list of nodes, how many workers run on each, its own number, and the job's, from which a port follows.
#   Lists are written short: `node[07-08]` for two nodes, `1(x2)` for one worker on each of two.
# - **Kubernetes** runs containers, packages with all that a program needs. A **pod** is what holds a running one. [cluster/kubernetes.yml](cluster/kubernetes.yml) asks for a *Job* of two pods with
#   numbers, and for a *Service*, which gives each pod a name: `train-0.train` and `train-1.train`. The pods are
#   told the pattern of these names and, by Kubernetes, their number. `restartPolicy: OnFailure` starts a pod again that has failed.
#
# **Predict:** which nodes does the TF_CONFIG of Slurm's *second* worker below list, and which index does it have?

# %%
slurm = {"SLURM_STEP_NODELIST": "node[07-08]", "SLURM_STEP_TASKS_PER_NODE": "1(x2)"}
by_slurm = json.loads(cu.cluster.from_slurm(slurm | {"SLURM_PROCID": "1", "SLURM_JOB_ID": "42"}))
pods = {"COURSE_ADDRESS": "train-{index}.train:2222", "COURSE_WORKERS": "2"}
by_pod = json.loads(cu.cluster.from_numbers(pods | {"JOB_COMPLETION_INDEX": "1"}))
print("Slurm:     ", by_slurm["cluster"], by_slurm["task"])
print("Kubernetes:", by_pod["cluster"], by_pod["task"])
nodes = [address.split(":")[0] for address in by_slurm["cluster"]["worker"]]
cu.check_equal(nodes, ["node07", "node08"], "Slurm's short list names two nodes")
tasks = [by_slurm["task"], by_pod["task"]]
named = {"type": "worker", "index": 1}
cu.check_equal(tasks, [named, named], "the second worker has index 1 on both clusters")

# %% [markdown]
# On any cluster, three things are up to you: the checkpoints' folder is on a disk that all nodes see, the nodes reach each other at these ports, and each worker has one device
# (one GPU, or the CPU).
#
# What has been tried of this part? The course's tests run `slurm.sh` with a stand-in for `srun` that starts two workers on one machine, kill one, and see the training end. They compare
# `kubernetes.yml` with Kubernetes' schema, and start the pods' commands on one machine, each again by itself when it fails.
# Neither has been run on a real cluster for this lesson.
#
# ## What you now know
#
# - eager: Python starts over 1000 operations for one update
# - nine ways to run an epoch, one loss to 1e-5
# - BlockLSTM, gates not reordered: no error, but wrong numbers
# - cu.fast.BlockLSTM takes the weights of a Keras LSTM and gives its outputs to 1e-5
# - two halves, divided by B, give the batch's gradient
# - FLOPs: exponent 1 in T and in B
# - 2000 steps in windows of 50: a 40th of the memory
# - two workers, one process: equal losses to 1e-5
# - started again: no more than one epoch's updates are made twice
#
# ## Exercises
#
# Add a cell below each exercise (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: A GRU's arithmetic
#
# A GRU ({{lesson:classifying}}) has three blocks of columns where the LSTM has four. Write a formula for the FLOPs of its products in one forward pass over N strings, and check it
# against the graph of `keras.layers.GRU(H, unroll=True)`.
#
# <details><summary>Hint</summary>
#
# <code>cu.roofline.work</code> counts them for any layer. Keras multiplies the input and the state apart, each by an array with 3H columns.
# </details>
#
# ### Exercise 2: How long a window?
#
# You have 64 MB for what the tape keeps, B = 32 rows and H = 256 units. What is the longest window? Check the next longer one, too.
#
# <details><summary>Hint</summary>
#
# Section 6 has the bytes of a step. 1 MB is 1 000 000 bytes.
# </details>
#
# ### Exercise 3: Clip before or after?
#
# {{Lesson:gradients}} clipped a gradient: if it is longer than θ, scale it down to that length. Take θ = half the length of `whole`, the gradient of section 4.
# One process clips `whole`. Suppose that each of two workers clips the gradient of its half to θ, and the two are added up afterwards. Is that the same gradient?
#
# <details><summary>Hint</summary>
#
# The two gradients are about half as long as <code>whole</code>. What does clipping to θ do to each of them? How long is their sum?
# </details>
#
# ### Exercise 4: And `model.fit`?
#
# The script [cluster/fit.py](cluster/fit.py) tries `model.fit` under the strategy, and reports under "fit" what came of it and under "why" the reason.
# Run it in two workers. What does Keras stumble over?
#
# <details><summary>Hint</summary>
#
# <code>cu.workers.run</code> needs the script and <code>workers=2</code>. What it returns has <code>of(0)</code>, the list of what worker 0 reported.
# </details>
#
# ## Solutions
#
# Try first. Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1

# %% tags=["solution"]
counted = cu.roofline.work(keras.layers.GRU(H, unroll=True), x)
formula = N * T * 2 * (F + H) * 3 * H
cu.check_equal(counted.flops, formula, "a GRU's products have three quarters of an LSTM's FLOPs")

# %% [markdown]
# ### Solution 2

# %% tags=["solution"]
a_step = 7 * 4 * 32 * 256
longest = 64_000_000 // a_step
cu.check_equal(longest, 279, "a window of 279 steps fits into 64 MB")
cu.check_above((longest + 1) * a_step, 64_000_000, "a window of 280 does not")

# %% [markdown]
# ### Solution 3
#
# <details><summary>In words</summary>
#
# No. The two add up to <code>whole</code>, which is 2 θ long, so each is about θ long and is clipped only a little. Their sum stays nearly 2 θ long. One process hands its optimizer a gradient
# of length θ. (Adam would not mind a factor that is always the same. This one changes from batch to batch.) It matters: Keras's <code>clipnorm</code> clips before it adds (a test of the course says so). With several workers it does not do what it did with one.
# </details>

# %% tags=["solution"]
halves = slice(0, 50), slice(50, 100)
parts = [one_vector(loss_and_gradients(block, x[rows], y[rows])[1]) for rows in halves]
theta = np.linalg.norm(whole) / 2
clipped_before = sum(part * min(1, theta / np.linalg.norm(part)) for part in parts)
times = np.linalg.norm(clipped_before) / theta
cu.check_above(times, 1.5, "clipped before adding: over 1.5 times as long")

# %% [markdown]
# ### Solution 4
#
# <details><summary>In words</summary>
#
# In Keras 3.15, <code>fit</code> is handed a <b>PerReplica</b>, a bundle with one entry for each copy of the network on a worker, and takes it for an array.
# The course's tests try it too. They will tell its authors when a newer Keras can do it.
# </details>

# %% tags=["solution"]
tried = cu.workers.run("cluster/fit.py", workers=2)
for report in tried.of(0):
    print(report["fit"], "-", report["why"].splitlines()[0])  # exact: Keras's words
stopped = all(tried.of(worker)[0]["fit"] == "ValueError" for worker in (0, 1))
cu.check(stopped and "PerReplica" in report["why"], "two workers: model.fit fails over PerReplica")

# %% [markdown]
# ## Sources
#
# - S. Williams, A. Waterman and D. Patterson, "Roofline: an insightful visual performance model", *Communications of the ACM* 52 (2009): arithmetic counted against the machine.
# - Monik P., "A noob's guide to implementing RNN-LSTM using Tensorflow" (2016): the network and the data; its graph is one of the rivals of the benchmark.
# - R. J. Williams and J. Peng (1990), as in {{lesson:echo}}: truncation.
# - P. Goyal and others, "Accurate, large minibatch SGD: training ImageNet in 1 hour" (2017): data-parallel training, and what to divide by.
# - TensorFlow documentation, "Custom training loop with Keras and MultiWorkerMirroredStrategy": the strategy, and TF_CONFIG.
# - keras-team/keras, issue 20585 (2024), "Does Keras 3 work with `tf.distribute.MultiWorkerMirroredStrategy`?": that `model.fit` fails there.
# - Slurm documentation, manual page of `srun`: the variables. Kubernetes documentation, "Indexed Job for parallel processing with static work assignment".
#
# {{previous_and_next}}
