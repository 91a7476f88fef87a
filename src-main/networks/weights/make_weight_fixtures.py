"""
Writes the small files of weights that the tests of this folder read, as the programs themselves write them, and the
values expected of them (expected.jsonl). Run with torch, safetensors, h5py, numpy and keras (backend torch):

    KERAS_BACKEND=torch python make_weight_fixtures.py
"""

import argparse
import collections
import json
import os
import pickle
import pickletools
import struct
import zipfile
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent / "fixtures"
HERE.mkdir(exist_ok=True)
expected = {}


def listed(state):
    """name -> [shape, values]; every value here is exact in float32."""
    out = {}
    for name, tensor in state.items():
        values = tensor.detach().to(torch.float64).contiguous()
        out[name] = [list(values.shape), values.flatten().tolist()]
    return out


def ramp(*shape, dtype=torch.float32, start=-3):
    count = int(np.prod(shape))
    return (torch.arange(count, dtype=torch.float64) + start).mul(0.25).reshape(shape).to(dtype)


def save(name, value, state=None, **options):
    torch.save(value, HERE / name, **options)
    expected[name] = listed(value if state is None else state)


# Every layout of numbers a state dictionary can have.
shared = ramp(6, 4)
kinds = collections.OrderedDict(
    [
        ("f32", ramp(2, 3)),
        ("f64", ramp(3, dtype=torch.float64)),
        ("f16", ramp(2, 2, dtype=torch.float16)),
        ("bf16", ramp(5, dtype=torch.bfloat16)),
        ("i64", torch.tensor([-5, 0, 2**20])),
        ("i32", torch.tensor([[7, -8]], dtype=torch.int32)),
        ("i16", torch.tensor([-300, 300], dtype=torch.int16)),
        ("i8", torch.tensor([-128, 127], dtype=torch.int8)),
        ("u8", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False, True])),
        ("scalar", torch.tensor(1.5)),
        ("empty", torch.zeros(0, 3)),
        ("transposed", ramp(3, 5).t()),
        ("channels_last", ramp(2, 3, 2, 2).to(memory_format=torch.channels_last)),
        ("part", shared[1:5:2, 1:3]),
        ("row", shared[2]),
        ("column", shared[:, 3]),
        ("parameter", torch.nn.Parameter(ramp(2, 2))),
    ]
)
save("kinds.pth", kinds)
save("kinds-old.pth", kinds, _use_new_zipfile_serialization=False)
save("kinds-protocol4.pth", kinds, pickle_protocol=4)
save("kinds-protocol5.pth", kinds, pickle_protocol=5)

# A real module, as training programs wrap it.
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
state = model.state_dict()
save("checkpoint.pth", {"epoch": 3, "best": 0.5, "arch": None, "state_dict": state, "optimizer": {"state": {0: {"m": ramp(2)}}}}, state)
save("parallel.pth", {"model": {f"module.{k}": v for k, v in state.items()}}, state)
ema = {k: v + 1 for k, v in state.items()}
save("averaged.pth", {"model": state, "model_ema": {"n_averaged": torch.tensor(9), **{f"module.{k}": v for k, v in ema.items()}}}, ema)
save("compiled.pth", {f"_orig_mod.{k}": v for k, v in state.items()}, state)
save("notes.pth", {"size": torch.Size([2, 3]), "device": torch.device("cpu"), "kind": torch.float32, "model": state}, state)

# A file as a big-endian machine writes it: the same archive, each storage's bytes swapped.
torch.save({"w": ramp(4), "n": torch.tensor([1, 2**33])}, HERE / "little.tmp")
with zipfile.ZipFile(HERE / "little.tmp") as source, zipfile.ZipFile(HERE / "big-endian.pth", "w") as target:
    for info in source.infolist():
        content = source.read(info)
        if info.filename.endswith("byteorder"):
            content = b"big"
        elif info.filename.endswith("data/0"):
            content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
        elif info.filename.endswith("data/1"):
            content = np.frombuffer(content, "<i8").astype(">i8").tobytes()
        # A date of its own would make each run's file another one.
        target.writestr(zipfile.ZipInfo(info.filename), content, zipfile.ZIP_DEFLATED)
(HERE / "little.tmp").unlink()
expected["big-endian.pth"] = {"w": [[4], [-0.75, -0.5, -0.25, 0]], "n": [[2], [1, 2**33]]}

# Refused: code, or more than weights.
torch.save(model, HERE / "whole-model.pth")
torch.jit.script(torch.nn.Linear(2, 2)).save(str(HERE / "script.pt"))
torch.save({"model": state, "args": argparse.Namespace(lr=0.1)}, HERE / "namespace.pth")
torch.save({"epoch": 3}, HERE / "no-weights.pth")


class Malicious:
    def __init__(self, function, *args):
        self.answer = (function, args)

    def __reduce__(self):
        return self.answer


def archive(name, data, storages=(), order=b"little"):
    """An archive as torch.save's, with a pickle and storages of one's own."""
    with zipfile.ZipFile(HERE / name, "w") as target:
        target.writestr(zipfile.ZipInfo("archive/data.pkl"), data)
        target.writestr(zipfile.ZipInfo("archive/byteorder"), order)
        for key, content in storages:
            target.writestr(zipfile.ZipInfo(f"archive/data/{key}"), content)


for protocol in (2, 4):
    archive(f"evil-system-{protocol}.pth", pickle.dumps({"w": Malicious(os.system, "touch /tmp/steadygaze-was-here")}, protocol))
