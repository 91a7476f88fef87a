import type { MachineView } from './machine-view.ts';

const MAKERS: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x5143': 'Qualcomm',
  '0x106b': 'Apple',
};

/** Graphics cards of any maker that can compute, by name as far as the system tells; null where it does not tell. */
export async function graphicsCards(machine: MachineView): Promise<string[] | null> {
  if (machine.platform === 'win32') return cardsOfWindows(machine);
  if (machine.platform === 'darwin') return cardsOfMac(machine);
  const bus = '/sys/bus/pci/devices';
  const devices = machine.list(bus);
  if (machine.exists('/dev/dxg')) return ['A card that Windows lends'];
  const of = (device: string, property: string) => machine.read(`${bus}/${device}/${property}`)?.trim() ?? '';
  // Virtual machines show a display of their own (QEMU, VMware), which does not compute.
  const cards = devices
    .filter((device) => of(device, 'class').startsWith('0x03'))
    .flatMap((device) => {
      const maker = MAKERS[of(device, 'vendor')];
      return maker === undefined ? [] : [`${maker} (device ${of(device, 'device')})`];
    });
  // Small boards have their graphics beside the processor, on no bus.
  if (cards.length === 0 && machine.list('/dev/dri').some((name) => name.startsWith('renderD')))
    return ['A card of the board'];
  return devices.length === 0 ? null : cards;
}

async function cardsOfWindows(machine: MachineView): Promise<string[] | null> {
  const question = '(Get-CimInstance Win32_VideoController).Name';
  const answer = await machine.run('powershell', ['-NoProfile', '-NonInteractive', '-Command', question]);
  if (answer?.code !== 0) return null;
  const names = answer.stdout.split('\n').map((name) => name.trim());
  return names.filter((name) => name !== '' && !/basic (display|render)|remote|virtual/i.test(name));
}

async function cardsOfMac(machine: MachineView): Promise<string[] | null> {
  const answer = await machine.run('system_profiler', ['SPDisplaysDataType', '-json']);
  if (answer?.code !== 0) return null;
  return [...answer.stdout.matchAll(/"sppci_model"\s*:\s*"([^"]+)"/g)].map(([, model]) => model);
}
