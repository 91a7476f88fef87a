"""
Writes small networks built of the layers of Keras Applications' VGG16 and DenseNet121 (keras/src/applications/vgg16.py,
densenet.py), their weights as Keras and TensorFlow.js save them, and what Keras says of pictures. Run with numpy and
keras (backend torch):

    KERAS_BACKEND=torch python make_keras_fixtures.py
"""

import json
from pathlib import Path

import numpy as np
import keras
from keras import layers
from keras.src.applications import densenet, imagenet_utils

HERE = Path(__file__).parent / "fixtures" / "keras"
HERE.mkdir(exist_ok=True)
SIDE, CLASSES = 64, 5


def vgg16(width, hidden):
    """As vgg16.py has it, but for the numbers of channels and a last layer without softmax."""
    image = x = layers.Input((SIDE, SIDE, 3))
    for block, (count, multiple) in enumerate([(2, 1), (2, 2), (3, 4), (3, 8), (3, 8)], 1):
        for i in range(1, count + 1):
            x = layers.Conv2D(width * multiple, 3, activation="relu", padding="same", name=f"block{block}_conv{i}")(x)
        x = layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(hidden, activation="relu", name="fc1")(x)
    x = layers.Dense(hidden, activation="relu", name="fc2")(x)
    return keras.Model(image, layers.Dense(CLASSES, name="predictions")(x), name="vgg16")


def densenet121(first, growth):
    """As densenet.py has it, but for the numbers of channels and a last layer without softmax."""
    image = layers.Input((SIDE, SIDE, 3))
    x = layers.ZeroPadding2D(((3, 3), (3, 3)))(image)
    x = layers.Conv2D(first, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = layers.BatchNormalization(axis=3, epsilon=1.001e-5, name="conv1_bn")(x)
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for block, count in enumerate([6, 12, 24, 16], 2):
        for i in range(1, count + 1):
            x = densenet.conv_block(x, growth, name=f"conv{block}_block{i}")
        if block < 5:
            x = densenet.transition_block(x, 0.5, name=f"pool{block}")
    x = layers.BatchNormalization(axis=3, epsilon=1.001e-5, name="bn")(x)
    x = layers.Activation("relu", name="relu")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(image, layers.Dense(CLASSES, name="predictions")(x), name="densenet121")


def fill(model, seed):
    """Values that leave no layer without a say: Keras's own beginnings have no biases and trivial statistics."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        for variable in layer.weights:
            shape, name = variable.shape, variable.name
            if name == "kernel":
                values = random.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
            elif name == "gamma":
                # Variances so small that the constant beside them matters, and scales that keep numbers in bounds.
                variance = 10 ** random.uniform(-6, 0.5, shape)
                values = random.uniform(0.8, 1.6, shape) * np.sqrt(variance + 1e-5)
            elif name == "moving_variance":
                values = variance
            else:
                values = random.normal(0, 0.2, shape)
            variable.assign(values.astype("float32"))


def tfjs(model, folder):
    """As model.save of TensorFlow.js and its converter write it; only the list of weights is read."""
    folder.mkdir(exist_ok=True)
    weights, content = [], b""
    for layer in model.layers:
        for variable in layer.weights:
            values = keras.ops.convert_to_numpy(variable).astype("<f4")
            weights.append({"name": f"{layer.name}/{variable.name}", "shape": list(values.shape), "dtype": "float32"})
            content += values.tobytes()
    manifest = [{"paths": ["group1-shard1of1.bin"], "weights": weights}]
    topology = {"format": "layers-model", "weightsManifest": manifest}
    (folder / "model.json").write_text(json.dumps(topology, separators=(",", ":")) + "\n")
    (folder / "group1-shard1of1.bin").write_bytes(content)


def counted(model):
    """Names that .keras files give the arrays of the layers of the model, in the order of the list of tfjs()."""
    kinds = {"Conv2D": "conv2d", "Dense": "dense", "BatchNormalization": "batch_normalization"}
    count, names = {}, []
    for layer in model.layers:
        kind = kinds.get(type(layer).__name__)
        if kind is None:
            continue
        number = count.get(kind, 0)
        count[kind] = number + 1
        names += [f"layers/{kind}{f'_{number}' if number else ''}/vars/{i}" for i in range(len(layer.weights))]
    return names


random = np.random.default_rng(1)
pictures = random.integers(0, 256, (2, SIDE, SIDE, 3)).astype("uint8")
# Larger patches beside the noise.
pictures[:, 8:40, 16:56] //= np.array([2, 3, 5], dtype="uint8")
np.save(HERE / "images.npy", pictures)
expected = {}
for name, model, mode in [("vgg16", vgg16(2, 6), "caffe"), ("densenet121", densenet121(4, 2), "torch")]:
    fill(model, 7)
    prepared = imagenet_utils.preprocess_input(pictures.astype("float32"), data_format="channels_last", mode=mode)
    logits = keras.ops.convert_to_numpy(model(prepared, training=False))
    assert logits.std() > 0.05, logits
    expected[name] = {"logits": logits.astype("float64").round(7).tolist()}
    tfjs(model, HERE / name)
    if name == "vgg16":
        model.save(HERE / "vgg16.h5")
        model.save(HERE / "vgg16.keras")
    else:
        expected[name]["counted"] = counted(model)
    print(name, model.count_params(), logits)
(HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