archive("evil-eval.pth", pickle.dumps({"a": [{"b": (1, Malicious(eval, "1+1"))}]}, 2))
archive("evil-copyreg.pth", pickle.dumps(Malicious(__import__("copyreg").add_extension, "os", "system", 1), 2))
archive("evil-getattr.pth", pickle.dumps(Malicious(getattr, os.path.join, "__globals__"), 4))


def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def whole(value):
    raw = value.to_bytes((value.bit_length() // 8) + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def tensor_pickle(elements, offset=0, shape=(2,), strides=(1,), key="0", kind="FloatStorage", function=b"_rebuild_tensor_v2"):
    """{"w": a tensor} with every number as given."""
    tuple_of = lambda values: b"(" + b"".join(whole(v) for v in values) + b"t"
    storage = b"(" + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + whole(elements) + b"tQ"
    view = storage + whole(offset) + tuple_of(shape) + tuple_of(strides) + b"\x89ccollections\nOrderedDict\n)R"
    return b"\x80\x02}" + text("w") + b"ctorch._utils\n" + function + b"\n(" + view + b"tRs."


two = struct.pack("<2f", 1.5, -2)
archive("made.pth", tensor_pickle(2), [("0", two)])
expected["made.pth"] = {"w": [[2], [1.5, -2]]}
archive("lies-elements.pth", tensor_pickle(2**60, shape=(2**60,)), [("0", two)])
archive("lies-bigger.pth", tensor_pickle(2**70, shape=(2,)), [("0", two)])
archive("lies-shape.pth", tensor_pickle(2, shape=(2**26, 2**26), strides=(2**26, 1)), [("0", two)])
archive("lies-stride.pth", tensor_pickle(2, shape=(2**40,), strides=(0,)), [("0", two)])
archive("lies-offset.pth", tensor_pickle(2, offset=1), [("0", two)])
archive("lies-negative.pth", tensor_pickle(2, strides=(-1,)), [("0", two)])
archive("lies-outside.pth", tensor_pickle(2, key="../../byteorder"), [("0", two)])
archive("lies-object.pth", tensor_pickle(2, kind="_C"), [("0", two)])
# A name put together on the stack, and one with letters that turn the direction of writing.
archive("evil-stack.pth", b"\x80\x04" + text("posix") + text("system") + b"\x93" + text("id") + b"\x85R.")
archive("evil-inst.pth", b"\x80\x02(" + text("id") + b"ios\nsystem\n.")
archive("evil-ext.pth", b"\x80\x02\x82\x01)R.")
archive("evil-name.pth", b"\x80\x02c" + "\u202eos\x07".encode() + b"\n" + b"x" * 500 + b"\n.")
archive("evil-loop.pth", b"\x80\x02}q\x00" + text("a") + b"h\x00s.")
archive("evil-deep.pth", b"\x80\x02" + b"(" * 5000 + b".")
archive("evil-nest.pth", b"\x80\x02" + b"}" + (text("a") + b"}") * 1000 + b"s" * 1000 + b".")

# Keras: a whole model and its weights alone, in both formats. Values are set so that each array has its own.
import keras

layers = keras.layers
keras.utils.set_random_seed(0)
network = keras.Sequential(
    [
        keras.Input((8, 8, 3)),
        layers.Conv2D(2, 3, name="first"),
        layers.BatchNormalization(name="norm"),
        layers.Flatten(),
        layers.Dense(3, name="out"),
    ]
)
for i, variable in enumerate(network.weights):
    variable.assign(np.arange(np.prod(variable.shape), dtype="float32").reshape(variable.shape) / 4 - i)
place = lambda variable: variable.path.removeprefix("sequential/")
by_layer = {place(v): [list(v.shape), keras.ops.convert_to_numpy(v).flatten().tolist()] for v in network.weights}
by_number = {}
for layer, name in [("first", "conv2d"), ("norm", "batch_normalization"), ("out", "dense")]:
    for i, variable in enumerate(network.get_layer(layer).weights):
        by_number[f"layers/{name}/vars/{i}"] = by_layer[place(variable)]
for name, values in [("keras.h5", by_layer), ("keras.keras", by_number)]:
    network.save(HERE / name)
    expected[name] = values
network.save_weights(HERE / "keras.weights.h5")
expected["keras.weights.h5"] = by_number

with open(HERE / "expected.jsonl", "w") as lines:
    for name, arrays in sorted(expected.items()):
        lines.write(json.dumps({"file": name, "arrays": arrays}, separators=(",", ":")) + "\n")

# Names and shapes of networks that timm names otherwise than torchvision.
import timm
import torchvision

with open(HERE / "names.jsonl", "w") as lines:
    for name, other in [
        ("vgg11_bn", "vgg11_bn"),
        ("resnet50", "resnet50"),
        ("mobilenet_v2", "mobilenetv2_100"),
        ("efficientnet_b0", "efficientnet_b0"),
        ("convnext_tiny", "convnext_tiny"),
    ]:
        with torch.device("meta"):
            networks = {"torchvision": getattr(torchvision.models, name)(), "timm": timm.create_model(other)}
        shapes = {
            source: {
                key: list(value.shape)
                for key, value in network.state_dict().items()
                if not key.endswith("num_batches_tracked")
            }
            for source, network in networks.items()
        }
        lines.write(json.dumps({"network": name, **shapes}, separators=(",", ":")) + "\n")
