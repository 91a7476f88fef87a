/** A study whose runs are networks that explain themselves, trained before the window opens. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { smallPictures } from './pictures.ts';
import { PROJECT, type Places } from './shell.ts';

export const KINDS = ['icnn', 'csg', 'protopnet'] as const;
export type Kind = (typeof KINDS)[number];

export interface TrainedStudy {
  readonly kinds: readonly Kind[];
  readonly classes?: number;
  /** Training pictures of each class. */
  readonly pictures?: number;
  readonly width?: number;
  readonly epochs?: number;
}

const command = promisify(execFile);

/** One run of each kind, in their order, of a few of the sample's pictures. @returns folder of the study */
export async function interpretableStudy(places: Places, options: TrainedStudy): Promise<string> {
  const { kinds, classes = 3, pictures = 12, width = 8, epochs = 1 } = options;
  await smallPictures({ folder: places.pictures, classes, train: pictures, held: 4 });
  const study = join(places.studies, 'What it goes by');
  const steadygaze = (...words: string[]) =>
    command(process.execPath, ['src-main/cli/steadygaze.js', ...words], { cwd: PROJECT });
  await steadygaze('create', study, '--data', places.pictures);
  const settings = {
    ...{ 'network.architecture': 'resnet10', 'network.width': width, 'network.size': 64, 'network.stem': 'half' },
    ...{
      'network.prototypesPerClass': 4,
      'network.prototypeChannels': 32,
      'training.gatePeriod': 2,
      'training.gateSparsity': 1,
    },
    ...{ 'training.warmupEpochs': epochs, 'training.rounds': 1, 'training.epochsPerRound': epochs },
    ...{ 'training.batchSize': 16, 'method.eps': 0.01, 'method.steps': 1 },
  };
  for (const kind of kinds) {
    const sets = Object.entries({ ...settings, 'network.interpretable': kind });
    await steadygaze('train', study, ...sets.flatMap(([name, value]) => ['--set', `${name}=${String(value)}`]));
  }
  return study;
}
