/** What the engine `webgpu` needs: its package, a graphics card, and the system's way to it (Vulkan, Direct3D or Metal). */
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { enumerate, missing, ok, unknown } from './check.ts';
import { graphicsCards } from './graphics-cards.ts';
import type { MachineView } from './machine-view.ts';
import { SystemLibraries } from './system-library.ts';

export async function diagnoseWebGpu(machine: MachineView): Promise<EngineCheck[]> {
  const card = await cardCheck(machine);
  if (card.state === 'missing') return [card, unknown('All else', 'Not looked at: there is no card to use it.')];
  return [
    card,
    packageCheck(machine),
    ...(machine.platform === 'linux' ? await vulkanChecks(machine) : [systemCheck(machine)]),
  ];
}

/** Dawn for Node lies in its package, a folder a system: `dist/linux-x64/dawn.node`. */
function packageCheck(machine: MachineView): EngineCheck {
  const check = 'Package';
  const folder = machine.packageFolder('webgpu');
  if (folder === null || machine.packageFolder('@tensorflow/tfjs-backend-webgpu') === null)
    return missing(check, 'webgpu is not installed.', 'Install the packages again with "npm ci".');
  const { platform, arch } = machine;
  if ([arch, 'universal'].some((processor) => machine.exists(`${folder}/dist/${platform}-${processor}/dawn.node`)))
    return ok(check, 'webgpu (Dawn for Node).');
  return missing(
    check,
    `webgpu has nothing for ${platform} on ${arch}.`,
    'Use the engine "native" or "wasm" on this machine.',
  );
}

/** Tests may compute on a program that plays a card: see webgpu-adapter.ts. */
const softwareAllowed = ({ env }: MachineView) => env['STEADYGAZE_SOFTWARE_GPU'] === '1';

async function cardCheck(machine: MachineView): Promise<EngineCheck> {
  const check = 'Graphics card';
  const cards = await graphicsCards(machine);
  if (cards === null) return unknown(check, 'The cards of this machine cannot be seen from here.');
  if (cards.length > 0) return ok(check, `${enumerate(cards)}.`);
  if (softwareAllowed(machine)) return unknown(check, 'None, but a program may play one (STEADYGAZE_SOFTWARE_GPU=1).');
  return missing(
    check,
    'There is none in this machine.',
    'Use the engine "native" or "wasm" on this machine. In a virtual machine, the card has to be passed through to it first.',
  );
}

function systemCheck({ platform }: MachineView): EngineCheck {
  return platform === 'darwin' ? ok('Metal', 'Part of macOS.') : ok('Direct3D 12', 'Part of Windows 10 and newer.');
}

async function vulkanChecks(machine: MachineView): Promise<EngineCheck[]> {
  const libraries = await SystemLibraries.of(machine);
  const loader = libraries.find('libvulkan.so.1');
  return [
    loader === null
      ? missing(
          'Vulkan',
          'libvulkan.so.1 is not found.',
          'Install it (Debian, Ubuntu: "sudo apt install libvulkan1"; Fedora: "sudo dnf install vulkan-loader").',
        )
      : ok('Vulkan', loader),
    driverCheck(machine),
    accessCheck(machine),
  ];
}

/** Drivers that draw on the processor: lavapipe of Mesa, SwiftShader. */
const SOFTWARE = /lvp|lavapipe|swiftshader|swrast/i;

/** Vulkan's drivers announce themselves by small files. */
function driverCheck(machine: MachineView): EngineCheck {
  const check = 'Vulkan driver';
  const todo =
    'Install the driver of the card (AMD, Intel: "sudo apt install mesa-vulkan-drivers"; NVIDIA: NVIDIA\'s own driver). In a container it must be installed inside.';
  const names = driverFiles(machine).map((file) => file.split('/').pop() ?? file);
  if (names.length === 0) return missing(check, 'None is installed.', todo);
  const real = softwareAllowed(machine) ? names : names.filter((name) => !SOFTWARE.test(name));
  if (real.length > 0) return ok(check, `${enumerate(real)}.`);
  return missing(check, `Only ${enumerate(names)}, which computes on the processor and is slower than "native".`, todo);
}

function driverFiles(machine: MachineView): string[] {
  const { env, home } = machine;
  const chosen = env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'] ?? env['VK_ADD_DRIVER_FILES'] ?? '';
  if (chosen !== '') return chosen.split(':').filter((file) => machine.exists(file));
  const shared = (env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(':');
  const own = env['XDG_DATA_HOME'] ?? `${home}/.local/share`;
  const folders = ['/etc', '/usr/local/etc', ...shared, own].map((folder) => `${folder}/vulkan/icd.d`);
  return [...new Set(folders)].flatMap((folder) =>
    machine
      .list(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name}`),
  );
}

/** Mesa's drivers reach the card by `/dev/dri/renderD128` and so on, NVIDIA's by `/dev/nvidia0`. */
function accessCheck(machine: MachineView): EngineCheck {
  const check = 'Access to the card';
  const files = [
    ...machine
      .list('/dev/dri')
      .filter((name) => name.startsWith('renderD'))
      .map((name) => `/dev/dri/${name}`),
    ...machine
      .list('/dev')
      .filter((name) => /^nvidia\d+$/.test(name))
      .map((name) => `/dev/${name}`),
    ...(machine.exists('/dev/dxg') ? ['/dev/dxg'] : []),
  ];
  if (files.length === 0 && softwareAllowed(machine)) return unknown(check, 'Not needed by a program that plays one.');
  if (files.length === 0)
    return missing(
      check,
      'There is neither /dev/dri/renderD128 nor /dev/nvidia0.',
      'In a container, start it with the card: "docker run --device /dev/dri ..." (AMD, Intel) or "docker run --gpus all ..." (NVIDIA). Otherwise the driver of the card is not running: install it and restart the computer.',
    );
  const open = files.filter((file) => machine.writable(file));
  if (open.length > 0) return ok(check, `${enumerate(open)}.`);
  return missing(
    check,
    `This user may not open ${enumerate(files)}.`,
    'Let this user in: "sudo usermod -aG render,video $USER", then log out and in again.',
  );
}
