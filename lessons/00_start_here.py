# %% [markdown]
# # {{number}} · Start here
#
# See that your machine is ready, learn to read a shape, and how a lesson of this course works.
#
# **You will be able to**
#
# - tell that everything the course needs is installed and runs
# - read a shape (B, T, F) and pick out a sample, a step or a feature
# - use a lesson: predict, run, look, check
# - find your way through the course
#
# **Needs:** Python and NumPy. Nothing about neural networks.
#
# **Run time:** {{run_time}}

# %% [markdown]
# ## 1 · Is the machine ready?
#
# Run the cells from top to bottom: click a cell and press <kbd>Shift</kbd> + <kbd>Enter</kbd>.
# The first one takes a few seconds, because it loads TensorFlow.
#
# Every lesson begins with it. It also sets the **seed**, the number from which everything random follows,
# so that you see what is printed here.

# %%
import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import numpy as np

seed = cu.runtime.start(seed=1)

# %% [markdown]
# These versions are yours. What was stored here comes from somebody else's machine.
# A sign ≈ before a number says that it was measured: yours may differ.

# %% tags=["nbval-ignore-output"]
for package, version in cu.runtime.versions().items():
    print(f"{package:12} {version}")

# %%
cu.check(keras.backend.backend() == "tensorflow", "Keras runs on TensorFlow")
cu.check(keras.version().startswith("3.15"), "Keras has the version that the course needs")

# %% [markdown]
# ## 2 · How a lesson works
#
# Each step of a lesson has the same four beats:
#
# 1. **Predict.** A question. Say an answer, aloud or on paper, before you go on. A wrong prediction teaches most.
# 2. **Run** the cell.
# 3. **Look** at the figure or the numbers. Do they fit your prediction?
# 4. **Check.** A line that starts with ✓ is a claim that was just tested on your machine. If it were false, the cell would fail.
#
# Try it. **Predict:** how many of the numbers 1 to 100 are divisible by 3?

# %%
divisible = [n for n in range(1, 101) if n % 3 == 0]
cu.check_equal(len(divisible), 33, "33 of the numbers 1 to 100 are divisible by 3")

# %% [markdown]
# A check that fails says what it found instead. Normally it stops the lesson. Here we catch it, to show you one.
# Then **tinker**: change 34 to the right number, run the cell again, and the ✓ appears.

# %%
try:
    cu.check_equal(len(divisible), 34, "34 of the numbers 1 to 100 are divisible by 3")
except cu.checks.CheckFailed as failure:
    print(failure)

# %% [markdown]
# You cannot break anything. *Kernel → Restart Kernel and Run All Cells* brings a lesson back to where it was.
#
# ## 3 · How to read a shape
#
# Recurrent networks read **sequences**: weather hour by hour, text letter by letter. Suppose four cities measured
# temperature, humidity and wind, every hour for a day. That is one array with three axes:
#
# | axis | letter | name | here |
# |:--|:--|:--|:--|
# | 0 | **B** | batch: how many sequences | 4 cities |
# | 1 | **T** | time steps | 24 hours |
# | 2 | **F** | features at each step | temperature (°C), humidity (%), wind (m/s) |
#
# So its shape is (B, T, F) = (4, 24, 3). The whole course keeps this order, as Keras does.
# The numbers are made up: a typical value, a rise and fall by day, and some noise.

# %%
rng = np.random.default_rng(seed)
typical = np.array([15.0, 60.0, 4.0])  # temperature, humidity, wind
daily = np.array([5.0, -15.0, 1.0])  # how far each of them goes up or down by day
rise = np.sin((np.arange(24) - 9) * 2 * np.pi / 24)  # of the day, one number an hour
weather = typical + rise[:, None] * daily + rng.normal(size=(4, 24, 3))
print(weather.shape)

# %%
series = {f"city {i}": weather[i, :, 0] for i in range(4)}
title = "Feature 0 of four sequences: warmest in the afternoon"
ax = cu.plotting.step_series(series, ylabel="temperature (°C)", title=title)
cu.plotting.show(ax, alt="Temperature of four cities over 24 hours, highest in the afternoon")
warmest = weather[:, :, 0].mean(axis=0).argmax()
cu.check(12 <= warmest <= 18, "on average over the cities, the warmest hour is in the afternoon")

