/** All tests: those of Vitest, and those of the whole way, also where the first ones fail. Fails where either does. */
import { spawnSync } from 'node:child_process';

const halves = ['test:vitest', 'test:e2e'];
// By a shell: on Windows npm is a script of one.
const failed = halves.filter((half) => spawnSync(`npm run ${half}`, { shell: true, stdio: 'inherit' }).status !== 0);
if (failed.length > 0) {
  console.error(`\nNot all tests passed: see ${failed.map((half) => `"npm run ${half}"`).join(' and ')} above.`);
  process.exitCode = 1;
}
