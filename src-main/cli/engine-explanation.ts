import type { EngineExplanation } from '../contract/engine-checks.ts';
import { table } from './output.ts';

const MARKS = { ok: 'ok', missing: 'MISSING', unknown: '?' } as const;

/** One engine for a person: whether it works, what to do first, and everything that it needs. */
export function engineExplanation({ id, usable, summary, todo, checks }: EngineExplanation): string {
  const lines = checks.flatMap(({ check, state, found, todo: step }) => {
    const line = [MARKS[state], check, found];
    // What is to be done first stands above already.
    return step === '' || step === todo ? [line] : [line, ['', '', `-> ${step}`]];
  });
  return [
    `${id}: ${usable ? 'works' : 'not usable'}. ${summary}`,
    ...(todo === '' ? [] : [`First: ${todo}`]),
    ...table(lines)
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}