# %% [markdown]
# An index takes an axis away. A slice keeps it.
#
# **Predict** the shape of each of these, before you run the cell:
#
# - `weather[0]`, all that city 0 measured
# - `weather[:, 5]`, what all cities measured in hour 5
# - `weather[:, :, 0]`, all temperatures
# - `weather[0:1]`, a batch with one sequence

# %%
cu.check_equal(weather[0].shape, (24, 3), "one sequence has shape (T, F) = (24, 3)")
cu.check_equal(weather[:, 5].shape, (4, 3), "one step of a batch has shape (B, F) = (4, 3)")
cu.check_equal(weather[:, :, 0].shape, (4, 24), "one feature of a batch has shape (B, T) = (4, 24)")
cu.check_equal(weather[0:1].shape, (1, 24, 3), "a batch of one sequence still has three axes")

# %% [markdown]
# ## 4 · Quiz
#
# Five questions on shapes. Run the three folded cells (their code holds the answers), then click or type.
# A wrong answer gets a hint: try again.

# %% tags=["hide-input"]
sentences = cu.quiz.choice(
    "A batch holds 32 sentences of 50 words. A word is described by 8 numbers. Which shape?",
    right="(32, 50, 8)",
    wrong={
        "(50, 32, 8)": "The first axis counts the sequences. What is a sequence here?",
        "(32, 8, 50)": "What changes from one time step to the next?",
        "(1600, 8)": "With two axes only, where would one sentence end and the next begin?",
    },
    praise="Right: B sentences, T words, F numbers for each word.",
)
features = cu.quiz.number(
    "An array has shape (B, T, F) = (16, 100, 3). How many time steps has each sequence?",
    right=100,
    wrong={16: "That is how many sequences there are.", 3: "That is how many features a step has."},
    hint="It is one of the three numbers. Which letter stands for time?",
    praise="Right: T is the middle one.",
)

# %% tags=["hide-input"]
slices = cu.quiz.choice(
    "<code>x</code> has shape (16, 100, 3). What is the shape of <code>x[:, -1]</code>?",
    right="(16, 3)",
    wrong={
        "(16, 1, 3)": "An index takes its axis away. A slice such as -1: would keep it.",
        "(100, 3)": "The colon keeps the first axis whole. Which axis does -1 index?",
        "(16, 100)": "That is the last feature. On which axis does -1 stand?",
    },
    praise="Right: the last step of every sequence.",
)
one = cu.quiz.choice(
    "A network wants (B, T, F). <code>s</code> is one sequence: (100, 3). What do you pass?",
    right="s[None]",
    wrong={
        "s": "How many axes does it have, and how many are wanted?",
        "s[:, None]": "This new axis comes second. Where is the batch axis?",
        "s[0]": "An index takes an axis away. You need one more.",
    },
    praise="Right: a batch of one, of shape (1, 100, 3).",
)

# %% tags=["hide-input"]
readings = cu.quiz.number(
    "Six weather stations report 2 numbers every hour for 3 days. What is T?",
    right=72,
    wrong={3: "A step is an hour, not a day.", 24: "That is one day.", 6: "That is B."},
    hint="One time step for each report. How many reports does one station send?",
    praise="Right: 3 days of 24 hours.",
)
cu.quiz.show([sentences, features, slices, one, readings])

# %% [markdown]
# ## 5 · A network that must remember
#
# Last, a tiny recurrent network, to see that training runs. It reads 16 random bits, one a step, and must then say
# what the **first** one was. You will soon know how it does that.
#
# Before it has trained it can only guess: one of two answers, right half of the time.
# It trains on 2000 sequences. It is tested on 1000 more, drawn with another seed.

# %%
x, y = cu.sequences.first_bit(2000, 16, seed=seed)
x_new, y_new = cu.sequences.first_bit(1000, 16, seed=seed + 1_000_000)
print("input", x.shape, "  answer", y.shape)

# %%
layers = [keras.Input((None, 1)), keras.layers.SimpleRNN(16), keras.layers.Dense(1, "sigmoid")]
model = keras.Sequential(layers)
model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
untrained = model.evaluate(x_new, y_new, verbose=0)[1]
cu.check_below(abs(untrained - 0.5), 0.2, "before training it is right about half of the time")

# %% [markdown]
# **Predict:** what share will it get right after a few seconds of training?
#
# The **loss** measures how wrong the answers are; training makes it smaller. Who says "50 : 50" every time gets a loss of
# ln 2, about 0.69. One **epoch** shows the network all 2000 sequences once. The other words in the code, such as Adam and sigmoid,
# can wait. In the figure, the vertical axis is logarithmic: each mark is ten times the one below it.

