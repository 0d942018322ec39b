"""Answers to problem set 02 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "real_steps": {
        "row by row, from the end": """
def real_steps(lengths, T):
    mask = np.full((len(lengths), T), False)
    for row, length in zip(mask, lengths):
        row[-length:] = True
    return mask
""",
        "the lesson's mask, turned round": """
def real_steps(lengths, T):
    return (np.arange(T) < lengths[:, None])[:, ::-1]
""",
    },
    "last_states": {
        "row by row": """
def last_states(x, mask, W_x, W_h, b):
    rows = []
    for x_b, real in zip(x, mask):
        h = np.zeros_like(b)
        for x_t in x_b[real]:
            h = np.tanh(x_t @ W_x + h @ W_h + b)
        rows.append(h)
    return np.array(rows)
""",
        "in float32": """
def last_states(x, mask, W_x, W_h, b):
    x, W_x, W_h, b = (array.astype(np.float32) for array in (x, W_x, W_h, b))
    h = np.zeros((len(x), len(b)), dtype=np.float32)
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
        "the mask as a weight": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        m = mask[:, t, None].astype(float)
        h = m * np.tanh(x[:, t] @ W_x + h @ W_h + b) + (1 - m) * h
    return h
""",
        "only the real rows are computed": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((mask.shape[0], W_h.shape[0]))
    for t in range(mask.shape[1]):
        m = mask[:, t]
        h[m] = np.tanh(x[m, t] @ W_x + h[m] @ W_h + b)
    return h
""",
    },
    "batches": {
        "sorted, then filled up": """
def batches(lengths, steps):
    found, current = [], []
    for row in np.argsort(lengths, kind="stable"):
        n, length = len(current), lengths[row]
        if n and (lengths[current[0]] != length or (n + 1) * length > steps):
            found.append(np.array(current))
            current = []
        current.append(row)
    return [*found, np.array(current)]
""",
        "split": """
def batches(lengths, steps):
    found = []
    for length in sorted(set(lengths.tolist())):
        (rows,) = np.nonzero(lengths == length)
        size = int(steps / length)
        found.extend(np.split(rows, range(size, len(rows), size)))
    return found
""",
    },
    "losses": {
        "row by row": """
def losses(y, y_hat, lengths):
    found = []
    for targets, outputs, length in zip(y, y_hat, lengths):
        error = targets[:length] - outputs[:length]
        found.append(float(error @ error) / length)
    return np.array(found)
""",
        "in float32, with a guard": """
def losses(y, y_hat, lengths):
    squared = np.square(y.astype("float32") - y_hat.astype("float32"))
    real = (np.arange(y.shape[1]) < lengths[:, None]).astype("float32")
    return (squared * real).sum(axis=1) / (real.sum(axis=1) + np.float32(1e-8))
""",
        "a mean under a mask": """
def losses(y, y_hat, lengths):
    steps = np.broadcast_to(np.arange(y.shape[1]), y.shape)
    return np.mean((y_hat - y) ** 2, axis=1, where=steps < lengths.reshape(-1, 1))
""",
        "the given one, mended": """
def losses(y, y_hat, lengths):
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = t < lengths
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / lengths
""",
    },
}

