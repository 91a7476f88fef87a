import { describe, expect, it } from 'vitest';
import { pathFromDrop, pathFromText, pathFromUriList } from './drop-paths.ts';

describe('pathFromUriList', () => {
  it.each([
    ['file:///home/ann/My%20pictures\r\n', '/home/ann/My pictures'],
    ['# two files\r\nfile:///a\r\nfile:///b', '/a'],
    ['file:///home/Rehe%20%C3%BC%23%25', '/home/Rehe ü#%'],
    ['file:///C:/Users/Ann/Fotos', 'C:\\Users\\Ann\\Fotos'],
    ['file://nas/share/birds', '\\\\nas\\share\\birds'],
    ['https://example.org/a.zip', null],
    ['file:///broken%E0%A4%A', null],
    ['file:///a%00b', null],
    ['', null],
  ])('%j', (list, path) => {
    expect(pathFromUriList(list)).toBe(path);
  });
});

describe('pathFromText', () => {
  it.each([
    ['/data/birds', '/data/birds'],
    ['  "/data/two words"\n', '/data/two words'],
    ["'C:\\data'", 'C:\\data'],
    ['d:/data', 'd:/data'],
    ['\\\\nas\\share', '\\\\nas\\share'],
    ['~/pictures', '~/pictures'],
    ['file:///data/birds', '/data/birds'],
    ['data/birds', null],
    ['just some words', null],
    ['/a line\nand another', null],
    ['', null],
  ])('%j', (text, path) => {
    expect(pathFromText(text)).toBe(path);
  });
});

it('prefers the list of addresses to the plain text', () => {
  const types: Record<string, string> = { 'text/uri-list': 'file:///right', 'text/plain': '/wrong' };
  expect(pathFromDrop((type) => types[type] ?? '')).toBe('/right');
  expect(pathFromDrop((type) => (type === 'text/plain' ? '/plain' : ''))).toBe('/plain');
});
