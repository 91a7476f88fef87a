/** What can be seen of NVIDIA cards and their driver from outside, without loading anything. */
import type { MachineView } from './machine-view.ts';

export interface NvidiaCard {
  readonly name: string;
  /** Compute capability, "8.9"; null where the driver does not tell. */
  readonly capability: string | null;
  readonly memory: string;
}

/** What the program that comes with the driver says. */
type Smi =
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly complaint: string }
  | { readonly kind: 'answered'; readonly driver: string; readonly cards: readonly NvidiaCard[] };

export interface NvidiaFacts {
  /** Linux inside Windows: the card and its driver are those of Windows. */
  readonly wsl: boolean;
  readonly container: boolean;
  /** NVIDIA's graphics cards on the bus; null where the bus cannot be seen. */
  readonly onBus: number | null;
  readonly smi: Smi;
  /** Version of the driver that runs; null where none does. */
  readonly driver: string | null;
  /** The free driver, which draws but does not compute, holds the card. */
  readonly nouveau: boolean;
}

export async function nvidiaFacts(machine: MachineView): Promise<NvidiaFacts> {
  const smi = await askSmi(machine);
  return {
    wsl: isWsl(machine),
    container: isContainer(machine),
    onBus: machine.platform === 'win32' ? await adaptersOfWindows(machine) : cardsOnBus(machine),
    smi,
    driver: kernelDriver(machine) ?? (smi.kind === 'answered' ? smi.driver : null),
    nouveau: machine.exists('/sys/module/nouveau'),
  };
}

function isWsl(machine: MachineView): boolean {
  return machine.platform === 'linux' && /microsoft/i.test(machine.read('/proc/version') ?? '');
}

function isContainer(machine: MachineView): boolean {
  if (machine.platform !== 'linux') return false;
  if (machine.exists('/.dockerenv') || machine.exists('/run/.containerenv')) return true;
  if (machine.env['KUBERNETES_SERVICE_HOST'] !== undefined || machine.env['container'] !== undefined) return true;
  return /docker|kubepods|containerd|lxc/.test(machine.read('/proc/1/cgroup') ?? '');
}

const BUS = '/sys/bus/pci/devices';
const NVIDIA = '0x10de';

/** Devices of NVIDIA whose class is a display controller (0x03....); its sound devices do not count. */
function cardsOnBus(machine: MachineView): number | null {
  const devices = machine.list(BUS);
  if (devices.length === 0) return null;
  return devices.filter((device) => {
    const of = (property: string) => machine.read(`${BUS}/${device}/${property}`)?.trim() ?? '';
    return of('vendor') === NVIDIA && of('class').startsWith('0x03');
  }).length;
}

async function adaptersOfWindows(machine: MachineView): Promise<number | null> {
  const question = '(Get-CimInstance Win32_VideoController).Name';
  const answer = await machine.run('powershell', ['-NoProfile', '-NonInteractive', '-Command', question]);
  if (answer?.code !== 0) return null;
  return answer.stdout.split('\n').filter((name) => /nvidia/i.test(name)).length;
}

/** The loaded kernel module says: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.154.05  Thu Dec 28 ...". */
function kernelDriver(machine: MachineView): string | null {
  return (
    /^NVRM version:.*?\s(\d+(?:\.\d+){1,2})\s/m.exec(machine.read('/proc/driver/nvidia/version') ?? '')?.[1] ?? null
  );
}

/** Asks the program that comes with the driver. */
export async function askSmi(machine: MachineView): Promise<Smi> {
  // Below 510 the driver does not know the field "compute_cap" and refuses the whole question.
  const questions = ['name,driver_version,memory.total,compute_cap', 'name,driver_version,memory.total'];
  let complaint: string | null = null;
  for (const program of ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi']) {
    for (const question of questions) {
      const answer = await machine.run(program, [`--query-gpu=${question}`, '--format=csv,noheader']);
      if (answer === null) break;
      const cards = answer.code === 0 ? parseCards(answer.stdout) : [];
      if (cards.length > 0) return { kind: 'answered', driver: cards[0].driver, cards };
      complaint ??= (answer.stdout + answer.stderr).trim().split('\n', 1)[0].trim();
      if (!/compute_cap/.test(answer.stdout + answer.stderr)) break;
    }
  }
  return complaint === null ? { kind: 'absent' } : { kind: 'failed', complaint };
}

/** "NVIDIA GeForce RTX 4090, 550.54.14, 24564 MiB, 8.9", one line a card. */
function parseCards(text: string): (NvidiaCard & { readonly driver: string })[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter((fields) => fields.length >= 3)
    .map(([name, driver, memory, capability]) => ({
      name,
      driver,
      memory,
      capability: /^\d+\.\d+$/.test(capability ?? '') ? capability : null,
    }));
}
