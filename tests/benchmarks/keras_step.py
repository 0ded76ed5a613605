"""The paper's network in Keras, for bench_training.py, which runs this in an environment with tensorflow-cpu.

Reads lines `STEPS` and answers each with the seconds and processor seconds of so many training steps.
"""

import argparse
import os
import sys
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--side", type=int, required=True)
parser.add_argument("--threads", type=int, required=True)
chosen = parser.parse_args()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["OMP_NUM_THREADS"] = str(chosen.threads)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(chosen.threads)
tf.config.threading.set_inter_op_parallelism_threads(1)


def convolution(features, time_kernel, inputs):
    """Without padding in time, with zeros around the window."""
    padded = keras.layers.ZeroPadding3D((0, 1, 1))(inputs)
    return keras.layers.Conv3D(features, (time_kernel, 3, 3))(padded)


def network(side):
    residual = keras.Input((4, side, side, 1))
    coarse = keras.Input((1, side, side, 1))
    features = residual
    for _ in range(3):
        features = keras.layers.ReLU()(convolution(32, 2, features))
        features = keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(features)
    features = keras.layers.Add()([features, convolution(32, 1, coarse)])
    return keras.Model([residual, coarse], convolution(1, 1, features))


def loss(target, estimate):
    """ubRMSE of each image over its valid cells; the target holds NaN elsewhere."""
    valid = tf.math.is_finite(target)
    error = tf.where(valid, estimate - tf.where(valid, target, 0.0), 0.0)
    number = tf.reduce_sum(tf.cast(valid, tf.float32), axis=[1, 2, 3, 4])
    mean = tf.reduce_sum(error, axis=[1, 2, 3, 4]) / number
    anomaly = tf.where(valid, error - mean[:, None, None, None, None], 0.0)
    return tf.sqrt(tf.maximum(tf.reduce_sum(anomaly**2, axis=[1, 2, 3, 4]) / number, 1e-14))


model = network(chosen.side)
model.compile(optimizer=keras.optimizers.Adam(1e-4), loss=loss)  # jit_compile="auto", as Keras has it
chance = np.random.default_rng(1)
shape = chosen.batch, 1, chosen.side, chosen.side, 1
residual = chance.normal(size=(shape[0], 4, *shape[2:])).astype(np.float32)
coarse, target = (chance.normal(size=shape).astype(np.float32) for _ in range(2))
target[:, :, : chosen.side // 3] = np.nan
inputs = [tf.constant(residual), tf.constant(coarse)]
target = tf.constant(target)
print(f"{model.count_params()} weights, jit {model.jit_compile}", flush=True)
for line in sys.stdin:
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(int(line)):
        model.train_on_batch(inputs, target)
    print(time.perf_counter() - wall, time.process_time() - processor, flush=True)
