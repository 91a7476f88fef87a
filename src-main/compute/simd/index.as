/** What the module of kernels offers; module.ts describes it to TypeScript. */
export { multiply, multiplyOuter } from './products';
export { multiplyThin, multiplyThinByRows, multiplyThinOuter } from './thin';
export { packPanels, packExchanged, place, listPlaces } from './layout';
export {
  channelSums,
  affine,
  affineOfTwo,
  rectifierGradient,
  maximum,
  minimum,
  sign,
  repeatRows,
} from './elements';
export { poolGradient } from './pooling';
