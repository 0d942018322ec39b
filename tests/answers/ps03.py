"""Answers to problem set 03 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "lstm_step": """
def lstm_step(x_t, h, c, W_x, W_h, b):
    H = h.shape[1]

    def block(n):
        part = slice(n * H, (n + 1) * H)
        both = np.concatenate([x_t, h], axis=1)
        return both @ np.concatenate([W_x[:, part], W_h[:, part]]) + b[part]

    def gate(n):
        return (1 + np.tanh(block(n) / 2)) / 2

    new = gate(1) * c + gate(0) * np.tanh(block(2))
    return gate(3) * np.tanh(new), new
""",
    "cross_entropy": """
def cross_entropy(logits, y):
    total = 0.0
    for row, right in zip(logits, y):
        total += float(np.logaddexp.reduce(row - row[right]))
    return total / len(y)
""",
    "count_weights": """
def count_weights(F, H, C):
    arrays = [np.empty((F, 4 * H)), np.empty((H, 4 * H)), np.empty(4 * H)]
    return np.sum([a.size for a in arrays]), np.prod((H, C)) + C
""",
    "rows_of_updates": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, np.empty((updates, size), dtype=int)
    for n in range(updates):
        for k in range(size):
            taken[n, k] = order[pointer]
            pointer += 1
            if pointer == len(order):
                pointer = 0
    return taken
""",
}

_LSTM = """
def lstm_step(x_t, h, c, W_x, W_h, b):
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)
    i, f, o = [1 / (1 + np.exp(-z)) for z in (z_i, z_f, z_o)]
    g = np.tanh(z_g)
    c = f * c + i * g
    return o * np.tanh(c), c
"""


def _lstm(old: str, new: str) -> str:
    """The right step with one thing changed."""
    assert _LSTM.count(old) == 1
    return _LSTM.replace(old, new)


WRONG = {
    "lstm_step": {
        "the gates in the order i, g, f, o": _lstm("z_i, z_f, z_g, z_o =", "z_i, z_g, z_f, z_o ="),
        "the gates in the order i, f, o, g": _lstm("z_i, z_f, z_g, z_o =", "z_i, z_f, z_o, z_g ="),
        "the gates in the order f, i, g, o": _lstm("z_i, z_f, z_g, z_o =", "z_f, z_i, z_g, z_o ="),
        "c before h": _lstm("return o * np.tanh(c), c", "return c, o * np.tanh(c)"),
        "h from the old c": _lstm(
            "c = f * c + i * g\n    return o * np.tanh(c), c",
            "return o * np.tanh(c), f * c + i * g",
        ),
        "h without tanh": _lstm("o * np.tanh(c), c", "o * c, c"),
        "g through the sigmoid": _lstm("np.tanh(z_g)", "1 / (1 + np.exp(-z_g))"),
        "no forget gate": _lstm("f * c + i * g", "c + i * g"),
        "forget what is not taken in": _lstm("f * c + i * g", "(1 - i) * c + i * g"),
        "the output of the step before is left out": _lstm("x_t @ W_x + h @ W_h + b", "x_t @ W_x + b"),
        "no bias": _lstm("x_t @ W_x + h @ W_h + b", "x_t @ W_x + h @ W_h"),
        "units and gates mixed up": _lstm(
            "np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)",
            "np.moveaxis((x_t @ W_x + h @ W_h + b).reshape(*h.shape, 4), 2, 0)",
        ),
        "cut along the batch": _lstm(
            "np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)",
            "np.array_split(x_t @ W_x + h @ W_h + b, 4, axis=0)",
        ),
        "a tanh around the cell state": _lstm("f * c + i * g", "np.tanh(f * c + i * g)"),
        "h only": _lstm("o * np.tanh(c), c", "o * np.tanh(c)"),
        "one array": _lstm("return o * np.tanh(c), c", "return np.stack([o * np.tanh(c), c])"),
    },
    "cross_entropy": {
        "softmax, then log": """
def cross_entropy(logits, y):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()
""",
        "shifted softmax, then log": """
def cross_entropy(logits, y):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return -np.log(p[np.arange(len(y)), y]).mean()
""",
        "cut off at 1e-10": """
def cross_entropy(logits, y):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -np.log(np.maximum(p[np.arange(len(y)), y], 1e-10)).mean()
""",
        "the largest logit of the whole batch": """
def cross_entropy(logits, y):
    a = logits - logits.max()
    with np.errstate(divide="ignore"):
        log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(y)), y].mean()
""",
        "the logits clipped": """
def cross_entropy(logits, y):
    a = np.clip(logits, -500, 500)
    return (np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]).mean()
""",
        "shifted in one place only": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(a).sum(axis=1)) - logits[np.arange(len(y)), y]).mean()
