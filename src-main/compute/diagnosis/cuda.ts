/** What the engine `cuda` needs: a card and its driver, the package, TensorFlow, and CUDA's libraries. */
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { packageChecks } from './addon-package.ts';
import { enumerate, missing, ok, unknown } from './check.ts';
import { CUDA_PACKAGE, cudaBuild } from './cuda-build.ts';
import type { CudaBuild } from './cuda-build.ts';
import { cardCheck, driverChecks, systemCheck } from './cuda-card.ts';
import type { MachineView } from './machine-view.ts';
import { nvidiaFacts } from './nvidia.ts';
import { SystemLibraries } from './system-library.ts';

// The packaged app leaves this package out.
const SETUP =
  'Run "npm run setup:cuda" in the folder of Steadygaze\'s source code, and start it from there: it fetches TensorFlow with CUDA and cuDNN (about 3.4 GB).';
const SETUP_WINDOWS =
  'Run "npm ci" with internet access and install CUDA 11.2 and cuDNN 8.1 from NVIDIA; or use WSL 2, where "npm run setup:cuda" does all of it; or the engine "webgpu", which needs none of it.';

export async function diagnoseCuda(machine: MachineView): Promise<EngineCheck[]> {
  const facts = await nvidiaFacts(machine);
  const system = systemCheck(machine, facts);
  if (system.state === 'missing') return [system];
  const card = cardCheck(machine, facts);
  // Nobody should fetch gigabytes for a card that is not there.
  if (card.state === 'missing')
    return [system, card, unknown('All else', 'Not looked at: there is no card to use it.')];
  const build = cudaBuild(machine);
  const libraries = await SystemLibraries.of(machine);
  const setup = machine.platform === 'win32' ? SETUP_WINDOWS : SETUP;
  const parts = packageChecks(machine, { name: CUDA_PACKAGE, library: build.library, setup });
  const whole = parts.every(({ state }) => state === 'ok');
  return [
    system,
    card,
    ...driverChecks(machine, facts, build, libraries),
    ...parts,
    whole
      ? cudaCheck(machine, build, libraries, setup)
      : unknown('CUDA and cuDNN', 'Not looked at: the package comes first.'),
  ];
}

function cudaCheck(machine: MachineView, build: CudaBuild, libraries: SystemLibraries, setup: string): EngineCheck {
  const check = 'CUDA and cuDNN';
  const root = `${machine.packageFolder(CUDA_PACKAGE) ?? ''}/deps/lib/../nvidia`;
  const here = ({ name, folder }: CudaBuild['needs'][number]) =>
    build.kind === 'wheel' ? machine.exists(`${root}/${folder}/lib/${name}`) : libraries.find(name) !== null;
  const lacking = build.needs.filter((library) => !here(library)).map(({ name }) => name);
  if (lacking.length === 0) return ok(check, `All ${build.needs.length} libraries of ${build.name}.`);
  return missing(check, `${enumerate(lacking)} ${lacking.length === 1 ? 'is' : 'are'} not found.`, setup);
}
