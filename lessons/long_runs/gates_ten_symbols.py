# Copy memory with ten symbols, with 80 times the updates that the notebook has time for.

UPDATES, RATE, BUDGET = 5000, 0.04, 12_000


def in_words(ratios):
    """The lowest and the highest of five."""
    return " to ".join(f"{r:.0f}" if r >= 10 else f"{r:.1f}" for r in (min(ratios), max(ratios)))


def passing(losses, goal):
    """How many of five networks get below `goal`, by the mean of each 100 updates, and when."""
    below = losses.reshape(-1, 100, 5).mean(axis=1) < goal
    at = [100 * (int(each.argmax()) + 1) for each in below.T if each.any()]
    return f"{len(at)} of 5" + (f", after {min(at)} to {max(at)} updates" if at else "")


columns = {}
for T in (20, 50):
    x, y = cu.sequences.copy_memory(UPDATES * 5 * 20, T, symbols=10, seed=seed + T)
    layers = {}
    for kind, (layer, how) in KINDS.items():
        H = most_units(layer.__name__, x.shape[-1], BUDGET)
        layers[kind] = [layer(H, **how) for _ in range(5)]
    _, losses = cu.many_networks.train_all(
        cells, layers, cross_entropy, x, y, updates=UPDATES, rate=RATE
    )
    baseline = 10 * np.log(8) / (T + 20)
    for kind in KINDS:
        found = np.nan_to_num(losses[kind], nan=10).clip(max=10)
        better = baseline / found[-UPDATES // 10 :].mean(axis=0)
        columns.setdefault(kind, []).extend([in_words(better), passing(found, baseline / 5)])
        if kind == "GRU, set to hold":
            cu.check_above(min(better), 5, f"T = {T}: five of five GRUs set to hold pass 5")

print("| ten symbols | T = 20 | pass 5 | T = 50 | pass 5 |\n|:--|:--|:--|:--|:--|")
for kind, words in columns.items():
    print(f"| {kind} | {' | '.join(words)} |")
