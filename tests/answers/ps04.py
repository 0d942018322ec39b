"""Answers to problem set 04 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "echo": """
def echo(bits, lag, B):
    y = np.roll(bits, lag)
    y[:lag] = 0
    steps = len(bits) // B
    place = np.arange(len(bits)).reshape(B, steps)
    return [y.reshape(B, steps), (place % steps >= lag) | (place < lag)]
""",
    "cut": """
def cut(series, T):
    starts = range(0, series.shape[1] - T + 1, T)
    return np.array([series[:, start : start + T] for start in starts])
""",
    "run_windows": """
def run_windows(x, W_x, W_h, b, carry):
    N, B, T, F = x.shape
    if carry:
        rows = x.transpose(1, 0, 2, 3).reshape(B, N * T, F)
    else:
        rows = x.reshape(N * B, T, F)
    h, states = np.zeros((len(rows), len(b))), []
    for x_t in rows.swapaxes(0, 1):
        h = np.tanh(np.concatenate([x_t, h], axis=1) @ np.concatenate([W_x, W_h]) + b)
        states.append(h)
    states = np.stack(states, axis=1)
    if carry:
        return states.reshape(B, N, T, -1).swapaxes(0, 1), h
    return states.reshape(N, B, T, -1), h[-B:]
""",
    "reset_limits": """
def reset_limits(T, lag):
    import math
    if lag >= T:
        return math.log(2), 0.5
    known = (T - lag) / T
    return [(1 - known) * math.log(2), known + (1 - known) * 0.5]
""",
}

WRONG = {
    "echo": {
        "each row has an echo of its own": """
def echo(bits, lag, B):
    x = bits.reshape(B, -1)
    y = np.zeros_like(x)
    y[:, lag:] = x[:, :-lag]
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
""",
        "the series goes round in a circle": """
def echo(bits, lag, B):
    y = np.roll(bits, lag).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
""",
        "an echo from the future": """
