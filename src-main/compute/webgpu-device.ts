/**
 * What can happen to a graphics card while it computes: its memory can be full, and the card can be lost (its driver
 * ended, it was pulled, another program used all of it). WebGPU tells of neither where it happens: the work goes on
 * with nothing in its buffers. Here both become errors, at the latest when a result is read.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { SteadygazeError } from '../contract/errors.ts';

/** What the backend's manager of buffers has, some of it without saying so. */
interface Buffers {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  /** By size and use. */
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

/** How long after a failed read the loss of the card may still be told. */
const NEWS_MS = 500;

/**
 * Makes a backend notice.
 * @param share bytes of the card's memory that may be taken
 */
export function watchDevice(backend: WebGPUBackend, share: number): void {
  const { device } = backend;
  const buffers = backend.bufferManager as unknown as Buffers;
  /** Set once and for all. */
  let lost: SteadygazeError | null = null;
  /** Told once: less work may succeed. */
  let failed: SteadygazeError | null = null;
  /** Buffers taken since memory was short; others may have nothing behind them. Null: it never was. */
  let sound: WeakSet<GPUBuffer> | null = null;

  const loss = device.lost.then(({ message }) => {
    lost = new SteadygazeError(
      'engine-lost',
      'The graphics card was lost while it computed.',
      'Resume the run: it goes on from its last checkpoint. If it happens again, choose another engine.',
      message,
    );
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    // What follows from the first is not told.
    failed ??= isShortage(error) ? outOfMemory(error.message) : wrong(error.message);
    if (failed.code === 'out-of-memory') sound = new WeakSet();
  });

  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const acquireBuffer = buffers.acquireBuffer.bind(buffers);
  const releaseBuffer = buffers.releaseBuffer.bind(buffers);
  buffers.acquireBuffer = (size, usage, ...rest) => {
    if (lost !== null) throw lost;
    const largest =
      usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > largest) throw outOfMemory(`A buffer of ${size} bytes; the card allows ${largest}.`);
    const isKept = (buffers.freeBuffers.get(`${size}_${usage}`)?.length ?? 0) > 0;
    if (!isKept && buffers.numBytesAllocated + size > share) {
      // What the work that is not yet handed over no longer needs is free only afterwards.
      handOver(backend);
      giveBack(buffers, share - size);
      if (buffers.numBytesAllocated + size > share) {
        throw outOfMemory(`${size} bytes more than ${buffers.numBytesAllocated} of ${share}.`);
      }
    }
    const buffer = acquireBuffer(size, usage, ...rest);
    sound?.add(buffer);
    return buffer;
  };
  buffers.releaseBuffer = (buffer, reuse = true) => {
    releaseBuffer(buffer, reuse && (sound === null || sound.has(buffer)));
  };

  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const found = await read(dataId).catch(async (error: unknown) => {
      await Promise.race([loss, new Promise((resolve) => setTimeout(resolve, NEWS_MS))]);
      throw lost ?? error;
    });
    if (lost !== null) throw lost;
    if (failed === null) return found;
    const error = failed;
    failed = null;
    giveBack(buffers, -1);
    throw error;
  };
}

/** Sends the card all work that was gathered for it. */
function handOver(backend: WebGPUBackend): void {
  const { commandEncoder } = backend as unknown as { readonly commandEncoder: GPUCommandEncoder | null };
  if (commandEncoder === null) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Gives buffers that nothing uses back to the card, the longest kept first, until `wished` bytes remain. */
function giveBack(buffers: Buffers, wished: number): void {
  // The lists stay, also when they are empty: the manager expects them.
  for (const kept of buffers.freeBuffers.values()) {
    while (buffers.numBytesAllocated > wished) {
      const buffer = kept.pop();
      if (buffer === undefined) break;
      buffers.numBytesAllocated -= buffer.size;
      buffers.numFreeBuffers -= 1;
      buffer.destroy();
    }
  }
}

function isShortage(error: GPUError): boolean {
  return error instanceof GPUOutOfMemoryError || /out of (device |host )?memory/i.test(error.message);
}

function outOfMemory(details: string): SteadygazeError {
  return new SteadygazeError(
    'out-of-memory',
    'The memory of the graphics card is full.',
    'Choose a smaller batch or smaller pictures; STEADYGAZE_GPU_MEMORY says how many MiB of it may be taken.',
    details,
  );
}

function wrong(details: string): SteadygazeError {
  return new SteadygazeError(
    'engine-failed',
    'The graphics card did not take a piece of work.',
    'Update its driver, or choose another engine.',
    details,
  );
}
