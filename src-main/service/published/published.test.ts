import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../contract/settings.ts';
import { addressOf, mirrorOf } from './mirror.ts';
import { canBeSize, digitsOf, isPinned, PUBLISHED_WEIGHTS, sizeOf } from './published-list.ts';
import { HASH, weightsAt } from './weights-server.fixture.ts';

describe('the list', () => {
  it('has every kind of network once, with hashes that begin as the names of the files say', () => {
    // A narrow ResNet of this project's own, which nobody else has weights of.
    const expected = ARCHITECTURES.filter((name) => name !== 'resnet10');
    expect(PUBLISHED_WEIGHTS.map(({ architecture }) => architecture).toSorted()).toEqual(expected.toSorted());
    for (const weights of PUBLISHED_WEIGHTS) {
      const digits = digitsOf(weights);
      expect(digits).toMatch(/^([0-9a-f]{8}|[0-9a-f]{64})$/);
      expect('whole' in weights.sha256).toBe(digits.length === 64);
      expect(weights.fileName).toMatch(new RegExp(`-${digits.slice(0, 8)}\\.pth$`));
      expect(weights.url).toBe(`https://download.pytorch.org/models/${weights.fileName}`);
    }
    expect(
      PUBLISHED_WEIGHTS.filter(({ sha256 }) => 'beginning' in sha256).map(({ architecture }) => architecture),
    ).toEqual(['vgg11', 'vgg11_bn', 'vgg13', 'vgg13_bn']);
  });

  it('has sizes of four bytes a number, but for the one that is stored in halves', () => {
    // Parameters in millions, as torchvision's records give them (num_params).
    const millions: Record<string, number> = {
      resnet18: 11.689512,
      resnet101: 44.54916,
      vgg16: 138.357544,
      vgg13_bn: 133.053736,
    };
    for (const weights of PUBLISHED_WEIGHTS) {
      const count = millions[weights.architecture];
      if (count !== undefined) expect(sizeOf(weights) / (count * 4e6)).toBeCloseTo(1, 2);
    }
    const wide = PUBLISHED_WEIGHTS.find(({ architecture }) => architecture === 'wide_resnet50_2');
    expect(wide === undefined ? 0 : sizeOf(wide) / (68.88324 * 2e6)).toBeCloseTo(1, 2);
  });

  it('knows a hash by all digits, or by those that are known', () => {
    const weights = weightsAt('http://x/');
    expect([isPinned(weights, HASH), isPinned(weights, HASH.replace(/.$/, 'x'))]).toEqual([true, false]);
    const short = weightsAt('http://x/', { sha256: { beginning: HASH.slice(0, 8) } });
    expect([isPinned(short, HASH), isPinned(short, `0${HASH.slice(1)}`)]).toEqual([true, false]);
    expect([canBeSize(weights, 300_000), canBeSize(weights, 299_999)]).toEqual([true, false]);
    const about = weightsAt('http://x/', { size: { about: 1_000_000 } });
    expect([canBeSize(about, 1_000_500), canBeSize(about, 1_100_000)]).toEqual([true, false]);
  });
});

describe('a mirror', () => {
  it('takes the place of the publisher', () => {
    const weights = weightsAt('https://publisher.example/');
    expect(addressOf(weights, null)).toBe('https://publisher.example/tiny.pth');
    expect(addressOf(weights, 'https://mirror.example/a')).toBe('https://mirror.example/a/tiny.pth');
    expect(addressOf(weights, 'https://mirror.example/a/')).toBe('https://mirror.example/a/tiny.pth');
  });

  it('is the named one, else that of the environment, and must be an address', () => {
    const env = { STEADYGAZE_WEIGHTS_MIRROR: 'https://env.example' };
    expect(mirrorOf('http://named.example/x', env)).toBe('http://named.example/x');
    expect([mirrorOf(null, env), mirrorOf('', env)]).toEqual(['https://env.example', 'https://env.example']);
    expect(mirrorOf(null, { STEADYGAZE_WEIGHTS_MIRROR: '' })).toBeNull();
    for (const wrong of [
      'mirror.example',
      'file:///etc',
      'https://a:b@c.example',
      'https://c.example/?x',
      'ftp://c.example',
    ]) {
      expect(() => mirrorOf(wrong, {})).toThrow('This is no address of a mirror');
    }
  });
});
