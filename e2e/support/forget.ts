/** The sample study comes fully measured; what stands where something is missing has to be seen too. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationPart } from '../../src-main/contract/evaluation.ts';
import type { Places } from './shell.ts';

/** Takes the figures of a part away from every run of every study. Views see it when they are opened the next time. */
export async function forgetPart({ studies }: Places, part: EvaluationPart): Promise<void> {
  for (const study of await readdir(studies)) {
    const runs = join(studies, study, 'runs');
    for (const run of await readdir(runs)) await rm(join(runs, run, 'evaluation', `${part}.json`), { force: true });
  }
}
