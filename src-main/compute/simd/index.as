/** What the module of kernels offers; compute/simd/module.ts describes it to TypeScript. */
export { multiply, multiplyOuter } from './products';
export { packPanels, packExchanged, place, listPlaces } from './layout';
