/** A folder with everything in it that is no picture, or has a name that nobody expects: reported, left alone, never waited for. */
import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openData } from '../open-data.ts';
import { openTree } from './open-tree.ts';
import { patchworkJpeg, temporaryFolder, writeClasses, writeFiles } from '../pictures/pictures.fixture.ts';

/** Names, kinds, sizes, times and contents of everything below a folder, links not followed. */
async function stateOf(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (path.length > 4000) continue;
    const found = await lstat(path);
    const content = found.isFile() ? (await readFile(path)).toString('base64') : '';
    lines.push(`${path} ${found.mode} ${found.isDirectory() ? '' : found.size} ${found.mtimeMs} ${content}`);
    if (found.isDirectory()) lines.push(...(await stateOf(path)));
  }
  return lines;
}

const posix = process.platform !== 'win32';

it.runIf(posix)('with pipes, sockets, devices and circles is read around them, and left as it was', async () => {
  const { path: root, remove } = await temporaryFolder();
  const server = createServer();
  try {
    await writeClasses(root, { cat: 3, dog: 3 });
    execFileSync('mkfifo', [join(root, 'cat', 'pipe.jpg'), join(root, 'boxes.csv')]);
    await new Promise<void>((resolve) => server.listen(join(root, 'cat', 'socket.jpg'), resolve));
    await symlink(join(root, 'cat', 'pipe.jpg'), join(root, 'cat', 'to-pipe.jpg'));
    await symlink('/dev/zero', join(root, 'dog', 'zero.jpg'));
    await symlink('/dev/zero', join(root, 'dog', 'endless'));
    await symlink('self.jpg', join(root, 'dog', 'self.jpg'));
    await symlink('..', join(root, 'dog', 'up'));
    await symlink(join(root, 'cat'), join(root, 'dog', 'other'));
    const before = await stateOf(root);
    const { dataset } = await openData(root, { seed: 0 });
    expect(dataset.samples.filter(({ id }) => !id.includes('other'))).toHaveLength(6);
    const problems = new Map(dataset.problems.map(({ file, kind, reason }) => [file, `${kind}: ${reason}`]));
    const special = 'The name belongs to no file, but to a folder, a pipe or a device.';
    expect(problems.get('cat/to-pipe.jpg')).toBe(`unreadable: ${special}`);
    expect(problems.get('dog/zero.jpg')).toBe(`unreadable: ${special}`);
    expect(problems.get('dog/endless')).toMatch(/^not-a-picture/);
    expect(problems.get('dog/self.jpg')).toMatch(/^unreadable/);
    expect(problems.get('dog/up')).toBe('ignored: The folder is a link that leads back to itself.');
    const tree = await openTree(root);
    await expect(tree.read('cat/pipe.jpg')).rejects.toThrow(special);
    await expect(tree.readRange('boxes.csv', 0, 9)).rejects.toThrow(special);
    for (const path of ['../x', 'cat/../../x', '/etc/passwd', '..\\x']) {
      await expect(tree.read(path)).rejects.toThrow('leads out');
      expect(await tree.stamp(path)).toBeNull();
    }
    expect(await stateOf(root)).toEqual(before);
  } finally {
    server.close();
    await remove();
  }
});

it('with names of any script and of any letters is read', async () => {
  const { path: root, remove } = await temporaryFolder();
  try {
    const odd = posix ? ['new\nline', 'quote"s\'', 'back\\slash', 'star*?', 'tab\t', 'percent%20#1', '-rf', ' '] : [];
    const scripts = ['漢字', 'عربى', 'עברית', 'देवनागरी', '😀👩‍👩‍👧', 'ñ\u0303\u0301', '\u202Egnp', 'ก็', 'Z'.repeat(200)];
    const names = [...scripts, ...odd];
    for (const [i, name] of names.entries()) {
      await writeFiles(root, {
        [`${name}/${name}.jpg`]: await patchworkJpeg(2 * i),
        [`${name}/b.jpg`]: await patchworkJpeg(2 * i + 1),
      });
    }
    const { dataset } = await openData(root, { seed: 0 });
    expect(dataset.classes).toEqual(names.map((name) => name.normalize('NFC')).sort());
    // A folder of a backslash cannot be told from one inside of another on Windows; its pictures are read all the same.
    expect(dataset.samples).toHaveLength(2 * names.length);
  } finally {
    await remove();
  }
});

it.runIf(posix)('deeper than the system can name is read as far as it can', async () => {
  const { path: root } = await temporaryFolder();
  try {
    await writeClasses(root, { cat: 3, dog: 3 });
    // 25 folders of 200 letters below a class: paths of 5,000 letters.
    const name = 'd'.repeat(200);
    // Step by step, as no system takes such a path at once.
    const step = `fs.mkdirSync('${name}'); process.chdir('${name}');`;
    execFileSync(
      process.execPath,
      ['-e', `for (let i = 0; i < 25; i++) { ${step} } fs.writeFileSync('deep.jpg', 'x')`],
      {
        cwd: join(root, 'cat'),
      },
    );
    const { dataset } = await openData(root, { seed: 0 });
    expect(dataset.samples).toHaveLength(6);
    const problem = dataset.problems.find(({ file }) => file.length > 3000);
    expect(problem?.kind).toBe('unreadable');
    expect(problem?.reason).toMatch(/\.$/);
    await expect(openData(join(root, 'x'.repeat(5000)), { seed: 0 })).rejects.toMatchObject({
      code: 'data-unreadable',
    });
  } finally {
    // Longer than what Node can remove.
    execFileSync('rm', ['-rf', root]);
  }
});

it('that is no folder is refused in a sentence', async () => {
  const { path: root, remove } = await temporaryFolder();
  try {
    await expect(openData(join(root, 'nowhere'), { seed: 0 })).rejects.toMatchObject({ code: 'not-found' });
    await expect(openData(`${root}\0x`, { seed: 0 })).rejects.toMatchObject({ code: 'data-unreadable' });
    if (!posix) return;
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(openData(join(root, 'pipe'), { seed: 0 })).rejects.toMatchObject({ code: 'not-found' });
    await expect(openData('/dev/zero', { seed: 0 })).rejects.toMatchObject({ code: 'not-found' });
  } finally {
    await remove();
  }
});
