"""Answers to problem set 05 for its tests: right ones written another way, and plausible wrong ones."""

RIGHT = {
    "label_probabilities": {
        "flattened": """
def label_probabilities(states, W, b):
    B, T, H = states.shape
    flat = states.reshape(B * T, H) @ W + b
    return np.exp(flat - np.logaddexp.reduce(flat, axis=1, keepdims=True)).reshape(B, T, -1)
""",
        "step by step, in float32, with a guard": """
def label_probabilities(states, W, b):
    found = np.zeros((*states.shape[:2], len(b)), np.float32)
    for row, t in np.ndindex(*states.shape[:2]):
        logits = W.T @ states[row, t] + b
        powers = np.exp(logits - max(logits))
        found[row, t] = powers / (powers.sum() + 1e-8)
    return found
""",
    },
    "rows_of": {
        "word by word": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = np.cumsum([len(word) for word in words]) - 1
    B = int(np.ceil(len(letters) / T))
    flat = np.pad(letters, (0, B * T - len(letters)))
    return [flat.reshape(B, T), np.isin(np.arange(B * T), ends).astype("int32").reshape(B, T)]
""",
        "from the codes of the characters, in small types": """
def rows_of(text, T):
    codes = np.frombuffer((text + " ").encode(), np.uint8)
    (places,) = np.nonzero(codes != 32)
    letters, ends = codes[places] - 96, (codes[places + 1] == 32).astype(np.uint8)
    B = (len(places) - 1) // T + 1
    rows = np.zeros((2, B * T), np.uint8)
    rows[:, : len(places)] = letters, ends
    return tuple(rows.reshape(2, B, T))
""",
    },
    "scores": {
        "counted": """
def scores(said, labels, mask):
    (right_0, missed), (wrongly, right_1) = np.bincount(
        2 * said[mask] + labels[mask], minlength=4
    ).reshape(2, 2)
    return [
        (right_0 + right_1) / mask.sum(),
        right_1 / max(right_1 + wrongly, 1),
        right_1 / max(right_1 + missed, 1),
        2 * right_1 / max(2 * right_1 + wrongly + missed, 1),
    ]
""",
        "with a guard": """
def scores(said, labels, mask):
    said, labels = said * mask, labels * mask
    both = (said * labels).sum()
    accuracy = 1 - np.abs(said - labels).sum() / mask.sum()
    P, R = both / (said.sum() + 1e-8), both / (labels.sum() + 1e-8)
    return accuracy, P, R, 2 * P * R / (P + R + 1e-8)
""",
        "in float32": """
def scores(said, labels, mask):
    p, r = np.float32(0), np.float32(0)
    s, l = said[mask].astype(np.float32), labels[mask].astype(np.float32)
    if s.any():
        p = l[s == 1].mean()
    if l.any():
        r = s[l == 1].mean()
    f1 = 2 / (1 / p + 1 / r) if p and r else np.float32(0)
    return (s == l).mean(dtype=np.float32), p, r, f1
""",
    },
    "labelling_loss": {
        "step by step": """
def labelling_loss(t, p, mask):
    total, count = 0.0, 0
    for targets, probabilities in zip(t[mask], p[mask]):
        total -= float(np.log(probabilities[np.argmax(targets)]))
        count += 1
    return total / count
""",
        "with a guard": """
def labelling_loss(t, p, mask):
    weights = mask[:, :, None] / mask.sum()
    return -np.sum(weights * t * np.log(p + 1e-7))
""",
        "in float32": """
def labelling_loss(t, p, mask):
    p = np.sum(t * p, axis=2, dtype=np.float32)[mask]
    return -np.log(p).mean()
""",
        "the padding set to 0 in a copy": """
def labelling_loss(t, p, mask):
    t = t.copy()
    t[~mask] = 0
    return -np.einsum("btc,btc->", t, np.log(p)) / np.count_nonzero(mask)
""",
    },
}

WRONG = {
    "label_probabilities": {
        "logits, no softmax": """
def label_probabilities(states, W, b):
    return states @ W + b
""",
        "a softmax over time": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
""",
        "one sum for the whole array": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()
""",
        "one maximum for the whole array": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    powers = np.exp(logits - logits.max())
    with np.errstate(invalid="ignore"):
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "powers that get too large": """
def label_probabilities(states, W, b):
    with np.errstate(all="ignore"):
        powers = np.exp(states @ W + b)
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "no bias": """
def label_probabilities(states, W, b):
    logits = states @ W
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "flattened and left so": """
def label_probabilities(states, W, b):
    logits = states.reshape(-1, states.shape[-1]) @ W + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "flattened step by step, folded row by row": """
def label_probabilities(states, W, b):
    B, T, H = states.shape
    logits = states.swapaxes(0, 1).reshape(B * T, H) @ W + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).reshape(B, T, -1)
""",
        "the last step only": """
def label_probabilities(states, W, b):
    logits = states[:, -1] @ W + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "a sigmoid for each class": """
def label_probabilities(states, W, b):
    return 0.5 + 0.5 * np.tanh((states @ W + b) / 2)
""",
        "logits cut at 50": """
def label_probabilities(states, W, b):
    powers = np.exp(np.clip(states @ W + b, -50, 50))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "the first logit taken away": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits[..., :1])
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "the last logit taken away": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits[..., -1:])
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "the mean taken away": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.mean(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "one maximum a row": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.max(axis=(1, 2), keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "the largest size taken away": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    with np.errstate(all="ignore"):
        powers = np.exp(logits - np.abs(logits).max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
""",
        "a guard in place of a maximum": """
def label_probabilities(states, W, b):
    powers = np.exp(np.minimum(states @ W + b, 700))
    return powers / (powers.sum(axis=-1, keepdims=True) + 1e-8)
""",
        "the weights turned": """
def label_probabilities(states, W, b):
    logits = np.einsum("bth,ch->btc", states, W) + b
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "the maximum of the states taken away, in place": """
def label_probabilities(states, W, b):
    states -= states.max(axis=-1, keepdims=True)
    powers = np.exp(states @ W + b)
    return powers / powers.sum(axis=-1, keepdims=True)
""",
        "two classes only": """
def label_probabilities(states, W, b):
    logits = states @ W + b
    one = 0.5 + 0.5 * np.tanh((logits[..., 1] - logits[..., 0]) / 2)
    return np.stack([1 - one, one], axis=-1)
""",
    },
    "rows_of": {
        "the label of the letter that begins a word": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    begins = [int(n == 0) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(begins, (0, rest)).reshape(-1, T)
""",
        "the text's last letter ends no word": """
def rows_of(text, T):
    pairs = [(ord(a) - 96, int(b == " ")) for a, b in zip(text, text[1:] + "?") if a != " "]
    letters, ends = zip(*pairs)
    rest = -len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
""",
        "a row's end ends a word": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    letters, ends = np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
    ends[:, -1] = letters[:, -1] > 0
    return letters, ends
""",
        "the rest that fills no row is dropped": """
def rows_of(text, T):
    words = text.split()
    letters = np.array([ord(letter) - 96 for letter in "".join(words)])
    ends = np.array([int(n == len(word) - 1) for word in words for n in range(len(word))])
    kept = len(letters) // T * T
    return letters[:kept].reshape(-1, T), ends[:kept].reshape(-1, T)
""",
        "a row of padding when the letters fill all rows": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = T - len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
""",
        "the padding is labelled 1": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    ends = np.pad(ends, (0, rest), constant_values=1)
    return np.pad(letters, (0, rest)).reshape(-1, T), ends.reshape(-1, T)
""",
        "a is 0": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 97 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
""",
        "spaces stay as zeros": """
def rows_of(text, T):
    letters = [0 if a == " " else ord(a) - 96 for a in text]
    ends = [int(a != " " and b == " ") for a, b in zip(text, text[1:] + " ")]
    rest = -len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
""",
        "a space at the beginning labels the end": """
def rows_of(text, T):
    words = text.split(" ")
    letters = [ord(letter) - 96 for letter in "".join(words)]
    letters = np.pad(letters, (0, -len(letters) % T))
    ends = np.zeros_like(letters)
    ends[np.cumsum([len(word) for word in words]) - 1] = 1
    return letters.reshape(-1, T), ends.reshape(-1, T)
""",
        "a row for each word": """
def rows_of(text, T):
    words = text.split()
    letters, ends = np.zeros((len(words), T), int), np.zeros((len(words), T), int)
    for row, word in enumerate(words):
        for n, letter in enumerate(word[:T]):
            letters[row, n] = ord(letter) - 96
            ends[row, n] = n == len(word) - 1
    return letters, ends
""",
        "down the columns": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    letters, ends = np.pad(letters, (0, rest)), np.pad(ends, (0, rest))
    return letters.reshape(T, -1).T, ends.reshape(T, -1).T
""",
        "lists of rows": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = [0] * (-len(letters) % T)
    letters, ends = letters + rest, ends + rest
    cut = range(0, len(letters), T)
    return [letters[n : n + T] for n in cut], [ends[n : n + T] for n in cut]
""",
        "one double space made single, once": """
def rows_of(text, T):
    letters, ends = [], []
    for word in text.strip().replace("  ", " ").split(" "):
        letters += [ord(letter) - 96 for letter in word]
        ends += [0] * (len(word) - 1) + [1]
    rest = max(-(-len(letters) // T), 1) * T
    letters, ends = letters + [0] * (rest - len(letters)), ends + [0] * (rest - len(ends))
    return np.array(letters).reshape(-1, T), np.array(ends[:rest]).reshape(-1, T)
""",
        "both in one array": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    both = np.pad(np.array([letters, ends]), ((0, 0), (0, -len(letters) % T)))
    return both.reshape(2, -1, T)
""",
        "floats": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rows = np.zeros((2, -(-len(letters) // T) * T))
    rows[:, : len(letters)] = letters, ends
    return rows[0].reshape(-1, T), rows[1].reshape(-1, T)
""",
        "the labels as truth values": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [n == len(word) - 1 for word in words for n in range(len(word))]
    rest = -len(letters) % T
    return np.pad(letters, (0, rest)).reshape(-1, T), np.pad(ends, (0, rest)).reshape(-1, T)
""",
        "the labels before the letters": """
def rows_of(text, T):
    words = text.split()
    letters = [ord(letter) - 96 for letter in "".join(words)]
    ends = [int(n == len(word) - 1) for word in words for n in range(len(word))]
    rest = -len(letters) % T
    return np.pad(ends, (0, rest)).reshape(-1, T), np.pad(letters, (0, rest)).reshape(-1, T)
""",
        "the letters only": """
def rows_of(text, T):
    letters = [ord(letter) - 96 for letter in text.replace(" ", "")]
    return np.pad(letters, (0, -len(letters) % T)).reshape(-1, T)
""",
    },
    "scores": {
        "padding counted": """
def scores(said, labels, mask):
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "padding set to 0, and counted as right": """
def scores(said, labels, mask):
    said, labels = said * mask, labels * mask
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "the padding in place of the real steps": """
def scores(said, labels, mask):
    said, labels = said[~mask], labels[~mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean(said == labels) if said.size else 0.0, P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "precision and recall swapped": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(labels.sum(), 1), both / max(said.sum(), 1)
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "F1 as the usual mean": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean(said == labels), P, R, (P + R) / 2
""",
        "the label 0 in place of 1": """
def scores(said, labels, mask):
    said, labels = 1 - said[mask], 1 - labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "the mean over rows": """
def scores(said, labels, mask):
    of_rows = []
    for s, l, m in zip(said, labels, mask):
        s, l = s[m], l[m]
        both = np.sum(s * l)
        P, R = both / max(s.sum(), 1), both / max(l.sum(), 1)
        of_rows.append([np.mean(s == l), P, R, 2 * P * R / (P + R) if both else 0.0])
    return tuple(np.mean(of_rows, axis=0))
""",
        "divided by 0": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    with np.errstate(all="ignore"):
        P, R = both / said.sum(), both / labels.sum()
        return np.mean(said == labels), P, R, 2 * P * R / (P + R)
""",
        "a share of nothing counts as 1": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P = both / said.sum() if said.any() else 1.0
    R = both / labels.sum() if labels.any() else 1.0
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if P + R else 0.0
""",
        "safe where no 1 is said, not where none is true": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    with np.errstate(all="ignore"):
        P, R = both / max(said.sum(), 1), both / labels.sum()
        return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "the accuracy of the ones only": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return both / len(said), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "a recall of nothing is a whole number": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P = both / said.sum() if said.any() else 0.0
    R = both / labels.sum() if labels.any() else 0
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "the precision row by row": """
def scores(said, labels, mask):
    of_rows = [np.sum((s * l)[m]) / max(s[m].sum(), 1) for s, l, m in zip(said, labels, mask)]
    said, labels = said[mask], labels[mask]
    P, R = np.mean(of_rows), np.sum(said * labels) / max(labels.sum(), 1)
    return np.mean(said == labels), P, R, 2 * P * R / (P + R) if P + R else 0.0
""",
        "the padding of what is given is set to 0": """
def scores(said, labels, mask):
    said[~mask], labels[~mask] = 0, 0
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.mean((said == labels)[mask]), P, R, 2 * P * R / (P + R) if both else 0.0
""",
        "a dict": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    F1 = 2 * P * R / (P + R) if both else 0.0
    return {"accuracy": np.mean(said == labels), "precision": P, "recall": R, "F1": F1}
""",
        "an array of the four": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    return np.array([np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0])
""",
        "F1 only": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    return 2 * np.sum(said * labels) / max(said.sum() + labels.sum(), 1)
""",
        "printed, not returned": """
def scores(said, labels, mask):
    said, labels = said[mask], labels[mask]
    both = np.sum(said * labels)
    P, R = both / max(said.sum(), 1), both / max(labels.sum(), 1)
    print(np.mean(said == labels), P, R, 2 * P * R / (P + R) if both else 0.0)
""",
    },
    "labelling_loss": {
        "the bugs themselves": """
def labelling_loss(t, p, mask):
    return np.mean(np.sum(t * np.log(p), axis=1))
""",
        "the minus sign only": """
def labelling_loss(t, p, mask):
    return -np.mean(np.sum(t * np.log(p), axis=1))
""",
        "the minus sign still lost": """
def labelling_loss(t, p, mask):
    return np.mean(np.sum(t * np.log(p), axis=-1)[mask])
""",
        "the sum still over time": """
def labelling_loss(t, p, mask):
    return -np.mean(np.sum(t * np.log(p) * mask[..., None], axis=1))
""",
        "padding counted": """
def labelling_loss(t, p, mask):
    return -np.mean(np.sum(t * np.log(p), axis=-1))
""",
        "divided by all steps": """
def labelling_loss(t, p, mask):
    return -np.mean(np.sum(t * np.log(p), axis=-1) * mask)
""",
        "divided by the rows": """
def labelling_loss(t, p, mask):
    return -np.sum(np.sum(t * np.log(p), axis=-1) * mask) / len(t)
""",
        "the mean of the rows' means": """
def labelling_loss(t, p, mask):
    costs = -np.sum(t * np.log(p), axis=-1) * mask
    return np.mean(costs.sum(axis=1) / mask.sum(axis=1))
""",
        "the mean over classes too": """
def labelling_loss(t, p, mask):
    return -np.mean((t * np.log(p))[mask])
""",
        "the sum": """
def labelling_loss(t, p, mask):
    return -np.sum((t * np.log(p))[mask])
""",
        "bits in place of nats": """
def labelling_loss(t, p, mask):
    return -np.mean(np.sum(t * np.log2(p), axis=-1)[mask])
""",
        "the likeliest class in place of the right one": """
def labelling_loss(t, p, mask):
    return -np.mean(np.log(p.max(axis=-1))[mask])
""",
        "the logarithm of the mean": """
def labelling_loss(t, p, mask):
    return -np.log(np.mean(np.sum(t * p, axis=-1)[mask]))
""",
        "the padding of t is set to 0": """
def labelling_loss(t, p, mask):
    t[~mask] = 0
    return -np.sum(t * np.log(p)) / mask.sum()
""",
        "the padding of p is set to 1": """
def labelling_loss(t, p, mask):
    p[~mask] = 1
    return -np.sum(t * np.log(p)) / mask.sum()
""",
        "divided by the ones of t, padding too": """
def labelling_loss(t, p, mask):
    return -np.sum((t * np.log(p))[mask]) / t.sum()
""",
        "the cost of the wrong classes as well": """
def labelling_loss(t, p, mask):
    costs = -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p + 1e-9), axis=-1)
    return costs[mask].mean()
""",
        "a loss for each step": """
def labelling_loss(t, p, mask):
    return -np.sum(t * np.log(p), axis=-1)[mask]
""",
    },
}
