/** Of the engine `cuda`: the system, the card, its driver, and whether this process may reach them. */
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { atLeast, enumerate, missing, ok, unknown } from './check.ts';
import type { CudaBuild } from './cuda-build.ts';
import type { MachineView } from './machine-view.ts';
import type { NvidiaFacts } from './nvidia.ts';
import type { SystemLibraries } from './system-library.ts';

const OTHERS = 'Use the engine "webgpu", which computes on cards of all makers, or "native".';

export function systemCheck({ platform, arch }: MachineView, { wsl }: NvidiaFacts): EngineCheck {
  const check = 'System';
  if (platform === 'darwin') return missing(check, 'macOS, for which there is no CUDA.', OTHERS);
  if (platform !== 'linux' && platform !== 'win32')
    return missing(check, `${platform}, for which there is no CUDA.`, OTHERS);
  if (arch !== 'x64')
    return missing(
      check,
      `A processor of the kind ${arch}; TensorFlow has CUDA only for 64-bit Intel and AMD.`,
      OTHERS,
    );
  return ok(check, platform === 'win32' ? 'Windows.' : wsl ? 'Linux inside Windows (WSL 2).' : 'Linux.');
}

export function cardCheck(machine: MachineView, facts: NvidiaFacts): EngineCheck {
  const check = 'NVIDIA card';
  const { onBus, smi, wsl } = facts;
  if (smi.kind === 'answered')
    return ok(check, `${enumerate(smi.cards.map((card) => `${card.name} (${card.memory})`))}.`);
  // Windows shows its cards to WSL as one device without a maker's name.
  if (wsl && machine.exists('/dev/dxg'))
    return unknown(check, 'Windows lends a graphics card; its maker cannot be seen.');
  if (onBus === null) return unknown(check, 'The cards of this machine cannot be seen from here.');
  if (onBus > 0) return ok(check, onBus === 1 ? 'One card.' : `${onBus} cards.`);
  return missing(
    check,
    'There is no NVIDIA card in this machine.',
    `${OTHERS} In a virtual machine, the card has to be passed through to it first.`,
  );
}

/** Everything about the driver, in the order in which it has to be mended. */
export function driverChecks(
  machine: MachineView,
  facts: NvidiaFacts,
  build: CudaBuild,
  libraries: SystemLibraries,
): EngineCheck[] {
  const driver = driverCheck(facts);
  if (driver.state !== 'ok') {
    const later = ['Driver new enough', 'Access to the card', 'libcuda', 'Age of the card'];
    return [driver, ...later.map((check) => unknown(check, 'Not looked at: the driver comes first.'))];
  }
  return [
    driver,
    ageCheck(facts, build),
    ...(machine.platform === 'linux' && !facts.wsl ? [accessCheck(machine, facts)] : []),
    hidingCheck(machine),
    cudaLibraryCheck(machine, facts, libraries),
    capabilityCheck(facts, build),
  ];
}

function driverCheck({ smi, driver, nouveau, wsl, container }: NvidiaFacts): EngineCheck {
  const check = 'NVIDIA driver';
  if (smi.kind === 'failed' && /version mismatch/i.test(smi.complaint))
    return missing(check, 'It was updated, but the old one still runs.', 'Restart the computer.');
  if (driver !== null) return ok(check, `Version ${driver}.`);
  if (wsl)
    return missing(
      check,
      'It is not installed in Windows, or WSL is too old to lend it.',
      'Install NVIDIA\'s driver in Windows (never inside WSL), then run "wsl --update" and "wsl --shutdown" there.',
    );
  if (container)
    return missing(check, 'The machine under this container runs none.', "Install NVIDIA's driver on that machine.");
  if (smi.kind === 'failed')
    return missing(
      check,
      `It is installed but does not run: ${smi.complaint.replace(/\.$/, '')}.`,
      'Restart the computer. If that does not help, install the driver again: it has to fit the kernel, and Secure Boot must accept it.',
    );
  return missing(
    check,
    nouveau ? 'Not installed; the free driver "nouveau" runs the card, and cannot compute.' : 'Not installed.',
    'Install NVIDIA\'s driver (Ubuntu: "sudo ubuntu-drivers install"; Debian: the package "nvidia-driver"; otherwise from nvidia.com/drivers), then restart the computer.',
  );
}

