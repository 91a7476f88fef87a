import type { Command } from 'commander';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { bringModel } from '../../service/bring-model.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { listenTo } from '../listening.ts';
import { print } from '../output.ts';
import { sourceOf, withWeightsOptions } from './weights-options.ts';
import type { WeightsFileOptions } from './weights-options.ts';

interface BringOptions extends CommonOptions, WeightsFileOptions {
  readonly weights: string;
  readonly engine: EngineChoice;
}

const MORE = `
The network is not trained: its training pictures are attacked and assessed once, and it is measured like every run
of the study. Which of its outputs is which class is told by the names in --classes, or by those in a file of ours;
without names its outputs are the classes of the study in their order, where there are as many.`;

export function bringCommand(): Command {
  return withWeightsOptions(
    command('bring', 'assess and measure a network that was trained elsewhere')
      .argument('<study>', 'folder of the study')
      .requiredOption('--weights <file>', 'its weights (.safetensors, .pth, ...)'),
  )
    .option('--classes <file>', 'what its outputs are called: a text file, one name a line')
    .addOption(engineOption(['auto']).default('auto'))
    .addHelpText('after', MORE)
    .action(
      action<BringOptions, [string]>(async ({ json = false, engine, ...options }, folder) => {
        const source = await sourceOf(options.weights, options);
        const listening = listenTo(json);
        const { run, stopped } = await listening.during((listeners) =>
          bringModel({
            ...{ study: folder, source, engine, ...listeners },
            onSentences: (sentences) => {
              if (!json) sentences.forEach((sentence) => print(sentence));
            },
          }),
        );
        if (stopped) return listening.stopped(`Stopped. Go on with: steadygaze resume ${folder}`);
        if (!json) print(`Finished the run ${run}. See it with: steadygaze report ${folder} --out report`);
      }),
    );
}
