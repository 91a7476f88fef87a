import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import type { PublishedWeightsView } from '../../contract/weights-view.ts';
import { fetchPublished, listPublished } from '../../service/published/fetch-published.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson, table } from '../output.ts';
import { percent, StatusLine, timeLeft } from '../status-line.ts';

interface FetchCommandOptions extends CommonOptions {
  readonly mirror?: string;
  readonly from?: string;
}

const MORE = `
Nothing is fetched without an id. What is fetched is kept for all studies and checked by its SHA-256; a download that
was stopped goes on where it was. On a computer without a network, give a file that was fetched elsewhere with --from.

  STEADYGAZE_WEIGHTS_MIRROR   the mirror where --mirror names none
  STEADYGAZE_WEIGHTS          the folder that downloaded weights are kept in`;

export function fetchCommand(): Command {
  return command('fetch', 'download weights that others publish, or list them')
    .argument('[id]', 'which weights; without it they are listed')
    .addOption(new Option('--mirror <address>', 'fetch from below this address instead of the publisher’s'))
    .addOption(new Option('--from <file>', 'take this file for the download, if it is the same').conflicts('mirror'))
    .addHelpText('after', MORE)
    .action(
      action<FetchCommandOptions, [string | undefined]>(async ({ json = false, mirror, from }, id) => {
        if (id === undefined) return list(await listPublished(mirror), json, from);
        const line = new StatusLine();
        const { stop } = interruptible(() => undefined);
        const path = await fetchPublished(id, {
          ...{ mirror, from: from === undefined ? undefined : resolve(from), signal: stop },
          onProgress: (done, total, left) => {
            const time = left === null ? '' : `, ${timeLeft(left)} left`;
            line.draw(`${megabytes(done)} of ${megabytes(total)} MB (${percent(done / total)})${time}`, done / total);
          },
          onCheck: () => void line.say('Everything has come. Checking it.'),
        }).finally(() => line.clear());
        if (json) return printJson({ id, path });
        print(`${basename(path)} is here and was checked: ${path}`);
      }),
    );
}

function list(all: readonly PublishedWeightsView[], json: boolean, from: string | undefined): void {
  if (from !== undefined) {
    throw new SteadygazeError('bad-argument', 'Of which weights the file is was not said.', 'Name them before --from.');
  }
  if (json) return printJson(all);
  print(table(all.map((each) => [each.id, `${megabytes(each.bytes)} MB`, stateOf(each), each.title])));
  for (const licence of new Set(all.map((each) => each.licence))) {
    print();
    print(`Licence: ${licence}`);
  }
  for (const publisher of new Set(all.map((each) => each.publisher))) print(`Published by ${publisher}.`);
}

function stateOf({ here, bytes }: PublishedWeightsView): string {
  if (here === 0) return 'not here';
  return here === bytes ? 'here' : `${percent(here / bytes)} here`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
