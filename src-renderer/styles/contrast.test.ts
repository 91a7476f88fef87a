import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Theme = 'light' | 'dark';

/** The colours as written: `--name: light-dark(#light, #dark);`. */
const TOKENS = new Map(
  [...css.matchAll(/(--[\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name ?? '',
    { light: light ?? '', dark: dark ?? '' },
  ]),
);

function colour(token: string, theme: Theme): string {
  const found = TOKENS.get(token);
  if (!found) throw new Error(`${token} is not in tokens.css`);
  return found[theme];
}

/** Relative luminance after WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

const SURFACES = ['--surface-0', '--surface-1', '--surface-2', '--surface-3', '--surface-float'];
const TINTS = ['--accent-quiet', '--bad-quiet'];
const INKS = ['--text', '--text-quiet', '--text-faint', '--accent-ink', '--good', '--bad', '--info'];
const LINES = ['--line-strong', '--accent-line', ...[1, 2, 3, 4, 5, 6].map((i) => `--series-${i}`)];

/** Text 4.5:1 (WCAG 2.2, 1.4.3); lines and shapes that say something 3:1 (1.4.11). */
const PAIRS = [
  ...INKS.flatMap((ink) => SURFACES.map((surface) => [ink, surface, 4.5] as const)),
  ...['--text', '--text-quiet', '--accent-ink', '--bad'].flatMap((ink) =>
    TINTS.map((tint) => [ink, tint, 4.5] as const),
  ),
  ...LINES.flatMap((line) => ['--surface-0', '--surface-1'].map((surface) => [line, surface, 3] as const)),
  ...['--surface-2', '--surface-3'].map((surface) => ['--accent-line', surface, 3] as const),
  ['--accent-text', '--accent', 4.5] as const,
  ['--accent-text', '--accent-hover', 4.5] as const,
  ['--bad-text', '--bad', 4.5] as const,
  ['--bad-text', '--bad-hover', 4.5] as const,
];

describe.each<Theme>(['light', 'dark'])('contrast in the %s theme', (theme) => {
  test.each(PAIRS)('%s on %s', (front, back, least) => {
    expect(contrast(colour(front, theme), colour(back, theme))).toBeGreaterThanOrEqual(least);
  });
});
