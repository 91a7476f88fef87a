/** What is said where a run has stopped because its assessment is made in shards. */
import type { Listening } from './listening.ts';
import { print, printJson } from './output.ts';

/** @param runs that stand at an assessment; where a person has stopped them instead, that is said. */
export function sayAssessmentsDue(folder: string, runs: readonly string[], listening: Listening, json: boolean): void {
  if (listening.interrupted) {
    listening.stopped(`Stopped. Go on with: steadygaze resume ${folder} --until-assessment`);
    return;
  }
  for (const run of runs) {
    if (json) {
      printJson({ type: 'assessment-due', run });
      continue;
    }
    print(`The run ${run} is trained up to its next assessment. Make that in shards, of 8 for example:`);
    print(`  steadygaze train ${folder} --run ${run} --assess-shard 1/8     and so on up to 8/8, in any order`);
    print(`  steadygaze merge ${folder} --run ${run}`);
    print(`  steadygaze resume ${folder} --run ${run} --until-assessment`);
  }
}
