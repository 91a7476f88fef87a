/** Programs of a few lines that use an exported network: they run as they stand. */
import type { ModelCard } from './card.ts';

/** Pillow's BILINEAR averages over what it shrinks, as the pictures here were shrunk. */
export const pythonSnippet = ({ input: { size }, task }: ModelCard): string => `# pip install onnxruntime pillow numpy
# python use_model.py picture.jpg
import json
import sys

import numpy
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession("model.onnx")
classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])

picture = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
picture = picture.resize((${String(size)}, ${String(size)}), Image.BILINEAR)
pixels = numpy.asarray(picture, dtype=numpy.float32) / 255.0  # height, width, RGB, 0 to 1
pictures = pixels.transpose(2, 0, 1)[None]  # 1, 3, ${String(size)}, ${String(size)}

(probabilities,) = session.run(["probabilities"], {"pictures": pictures})
for index in numpy.argsort(-probabilities[0])[:5]:
    ${task === 'multi-label' ? 'mark = "is there" if probabilities[0, index] > 0.5 else ""\n    print(f"{classes[index]}: {probabilities[0, index]:.3f} {mark}")' : 'print(f"{classes[index]}: {probabilities[0, index]:.3f}")'}
`;

export const onnxJavaScriptSnippet = ({
  input: { size },
  classes,
}: ModelCard): string => `// npm install onnxruntime-web sharp
// node use-model.mjs picture.jpg
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web/wasm';
import sharp from 'sharp';

const { classes } = JSON.parse(await readFile('card.json', 'utf8')); // ${String(classes.length)} of them
const bytes = await sharp(process.argv[2]).autoOrient().flatten({ background: '#ffffff' })
  .resize(${String(size)}, ${String(size)}, { fit: 'fill', kernel: 'linear' }).toColourspace('srgb').removeAlpha().raw().toBuffer();
const area = ${String(size)} * ${String(size)};
const pixels = Float32Array.from({ length: 3 * area }, (_, i) => bytes[(i % area) * 3 + Math.floor(i / area)] / 255);

const session = await ort.InferenceSession.create(await readFile('model.onnx'));
const pictures = new ort.Tensor('float32', pixels, [1, 3, ${String(size)}, ${String(size)}]);
const { probabilities } = await session.run({ pictures });
[...probabilities.data].map((share, i) => [share, classes[i].name]).sort((a, b) => b[0] - a[0]).slice(0, 5)
  .forEach(([share, name]) => console.log(name + ': ' + share.toFixed(3)));
`;

export const tfjsSnippet = ({
  input: { size },
}: ModelCard): string => `<!-- npm install @tensorflow/tfjs; the folder tfjs is served beside the page -->
<img id="picture" src="picture.jpg" />
<script type="module">
  import * as tf from '@tensorflow/tfjs';
  const model = await tf.loadGraphModel('tfjs/model.json');
  const classes = JSON.parse(model.metadata.classes);
  const picture = document.getElementById('picture');
  await picture.decode();
  // A canvas averages over what it shrinks.
  const canvas = Object.assign(document.createElement('canvas'), { width: ${String(size)}, height: ${String(size)} });
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, ${String(size)}, ${String(size)});
  const pictures = tf.browser.fromPixels(canvas).toFloat().div(255).expandDims();
  const probabilities = await model.execute({ pictures }, 'probabilities').data();
  [...probabilities].map((share, i) => [share, classes[i]]).sort((a, b) => b[0] - a[0]).slice(0, 5)
    .forEach(([share, name]) => document.body.append(name + ': ' + share.toFixed(3) + ' '));
</script>
`;

export const safetensorsSnippet = (): string => `# pip install safetensors torch
from safetensors.torch import load_file

weights = load_file("model.safetensors")  # names and shapes as in torchvision
`;
