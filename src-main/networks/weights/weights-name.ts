/** Names of files that may hold weights, for whoever only looks at names: nothing here opens a file. */
export const WEIGHTS_EXTENSIONS = ['.safetensors', '.pth', '.pt', '.bin', '.ckpt', '.h5', '.keras', '.json'] as const;

export function hasWeightsExtension(name: string): boolean {
  const small = name.toLowerCase();
  return WEIGHTS_EXTENSIONS.some((extension) => small.endsWith(extension));
}
