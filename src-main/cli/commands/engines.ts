import type { Command } from 'commander';
import { explainEngines, listEngines } from '../../service/list-engines.ts';
import type { EngineStatus } from '../../service/list-engines.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { engineExplanation } from '../engine-explanation.ts';
import { print, printJson, table } from '../output.ts';

interface Options extends CommonOptions {
  readonly explain?: boolean;
}

export function enginesCommand(): Command {
  return command('engines', 'show which engines work on this machine')
    .option('--explain', 'show what each engine needs, what of it is here, and what to do about the rest')
    .action(
      action<Options, []>(async ({ json, explain }) => {
        if (explain) {
          const engines = await explainEngines();
          if (json) return printJson({ engines });
          return print(engines.map(engineExplanation).join('\n\n'));
        }
        const engines = await listEngines();
        if (json) return printJson({ engines });
        print(table(engines.map(row)));
        if (engines.some(({ usable }) => !usable)) print('\n"steadygaze engines --explain" shows what is missing.');
      }),
    );
}

function row(engine: EngineStatus): string[] {
  if (engine.usable) return [engine.id, 'works', engine.description];
  return [engine.id, 'not usable', `${engine.reason} ${engine.hint}`];
}