function ageCheck({ driver, wsl }: NvidiaFacts, { name, driver: oldest }: CudaBuild): EngineCheck {
  const check = 'Driver new enough';
  if (driver === null) return unknown(check, 'The version cannot be seen.');
  if (atLeast(driver, oldest)) return ok(check, `${name} asks for ${oldest}.`);
  const where = wsl ? ' in Windows' : '';
  return missing(
    check,
    `Version ${driver}; ${name} asks for ${oldest}.`,
    `Update NVIDIA's driver${where} to ${oldest} or newer.`,
  );
}

/** The device files of the driver: `nvidia0` (one a card), `nvidiactl`, `nvidia-uvm` (memory). */
function accessCheck(machine: MachineView, { container }: NvidiaFacts): EngineCheck {
  const check = 'Access to the card';
  const present = machine.list('/dev').filter((name) => /^nvidia(\d+|ctl|-uvm)$/.test(name));
  // Outside containers the driver makes the third one when it is first asked for.
  const lacking = [
    ...(present.some((name) => /\d$/.test(name)) ? [] : ['/dev/nvidia0']),
    ...(container ? ['nvidiactl', 'nvidia-uvm'] : ['nvidiactl'])
      .filter((name) => !present.includes(name))
      .map((name) => `/dev/${name}`),
  ];
  if (lacking.length > 0)
    return missing(
      check,
      `${container ? 'This container has' : 'The driver has'} no ${enumerate(lacking)}.`,
      container
        ? 'Start the container with its cards: "docker run --gpus all ..." (the machine under it needs the NVIDIA Container Toolkit), or ask for "nvidia.com/gpu: 1" on Kubernetes.'
        : 'Run "sudo nvidia-modprobe -c 0 -u", or restart the computer.',
    );
  const closed = present.map((name) => `/dev/${name}`).filter((file) => !machine.writable(file));
  if (closed.length === 0) return ok(check, `${enumerate(present.map((name) => `/dev/${name}`))}.`);
  return missing(
    check,
    `This user may not open ${enumerate(closed)}.`,
    'Let this user in: "sudo usermod -aG video,render $USER", then log out and in again. In a container, run it as a user that may.',
  );
}

function hidingCheck({ env }: MachineView): EngineCheck {
  const check = 'Card not hidden';
  const visible = env['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return ok(check, 'No setting hides it.');
  if (visible !== '' && !visible.startsWith('-')) return ok(check, `CUDA_VISIBLE_DEVICES shows ${visible}.`);
  return missing(
    check,
    `The environment hides every card (CUDA_VISIBLE_DEVICES="${visible}").`,
    'Start Steadygaze without this variable, or set it to the number of a card, 0 for the first. On a cluster, ask for a card.',
  );
}

function cudaLibraryCheck(
  machine: MachineView,
  { wsl, container }: NvidiaFacts,
  libraries: SystemLibraries,
): EngineCheck {
  const check = 'libcuda';
  const name = machine.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1';
  const path = libraries.find(name);
  if (path !== null) return ok(check, path);
  const todo = wsl
    ? 'Run "wsl --update" and "wsl --shutdown" in Windows.'
    : container
      ? 'Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility.'
      : 'Install the part of NVIDIA\'s driver that computes (Debian: "libcuda1"; Ubuntu: "libnvidia-compute-" and the driver\'s number), or the whole driver again.';
  return missing(check, `${name}, the part of the driver that computes, is not found.`, todo);
}

function capabilityCheck({ smi }: NvidiaFacts, { name, oldestCard, newestCard }: CudaBuild): EngineCheck {
  const check = 'Age of the card';
  const capabilities = smi.kind === 'answered' ? smi.cards.flatMap(({ capability }) => capability ?? []) : [];
  if (capabilities.length === 0)
    return unknown(check, `${name} asks for compute capability ${oldestCard}; the driver does not tell.`);
  const shown = `Compute capability ${enumerate(capabilities)}`;
  const served = capabilities.filter((capability) => atLeast(capability, oldestCard));
  if (served.length === 0) return missing(check, `${shown}; ${name} asks for ${oldestCard}.`, OTHERS);
  // A card of the same generation runs what was made for an earlier one of it: 9.0 also means 9.x.
  const generation = (capability: string) => Number(capability.split('.')[0]);
  const foreseen = served.some((capability) => generation(capability) <= generation(newestCard));
  return ok(
    check,
    foreseen ? `${shown}.` : `${shown}, newer than this TensorFlow: the first start takes up to half an hour.`,
  );
}
