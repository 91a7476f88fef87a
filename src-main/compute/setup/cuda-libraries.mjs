// @ts-check
/**
 * What TensorFlow 2.21 opens of CUDA 12 while it runs: the setup links the addon to all of these, and the diagnosis
 * looks for them. `folder` is the one below `nvidia/` that pip's wheels put them into.
 * Versions: TensorFlow's own build settings (CUDA 12.5.1, cuDNN 9.3.0) and the wheel's extra "and-cuda".
 * @type {readonly {readonly name: string, readonly folder: string}[]}
 */
export const CUDA_LIBRARIES = [
  { name: 'libcudart.so.12', folder: 'cuda_runtime' },
  { name: 'libnvrtc.so.12', folder: 'cuda_nvrtc' },
  { name: 'libnvJitLink.so.12', folder: 'nvjitlink' },
  { name: 'libcublas.so.12', folder: 'cublas' },
  { name: 'libcublasLt.so.12', folder: 'cublas' },
  { name: 'libcudnn.so.9', folder: 'cudnn' },
  { name: 'libcufft.so.11', folder: 'cufft' },
  { name: 'libcurand.so.10', folder: 'curand' },
  { name: 'libcusparse.so.12', folder: 'cusparse' },
  { name: 'libcusolver.so.11', folder: 'cusolver' },
  { name: 'libcupti.so.12', folder: 'cuda_cupti' },
  { name: 'libnccl.so.2', folder: 'nccl' },
];
