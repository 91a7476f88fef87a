/**
 * Photographs every view of the window, and every state that matters, in light and dark and in two sizes, into
 * `screenshots/`. Run by `npm run screenshots`; needs no screen.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ACTS } from './screenshots/acts.ts';
import { BEST, storeBest } from './screenshots/best.ts';
import { Camera, EverythingTaken } from './screenshots/camera.ts';
import { onStage } from './screenshots/stage.ts';
import { launchChromium, PROJECT } from './support/shell.ts';

const HELP = `npm run screenshots [-- --only NAME] [-- --best]
  --only NAME  only the states whose name contains this, such as "inspect"; can be given several times
  --best       only the few that the documentation shows, copied into docs/images/; with --only those of them`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    best: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const folder = join(PROJECT, 'screenshots');
  await mkdir(folder, { recursive: true });
  const best = BEST.filter(({ state }) => values.only.length === 0 || values.only.some((name) => state.includes(name)));
  const names = values.best ? best.map(({ state }) => state) : values.only;
  const camera = new Camera(folder, names);
  const browser = await launchChromium();
  try {
    for (const { states, play } of ACTS) {
      if (!camera.begin(states)) continue;
      await onStage(browser, (stage) => {
        camera.root = stage.places.root;
        return play(stage, camera);
      }).catch((reason: unknown) => {
        if (!(reason instanceof EverythingTaken)) throw reason;
      });
    }
  } finally {
    await browser.close();
  }
  console.log(`${String(camera.taken)} pictures in ${folder}`);
  if (values.best) await storeBest(best, folder, join(PROJECT, 'docs/images'));
  if (camera.taken === 0) {
    console.error(`No state is called so. There are: ${ACTS.flatMap(({ states }) => states).join(', ')}`);
    process.exitCode = 1;
  }
}
