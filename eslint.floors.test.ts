import { Linter } from 'eslint';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { FLOORS, floorsRule } from './eslint.floors.js';

const root = import.meta.dirname;

/** Messages of the floors rule for one file of the project. */
function lint(file: string, code: string): string[] {
  const linter = new Linter({ cwd: root });
  const messages = linter.verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      plugins: { steadygaze: { rules: { floors: floorsRule } } },
      rules: { 'steadygaze/floors': 'error' },
    },
    { filename: path.join(root, file) },
  );
  return messages.map((message) => message.message);
}

describe('floors', () => {
  it('lets a folder import from itself, from floors below, and from packages', () => {
    expect(lint('src-main/method/attack.ts', `import { a } from './heatmap.ts';`)).toEqual([]);
    expect(lint('src-main/method/attack.ts', `import { a } from '../networks/taps.ts';`)).toEqual([]);
    expect(lint('src-main/method/deep/attack.ts', `import { a } from '../../contract/run.ts';`)).toEqual([]);
    expect(lint('src-main/contract/run.ts', `import * as v from 'valibot';`)).toEqual([]);
  });

  it.each([
    ['upwards', 'src-main/method/attack.ts', `import { a } from '../evaluation/predictor.ts';`],
    ['sideways', 'src-main/compute/wasm.ts', `import { a } from '../datasets/dataset.ts';`],
    ['from numeric to contract', 'src-main/numeric/curves.ts', `import type { A } from '../contract/run.ts';`],
    ['from one shell to another', 'src-main/cli/main.ts', `import { a } from '../server/main.ts';`],
    ['by re-export', 'src-main/contract/run.ts', `export * from '../jobs/job.ts';`],
    ['by named re-export', 'src-main/contract/run.ts', `export { a } from '../jobs/job.ts';`],
    ['by dynamic import', 'src-main/networks/resnet.ts', `export const a = import('../jobs/job.ts');`],
    ['by import type', 'src-main/networks/resnet.ts', `export type A = import('../jobs/job.ts').A;`],
    ['out of src-main', 'src-main/cli/main.ts', `import { a } from '../../bench/run.ts';`],
    ['to a folder without a floor', 'src-main/cli/main.ts', `import { a } from '../attic/a.ts';`],
    ['from a folder without a floor', 'src-main/attic/a.ts', `import { a } from '../contract/run.ts';`],
    ['from the window past the contract', 'src-renderer/lib/a.ts', `import { a } from '../../src-main/service/a.ts';`],
  ])('refuses an import %s', (_direction, file, code) => {
    expect(lint(file, code)).toHaveLength(1);
  });

  it('lets tests, benchmarks and the window reach what they need', () => {
    expect(lint('src-main/compute/wasm.test.ts', `import { a } from '../jobs/job.ts';`)).toEqual([]);
    expect(lint('bench/run.ts', `import { a } from '../src-main/cli/a.ts';`)).toEqual([]);
    expect(lint('src-renderer/lib/a.ts', `import { a } from '../../src-main/contract/a.ts';`)).toEqual([]);
  });

  it('has a floor for every folder of src-main', () => {
    const folders = readdirSync(path.join(root, 'src-main'), { withFileTypes: true }).filter((e) => e.isDirectory());
    expect(folders.map((folder) => folder.name).filter((name) => FLOORS[name] === undefined)).toEqual([]);
  });
});
