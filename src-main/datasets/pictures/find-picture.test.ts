import { describe, expect, it } from 'vitest';
import { PictureFinder } from './find-picture.ts';

const finder = new PictureFinder([
  'train/cat/1.jpg',
  'train/cat/2.jpg',
  'train/dog/1.jpg',
  'val/cat/1.jpg',
  'images/Zug über Brücke.png',
  'images/only.jpg',
  'images/IMG.2020.01.tif',
  'images/a 100%.jpg',
  'case/A.jpg',
  'case/a.jpg',
]);
const path = (name: string, beside?: string): string => {
  const found = finder.find(name, beside);
  return 'path' in found ? found.path : found.problem;
};

describe('the picture that a name means', () => {
  it.each([
    ['train/cat/1.jpg', 'train/cat/1.jpg'],
    ['./train/cat/1.jpg', 'train/cat/1.jpg'],
    ['train\\cat\\1.jpg', 'train/cat/1.jpg'],
    [' TRAIN/Cat/1.JPG ', 'train/cat/1.jpg'],
    ['C:\\Users\\Ann\\data\\train\\dog\\1.jpg', 'train/dog/1.jpg'],
    ['/home/ann/data/val/cat/1.jpg', 'val/cat/1.jpg'],
    ['dog/1.jpg', 'train/dog/1.jpg'],
    ['train/cat/2', 'train/cat/2.jpg'],
    ['elsewhere/only', 'images/only.jpg'],
    ['only.jpg', 'images/only.jpg'],
    ['IMG.2020.01', 'images/IMG.2020.01.tif'],
    ['case/A.jpg', 'case/A.jpg'],
    ['a.jpg', 'case/a.jpg'],
    ['images/a 100%.jpg', 'images/a 100%.jpg'],
    ['images/a%20100%25.jpg', 'images/a 100%.jpg'],
    ['https://host.example/up/only.jpg?token=1/2.jpg', 'images/only.jpg'],
    ['/data/local-files/?d=train/cat/2.jpg', 'train/cat/2.jpg'],
    ['/data/upload/3/0a1b2c3d-only.jpg', 'images/only.jpg'],
    ['labels/../train/cat/2.jpg', 'train/cat/2.jpg'],
  ])('finds %s', (name, expected) => {
    expect(path(name)).toBe(expected);
  });

  it('does not mind how letters are composed, on either side', () => {
    expect(path('Zug über Brücke.png'.normalize('NFD'))).toBe('images/Zug über Brücke.png');
    const decomposed = 'bilder/Brücke.png'.normalize('NFD');
    expect(new PictureFinder([decomposed]).find('Brücke.png')).toEqual({ path: decomposed });
  });

  it('looks beside the naming file first', () => {
    const two = new PictureFinder(['images/1.jpg', 'part/images/1.jpg', 'part/images/deep/2.jpg', 'x/2.jpg']);
    expect(two.find('images/1.jpg')).toEqual({ path: 'images/1.jpg' });
    expect(two.find('images/1.jpg', 'part')).toEqual({ path: 'part/images/1.jpg' });
    expect(two.find('../images/1.jpg', 'part')).toEqual({ path: 'images/1.jpg' });
    expect(two.find('2.jpg', 'part')).toEqual({ path: 'part/images/deep/2.jpg' });
  });

  it('gives numbers their zeros back, which spreadsheets take away', () => {
    const zeros = new PictureFinder(['a/0012.jpg', 'a/12.jpg', 'a/0013.jpg', 'b/014.jpg', 'a/0014.jpg']);
    expect(zeros.find('12')).toEqual({ path: 'a/12.jpg' });
    expect(zeros.find('13')).toEqual({ path: 'a/0013.jpg' });
    expect(zeros.find('b/14')).toEqual({ path: 'b/014.jpg' });
    expect(zeros.find('14')).toEqual({
      problem: '"14" may mean 2 pictures, such as "b/014.jpg" and "a/0014.jpg".',
    });
    expect(zeros.find('13.jpg')).toEqual({ problem: 'There is no picture "13.jpg".' });
  });

  it('leaves open what several pictures could be', () => {
    expect(path('1.jpg')).toBe('"1.jpg" may mean 3 pictures, such as "train/cat/1.jpg" and "train/dog/1.jpg".');
    expect(path('other/cat/1.jpg')).toContain('may mean 2 pictures');
  });

  it('takes no picture of another folder for one that is missing', () => {
    const some = new PictureFinder(['cat/2.jpg', 'dog/1.jpg', 'images/deep/3.jpg']);
    expect(some.find('cat/1.jpg')).toEqual({ problem: 'There is no picture "cat/1.jpg".' });
    // Not a folder here: only the name before it differs.
    expect(some.find('puppies/1.jpg')).toEqual({ path: 'dog/1.jpg' });
    // The folder exists, and the picture lies deeper inside of it.
    expect(some.find('images/3.jpg')).toEqual({ path: 'images/deep/3.jpg' });
  });

  it('finds nothing where there is nothing', () => {
    for (const name of ['none.jpg', 'only.png', 'C:\\', '%zz', '../../etc/passwd']) {
      expect(path(name)).toBe(`There is no picture "${name}".`);
    }
    for (const name of ['', '  ']) expect(path(name)).toBe('No picture is named.');
  });

  it('compares no name with all pictures of the same base name', () => {
    const paths = Array.from({ length: 20_000 }, (_, i) => `clips/${i % 4000}/frame ${Math.floor(i / 4000)}.jpg`);
    const many = new PictureFinder(paths);
    // 20,000 names with 4,000 pictures each would take minutes.
    expect(paths.filter((name) => JSON.stringify(many.find(`/else/${name}`)) !== `{"path":"${name}"}`)).toEqual([]);
  });
});
