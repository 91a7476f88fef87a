/** `evaluate` for heatmaps and predictions that another program made. */
import type { Command } from 'commander';
import { evaluateOutside } from '../../service/outside/evaluate-outside.ts';
import { listStudyPictures } from '../../service/outside/study-pictures.ts';
import { wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

export interface OutsideCommandOptions extends CommonOptions {
  readonly maps?: string;
  readonly boxes?: string;
  readonly masks?: string;
  readonly correct?: string;
  readonly predictions?: string;
  readonly list?: boolean;
  readonly out?: string;
  readonly seed: number;
}

const EXAMPLES = `
Heatmaps and predictions of another program:
  steadygaze evaluate --maps maps.npy --boxes boxes.csv --masks masks --correct correct.csv --json
  steadygaze evaluate --predictions predictions.csv
  steadygaze evaluate my-study --maps maps.npy --predictions predictions.csv --out figures

  maps.npy         numpy.save of an array [pictures, height, width]: float32, float64, float16 or uint8
  boxes.csv        index,x0,y0,x1,y1 in pixels of the 224 x 224 frame, all edges inclusive; any number of rows a picture
  masks            folder with 0.png, 1.png, ..., 224 x 224, white is the object
  correct.csv      index,correct: 1 where the class was right, else 0
  predictions.csv  label,prediction,probability; or label and p_<class> for every class (probabilities or logits);
                   or y_<class> (0 or 1) and p_<class>, where a picture may show several classes`;

/** Adds the options of other programs' heatmaps and predictions, and how they are used, to the help. */
export function addOutsideOptions(command: Command): Command {
  return command
    .option('--maps <file>', 'heatmaps of another program (.npy)')
    .option('--boxes <file>', 'where the objects are: boxes (.csv)')
    .option('--masks <folder>', 'where the objects are: masks (.png)')
    .option('--correct <file>', 'whether the class of each picture was right (.csv)')
    .option('--predictions <file>', 'predictions of another program (.csv)')
    .option('--list', 'print the pictures of the study in the order in which its heatmaps and predictions are expected')
    .option('--out <folder>', 'also write figures.json, figures.csv and per-picture.parquet there')
    .option('--seed <number>', 'seed of the intervals', wholeNumber(0), 0)
    .addHelpText('after', EXAMPLES);
}

/** Whether something of another program is to be evaluated; also where the files themselves were forgotten. */
export function isOutside({ maps, boxes, masks, correct, predictions, list, out }: OutsideCommandOptions): boolean {
  return [maps, boxes, masks, correct, predictions, list, out].some((option) => option !== undefined);
}

/** Does it and prints what came out. */
export async function evaluateOutsideCommand(
  { json = false, list, seed, ...files }: OutsideCommandOptions,
  study: string | undefined,
): Promise<void> {
  if (list === true) return printList(study, json);
  const { maps, boxes, masks, correct, predictions, out } = files;
  const { figures, values, notes } = await evaluateOutside({
    seed,
    ...(study === undefined ? {} : { study }),
    ...(maps === undefined ? {} : { maps }),
    ...(boxes === undefined ? {} : { boxes }),
    ...(masks === undefined ? {} : { masks }),
    ...(correct === undefined ? {} : { correct }),
    ...(predictions === undefined ? {} : { predictions }),
    ...(out === undefined ? {} : { out }),
  });
  if (json) return printJson(values);
  const rows = Object.entries(figures).map(([key, { value, low, high, n }]) => [
    key,
    value.toFixed(4),
    `${low.toFixed(4)} to ${high.toFixed(4)}`,
    String(n),
  ]);
  print(table([['figure', 'value', '95% interval', 'pictures'], ...rows]));
  const threshold = values['maxboxacc_threshold'];
  if (typeof threshold === 'number') {
    print();
    print(
      `Threshold of maxboxacc: ${threshold.toFixed(2)} of each map's maximum, chosen on ${String(values['threshold_from'])}.`,
    );
  }
  if (notes.length > 0) print();
  for (const note of notes) print(note);
}

async function printList(study: string | undefined, json: boolean): Promise<void> {
  const listed = await listStudyPictures(study);
  if (json) printJson(listed.pictures);
  else process.stdout.write(listed.csv);
}
