import type { MachineView } from './machine-view.ts';
import { askSmi } from './nvidia.ts';

export interface CudaDevice {
  readonly name: string;
  /** Bytes of memory on the card. */
  readonly memory: number;
}

/**
 * The card that TensorFlow computes on, which is the first that it is shown; null where the driver does not tell.
 * Where CUDA_VISIBLE_DEVICES chooses, it numbers cards by speed and not as the driver does: the smallest is taken, so
 * that what is planned for it fits.
 */
export async function cudaDevice(machine: MachineView): Promise<CudaDevice | null> {
  const smi = await askSmi(machine);
  if (smi.kind !== 'answered') return null;
  const devices = smi.cards.flatMap(({ name, memory }) => {
    const mebibytes = /^(\d+) MiB$/.exec(memory)?.[1];
    return mebibytes === undefined ? [] : [{ name, memory: Number(mebibytes) * 1024 ** 2 }];
  });
  devices.sort((a, b) => a.memory - b.memory);
  return devices[0] ?? null;
}
