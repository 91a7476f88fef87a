"""Writes NAME.json beside itself for each network: what torchvision says of it.

`parameters` and `tensors` ("name: shape", without counters) are those of torchvision's constructor with 1000 classes.
`logits` are those of the same network with 10 classes (VGG: and hidden dense layers of 64), in inference mode, for
weights and pictures made by `noise`, so that no weight file needs to be kept:
  noise(name)[i] = fmix32(fnv1a32(name) + 0x9e3779b9 i) / 2^31 - 1, in [-1, 1), in 32-bit arithmetic
  norm weights 1 + 0.2 u, running_var 1 + 0.3 u, layer_scale 0.4 + 0.2 u, other vectors 0.1 u,
  everything else u sqrt(gain / fan-in), so that pictures still differ in the end; "pictures" [2,72,60,3] = (u + 1) / 2, normalised with ImageNet's mean and deviation
Needs torch and torchvision:  python make_torchvision_fixtures.py && npx prettier --write .
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision

NAMES = sys.argv[1:] or [
    "resnet18", "resnet34", "resnet50", "resnet101", "wide_resnet50_2",
    "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn",
    "densenet121", "mobilenet_v2", "efficientnet_b0", "convnext_tiny",
]
PICTURES = (2, 72, 60, 3)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def noise(name, count):
    start = 0x811C9DC5
    for byte in name.encode():
        start = ((start ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(start)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**31 - 1


def gain(name):
    # Half of the way through its gates, and SiLU, make values smaller.
    return 6 if name == "efficientnet_b0" else 4.5


def values(name, shape, gain):
    u = noise(name, int(np.prod(shape)))
    if name.endswith("running_var"):
        u = 1 + 0.3 * u
    elif name.endswith("layer_scale"):
        u = 0.4 + 0.2 * u
    elif len(shape) > 1:
        u = u * np.sqrt(gain / np.prod(shape[1:]))
    elif name.endswith("weight"):
        u = 1 + 0.2 * u
    else:
        u = 0.1 * u
    return torch.from_numpy(u.astype(np.float32).reshape(shape))


def network(name):
    model = getattr(torchvision.models, name)(num_classes=10)
    if name.startswith("vgg"):
        model.classifier[0] = torch.nn.Linear(25088, 64)
        model.classifier[3] = torch.nn.Linear(64, 64)
        model.classifier[6] = torch.nn.Linear(64, 10)
    return model.eval()


def tensors(model):
    state = model.state_dict()
    return {key: tuple(value.shape) for key, value in state.items() if not key.endswith("num_batches_tracked")}


pictures = torch.from_numpy(((noise("pictures", int(np.prod(PICTURES))) + 1) / 2).astype(np.float32).reshape(PICTURES))
x = ((pictures - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)
for name in NAMES:
    with torch.device("meta"):
        full = getattr(torchvision.models, name)()
    model = network(name)
    state = {key: values(key, shape, gain(name)) for key, shape in tensors(model).items()}
    model.load_state_dict(state, strict=False)
    with torch.no_grad():
        logits = model(x)
    text = {
        "parameters": sum(parameter.numel() for parameter in full.parameters()),
        "gain": gain(name),
        "tensors": [f"{key}: {' '.join(map(str, shape))}" for key, shape in tensors(full).items()],
        "logits": [[float(f"{value:.8g}") for value in row] for row in logits.tolist()],
    }
    (Path(__file__).parent / f"{name}.json").write_text(json.dumps(text, indent=2) + "\n")
    print(name, text["parameters"], text["logits"][0][:3], text["logits"][1][:3])
