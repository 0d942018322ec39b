"""Answers to problem set 01 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "step": """
def step(x, h, W_x, W_h, b):
    z = b + np.concatenate([x, h], axis=1) @ np.concatenate([W_x, W_h], axis=0)
    return ((np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)).astype(np.float32)
""",
    "unroll": """
def unroll(x, W_x, W_h, b):
    turned = np.flip(x, axis=1).transpose(1, 0, 2)
    states = np.empty((len(turned), len(x), len(b)), dtype="float32")
    before = np.zeros(len(b))
    for t, x_t in enumerate(turned):
        before = states[t] = np.tanh(np.dot(x_t, W_x) + np.dot(before, W_h) + b)
    return np.flip(states, axis=0).transpose(1, 0, 2)
""",
    "head": """
def head(states, W_y, b_y):
    B, T, H = states.shape
    return (states.reshape(B * T, H).astype(np.float32) @ W_y.astype(np.float32) + b_y).reshape(B, T, -1)
""",
    "scaled": """
def scaled(x_train, x_test):
    flat = x_train.reshape(-1, x_train.shape[-1])
    return [(x - np.mean(flat, axis=0)) / (np.std(flat, axis=0) + 1e-8) for x in (x_train, x_test)]
""",
}

WRONG = {
    "step": {
        "no tanh": """
def step(x, h, W_x, W_h, b):
    return x @ W_x + h @ W_h + b
""",
        "the bias is added after tanh": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + h @ W_h) + b
""",
        "no bias": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + h @ W_h)
""",
        "the state is left out": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + b)
""",
        "a sum over the batch": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + h @ W_h + b).sum(axis=0)
""",
        "W_h transposed": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + h @ W_h.T + b)
""",
        "for one feature only": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x * W_x + h @ W_h + b)
""",
        "for one unit only": """
def step(x, h, W_x, W_h, b):
    return np.tanh(x @ W_x + h * W_h + b)
""",
        "the old state is overwritten": """
def step(x, h, W_x, W_h, b):
    h[:] = np.tanh(x @ W_x + h @ W_h + b)
    return h
""",
        "printed, not returned": """
def step(x, h, W_x, W_h, b):
    print(np.tanh(x @ W_x + h @ W_h + b))
""",
    },
    "unroll": {
        "time first": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((x.shape[0], b.shape[0])), []
    for t in reversed(range(x.shape[1])):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.insert(0, h)
    return np.stack(states)
""",
        "the lesson's: from the first step on": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states, axis=1)
""",
        "in the order of reading, not of time": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), []
    for t in reversed(range(x.shape[1])):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states, axis=1)
""",
        "from the first step on, and turned": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states[::-1], axis=1)
""",
        "the batch is turned in place of time": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[::-1][:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states, axis=1)[::-1]
""",
        "no tanh": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = x[:, t] @ W_x + h @ W_h + b
    return states
""",
        "no bias": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h)
    return states
""",
        "W_h transposed": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h.T + b)
    return states
""",
        "for one unit only": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h * W_h.sum(axis=0) + b)
    return states
""",
        "the state is reset at every step": """
def unroll(x, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    return np.stack([np.tanh(x[:, t] @ W_x + h @ W_h + b) for t in range(x.shape[1])], axis=1)
""",
        "the state lives on from call to call": """
h = None
def unroll(x, W_x, W_h, b):
    global h
    if h is None or h.shape != (len(x), len(b)):
        h = np.zeros((len(x), len(b)))
    states = np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return states
""",
        "one array for all states": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), []
    for t in reversed(range(x.shape[1])):
        h[:] = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.insert(0, h)
    return np.stack(states, axis=1)
""",
        "one step too few": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in range(x.shape[1] - 1, 0, -1):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return states
""",
        "the last state only": """
def unroll(x, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in reversed(range(x.shape[1])):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return h
""",
        "a start of ones": """
def unroll(x, W_x, W_h, b):
    h, states = np.ones((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return states
""",
        "over the batch in place of time": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((x.shape[1], b.shape[0])), []
    for x_b in x[::-1]:
        h = np.tanh(x_b @ W_x + h @ W_h + b)
        states.insert(0, h)
    return np.stack(states)