""",
        "a sum in place of the mean": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]).sum()
""",
        "a mean over rows and classes": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -(log_p * (np.arange(logits.shape[1]) == y[:, None])).mean()
""",
        "the class with the largest logit, not the right one": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(a).sum(axis=1)).mean()
""",
        "softmax over the batch": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=0)
    return -(a - np.log(np.exp(a).sum(axis=0)))[np.arange(len(y)), y].mean()
""",
        "no minus": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return (a[np.arange(len(y)), y] - np.log(np.exp(a).sum(axis=1))).mean()
""",
        "a logarithm of base 2": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return (np.log2(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y] / np.log(2)).mean()
""",
        "one loss for each row": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]
""",
        "all pairs of rows and labels": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return -(a - np.log(np.exp(a).sum(axis=1, keepdims=True)))[:, y].mean()
""",
        "printed, not returned": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    print((np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]).mean())
""",
    },
    "count_weights": {
        "one block, not four": """
def count_weights(F, H, C):
    return H * (F + H + 1), (H + 1) * C
""",
        "three blocks: the gates only": """
def count_weights(F, H, C):
    return 3 * H * (F + H + 1), (H + 1) * C
""",
        "no biases": """
def count_weights(F, H, C):
    return 4 * H * (F + H), H * C
""",
        "two biases for each unit, as in PyTorch": """
def count_weights(F, H, C):
    return 4 * H * (F + H + 2), (H + 1) * C
""",
        "a bias of H in place of 4H": """
def count_weights(F, H, C):
    return 4 * H * (F + H) + H, (H + 1) * C
""",
        "the head has no bias": """
def count_weights(F, H, C):
    return 4 * H * (F + H + 1), H * C
""",
        "a head that reads h and c": """
def count_weights(F, H, C):
    return 4 * H * (F + H + 1), (2 * H + 1) * C
""",
        "no weights on the output of the step before": """
def count_weights(F, H, C):
    return 4 * H * (F + 1), (H + 1) * C
""",
        "one number for both": """
def count_weights(F, H, C):
    return 4 * H * (F + H + 1) + (H + 1) * C
""",
        "floats": """
def count_weights(F, H, C):
    return 4.0 * H * (F + H + 1), 1.0 * (H + 1) * C
""",
        "the visible numbers": """
def count_weights(F, H, C):
    return 72, 20
""",
    },
    "rows_of_updates": {
        "as it was given": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(order[pointer : pointer + size])
    return np.stack(taken)
""",
        "the pointer moves, and runs out": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(order[pointer : pointer + size])
        pointer += size
    return np.stack(taken)
""",
        "the last rows are left out": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        if pointer + size > len(order):
            pointer = 0
        taken.append(order[pointer : pointer + size])
        pointer += size
    return np.stack(taken)
""",
        "the pointer moves by one": """
def rows_of_updates(order, size, updates):
    return np.stack([np.roll(order, -n)[np.arange(size) % len(order)] for n in range(updates)])
""",
        "places in place of row numbers": """
def rows_of_updates(order, size, updates):
    return (np.arange(updates * size) % len(order)).reshape(updates, size)
""",
        "dealt out like cards": """
def rows_of_updates(order, size, updates):
    return order[np.arange(updates * size) % len(order)].reshape(size, updates).T
""",
        "sorted first": """
def rows_of_updates(order, size, updates):
    return np.sort(order)[np.arange(updates * size) % len(order)].reshape(updates, size)
""",
        "shuffled again": """
def rows_of_updates(order, size, updates):
    order = np.random.default_rng(0).permutation(order)
    return order[np.arange(updates * size) % len(order)].reshape(updates, size)
""",
        "wrapped once only": """
def rows_of_updates(order, size, updates):
    return np.concatenate([order, order])[: updates * size].reshape(updates, size)
""",
        "the last row again and again": """
def rows_of_updates(order, size, updates):
    places = np.minimum(np.arange(updates * size), len(order) - 1)
    return order[places].reshape(updates, size)
""",
        "flat": """
def rows_of_updates(order, size, updates):
    return order[np.arange(updates * size) % len(order)]
""",
        "floats": """
def rows_of_updates(order, size, updates):
    taken = np.zeros(updates * size)
    for n in range(updates * size):
        taken[n] = order[n % len(order)]
    return taken.reshape(updates, size)
""",
        "a list": """
def rows_of_updates(order, size, updates):
    return [order[np.arange(n * size, (n + 1) * size) % len(order)] for n in range(updates)]
""",
    },
}
