import { startWasm } from '../compute/wasm.ts';
import { describeLogits } from './logits.suite.ts';

describeLogits('wasm', startWasm, [
  'resnet18',
  'resnet50',
  'vgg11',
  'vgg13_bn',
  'densenet121',
  'mobilenet_v2',
  'efficientnet_b0',
  'convnext_tiny',
]);