def echo(bits, lag, B):
    y = np.concatenate([bits[lag:], np.zeros(lag, bits.dtype)]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
""",
        "one step too late": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag + 1, bits.dtype), bits[: -lag - 1]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, : lag + 1] = False
    return y, known
""",
        "the first row's first labels count as not known": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[:, :lag] = False
    return y, known
""",
        "only one label of each row is not known": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, 0] = False
    return y, known
""",
        "true where a label is not known": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    unknown = np.zeros(y.shape, bool)
    unknown[1:, :lag] = True
    return y, unknown
""",
        "time first": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y.T, known.T
""",
        "the labels are floats": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y, known
""",
        "known as 0 and 1": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, int)
    known[1:, :lag] = 0
    return y, known
""",
        "the labels only": """
def echo(bits, lag, B):
    return np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
""",
    },
    "cut": {
        "the bug itself": """
def cut(series, T):
    count = series.shape[1] // T
    return series[:, : count * T].reshape(count, series.shape[0], T)
""",
        "row first": """
def cut(series, T):
    count = series.shape[1] // T
    return series[:, : count * T].reshape(-1, count, T)
""",
        "every N-th step": """
def cut(series, T):
    count = series.shape[1] // T
    return np.stack([series[:, n : count * T : count] for n in range(count)])
""",
        "time before the batch": """
def cut(series, T):
    count = series.shape[1] // T
    return np.stack([series[:, n * T : (n + 1) * T].T for n in range(count)])
""",
        "dropped at the start": """
def cut(series, T):
    count = series.shape[1] // T
    kept = series[:, series.shape[1] - count * T :]
    return np.stack(np.split(kept, count, axis=1))
""",
        "the rest is padded with zeros": """
def cut(series, T):
    padded = np.pad(series, ((0, 0), (0, -series.shape[1] % T)))
    return np.stack(np.split(padded, padded.shape[1] // T, axis=1))
""",
        "one window too few": """
def cut(series, T):
    starts = range(0, series.shape[1] - T, T)
    return np.array([series[:, s : s + T] for s in starts]).reshape(-1, series.shape[0], T)
""",
        "windows that overlap": """
def cut(series, T):
    starts = range(series.shape[1] - T + 1)
    return np.stack([series[:, start : start + T] for start in starts])
""",
        "a list": """
def cut(series, T):
    count = series.shape[1] // T
    return np.split(series[:, : count * T], count, axis=1)
""",
        "the flat series in order": """
def cut(series, T):
    B, length = series.shape
    count = length // T
    return series.ravel()[: count * B * T].reshape(count, B, T)
""",
    },
    "run_windows": {
        "reset, whatever carry says": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    for n in range(x.shape[0]):
        h = np.zeros((x.shape[1], len(b)))
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, h
""",
        "carried, whatever carry says": """
def run_windows(x, W_x, W_h, b, carry):
    states, h = np.zeros((*x.shape[:3], len(b))), np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, h
""",
        "each window gets the state of the first step of the one before": """
def run_windows(x, W_x, W_h, b, carry):
    states, zeros = np.zeros((*x.shape[:3], len(b))), np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = states[n - 1, :, 0] if carry and n else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, h
""",
        "reset at every step": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        for t in range(x.shape[2]):
            h = h if carry else zeros
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, h
""",
        "the last state of every window": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, states[:, :, -1]
""",
        "the last row in place of the last step": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, states[-1, -1]
""",
        "over the rows in place of time": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[2], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for row in range(x.shape[1]):
            states[n, row] = h = np.tanh(x[n, row] @ W_x + h @ W_h + b)
    return states, h
""",
        "time before the batch": """
def run_windows(x, W_x, W_h, b, carry):
    states = []
    h = zeros = np.zeros((x.shape[1], len(b)))
    for window in x:
        h = h if carry else zeros
        for t in range(x.shape[2]):
            h = np.tanh(window[:, t] @ W_x + h @ W_h + b)
            states.append(h)
    return np.reshape(states, (x.shape[0], x.shape[2], x.shape[1], len(b))), h
""",
        "all windows in one row": """
def run_windows(x, W_x, W_h, b, carry):
    states = []
    h = zeros = np.zeros((x.shape[1], len(b)))
    for window in x:
        h = h if carry else zeros
        for t in range(x.shape[2]):
            h = np.tanh(window[:, t] @ W_x + h @ W_h + b)
            states.append(h)
    return np.stack(states, axis=1), h
""",
        "the bias forgotten": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h)
    return states, h
""",
        "no tanh": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = x[n, :, t] @ W_x + h @ W_h + b
    return states, h
""",
        "room for as many units as features": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros_like(x)
    h = zeros = np.zeros(x.shape[1:2] + x.shape[3:])
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            h = np.tanh(x[n, :, t] @ W_x + h @ W_h[: h.shape[1], : h.shape[1]] + b)
            states[n, :, t] = h
    return states, h
""",
        "a list of windows": """
def run_windows(x, W_x, W_h, b, carry):
    states = []
    h = zeros = np.zeros((x.shape[1], len(b)))
    for window in x:
        h, steps = h if carry else zeros, []
        for t in range(x.shape[2]):
            h = np.tanh(window[:, t] @ W_x + h @ W_h + b)
            steps.append(h)
        states.append(np.stack(steps, axis=1))
    return states, h
""",
        "the last state is forgotten": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states
""",
    },
    "reset_limits": {
        "a lag longer than the window is not thought of": """
def reset_limits(T, lag):
    return lag / T * np.log(2), 1 - lag / T / 2
""",
        "no guess is ever right": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    return riddles * np.log(2), 1 - riddles
""",
        "bits in place of nats": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    return riddles * np.log2(2), 1 - riddles / 2
""",
        "the sum over the window": """
def reset_limits(T, lag):
    riddles = min(lag, T)
    return riddles * np.log(2), 1 - riddles / T / 2
""",
        "one riddle too few": """
def reset_limits(T, lag):
    riddles = min(lag - 1, T) / T
    return riddles * np.log(2), 1 - riddles / 2
""",
        "the riddles and the others swapped": """
def reset_limits(T, lag):
    known = min(lag, T) / T
    return (1 - known) * np.log(2), 1 - (1 - known) / 2
""",
        "90 : 10 everywhere, as for shuffled windows": """
def reset_limits(T, lag):
    right = 1 - min(lag, T) / T / 2
    return -right * np.log(right) - (1 - right) * np.log(1 - right), right
""",
        "per cent": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    return riddles * np.log(2), 100 * (1 - riddles / 2)
""",
        "the accuracy first": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    return 1 - riddles / 2, riddles * np.log(2)
""",
        "a long lag costs nothing": """
def reset_limits(T, lag):
    riddles = lag / T if lag < T else 0.0
    return riddles * np.log(2), 1 - riddles / 2
""",
        "printed, not returned": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    print(riddles * np.log(2), 1 - riddles / 2)
""",
    },
}
