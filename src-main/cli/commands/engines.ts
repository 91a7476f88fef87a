import type { Command } from 'commander';
import { listEngines } from '../../service/list-engines.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

export function enginesCommand(): Command {
  return command('engines', 'show which engines work on this machine').action(
    action<CommonOptions, []>(async ({ json }) => {
      const engines = await listEngines();
      if (json) return printJson({ engines });
      print(
        table(
          engines.map((engine) =>
            engine.usable
              ? [engine.id, 'works', engine.description]
              : [engine.id, 'not usable', `${engine.reason} ${engine.hint}`],
          ),
        ),
      );
    }),
  );
}
