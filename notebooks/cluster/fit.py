"""Try `model.fit` on several machines, and report what comes of it."""

import json

import course_utils as cu  # first: it makes TensorFlow start quietly
import keras
import tensorflow as tf

strategy = tf.distribute.MultiWorkerMirroredStrategy()
x, y = cu.sequences.bit_strings(512, 20, seed=1)
with strategy.scope():
    model = keras.Sequential([keras.Input((20, 1)), keras.layers.LSTM(24), keras.layers.Dense(1)])
    model.compile("adam", "mse")
try:
    model.fit(x, y, batch_size=256, verbose=0)
    print(json.dumps({"fit": "works", "why": ""}))
except Exception as error:
    print(json.dumps({"fit": type(error).__name__, "why": str(error)[:60]}))