WRONG = {
    "real_steps": {
        "the lesson's mask: padding behind": """
def real_steps(lengths, T):
    return np.arange(T) < lengths[:, None]
""",
        "one step too many": """
def real_steps(lengths, T):
    return np.arange(T) >= T - lengths[:, None] - 1
""",
        "one step too few": """
def real_steps(lengths, T):
    return np.arange(T) > T - lengths[:, None]
""",
        "true where it is padding": """
def real_steps(lengths, T):
    return np.arange(T) < T - lengths[:, None]
""",
        "numbers in place of truth values": """
def real_steps(lengths, T):
    return (np.arange(T) >= T - lengths[:, None]).astype(float)
""",
        "as many columns as the longest has steps": """
def real_steps(lengths, T):
    longest = lengths.max()
    return np.arange(longest) >= longest - lengths[:, None]
""",
        "the end of the longest in place of T": """
def real_steps(lengths, T):
    return np.arange(T) >= lengths.max() - lengths[:, None]
""",
        "batch and time swapped": """
def real_steps(lengths, T):
    return np.arange(T)[:, None] >= T - lengths
""",
        "five columns, always": """
def real_steps(lengths, T):
    return np.arange(5) >= 5 - lengths[:, None]
""",
        "a list": """
def real_steps(lengths, T):
    return [[t >= T - length for t in range(T)] for length in lengths]
""",
        "the rows turned round in place of the steps": """
def real_steps(lengths, T):
    return (np.arange(T) < lengths[:, None])[::-1]
""",
    },
    "last_states": {
        "no mask": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return h
""",
        "masked steps set the state to 0": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b) * mask[:, t, None]
    return h
""",
        "masked inputs set to 0, and the step taken": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.tanh((x * mask[:, :, None])[:, t] @ W_x + h @ W_h + b)
    return h
""",
        "a gather at the number of real steps": """
def last_states(x, mask, W_x, W_h, b):
    h, states = np.zeros((x.shape[0], b.shape[0])), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states, axis=1)[np.arange(len(x)), mask.sum(axis=1) - 1]
""",
        "the mask along the units": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
        "still as soon as one row is masked": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        if mask[:, t].all():
            h = np.tanh(x[:, t] @ W_x + h @ W_h + b)
    return h
""",
        "the mask by the value 0": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        real = (x[:, t] != 0).any(axis=1, keepdims=True)
        h = np.where(real, np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
        "all states": """
def last_states(x, mask, W_x, W_h, b):
    h, states = np.zeros((x.shape[0], b.shape[0])), []
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
        states.append(h)
    return np.stack(states, axis=1)
""",
        "the end at the first masked step": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    real = np.logical_and.accumulate(mask, axis=1)
    for t in range(x.shape[1]):
        h = np.where(real[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
        "one step too few": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1] - 1):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
        "no tanh": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], x[:, t] @ W_x + h @ W_h + b, h)
    return h
""",
        "W_h transposed": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h.T + b), h)
    return h
""",
        "no bias": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h), h)
    return h
""",
        "no state before": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + b), h)
    return h
""",
        "only the first entry of each weight": """
def last_states(x, mask, W_x, W_h, b):
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] * W_x[0, 0] + h * W_h[0, 0] + b[0]), h)
    return h
""",
        "x set to 0 in place": """
def last_states(x, mask, W_x, W_h, b):
    x[~mask] = 0
    h = np.zeros((x.shape[0], b.shape[0]))
    for t in range(x.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(x[:, t] @ W_x + h @ W_h + b), h)
    return h
""",
    },
    "batches": {
        "the remainder is dropped": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows) - size + 1, size)]
    return found
""",
        "batches that mix lengths": """
def batches(lengths, steps):
    rows, size = np.argsort(lengths, kind="stable"), steps // lengths.max()
    return [rows[i : i + size] for i in range(0, len(rows), size)]
""",
        "whole buckets, not cut": """
def batches(lengths, steps):
    return [np.flatnonzero(lengths == length) for length in np.unique(lengths)]
