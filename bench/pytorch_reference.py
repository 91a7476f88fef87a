"""
The benchmark's work in PyTorch, as one would write it with the usual libraries: Grad-CAM (Selvaraju et al., 2017)
before and after a PGD attack (written like torchattacks' PGD) that stays inside the background, and a training step
of SGD with momentum.

PyTorch is no dependency of this project. To install it beside it:

    python3 -m venv torch-env && torch-env/bin/pip install torch torchvision numpy

Usage: pytorch_reference.py [--architecture resnet18] [--size 64] [--stem imagenet] [--batch 16] [--threads 1]
    [--seconds 3] [--works forward,heatmap,attack,assessment,training]

Prints one JSON object: per work images/s and milliseconds of processor time per image. With --serve it does the works
named on its input, one a line, and answers each with the seconds that one batch took (see compare.ts).
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch
import torchvision
from torch import nn
from torch.nn import functional

CLASSES = 10
EPS = 8 / 255
STEP = 2 / 255
STEPS = 10


class Classifier(nn.Module):
    """torchvision's network on pictures in [0,1]: ImageNet's normalisation is its first layer. `features` ends with the
    map that heatmaps are taken from, the last convolutional one after its activation."""

    def __init__(self, architecture, stem):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        network = getattr(torchvision.models, architecture)(weights=None, num_classes=CLASSES)
        if architecture == "vgg16":
            layers = list(network.features.children())
            self.features = nn.Sequential(*layers[:-1])
            self.head = nn.Sequential(layers[-1], network.avgpool, nn.Flatten(1), network.classifier)
            return
        layers = list(network.children())
        if stem != "imagenet":
            # For small pictures: a 3x3 filter, and no max pool.
            layers[0] = nn.Conv2d(3, 64, 3, 1 if stem == "small" else 2, 1, bias=False)
            del layers[3]
        self.features = nn.Sequential(*layers[:-2])
        self.head = nn.Sequential(layers[-2], nn.Flatten(1), layers[-1])

    def forward(self, x):
        return self.head(self.features((x - self.mean) / self.deviation))


class Workload:
    """`whole_backward`: Grad-CAM goes back through the whole network, weights included, as pytorch-grad-cam does;
    else only from the logit to the feature map, as captum does."""

    def __init__(self, options):
        torch.manual_seed(0)
        self.model = Classifier(options.architecture, options.stem)
        self.x = torch.rand(options.batch, 3, options.size, options.size)
        if options.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.labels = torch.arange(options.batch) % CLASSES
        self.whole_backward = options.whole_backward
        norms = {id(p) for m in self.model.modules() if isinstance(m, nn.BatchNorm2d) for p in m.parameters()}
        parameters = list(self.model.parameters())
        self.optimizer = torch.optim.SGD(
            [
                {"params": [p for p in parameters if id(p) not in norms], "weight_decay": 5e-4},
                {"params": [p for p in parameters if id(p) in norms], "weight_decay": 0.0},
            ],
            lr=0.01,
            momentum=0.9,
        )
        for _ in range(2):
            self.training()
        self.model.eval()
        _, heatmap = self.grad_cam(self.x)
        self.background = self.background_of(heatmap)

    def training(self):
        self.model.train()
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        loss.item()

    def forward(self):
        with torch.no_grad():
            self.model(self.x)

    def grad_cam(self, x):
        model = self.model
        if self.whole_backward:
            feature_map = model.features((x - model.mean) / model.deviation)
            feature_map.retain_grad()
            logits = model.head(feature_map)
            model.zero_grad()
            logits.gather(1, self.labels[:, None]).sum().backward()
            gradient = feature_map.grad
        else:
            with torch.no_grad():
                feature_map = model.features((x - model.mean) / model.deviation)
            feature_map.requires_grad_()
            logits = model.head(feature_map)
            (gradient,) = torch.autograd.grad(logits.gather(1, self.labels[:, None]).sum(), feature_map)
        with torch.no_grad():
            alpha = gradient.mean((2, 3), keepdim=True)
            heatmap = functional.relu((alpha * feature_map).sum(1))
            heatmap = heatmap / heatmap.amax((1, 2), keepdim=True).clamp_min(1e-12)
        return logits.detach(), heatmap

    def background_of(self, heatmap):
        size = self.x.shape[-1]
        resized = functional.interpolate(heatmap[:, None], (size, size), mode="bilinear", align_corners=False)
        return (resized < resized.mean((2, 3), keepdim=True)).float()

    def pgd(self, background):
        images = self.x
        adversarial = (images + background * torch.empty_like(images).uniform_(-EPS, EPS)).clamp(0, 1).detach()
        loss = nn.CrossEntropyLoss()
        for _ in range(STEPS):
            adversarial.requires_grad = True
            cost = loss(self.model(adversarial), self.labels)
            gradient = torch.autograd.grad(cost, adversarial, retain_graph=False, create_graph=False)[0]
            adversarial = adversarial.detach() + STEP * gradient.sign() * background
            delta = torch.clamp(adversarial - images, min=-EPS, max=EPS)
            adversarial = torch.clamp(images + delta, min=0, max=1).detach()
        return adversarial

    def heatmap(self):
        self.grad_cam(self.x)

    def attack(self):
        self.pgd(self.background)

    def assessment(self):
        logits, before = self.grad_cam(self.x)
        attacked = self.pgd(self.background_of(before))
        attacked_logits, after = self.grad_cam(attacked)
        with torch.no_grad():
            similarity = functional.cosine_similarity(before.flatten(1), after.flatten(1))
            rows = torch.arange(len(self.labels))
            kept = attacked_logits.softmax(1)[rows, self.labels] / logits.softmax(1)[rows, self.labels]
            (similarity * kept.clamp(max=1)).tolist()

    def timed(self, work):
        if work != "training":
            self.model.eval()
        start, cpu = time.perf_counter(), time.process_time()
        getattr(self, work)()
        return {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}


WORKS = ["forward", "heatmap", "attack", "assessment", "training"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--architecture", choices=["resnet18", "resnet50", "vgg16"], default="resnet18")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--stem", choices=["imagenet", "half", "small"], default="imagenet")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--works", type=lambda text: text.split(","), default=WORKS)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--whole-backward", action="store_true")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    workload = Workload(options)
    for work in options.works:
        workload.timed(work)
    if options.serve:
        print("ready", flush=True)
        for line in sys.stdin:
            print(json.dumps(workload.timed(line.strip())), flush=True)
        return
    works = {}
    for work in options.works:
        repetitions = []
        while sum(r["wall"] for r in repetitions) < options.seconds:
            repetitions.append(workload.timed(work))
        works[work] = {
            "imagesPerSecond": options.batch / statistics.median(r["wall"] for r in repetitions),
            "cpuMillisecondsPerImage": 1000 * statistics.median(r["cpu"] for r in repetitions) / options.batch,
            "repetitions": len(repetitions),
        }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"torch": torch.__version__, "options": vars(options), "peakMemory": peak, "works": works}))


if __name__ == "__main__":
    main()
