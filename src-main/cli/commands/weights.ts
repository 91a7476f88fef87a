import type { Command } from 'commander';
import { describeWeights } from '../../service/describe-weights.ts';
import { action, command, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

interface WeightsCommandOptions extends CommonOptions {
  readonly arch?: string;
  readonly classes?: number;
  readonly all?: boolean;
}

const MORE = `
Reads safetensors (or the .index.json beside their parts), and what PyTorch (.pth, .pt), Keras (.h5, .keras) and
TensorFlow.js (model.json) saved. Nothing that a file carries is run: a file that asks for it is not opened.`;

/** Arrays shown without --all. */
const SHOWN = 12;

export function weightsCommand(): Command {
  return command('weights', 'show what is in a file of weights and which network it fits')
    .argument('<file>', 'weights (.safetensors, .pth, .pt, .h5, .keras)')
    .option('--arch <name>', 'compare it with this network')
    .option('--classes <number>', 'with a network that tells so many classes apart', wholeNumber(2))
    .option('--all', 'show every array')
    .addHelpText('after', MORE)
    .action(
      action<WeightsCommandOptions, [string]>(async ({ json = false, all = false, ...options }, file) => {
        const found = await describeWeights({ file, ...options });
        if (json) return printJson(found);
        const { format, kinds, numbers, arrays, notes, fits } = found;
        const counted = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
        print(`${format}: ${arrays.length} arrays (${counted.join(', ')}), ${numbers} numbers.`);
        for (const note of notes) print(note);
        print();
        const shown = all ? arrays : arrays.slice(0, SHOWN);
        print(table(shown.map(({ name, shape, kind }) => [name, `[${shape.join(', ')}]`, kind])));
        if (shown.length < arrays.length) print(`and ${arrays.length - shown.length} more (--all shows them)`);
        print();
        if (fits.length === 0) print('It fits none of the networks here.');
        for (const { sentences } of fits) print(sentences.join(' '));
      }),
    );
}
