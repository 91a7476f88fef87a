import { expect, it } from 'vitest';
import { studyFolder } from './study-folder.ts';

it.each([
  ['/data', 'Birds', '/data/Birds'],
  ['/', 'Birds', '/Birds'],
  ['C:\\Users\\Ann\\', 'Birds of 2024', 'C:\\Users\\Ann\\Birds of 2024'],
  ['/data', '../../etc', '/data/.. .. etc'],
  ['/data', 'a/b: "c"?', '/data/a b c'],
  ['/data', '...', '/data/study'],
])('%s with %s', (place, name, folder) => {
  expect(studyFolder(place, name)).toBe(folder);
});
