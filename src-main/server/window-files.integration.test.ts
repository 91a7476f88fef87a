import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { windowFiles } from './window-files.ts';

it('offers the files of the window, and nothing that is hidden, linked or of another kind', async () => {
  const root = await mkdtemp(join(tmpdir(), 'steadygaze-files-'));
  try {
    const folder = join(root, 'renderer');
    await mkdir(join(folder, 'assets', '.cache'), { recursive: true });
    await mkdir(join(root, 'outside'));
    for (const name of ['renderer/index.html', 'renderer/theme.js', 'renderer/assets/a-1.css', 'outside/b.js']) {
      await writeFile(join(root, name), '');
    }
    await writeFile(join(folder, '.env.js'), '');
    await writeFile(join(folder, 'assets', '.cache', 'c.js'), '');
    await writeFile(join(folder, 'main.ts'), '');
    await symlink(join(root, 'outside', 'b.js'), join(folder, 'b.js'));
    await symlink(join(root, 'outside'), join(folder, 'outside'));
    const files = await windowFiles(folder);
    expect([...files.keys()].sort()).toEqual(['/', '/assets/a-1.css', '/index.html', '/theme.js']);
    expect([...files].filter(([, file]) => file.immutable).map(([path]) => path)).toEqual(['/assets/a-1.css']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
