import { join } from 'node:path';
import { expect, test } from 'vitest';
import { offeredPath, studyOf } from './offered-path.ts';

const HERE = import.meta.dirname;

test('the first word that is no flag and names something there', () => {
  expect(offeredPath(['/app', '--flag', HERE], true, '/')).toBe(HERE);
  expect(offeredPath(['/app', 'setup'], true, HERE)).toBe(join(HERE, 'setup'));
  expect(offeredPath(['/app', '/not/there'], true, '/')).toBeNull();
  expect(offeredPath(['/app', '--flag'], true, '/')).toBeNull();
});

test("not the app's own folder, which comes first while it is developed", () => {
  expect(offeredPath(['/electron', '--inspect=0', HERE], false, '/')).toBeNull();
  expect(offeredPath(['/electron', '/project', HERE], false, '/')).toBe(HERE);
});

test('a study is the folder of its file', () => {
  expect(studyOf(join(HERE, 'study.json'))).toBe(HERE);
  expect(studyOf(HERE)).toBe(HERE);
});
