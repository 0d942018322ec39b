"""Trains an LSTM faster on a CPU, with the same results as Keras.

Three parts add up: `BlockLSTM`, a layer whose loop over the steps is one operation; `epoch_in_graph`, which
runs a whole epoch in one graph, each batch in microbatches that run in parallel; and `threads`, which gives
each of them a core. The lesson on speed shows the effect of each; benchmarks/ measures them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from course_utils import _arguments as arguments

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from course_utils.performance.block_lstm import BlockLSTM

__all__ = ["BlockLSTM", "apply_adam", "epoch_in_graph", "threads"]

# Settings of Keras' Adam that the fused update operation does not support, and what they must be.
_PLAIN_ADAM = {
    "amsgrad": False,
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


def __getattr__(name: str) -> Any:
    if name == "BlockLSTM":  # loaded lazily, because it imports Keras
        return importlib.import_module("course_utils.performance.block_lstm").BlockLSTM
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def threads(*, within: int, between: int) -> None:
    """Set how many threads share one operation (intra-op) and how many operations run at once (inter-op).

    TensorFlow's default is one thread a core for both. For small operations that is slower: distributing the
    work takes longer than doing it. Where a graph has two independent halves, one thread within and two
    between give each half a core.

    Parameters
    ----------
    within : threads that work on one operation, at least 1.
    between : operations that run at the same time, at least 1.

    Raises
    ------
    RuntimeError
        TensorFlow has computed something already: then it is too late for this process.
    """
    within = arguments.whole_number("within", within, at_least=1)
    between = arguments.whole_number("between", between, at_least=1)
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(within)
        tf.config.threading.set_inter_op_parallelism_threads(between)
    except RuntimeError as error:
        raise RuntimeError(
            "threads must be called before TensorFlow computes anything: right after "
            "course_utils.runtime.start, in a kernel that was started anew"
        ) from error


def apply_adam(
    optimizer: keras.optimizers.Adam, gradients: Sequence[tf.Tensor], variables: Sequence[keras.Variable]
) -> None:
    """Update variables as `optimizer.apply` of Keras' Adam does, with one fused operation per variable.

    The optimizer's own variables are updated, so that training can go on with `fit`, or be saved.

    Parameters
    ----------
    optimizer : a `keras.optimizers.Adam` without clipping, weight decay, averages or accumulation, built for
        `variables`.
    gradients : one for each variable, of its shape.
    variables : the Keras variables that it was built for, all of them and in the same order.
    """
    if refusal := _refusal(optimizer):
        raise refusal
    if not optimizer.built:
        raise ValueError(
            "optimizer must be built; got one without slots: call optimizer.build(variables) first"
        )
    slots = list(zip(optimizer._momentums, optimizer._velocities, strict=True))
    if not len(gradients) == len(variables) == len(slots):
        raise ValueError(
            f"gradients and variables must be as many as the optimizer was built for, {len(slots)}; "
            f"got {len(gradients)} and {len(variables)}"
        )
    import tensorflow as tf

    step = tf.cast(optimizer.iterations + 1, tf.float32)
    settings = {
        "beta1_power": tf.pow(tf.cast(optimizer.beta_1, tf.float32), step),
        "beta2_power": tf.pow(tf.cast(optimizer.beta_2, tf.float32), step),
        "lr": tf.cast(optimizer.learning_rate, tf.float32),
        "beta1": optimizer.beta_1,
        "beta2": optimizer.beta_2,
        "epsilon": optimizer.epsilon,
    }
    for gradient, variable, (momentum, velocity) in zip(gradients, variables, slots, strict=True):
        tf.raw_ops.ResourceApplyAdam(
            var=variable.value.handle,
            m=momentum.value.handle,
            v=velocity.value.handle,
            grad=gradient,
            **settings,
        )
    optimizer.iterations.assign_add(1)


def _refusal(optimizer: object) -> TypeError | ValueError | None:
    """Return the error if `apply_adam` cannot replace the optimizer's own `apply`, else None."""
    import keras

    message = "optimizer must be a plain keras.optimizers.Adam; got {}: take optimizer.apply"
    if type(optimizer) is not keras.optimizers.Adam:
        return TypeError(message.format(arguments.described(optimizer)))
    for name, wanted in _PLAIN_ADAM.items():
        setting = getattr(optimizer, name)
        if setting != wanted:
            return ValueError(message.format(f"{name}={setting}"))
    return None