""",
        "as many rows as steps, as in the lesson": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + steps] for i in range(0, len(rows), steps)]
    return found
""",
        "as many rows as fit of the longest": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // lengths.max()
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "one row too many, rounded up": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), -(-steps // length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "no batch is quite full": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), max(1, (steps - 1) // length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "three rows, always": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), 3
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "the longest are forgotten": """
def batches(lengths, steps):
    found = []
    for length in range(1, lengths.max()):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "lengths up to 4 only": """
def batches(lengths, steps):
    found = []
    for length in range(1, 5):
        rows, size = np.flatnonzero(lengths == length), max(1, steps // length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "lengths up to 12 only": """
def batches(lengths, steps):
    found = []
    for length in range(1, 13):
        rows, size = np.flatnonzero(lengths == length), max(1, steps // length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "longest first": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths)[::-1]:
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "row numbers fall inside a bucket": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        rows = rows[::-1]
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "rows dealt out in turn": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        n = -(-len(rows) // size)
        found += [rows[i::n] for i in range(n)]
    return found
""",
        "equal parts in place of a smaller last one": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += np.array_split(rows, -(-len(rows) // size))
    return found
""",
        "an empty batch for a length that nobody has": """
def batches(lengths, steps):
    found = []
    for length in range(1, lengths.max() + 1):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += np.split(rows, range(size, len(rows), size))
    return found
""",
        "masks in place of row numbers": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        for i in range(0, len(rows), size):
            found.append(np.isin(np.arange(len(lengths)), rows[i : i + size]))
    return found
""",
        "lists in place of arrays": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length).tolist(), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "the values in place of the row numbers": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = lengths[lengths == length], steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "a generator": """
def batches(lengths, steps):
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        yield from [rows[i : i + size] for i in range(0, len(rows), size)]
""",
        "a tuple in place of a list": """
def batches(lengths, steps):
    found = []
    for length in np.unique(lengths):
        rows, size = np.flatnonzero(lengths == length), steps // length
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return tuple(found)
""",
        "sorted in place": """
def batches(lengths, steps):
    order = np.argsort(lengths, kind="stable")
    lengths.sort()
    found = []
    for length in np.unique(lengths):
        size = steps // length
        rows = order[lengths == length]
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
    },
    "losses": {
        "as it was given": """
def losses(y, y_hat, lengths):
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = y[:, t] != 0
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / T
""",
        "the first bug only mended": """
def losses(y, y_hat, lengths):
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = t < lengths
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / T
""",
        "the second bug only mended": """
def losses(y, y_hat, lengths):
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = y[:, t] != 0
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / lengths
""",
        "divided by the targets that are not 0": """
def losses(y, y_hat, lengths):
    real = y != 0
    return np.sum((y - y_hat) ** 2 * real, axis=1) / np.maximum(1, real.sum(axis=1))
""",
        "padding counted": """
def losses(y, y_hat, lengths):
    return np.mean((y - y_hat) ** 2, axis=1)
""",
        "sums in place of means": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1)
""",
        "one number for all, as in the lesson": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return ((y - y_hat) ** 2)[real].mean()
""",
        "the one number in every row": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.full(len(y), ((y - y_hat) ** 2)[real].mean())
""",
        "a loss for each step": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=0) / real.sum(axis=0).clip(1)
""",
        "divided by the longest": """
def losses(y, y_hat, lengths):
    found, T = np.zeros(len(lengths)), y.shape[1]
    for t in range(T):
        real = t < lengths
        found += real * (y[:, t] - y_hat[:, t]) ** 2
    return found / lengths.max()
""",
        "divided by the number of sequences": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1) / len(y)
""",
        "divided by the mean length": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1) / lengths.mean()
""",
        "one step too many": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) <= lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1) / lengths
""",
        "four columns, always": """
def losses(y, y_hat, lengths):
    real = np.arange(4) < lengths[:, None]
    return np.sum((y - y_hat) ** 2 * real, axis=1) / lengths
""",
        "absolute errors": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum(np.abs(y - y_hat) * real, axis=1) / lengths
""",
        "the root": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sqrt(np.sum((y - y_hat) ** 2 * real, axis=1) / lengths)
""",
        "outputs set in place": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    y_hat[~real] = y[~real]
    return np.sum((y - y_hat) ** 2, axis=1) / lengths
""",
        "a list": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return list(np.sum((y - y_hat) ** 2 * real, axis=1) / lengths)
""",
        "printed, not returned": """
def losses(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    print(np.sum((y - y_hat) ** 2 * real, axis=1) / lengths)
""",
    },
}