# %%
fit = {"epochs": 10, "validation_data": (x_new, y_new), "verbose": 0}
history = model.fit(x, y, **fit).history
ax = cu.plotting.training_curves(
    {"the network": history["val_loss"]},
    baselines={"saying 50 : 50": np.log(2)},
    ylabel="loss on new sequences",
    title="Once trained, it is far better than guessing",
)
cu.plotting.show(
    ax, alt="The loss on new sequences falls epoch by epoch, far below that of guessing"
)
loss, right = history["val_loss"][-1], history["val_accuracy"][-1]
print("right, before and after training:", cu.measured([untrained, right], ".0%"))
cu.check_below(loss, 0.1, "after training the loss is under 0.1; guessing has 0.69")
cu.check_above(right, 0.95, "the network remembers the first of 16 bits, over 95 % right")

# %% [markdown]
# Your machine is ready.
#
# ## 6 · The course
#
# {{syllabus}}
#
# Each part builds on the lessons before it. If you know nothing about recurrent networks, take them in order.

# %% [markdown]
# ## What you now know
#
# - Keras runs on TensorFlow
# - one sequence has shape (T, F) = (24, 3)
# - one step of a batch has shape (B, F) = (4, 3)
# - one feature of a batch has shape (B, T) = (4, 24)
# - a batch of one sequence still has three axes
# - the network remembers the first of 16 bits, over 95 % right
#
# ## Exercises
#
# Add a cell below (press <kbd>Esc</kbd>, then <kbd>B</kbd>) and try before you open the hint.
#
# ### Exercise 1: One number
#
# Which index of `weather` gives the wind in city 2 at hour 23, a single number?
#
# <details><summary>Hint</summary>
#
# Three axes, three indices, in the order B, T, F. Counting starts at 0.
# </details>
#
# ### Exercise 2: From time first to batch first
#
# Some programs keep time first: `z` has shape (T, B, F) = (24, 4, 3). Make `weather` from `z = np.swapaxes(weather, 0, 1)`.
#
# <details><summary>Hint</summary>
#
# Swap the same two axes once more. Why would <code>z.reshape(4, 24, 3)</code> have the right shape, and be wrong?
# </details>
#
# ### Exercise 3: The mean day
#
# Make an array of shape (24, 3): each feature, hour by hour, averaged over the cities. Then one of shape (4, 3):
# each city's daily mean.
#
# <details><summary>Hint</summary>
#
# <code>mean(axis=...)</code> takes one axis away. Which letter must go?
# </details>

# %% [markdown]
# ## Solutions
#
# Each solution is a hidden cell: click the three dots to see it.
#
# ### Solution 1

# %% tags=["solution"]
wind = weather[2, 23, 2]
cu.check_equal(np.shape(wind), (), "three indices leave a single number, of shape ()")
cu.check(wind == weather[:, :, 2][2][23], "city 2, hour 23, wind: in the order B, T, F")

# %% [markdown]
# ### Solution 2
#
# `reshape` keeps the numbers in their order in memory and cuts them anew. It would hand hours of one city to another.

# %% tags=["solution"]
z = np.swapaxes(weather, 0, 1)
cu.check_equal(np.swapaxes(z, 0, 1), weather, "swapping two axes twice gives the array back")
cu.check(
    not np.array_equal(z.reshape(4, 24, 3), weather),
    "reshape gives the right shape and the wrong array",
)

# %% [markdown]
# ### Solution 3

# %% tags=["solution"]
hourly, daily_means = weather.mean(axis=0), weather.mean(axis=1)
cu.check_equal(hourly.shape, (24, 3), "the mean over axis 0 takes the batch away")
cu.check_equal(daily_means.shape, (4, 3), "the mean over axis 1 takes time away")
cu.check_close(hourly[5], weather[:, 5].sum(axis=0) / 4, "hour 5 averages 4 cities", atol=1e-9)

# %% [markdown]
# ## Sources
#
# - Keras documentation, "Working with RNNs": the order (batch, time steps, features).
# - D. Hafner, "Introduction to Recurrent Networks in TensorFlow" (2016), and four more tutorials, each named in its lesson:
#   the spine of the course.
#
# {{previous_and_next}}
