import type { EngineCheck } from '../../contract/engine-checks.ts';

export const ok = (check: string, found: string): EngineCheck => ({ check, state: 'ok', found, todo: '' });

export const missing = (check: string, found: string, todo: string): EngineCheck => ({
  check,
  state: 'missing',
  found,
  todo,
});

export const unknown = (check: string, found: string, todo = ''): EngineCheck => ({
  check,
  state: 'unknown',
  found,
  todo,
});

/** Whether version `a` is at least version `b`; both of numbers with dots between, "525.60.13". */
export function atLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** "a, b and c". */
export function enumerate(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
