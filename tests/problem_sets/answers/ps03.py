"""Answers to problem set 03 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "tutorial_step": {
        "block by block": """
def tutorial_step(x_t, h, c, W, b):
    F, H = x_t.shape[1], h.shape[1]

    def block(n):
        part = slice(n * H, (n + 1) * H)
        return x_t @ W[:F, part] + h @ W[F:, part] + b[part]

    def gate(z):
        return (1 + np.tanh(z / 2)) / 2

    new = gate(block(2) + 1) * c + gate(block(0)) * np.tanh(block(1))
    return gate(block(3)) * np.tanh(new), new
""",
        "in float32, a list": """
def tutorial_step(x_t, h, c, W, b):
    z = np.hstack([x_t, h]).astype("float32") @ W.astype("float32") + b.astype("float32")
    z_i, z_g, z_f, z_o = z.reshape(len(z), 4, -1).swapaxes(0, 1)
    sigma = lambda a: np.float32(1) / (1 + np.exp(-a))
    c = sigma(z_f + np.float32(1)) * c.astype("float32") + sigma(z_i) * np.tanh(z_g)
    return [sigma(z_o) * np.tanh(c), c]
""",
        "the 1 goes into b": """
def tutorial_step(x_t, h, c, W, b):
    H = c.shape[-1]
    b = b.copy()
    b[2 * H : 3 * H] += 1
    z = np.einsum("bn,nk->bk", np.column_stack([x_t, h]), W) + b
    gates = 1 / (1 + np.exp(-z))
    new = gates[:, 2 * H : 3 * H] * c + gates[:, :H] * np.tanh(z[:, H : 2 * H])
    return gates[:, 3 * H :] * np.tanh(new), new
""",
    },
    "cross_entropy": {
        "row by row": """
def cross_entropy(logits, y):
    total = 0.0
    for row, right in zip(logits, y):
        total += float(np.logaddexp.reduce(row - row[right]))
    return total / len(y)
""",
        "in float32, with a guard": """
def cross_entropy(logits, y):
    a = logits.astype(np.float32)
    a = a - a.max(axis=1, keepdims=True)
    right = np.take_along_axis(a, y[:, None], axis=1)[:, 0]
    return np.mean(np.log(np.exp(a).sum(axis=1) + np.float32(1e-8)) - right)
""",
        "one-hot, an array without axes": """
def cross_entropy(logits, y):
    m = np.max(logits, axis=1)[:, None]
    log_p = logits - m - np.log(np.sum(np.exp(logits - m), axis=1))[:, None]
    return np.asarray(-np.sum(np.eye(logits.shape[1])[y] * log_p) / logits.shape[0])
""",
    },
    "count_weights": {
        "by shapes, NumPy's numbers": """
def count_weights(F, H, C):
    arrays = [np.empty((F, 4 * H)), np.empty((H, 4 * H)), np.empty(4 * H)]
    return np.sum([a.size for a in arrays]), np.prod((H, C)) + C
""",
        "a list": """
def count_weights(F, H, C):
    one_block = F * H + H * H + H
    return [one_block + one_block + one_block + one_block, H * C + C]
""",
    },
    "rows_of_updates": {
        "row by row": """
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
        "repeated often enough": """
def rows_of_updates(order, size, updates):
    return np.tile(order, size * updates)[: size * updates].reshape(updates, size)
""",
        "resized": """
def rows_of_updates(order, size, updates):
    return np.resize(order, (updates, size))
""",
        "the given one, mended": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(np.take(order, np.arange(pointer, pointer + size), mode="wrap"))
        pointer = (pointer + size) % len(order)
    return np.stack(taken)
""",
    },
}

_STEP = """
def tutorial_step(x_t, h, c, W, b):
    z = np.concatenate([x_t, h], axis=1) @ W + b
    z_i, z_g, z_f, z_o = np.split(z, 4, axis=1)
    i, f, o = [1 / (1 + np.exp(-a)) for a in (z_i, z_f + 1, z_o)]
    g = np.tanh(z_g)
    c = f * c + i * g
    return o * np.tanh(c), c
"""


def _step(old: str, new: str) -> str:
    """The right step with one thing changed."""
    assert _STEP.count(old) == 1
    return _STEP.replace(old, new)


WRONG = {
    "tutorial_step": {
        "the lesson's, its weights cut in two": """
def tutorial_step(x_t, h, c, W, b):
    W_x, W_h = W[: x_t.shape[1]], W[x_t.shape[1] :]
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h @ W_h + b, 4, axis=1)
    i, f, o = [1 / (1 + np.exp(-z)) for z in (z_i, z_f, z_o)]
    g = np.tanh(z_g)
    c = f * c + i * g
    return o * np.tanh(c), c
