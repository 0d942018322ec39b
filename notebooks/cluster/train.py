"""Train a counter of ones on several machines: each of them runs this same script.

TF_CONFIG says which workers there are, and which of them this is; without it, this process trains alone.
FOLDER is one that all workers see. The checkpoints lie there: started again, the script goes on after the
last of them.
"""

import argparse
import json

import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import numpy as np
import tensorflow as tf

BATCH = 256  # strings in a batch, over all workers together


def build(seed):
    """The network and its optimizer, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((20, 1)), keras.layers.LSTM(24), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def batches(seed, epoch):
    """The 16 batches of an epoch: the same on every worker, and the same again after a restart."""
    x, y = cu.sequences.bit_strings(16 * BATCH, 20, seed=seed)
    order = np.random.default_rng([seed, epoch]).permutation(len(x))
    for rows in order.reshape(-1, BATCH):
        yield x[rows], y[rows] / 20


def compile_step(strategy, model, optimizer):
    """A function that makes one update, together with all other workers, and returns the loss."""

    def on_each_worker(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(x) - y)) / BATCH
        gradients = tape.gradient(loss, model.trainable_variables)
        # Keras adds up the gradients of all workers here; each then makes the same update.
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    @tf.function
    def step(x, y):
        losses = strategy.run(on_each_worker, args=(x, y))
        return strategy.reduce("SUM", losses, axis=None)

    return step


def train(strategy, folder, seed, epochs):
    me, workers = strategy.cluster_resolver.task_id or 0, strategy.num_replicas_in_sync
    with strategy.scope():  # variables that are made here are the same on all workers
        model, optimizer = build(seed)
    step = compile_step(strategy, model, optimizer)

    done = tf.Variable(0, trainable=False, dtype=tf.int64)  # epochs
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, done=done)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()

    for epoch in range(int(done) + 1, epochs + 1):
        for number, (x, y) in enumerate(batches(seed, epoch), start=1):
            my_x, my_y = np.array_split(x, workers)[me], np.array_split(y, workers)[me]
            loss = float(step(my_x, my_y))
            print(json.dumps({"epoch": epoch, "step": number, "loss": loss}), flush=True)
        done.assign(epoch)
        if me == 0:  # one worker writes, for all
            manager.save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="a folder that all workers see, for the checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    cu.cluster.set_tf_config()  # on Slurm and Kubernetes
    tf.config.experimental.enable_op_determinism()
    train(tf.distribute.MultiWorkerMirroredStrategy(), **vars(options))
