# %%
claim = "the loop by hand and keras.layers.SimpleRNN agree to 1e-6"
measurement = (
    "Other inputs: 50 random sequences of 40 steps, ten times as large. Largest difference."
)
wild = 10 * np.random.default_rng(seed).normal(size=(50, 40, F))
difference = np.abs(unroll(wild) - np.asarray(rnn(wild))).max()
result = f"{difference:.0e}"
holds = bool(difference < 1e-6)

# %%
claim = "an input moves states from its step on"
measurement = "Each of 10 steps of a random sequence is changed in turn: is the first step that moves the changed one?"
quiet = 0.1 * np.random.default_rng(seed).normal(size=(1, 10, F))
first_moved = []
for t in range(10):
    other = quiet.copy()
    other[0, t] += 0.1
    first_moved.append(int(np.argmax((unroll(other) != unroll(quiet)).any(axis=(0, 2)))))
result = f"{sum(t == moved_at for t, moved_at in enumerate(first_moved))} of 10"
holds = first_moved == list(range(10))

# %%
claim = "the recurrent layer has 88 weights"
measurement = "Keras's own count of a layer built for 7 steps, and for any number."
counts = []
for steps in (7, None):
    layer = keras.layers.SimpleRNN(H)
    layer.build((None, steps, F))
    counts.append(layer.count_params())
result = f"{counts[0]} and {counts[1]}"
holds = counts == [88, 88]

# %%
claim = "keras.layers.Dense on all steps is one shared head"
measurement = (
    "Nudge the state of one step by 1 in one unit: at which steps does the head's output change?"
)
nudged = h.copy()
nudged[:, 1, 0] += 1
changed = np.abs(np.asarray(head(nudged)) - np.asarray(head(h)))[0, :, 0] > 1e-9
result = f"steps {np.flatnonzero(changed).tolist()}, by {float(np.asarray(head(nudged) - head(h))[0, 1, 0] / W_y[0, 0]):.3f} W_y"
holds = changed.tolist() == [False, True, False]

# %%
claim = "with inputs 1 to 18, more than half of the states are saturated"
measurement = "The same share in 200 other networks: the smallest, and the tenth smallest."
shares_of_200 = []
for W_x_, W_h_, b_ in many:
    state, all_states = np.zeros((3, H)), []
    for t in range(3):
        state = np.tanh(x[:, t] @ W_x_ + state @ W_h_ + b_)
        all_states.append(state)
    shares_of_200.append(np.mean(np.abs(all_states) > 0.99))
result = f"{min(shares_of_200):.0%}, {sorted(shares_of_200)[9]:.0%}"
holds = bool(sorted(shares_of_200)[9] > 0.5)

# %%
claim = "saturated, the first states' gradient is typically under a tenth"
measurement = (
    "In each single network, not in the median: in how many of 200 is it smaller raw than scaled?"
)
smaller = np.mean(norms_raw[:, 0] < norms_scaled[:, 0])
result = f"{smaller:.0%}"
holds = bool(smaller > 0.85)

# %%
claim = "saturated, W_h's gradient is typically under a fifth"
measurement = "In each single network: in how many of 200 is it smaller raw than scaled?"
smaller = np.mean(norms_raw[:, 1] < norms_scaled[:, 1])
result = f"{smaller:.0%}"
holds = bool(smaller > 0.85)

# %%
claim = "the gradient of W_x is not starved: its typical norms are within a factor of 3"
measurement = (
    "In each single network: in how many of 200 is it smaller raw than scaled? (A coin gives half.)"
)
smaller = np.mean(norms_raw[:, 2] < norms_scaled[:, 2])
result = f"{smaller:.0%}"
holds = bool(0.35 < smaller < 0.65)

# %%
claim = "running a network forward changes none of its weights"
measurement = (
    "The trained network's weights before and after predict on 1000 sequences, to the bit."
)
before_ = [array.copy() for array in recurrent.get_weights()]
recurrent.predict(x_val, verbose=0)
same = all((one == two).all() for one, two in zip(before_, recurrent.get_weights(), strict=True))
result = "equal" if same else "not equal"
holds = same

# %%
claim = "with a recurrent layer the MSE falls below 0.01"
measurement = (
    "Not on average over the steps: the MSE of the worst of the 8 steps, on 1000 new sequences."
)
x_new, y_new = cu.sequences.changes(1000, 8, seed=seed + 3_000_000)
worst = float(((recurrent.predict(x_new, verbose=0) - y_new) ** 2).mean(axis=(0, 2)).max())
result = f"{worst:.4f}"
holds = worst < 0.01

# %%
claim = "without a recurrent layer the MSE stays near 0.29"
measurement = "Eight times as many units and twice the epochs: does it fall below?"
wide = build(keras.layers.Dense(8 * H, activation="tanh"))
wide.fit(x_train, y_train, epochs=20, batch_size=50, verbose=0)
mse_wide = wide.evaluate(x_val, y_val, verbose=0)
result = f"{mse_wide:.3f}"
holds = mse_wide > 0.27

# %%
claim = "trained on 8 steps, it works on 100: MSE under 0.01"
measurement = "The MSE of steps 90 to 99 alone, where an error that builds up would show."
late = float(((recurrent.predict(x_long, verbose=0) - y_long) ** 2)[:, 90:].mean())
result = f"{late:.4f}"
holds = late < 0.01
