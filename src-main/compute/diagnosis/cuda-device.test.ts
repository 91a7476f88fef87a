import { expect, it } from 'vitest';
import { cudaDevice } from './cuda-device.ts';
import { failing, WORKSTATION, written } from './machine.fixture.ts';

it('is the smallest card, with its memory in bytes', async () => {
  // 24,564 MiB * 1,048,576
  expect(await cudaDevice(written(WORKSTATION))).toEqual({ name: 'NVIDIA GeForce RTX 4090', memory: 25_757_220_864 });
  const smi = 'NVIDIA H100, 550.54.14, 81559 MiB, 9.0\nNVIDIA T400, 550.54.14, 2048 MiB, 7.5\n';
  const two = written({ programs: { 'nvidia-smi': smi } });
  expect(await cudaDevice(two)).toEqual({ name: 'NVIDIA T400', memory: 2_147_483_648 });
});

it('is not known where the driver does not tell', async () => {
  expect(await cudaDevice(written({}))).toBeNull();
  expect(await cudaDevice(written({ programs: { 'nvidia-smi': failing('No devices were found') } }))).toBeNull();
  const shared = 'Orin, 540.4.0, [N/A], 8.7\n';
  expect(await cudaDevice(written({ programs: { 'nvidia-smi': shared } }))).toBeNull();
});
