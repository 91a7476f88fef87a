import type { Command } from 'commander';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { demo } from '../../service/demo.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { listenTo } from '../listening.ts';
import { print, printJson } from '../output.ts';

interface DemoOptions extends CommonOptions {
  readonly out: string;
  readonly engine: EngineChoice;
  readonly set: readonly string[];
}

export function demoCommand(): Command {
  return command('demo', 'train two models on the sample pictures and write a report about them')
    .option('--out <folder>', 'where to write', 'demo-out')
    .addOption(engineOption(['auto']).default('auto'))
    .option(
      '--set <name=value>',
      'change a setting; may be given many times',
      (value, before: string[]) => [...before, value],
      [],
    )
    .action(
      action<DemoOptions, []>(async ({ json = false, out, engine, set }) => {
        const listening = listenTo(json);
        const { html, summary } = await listening.during((listeners) =>
          demo({
            out,
            engine,
            set,
            ...listeners,
            onEngine: ({ description }) => listening.say(`Computing with ${description}.`),
          }),
        );
        if (html === null) return listening.stopped('Stopped. Running the demo again starts it anew.');
        if (json) return printJson({ html, ...summary });
        print(`Done in ${Math.round(summary?.seconds ?? 0)} seconds. Open ${html}`);
      }),
    );
}