""",
        "the gates in the lesson's order": _step("z_i, z_g, z_f, z_o =", "z_i, z_f, z_g, z_o ="),
        "the gates in the order i, f, o, g": _step("z_i, z_g, z_f, z_o =", "z_i, z_f, z_o, z_g ="),
        "the gates in the order f, g, i, o": _step("z_i, z_g, z_f, z_o =", "z_f, z_g, z_i, z_o ="),
        "nothing is added to z_f": _step("z_f + 1", "z_f"),
        "1 is added to the gate, not to z_f": _step("c = f * c", "c = (f + 1) * c").replace("z_f + 1", "z_f"),
        "1 is added to all of z": _step("@ W + b", "@ W + b + 1").replace("z_f + 1", "z_f"),
        "1 is added to z_i": _step("(z_i, z_f + 1, z_o)", "(z_i + 1, z_f, z_o)"),
        "the output left of the input": _step("[x_t, h]", "[h, x_t]"),
        "c before h": _step("return o * np.tanh(c), c", "return c, o * np.tanh(c)"),
        "h from the old c": _step(
            "c = f * c + i * g\n    return o * np.tanh(c), c",
            "return o * np.tanh(c), f * c + i * g",
        ),
        "h without tanh": _step("o * np.tanh(c), c", "o * c, c"),
        "g through the sigmoid": _step("np.tanh(z_g)", "1 / (1 + np.exp(-z_g))"),
        "no forget gate": _step("f * c + i * g", "c + i * g"),
        "forget what is not taken in": _step("f * c + i * g", "(1 - i) * c + i * g"),
        "the output of the step before is left out": _step(
            "np.concatenate([x_t, h], axis=1) @ W", "x_t @ W[: x_t.shape[1]]"
        ),
        "no bias": _step("@ W + b", "@ W"),
        "units and gates mixed up": _step(
            "np.split(z, 4, axis=1)", "np.moveaxis(z.reshape(*h.shape, 4), 2, 0)"
        ),
        "cut along the batch": _step("np.split(z, 4, axis=1)", "np.split(z, 4, axis=0)"),
        "a tanh around the cell state": _step("f * c + i * g", "np.tanh(f * c + i * g)"),
        "h only": _step("o * np.tanh(c), c", "o * np.tanh(c)"),
        "one array": _step("return o * np.tanh(c), c", "return np.stack([o * np.tanh(c), c])"),
        "writes into c": _step("c = f * c + i * g", "c *= f\n    c += i * g"),
        "writes into h and c": _step(
            "c = f * c + i * g\n    return o * np.tanh(c), c",
            "c[:] = f * c + i * g\n    h[:] = o * np.tanh(c)\n    return h, c",
        ),
        "adds 1 into b": _step("    z =", "    b[2 * h.shape[1] : 3 * h.shape[1]] += 1\n    z =").replace(
            "z_f + 1", "z_f"
        ),
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
        "all rows, the columns of all labels": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -log_p[:, y].mean()
""",
        "the right classes of the first row for all": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(a).sum(axis=1)) - a[:, y[0]])
""",
        "1e-10 is added to the probability": """
def cross_entropy(logits, y):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y] + 1e-10).mean()
""",
        "the logits clipped at 700": """
def cross_entropy(logits, y):
    a = np.clip(logits, -700, 700)
    return (np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]).mean()
""",
        "NaN made 0": """
def cross_entropy(logits, y):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return np.nan_to_num(-np.log(p[np.arange(len(y)), y])).mean()
""",
        "y as a column": """
def cross_entropy(logits, y):
    a = logits - logits.max(axis=1, keepdims=True)
    right = a[np.arange(len(y)), y[:, None]]
    return (np.log(np.exp(a).sum(axis=1)) - right).mean()
""",
        "writes into the logits": """
def cross_entropy(logits, y):
    logits -= logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]).mean()
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
        "F and H changed round": """
def count_weights(F, H, C):
    return 4 * F * (F + H + 1), (H + 1) * C
""",
        "the head first": """
def count_weights(F, H, C):
    return (H + 1) * C, 4 * H * (F + H + 1)
""",
        "the visible numbers": """
def count_weights(F, H, C):
    return (28, 4) if H == 1 else (72, 20)
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
        "the pointer wraps, its slice does not": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        taken.append(order[pointer : pointer + size])
        pointer = (pointer + size) % len(order)
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
        "as many rounds as were enough before": """
def rows_of_updates(order, size, updates):
    return np.tile(order, 20)[: size * updates].reshape(updates, size)
""",
        "each update wraps once": """
def rows_of_updates(order, size, updates):
    pointer, taken = 0, []
    for _ in range(updates):
        end = pointer + size
        over = max(end - len(order), 0)
        taken.append(np.concatenate([order[pointer:end], order[:over]]))
        pointer = end % len(order)
    return np.stack(taken)
""",
        "every round begins an update": """
def rows_of_updates(order, size, updates):
    rounds = -(-len(order) // size)
    one = np.resize(order, (rounds, size))
    return one[np.arange(updates) % rounds]
""",
        "rolls the order that it was given": """
def rows_of_updates(order, size, updates):
    taken = np.zeros((updates, size), dtype=int)
    for n in range(updates):
        for k in range(size):
            taken[n, k] = order[0]
            order[:] = np.roll(order, -1)
    return taken
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