def epoch_in_graph(
    model: keras.Model, *, batch_size: int, parts: int = 2
) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return a function that trains an epoch in one graph, each batch in parts that can run in parallel.

    A part is a microbatch, and its loss is the mean over its rows. All parts are equally large, so the mean
    of their losses is the batch's loss, and the mean of their gradients is the batch's gradient. The weights
    change once a batch.

    Parameters
    ----------
    model : a built Keras model with one input and one output, compiled with a loss and an optimizer. Its
        metrics are not computed. In more than one part, it must treat each row by itself: refused are layers
        that combine rows, such as BatchNormalization, on whatever level, and losses that are sums over rows.
    batch_size : rows B of a batch.
    parts : equal parts of a batch, a divisor of B; as many as cores is a good choice, 1 leaves it whole.

    Returns
    -------
    function
        `epoch(x, y, order)` trains on all N rows once and returns each batch's loss, float32, shape (N / B,).
        `x` and `y` are arrays or tensors with N rows, a multiple of B; `order`, int of shape (N,), says in
        which order the rows are taken, such as `rng.permutation(N)`. Its first call builds the graph.

    Examples
    --------
    >>> import keras, numpy as np
    >>> from course_utils import fast
    >>> model = keras.Sequential([keras.Input((5, 1)), fast.BlockLSTM(3), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.Adam(0.01), "mse")
    >>> x, y = np.ones((12, 5, 1), "float32"), np.ones((12, 1), "float32")
    >>> epoch_in_graph(model, batch_size=4)(x, y, np.arange(12)).shape
    TensorShape([3])
    """
    import tensorflow as tf

    rows, count = _rows_of_a_part(model, batch_size, parts)
    optimizer, variables = model.optimizer, model.trainable_variables
    optimizer.build(variables)
    plain = _refusal(optimizer) is None

    def loss_and_gradients(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True)) / count
        return loss, tape.gradient(loss, [variable.value for variable in variables])

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def epoch(x: tf.Tensor, y: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
        batches = x.shape[0] // (rows * count)
        # All parts are cut at once: indexing is far cheaper than gathering.
        x = tf.reshape(tf.gather(x, order), [batches, count, rows, *x.shape[1:]])
        y = tf.reshape(tf.gather(y, order), [batches, count, rows, *y.shape[1:]])

        def batch(i: tf.Tensor, losses: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            results = [loss_and_gradients(x[i, part], y[i, part]) for part in range(count)]
            gradients = [tf.add_n(of_parts) for of_parts in zip(*(g for _, g in results), strict=True)]
            if plain:
                apply_adam(optimizer, gradients, variables)
            else:
                optimizer.apply(gradients, variables)
            return i + 1, losses.write(i, tf.add_n([loss for loss, _ in results]))

        losses = tf.TensorArray(tf.float32, batches, element_shape=())
        return tf.while_loop(lambda i, _: i < batches, batch, (0, losses))[1].stack()

    def checked(x: Any, y: Any, order: Any) -> tf.Tensor:
        x, y, order = (tf.convert_to_tensor(v) for v in (x, y, order))
        if x.shape[0] % (rows * count) or not x.shape[0]:
            raise ValueError(
                f"x must have a multiple of batch_size = {rows * count} rows; got {x.shape[0]}: leave "
                f"{x.shape[0] % (rows * count)} out, or take another batch_size"
            )
        for name, value in (("y", y), ("order", order)):
            if value.shape[0] != x.shape[0]:
                raise ValueError(f"{name} must be as long as x, {x.shape[0]}; got shape {tuple(value.shape)}")
        return epoch(x, y, order)

    return checked


def _rows_of_a_part(model: keras.Model, batch_size: int, parts: int) -> tuple[int, int]:
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model; got {arguments.described(model)}")
    if not (model.built and model.compiled):
        raise ValueError(
            f"model must be built and compiled; got {model.name!r}, which is not: give it a "
            "keras.Input, and call its compile"
        )
    size = arguments.whole_number("batch_size", batch_size, at_least=1)
    count = arguments.whole_number("parts", parts, at_least=1)
    if count > 1 and (coupled := _coupled(model)):
        raise ValueError(f"model must treat each row by itself; got {coupled}: pass parts=1")
    if size % count:
        raise ValueError(f"parts must divide batch_size = {size}; got {count}: the parts must be equal")
    return size // count, count


def _coupled(model: keras.Model) -> str:
    """Return what in the model makes the mean over parts differ from the batch; empty if nothing does."""
    import keras

    of_batch = (
        keras.layers.BatchNormalization,
        keras.layers.CutMix,
        keras.layers.MixUp,
        keras.layers.SpectralNormalization,  # each call changes its state
    )
    for layer in model._flatten_layers():
        if isinstance(layer, of_batch):
            return f"the layer {layer.name!r}, to which a part is not the batch"
        if layer.activity_regularizer is not None:
            return f"the layer {layer.name!r}, whose activity regularizer is a sum over rows"
    for loss in keras.tree.flatten(model.loss):
        if getattr(loss, "reduction", "mean") in (None, "none", "sum"):
            return f"the loss {loss.name!r} with reduction={loss.reduction!r}"
    return ""
