import type { Command } from 'commander';
import type { EngineId } from '../../compute/engine.ts';
import { resumeRuns } from '../../service/resume-run.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { sayAssessmentsDue } from '../assessment-due.ts';
import { listenTo } from '../listening.ts';
import { print, printJson } from '../output.ts';

interface ResumeOptions extends CommonOptions {
  readonly run?: string;
  readonly engine?: EngineId;
  readonly untilAssessment?: boolean;
}

export function resumeCommand(): Command {
  return command('resume', 'go on with runs that did not finish')
    .argument('<study>', 'folder of the study')
    .option('--run <run>', 'only this run')
    .addOption(engineOption([]))
    .option('--until-assessment', 'stop where an assessment is due, because it is made in shards')
    .action(
      action<ResumeOptions, [string]>(async ({ json = false, run, engine, untilAssessment = false }, folder) => {
        const listening = listenTo(json);
        const results = await listening.during((listeners) =>
          resumeRuns({
            study: folder,
            ...listeners,
            ...(run === undefined ? {} : { run }),
            ...(engine === undefined ? {} : { engine }),
            ...(untilAssessment ? { until: 'assessment' } : {}),
          }),
        );
        const stopped = results.filter((result) => result.stopped).map((result) => result.run);
        if (stopped.length > 0 && untilAssessment) return sayAssessmentsDue(folder, stopped, listening, json);
        if (stopped.length > 0) {
          return listening.stopped(`Stopped. Go on with: steadygaze resume ${folder}`);
        }
        if (results.length > 0) {
          if (!json) print(`Finished ${results.map((result) => result.run).join(', ')}.`);
          return;
        }
        const message = run === undefined ? 'All runs of this study have finished.' : `The run ${run} has finished.`;
        if (json) printJson({ run: run ?? null, finished: true, message });
        else print(message);
      }),
    );
}
