import type { Command } from 'commander';
import { explainEngines, listEngines } from '../../service/list-engines.ts';
import type { EngineStatus } from '../../service/list-engines.ts';
import { rememberedTunings } from '../../service/tuning/remembered.ts';
import { choiceInWords } from '../../service/tuning/words.ts';
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
        const [engines, fastest] = [await listEngines(), await rememberedTunings()];
        if (json) return printJson({ engines, fastest });
        print(table(engines.map(row)));
        if (engines.some(({ usable }) => !usable)) print('\n"steadygaze engines --explain" shows what is missing.');
        if (fastest.length > 0) print('\nFound to be fastest here, and used where no engine is asked for:');
        for (const { kind, choice, measured } of fastest) {
          print(`${kind}: ${choiceInWords(choice)} (measured ${measured.slice(0, 10)})`);
        }
      }),
    );
}

function row(engine: EngineStatus): string[] {
  if (engine.usable) return [engine.id, 'works', engine.description];
  return [engine.id, 'not usable', `${engine.reason} ${engine.hint}`];
}