""",
        "the states before the step, not after it": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((len(x), len(b))), np.zeros((*x.shape[:2], len(b)))
    for t in reversed(range(x.shape[1])):
        states[:, t] = h
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return states
""",
        "the input is turned in place": """
def unroll(x, W_x, W_h, b):
    x[:] = x[:, ::-1].copy()
    h, states = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.insert(0, h)
    return np.stack(states, axis=1)
""",
        "a list": """
def unroll(x, W_x, W_h, b):
    h, states = np.zeros((x.shape[0], b.shape[0])), []
    for t in reversed(range(x.shape[1])):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.insert(0, h)
    return states
""",
    },
    "head": {
        "the last step only": """
def head(states, W_y, b_y):
    return states[:, -1] @ W_y + b_y
""",
        "no bias": """
def head(states, W_y, b_y):
    return states @ W_y
""",
        "a mean over time": """
def head(states, W_y, b_y):
    return np.broadcast_to((states @ W_y + b_y).mean(axis=1, keepdims=True), (*states.shape[:2], len(b_y))).copy()
""",
        "batch and time swapped": """
def head(states, W_y, b_y):
    return states.swapaxes(0, 1) @ W_y + b_y
""",
        "with tanh": """
def head(states, W_y, b_y):
    return np.tanh(states @ W_y + b_y)
""",
        "flattened and left so": """
def head(states, W_y, b_y):
    return states.reshape(-1, states.shape[-1]) @ W_y + b_y
""",
        "flattened in another order": """
def head(states, W_y, b_y):
    B, T, H = states.shape
    flat = states.swapaxes(0, 1).reshape(B * T, H)
    return (flat @ W_y + b_y).reshape(B, T, -1)
""",
        "for one output only": """
def head(states, W_y, b_y):
    return (states * W_y[:, 0]).sum(axis=2, keepdims=True) + b_y
""",
    },
    "scaled": {
        "each part by its own numbers": """
def scaled(x_train, x_test):
    return [(x - x.mean(axis=(0, 1))) / x.std(axis=(0, 1)) for x in (x_train, x_test)]
""",
        "both bugs": """
def scaled(x_train, x_test):
    return [(x - x.mean(axis=0)) / x.std(axis=0) for x in (x_train, x_test)]
""",
        "a mean for each step": """
def scaled(x_train, x_test):
    mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - mean) / deviation, (x_test - mean) / deviation
""",
        "a mean for each step, for the training data only": """
def scaled(x_train, x_test):
    mean, deviation = x_train.mean(axis=(0, 1)), x_train.std(axis=(0, 1))
    return (x_train - x_train.mean(axis=0)) / x_train.std(axis=0), (x_test - mean) / deviation
""",
        "a mean for each sequence": """
def scaled(x_train, x_test):
    return [
        (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + 1e-8) for x in (x_train, x_test)
    ]
""",
        "a mean of the steps' deviations": """
def scaled(x_train, x_test):
    mean, deviation = x_train.mean(axis=0).mean(axis=0), x_train.std(axis=0).mean(axis=0)
    return (x_train - mean) / deviation, (x_test - mean) / deviation
""",
        "one mean for all features": """
def scaled(x_train, x_test):
    return (x_train - x_train.mean()) / x_train.std(), (x_test - x_train.mean()) / x_train.std()
""",
        "divided by the variance": """
def scaled(x_train, x_test):
    mean, variance = x_train.mean(axis=(0, 1)), x_train.var(axis=(0, 1))
    return (x_train - mean) / variance, (x_test - mean) / variance
""",
        "both parts together": """
def scaled(x_train, x_test):
    both = np.concatenate([x.reshape(-1, x.shape[-1]) for x in (x_train, x_test)])
    return [(x - both.mean(axis=0)) / both.std(axis=0) for x in (x_train, x_test)]
""",
        "the mean is not taken away": """
def scaled(x_train, x_test):
    return x_train / x_train.std(axis=(0, 1)), x_test / x_train.std(axis=(0, 1))
""",
        "the test data are forgotten": """
def scaled(x_train, x_test):
    return (x_train - x_train.mean(axis=(0, 1))) / x_train.std(axis=(0, 1))
""",
        "the arguments are overwritten": """
def scaled(x_train, x_test):
    mean, deviation = x_train.mean(axis=(0, 1)), x_train.std(axis=(0, 1))
    x_train -= mean
    x_train /= deviation
    x_test -= mean
    x_test /= deviation
    return x_train, x_test
""",
    },
}
