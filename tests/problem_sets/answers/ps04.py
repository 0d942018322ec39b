"""Answers to problem set 04 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "echo": {
        "by place": """
def echo(bits, lag, B):
    y = np.roll(bits, lag)
    y[:lag] = 0
    steps = len(bits) // B
    place = np.arange(len(bits)).reshape(B, steps)
    return [y.reshape(B, steps), (place % steps >= lag) | (place < lag)]
""",
        "the places of the bits, in small types": """
def echo(bits, lag, B):
    y, known = np.zeros((B, len(bits) // B), np.int8), np.zeros((B, len(bits) // B), bool)
    rows = np.repeat(np.arange(B), len(bits) // B).reshape(y.shape)
    y.flat[lag:] = bits.flat[:-lag]
    known.flat[lag:] = rows.flat[lag:] == rows.flat[:-lag]
    known[0, :lag] = True
    return y, known
""",
    },
    "join": {
        "turned, then reshaped": """
def join(windows):
    return windows.swapaxes(0, 1).reshape(windows.shape[1], -1)
""",
        "window by window, in float32": """
def join(windows):
    N, B, T = windows.shape
    rows = np.zeros((B, N * T), np.float32)
    for n, window in enumerate(windows):
        rows[:, n * T : (n + 1) * T] = window
    return rows
""",
    },
    "run_windows": {
        "the windows joined or put below each other": """
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
        "all in float32": """
def run_windows(x, W_x, W_h, b, carry):
    x, W_x, W_h, b = (array.astype(np.float32) for array in (x, W_x, W_h, b))
    states = np.zeros((*x.shape[:3], len(b)), np.float32)
    h = np.zeros((x.shape[1], len(b)), np.float32)
    for n in range(x.shape[0]):
        if not carry:
            h = np.zeros_like(h)
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states, h
""",
        "only the store in float32": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)), np.float32)
    h = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h * carry
        for t in range(x.shape[2]):
            h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
            states[n, :, t] = h
    return states, states[-1, :, -1]
""",
    },
    "reset_limits": {
        "by cases": """
def reset_limits(T, lag):
    import math
    if lag >= T:
        return math.log(2), 0.5
    known = (T - lag) / T
    return [(1 - known) * math.log(2), known + (1 - known) * 0.5]
""",
        "label by label, in float32": """
def reset_limits(T, lag):
    right = np.where(np.arange(T) < lag, 0.5, 1.0).astype(np.float32)
    return -np.log(right).mean(), right.mean()
""",
    },
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
        "the labels of the second row only are not known": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    if B > 1:
        known[1, :lag] = False
    return y, known
""",
        "for an echo of one step only": """
def echo(bits, lag, B):
    y = np.concatenate([[0], bits[:-1]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, 0] = False
    return y, known
""",
        "the bits are moved in place": """
def echo(bits, lag, B):
    bits[lag:] = bits[:-lag].copy()
    bits[:lag] = 0
    y = bits.reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return y.copy(), known
""",
        "both in one array": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return np.array([y, known])
""",
        "which are known first": """
def echo(bits, lag, B):
    y = np.concatenate([np.zeros(lag, bits.dtype), bits[:-lag]]).reshape(B, -1)
    known = np.ones(y.shape, bool)
    known[1:, :lag] = False
    return known, y
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
    "join": {
        "the bug itself": """
def join(windows):
    N, B, T = windows.shape
    return windows.reshape(B, N * T)
""",
        "the lesson's way to cut": """
def join(windows):
    return np.stack(np.split(windows, windows.shape[0], axis=1))
""",
        "one below the other": """
def join(windows):
    return np.concatenate(list(windows), axis=0)
""",
        "step 0 of all windows, then step 1 of all": """
def join(windows):
    return windows.transpose(1, 2, 0).reshape(windows.shape[1], -1)
""",
        "time first": """
def join(windows):
    return np.concatenate(list(windows), axis=1).T
""",
        "turned, and not joined": """
def join(windows):
    return windows.swapaxes(0, 1)
""",
        "turned only after the bug": """
def join(windows):
    N, B, T = windows.shape
    return windows.reshape(N * T, B).T
""",
        "time and rows swapped": """
def join(windows):
    N, B, T = windows.shape
    return windows.swapaxes(1, 2).reshape(B, N * T)
""",
        "the last window first": """
def join(windows):
    return np.concatenate(list(windows[::-1]), axis=1)
""",
        "the last window left out": """
def join(windows):
    rows = np.zeros((windows.shape[1], windows.shape[0] * windows.shape[2]))
    T = windows.shape[2]
    for n in range(windows.shape[0] - 1):
        rows[:, n * T : (n + 1) * T] = windows[n]
    return rows
""",
        "two windows only": """
def join(windows):
    return np.concatenate([windows[0], windows[1]], axis=1)
""",
        "a list of rows": """
def join(windows):
    return [windows[:, row].ravel() for row in range(windows.shape[1])]
""",
        "printed, not returned": """
def join(windows):
    print(np.concatenate(list(windows), axis=1))
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
        "W_h transposed": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h.T + b)
    return states, h
""",
        "the bias added after tanh": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h) + b
    return states, h
""",
        "for one unit only": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = zeros = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h if carry else zeros
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h * W_h[0] + b)
    return states, h
""",
        "every window gets the state of window 0": """
def run_windows(x, W_x, W_h, b, carry):
    states = np.zeros((*x.shape[:3], len(b)))
    h = start = np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = start
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
        if carry and n == 0:
            start = h
    return states, h
""",
        "the input is overwritten": """
def run_windows(x, W_x, W_h, b, carry):
    states, h = x, np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h * carry
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
    return states.copy(), h
""",
        "a dtype of whole numbers": """
def run_windows(x, W_x, W_h, b, carry):
    states, h = np.zeros((*x.shape[:3], len(b)), int), np.zeros((x.shape[1], len(b)))
    for n in range(x.shape[0]):
        h = h * carry
        for t in range(x.shape[2]):
            states[n, :, t] = h = np.tanh(x[n, :, t] @ W_x + h @ W_h + b)
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
        "ln 2 with four digits": """
def reset_limits(T, lag):
    riddles = min(lag, T) / T
    return riddles * 0.6931, 1 - riddles / 2
""",
        "always half right": """
def reset_limits(T, lag):
    return min(lag, T) / T * np.log(2), 0.5
""",
        "the loss of the whole 50 : 50 guess": """
def reset_limits(T, lag):
    return np.log(2), 1 - min(lag, T) / T / 2
""",
        "the loss only": """
def reset_limits(T, lag):
    return min(lag, T) / T * np.log(2)
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
