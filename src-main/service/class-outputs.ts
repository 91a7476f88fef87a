/** Which output of a network is which class of a study. */
import { SteadygazeError } from '../contract/errors.ts';

/** What is known of a network's outputs. */
interface Outputs {
  readonly outputs: number;
  /** Absent: nobody said them. */
  readonly classes?: readonly string[] | undefined;
}

/** So many names are said; the rest is counted. */
const SAID = 5;

/**
 * For each class of the study the output of the network that is this class.
 * @param wished as a person said it; null: by the names of the classes, or in order where the numbers are equal
 * @throws SteadygazeError `bad-argument` where a class is none of the network's
 */
export function outputsOfClasses(
  studyClasses: readonly string[],
  { outputs, classes }: Outputs,
  wished: readonly (number | null)[] | null,
): readonly number[] {
  if (wished !== null) return checkWished(studyClasses, outputs, wished);
  if (classes !== undefined) return byName(studyClasses, classes);
  if (outputs === studyClasses.length) return studyClasses.map((_, label) => label);
  throw new SteadygazeError(
    'bad-argument',
    `The network tells ${outputs} classes apart and the study has ${studyClasses.length}, and what its outputs are called is not known.`,
    'Say which output is which class, or give a list of their names.',
  );
}

function byName(studyClasses: readonly string[], classes: readonly string[]): number[] {
  const names = classes.map(plain);
  const found = studyClasses.map((name) => names.indexOf(plain(name)));
  const lacking = studyClasses.filter((_, label) => found[label] < 0);
  if (lacking.length > 0) {
    throw new SteadygazeError(
      'bad-argument',
      `The network does not know ${lacking.length === 1 ? 'the class' : 'the classes'} ${few(lacking)} of the study.`,
      `It knows ${few(classes)}. Say which of its outputs is which class, or give a list of their names.`,
    );
  }
  const twice = studyClasses.filter((_, label) => found.indexOf(found[label]) !== label);
  if (twice.length > 0) throw sameOutput(twice);
  return found;
}

function checkWished(
  studyClasses: readonly string[],
  outputs: number,
  wished: readonly (number | null)[],
): readonly number[] {
  if (wished.length !== studyClasses.length) {
    throw new SteadygazeError(
      'bad-argument',
      `The study has ${studyClasses.length} classes, but outputs were named for ${wished.length}.`,
      'Name one output for each class.',
    );
  }
  const lacking = studyClasses.filter((_, label) => wished[label] === null);
  if (lacking.length > 0) {
    throw new SteadygazeError(
      'bad-argument',
      `No output of the network is ${lacking.length === 1 ? 'the class' : 'one of the classes'} ${few(lacking)}.`,
      'A network can be measured where it knows every class of the study. Choose an output for each, or take these classes out of the study.',
    );
  }
  const named = wished.filter((output) => output !== null);
  const beyond = named.find((output) => output >= outputs);
  if (beyond !== undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `There is no output ${beyond}: the network has ${outputs}, counted from 0.`,
      'Choose another output.',
    );
  }
  const twice = studyClasses.filter((_, label) => named.indexOf(named[label]) !== label);
  if (twice.length > 0) throw sameOutput(twice);
  return named;
}

function sameOutput(classes: readonly string[]): SteadygazeError {
  return new SteadygazeError(
    'bad-argument',
    `The same output of the network is named for more than one class: ${few(classes)}.`,
    'Choose another output for each class.',
  );
}

/** Small letters and digits alone: "T_Shirt" and "t-shirt" are one class. */
function plain(name: string): string {
  const letters = name.normalize('NFKC').toLowerCase();
  return letters.replace(/[\s_-]+/g, '');
}

function few(names: readonly string[]): string {
  const more = names.length - SAID;
  return names.slice(0, SAID).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
