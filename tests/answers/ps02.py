"""Answers to problem set 02 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "real_steps": """
def real_steps(lengths, T):
    mask = np.full((len(lengths), T), False)
    for row, length in zip(mask, lengths):
        row[:length] = True
    return mask
""",
    "last_states": """
def last_states(x, mask, W_x, W_h, b):
    rows = []
    for x_b, real in zip(x, mask):
        h = np.zeros_like(b)
        for x_t in x_b[real]:
            h = np.tanh(x_t @ W_x + h @ W_h + b)
        rows.append(h)
    return np.array(rows)
""",
    "batches": """
def batches(lengths, size):
    found, current = [], []
    for row in np.argsort(lengths, kind="stable"):
        if current and (len(current) == size or lengths[current[0]] != lengths[row]):
            found.append(np.array(current))
            current = []
        current.append(row)
    return [*found, np.array(current)]
""",
    "mean_loss": """
def mean_loss(y, y_hat, lengths):
    total = 0.0
    for targets, outputs, length in zip(y, y_hat, lengths):
        error = targets[:length] - outputs[:length]
        total += float(error @ error)
    return total / int(lengths.sum())
""",
}

WRONG = {
    "real_steps": {
        "one step too many": """
def real_steps(lengths, T):
    return np.arange(T) <= lengths[:, None]
""",
        "steps counted from 1": """
def real_steps(lengths, T):
    return np.arange(1, T + 1) < lengths[:, None]
""",
        "true where it is padding": """
def real_steps(lengths, T):
    return np.arange(T) >= lengths[:, None]
""",
        "numbers in place of truth values": """
def real_steps(lengths, T):
    return (np.arange(T) < lengths[:, None]).astype(float)
""",
        "as many columns as the longest has steps": """
def real_steps(lengths, T):
    return np.arange(lengths.max()) < lengths[:, None]
""",
        "batch and time swapped": """
def real_steps(lengths, T):
    return np.arange(T)[:, None] < lengths
""",
        "five columns, always": """
def real_steps(lengths, T):
    return np.arange(5) < lengths[:, None]
""",
        "a list": """
def real_steps(lengths, T):
    return [[t < length for t in range(T)] for length in lengths]
""",
        "padding in front": """
def real_steps(lengths, T):
    return np.arange(T) >= T - lengths[:, None]
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
    },
    "batches": {
        "the remainder is dropped": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + size] for i in range(0, len(rows) - size + 1, size)]
    return found
""",
        "batches that mix lengths": """
def batches(lengths, size):
    rows = np.argsort(lengths, kind="stable")
    return [rows[i : i + size] for i in range(0, len(rows), size)]
""",
        "whole buckets, not cut": """
def batches(lengths, size):
    return [np.flatnonzero(lengths == length) for length in np.unique(lengths)]
""",
        "the longest are forgotten": """
def batches(lengths, size):
    found = []
    for length in range(1, lengths.max()):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "masks in place of row numbers": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for i in range(0, len(rows), size):
            found.append(np.isin(np.arange(len(lengths)), rows[i : i + size]))
    return found
""",
        "lists in place of arrays": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length).tolist()
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "lengths up to 4 only": """
def batches(lengths, size):
    found = []
    for length in range(1, 5):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
        "two rows, always": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found += [rows[i : i + 2] for i in range(0, len(rows), 2)]
    return found
""",
        "equal parts in place of a smaller last one": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        found += np.array_split(rows, -(-len(rows) // size))
    return found
""",
        "an empty batch for a length that nobody has": """
def batches(lengths, size):
    found = []
    for length in range(1, lengths.max() + 1):
        rows = np.flatnonzero(lengths == length)
        found += np.split(rows, range(size, len(rows), size))
    return found
""",
        "the values in place of the row numbers": """
def batches(lengths, size):
    found = []
    for length in np.unique(lengths):
        rows = lengths[lengths == length]
        found += [rows[i : i + size] for i in range(0, len(rows), size)]
    return found
""",
    },
    "mean_loss": {
        "as it was given": """
def mean_loss(y, y_hat, lengths):
    real = y != 0
    return np.sum((y - y_hat) ** 2 * real) / (len(lengths) * y.shape[1])
""",
        "the first bug only mended": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.mean((y - y_hat) ** 2 * real)
""",
        "the second bug only mended": """
def mean_loss(y, y_hat, lengths):
    real = y != 0
    return np.mean((y - y_hat)[real] ** 2) if real.any() else 0.0
""",
        "padding counted": """
def mean_loss(y, y_hat, lengths):
    return np.mean((y - y_hat) ** 2)
""",
        "a sum in place of the mean": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat)[real] ** 2)
""",
        "every sequence has the same weight": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.mean(((y - y_hat) ** 2 * real).sum(axis=1) / lengths)
""",
        "divided by the number of sequences": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return np.sum((y - y_hat)[real] ** 2) / len(y)
""",
        "one step too many": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) <= lengths[:, None]
    return np.mean((y - y_hat)[real] ** 2)
""",
        "four columns, always": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(4) < lengths[:, None]
    return np.mean((y - y_hat)[real] ** 2)
""",
        "one number for each sequence": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    return ((y - y_hat) ** 2 * real).sum(axis=1) / lengths
""",
        "printed, not returned": """
def mean_loss(y, y_hat, lengths):
    real = np.arange(y.shape[1]) < lengths[:, None]
    print(np.mean((y - y_hat)[real] ** 2))
""",
    },
}
