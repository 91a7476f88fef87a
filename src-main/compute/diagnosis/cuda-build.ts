/** The two builds of TensorFlow with CUDA that there are, what each asks of the machine, and which one is here. */
import { CUDA_LIBRARIES } from '../setup/cuda-libraries.mjs';
import type { MachineView } from './machine-view.ts';

export const CUDA_PACKAGE = '@tensorflow/tfjs-node-gpu';

export interface CudaBuild {
  /** `wheel`: placed by "npm run setup:cuda". `stock`: fetched by the package's own installer. */
  readonly kind: 'wheel' | 'stock';
  readonly name: string;
  /** The oldest driver that it runs with. */
  readonly driver: string;
  /** The oldest card, as its compute capability. */
  readonly oldestCard: string;
  /** The newest card that it has ready-made programs for; for newer ones the driver makes them at the first start. */
  readonly newestCard: string;
  /** TensorFlow's own library, in `deps/lib` or beside the addon. */
  readonly library: string;
  /** Of CUDA and cuDNN. */
  readonly needs: readonly { readonly name: string; readonly folder: string }[];
}

/** TensorFlow 2.21 in the pip wheel: compiled for sm_60, 70, 80, 89 and compute_90, with CUDA 12.5. */
const WHEEL: CudaBuild = {
  kind: 'wheel',
  name: 'TensorFlow 2.21 with CUDA 12',
  // Any driver of CUDA 12 runs any CUDA 12 (NVIDIA, "CUDA Compatibility", minor version compatibility).
  driver: '525.60.13',
  oldestCard: '6.0',
  newestCard: '9.0',
  library: 'libtensorflow_cc.so.2',
  needs: CUDA_LIBRARIES,
};

/** Its libraries come from the system. */
const named = (...names: string[]) => names.map((name) => ({ name, folder: '' }));

/** libtensorflow 2.9.1, which the installer of tfjs-node-gpu 4.22 fetches: CUDA 11.2, cuDNN 8.1. */
const STOCK_LINUX: CudaBuild = {
  kind: 'stock',
  name: 'TensorFlow 2.9 with CUDA 11',
  driver: '450.80.02',
  oldestCard: '3.5',
  newestCard: '8.6',
  library: 'libtensorflow.so.2',
  needs: named(
    ...['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10'],
    ...['libcusolver.so.11', 'libcusparse.so.11', 'libcudnn.so.8'],
  ),
};

const STOCK_WINDOWS: CudaBuild = {
  ...STOCK_LINUX,
  driver: '452.39',
  library: 'tensorflow.dll',
  needs: named(
    ...['cudart64_110.dll', 'cublas64_11.dll', 'cublasLt64_11.dll', 'cufft64_10.dll', 'curand64_10.dll'],
    ...['cusolver64_11.dll', 'cusparse64_11.dll', 'cudnn64_8.dll'],
  ),
};

/** The build that is installed; where none is, the one that would be. */
export function cudaBuild(machine: MachineView): CudaBuild {
  if (machine.platform === 'win32') return STOCK_WINDOWS;
  const folder = machine.packageFolder(CUDA_PACKAGE);
  const names = folder === null ? [] : machine.list(`${folder}/deps/lib`);
  return names.some((name) => name.startsWith('libtensorflow.so')) ? STOCK_LINUX : WHEEL;
}
