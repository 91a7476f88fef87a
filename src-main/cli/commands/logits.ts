import { type Command, Option } from 'commander';
import { ARCHITECTURES } from '../../contract/settings.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { networkLogits } from '../../service/network-logits.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';
import { lastStride, threeNumbers } from './weights-options.ts';

interface LogitsCommandOptions extends CommonOptions {
  readonly arch: string;
  readonly weights: string;
  readonly images: string;
  readonly stem?: 'small' | 'half';
  readonly lastStride?: 1 | 2;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly engine: EngineChoice;
}

const MORE = `
Networks: ${ARCHITECTURES.join(', ')}

Width, first layers, number of classes and dense layers are read off the shapes in the file. Strides leave no trace
there: a ResNet whose first filter is 3x3 is taken to begin with stride 1 (--stem small).

  images.npy   numpy.save of an array [pictures, height, width, 3]: uint8, or floats of 0 to 1 or 0 to 255. They are
               normalised with --mean and --std, else with what the file says, else as ImageNet's.`;

export function logitsCommand(): Command {
  return command('logits', 'print what a network from a weights file says about pictures')
    .requiredOption('--arch <name>', 'which network: see below')
    .requiredOption('--weights <file>', 'its weights (.safetensors or .pth, names of torchvision or timm)')
    .requiredOption('--images <file>', 'pictures (.npy)')
    .addOption(new Option('--stem <stem>', 'small: stride 1 first; half: stride 2').choices(['small', 'half']))
    .addOption(
      new Option('--last-stride <stride>', 'stride of the last stage of a ResNet: 1, or 2 (torchvision’s)').argParser(
        lastStride,
      ),
    )
    .option('--mean <r,g,b>', 'what is subtracted from pictures in [0,1]', threeNumbers)
    .option('--std <r,g,b>', 'what they are divided by then', threeNumbers)
    .addOption(engineOption(['auto']).default('auto'))
    .addHelpText('after', MORE)
    .action(
      action<LogitsCommandOptions, []>(async ({ json = false, ...options }) => {
        const result = await networkLogits(options);
        if (json) return printJson(result);
        const classes = result.logits[0]?.length ?? 0;
        print(`${result.arch}: ${result.parameters} parameters, ${classes} classes, on the engine ${result.engine}.`);
        print();
        print(table(result.logits.map((row, i) => [String(i), highest(row)])));
      }),
    );
}

/** Classes are numbers here: a file of weights does not name them. */
const SHOWN = 3;

function highest(row: readonly number[]): string {
  return row
    .map((value, label) => ({ value, label }))
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN)
    .map(({ value, label }) => `class ${label}: ${value.toFixed(3)}`)
    .join(', ');
}
