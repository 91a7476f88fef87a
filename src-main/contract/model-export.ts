/** A trained network as files that other programs read. */
export const MODEL_FORMATS = ['safetensors', 'onnx', 'tfjs'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];
