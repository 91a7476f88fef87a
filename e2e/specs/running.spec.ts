/** While a run works: the window may go and come back, and the computing process may die. */
import { execFileSync } from 'node:child_process';
import { smallPictures } from '../support/pictures.ts';
import { expect, test } from '../support/shell.ts';
import { dropFolder } from '../support/drop.ts';
import { createStudy, launchQuickLook, untilTrained } from '../support/window.ts';

/** Numbers of the processes that compute for this app: its own children, and theirs. */
function computing(app: number): number[] {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args ?? '' }));
  const below = (parent: number): typeof all =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(app)
    .filter(({ args }) => args.includes('compute-process'))
    .map(({ pid }) => pid);
}

test('a run goes on without its window, and survives the death of its process', async ({ app, places }) => {
  await smallPictures({ folder: places.pictures });
  await dropFolder(app, places.pictures);
  await expect(app.page.getByText(/132 pictures/).first()).toBeVisible();
  await createStudy(app.page);
  await launchQuickLook(app.page);

  const page = await app.reopen();
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: 'Train' }).click();
  await expect(page.getByRole('heading', { name: /^Training/ })).toBeVisible();

  const [pid] = computing(app.pid);
  expect(pid, 'the computing process').toBeGreaterThan(0);
  process.kill(pid ?? 0, 'SIGKILL');
  await expect(page.getByText('Everything up to the last checkpoint is kept.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Go on from the last checkpoint' }).click();
  await untilTrained(page);
});

test('no request leaves the machine', async ({ app }) => {
  const { page } = app;
  const elsewhere: string[] = [];
  page.context().on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const ours = ['steadygaze:', 'data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1';
    if (!ours) elsewhere.push(request.url());
  });
  await page.getByRole('button', { name: 'Open the sample study' }).click();
  await expect(page.getByText(/keep less than half/)).toBeVisible();
  for (const view of ['Data', 'Train', 'Compare', 'Report']) {
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: view }).click();
    await page.waitForTimeout(1500);
  }
  expect(elsewhere).toEqual([]);
  // And a page that tried would be refused.
  const refused = await page.evaluate(() => fetch('https://example.org/').then(String, () => 'refused'));
  expect(refused).toBe('refused');
});
