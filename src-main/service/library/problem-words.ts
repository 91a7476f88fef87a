/** Problems of a data set in plain words: what they are, and what Steadygaze does about them. */
import type { ProblemKind } from '../../datasets/dataset.ts';

export interface ProblemWords {
  readonly title: string;
  readonly explanation: string;
  /** A person should look at it before training. */
  readonly attention: boolean;
}

export const PROBLEM_WORDS: Readonly<Record<ProblemKind, ProblemWords>> = {
  unreadable: {
    title: 'Pictures that cannot be read',
    explanation: 'The files are damaged, incomplete or may not be opened. They are left out; everything else is used.',
    attention: true,
  },
  'empty-file': {
    title: 'Empty files',
    explanation: 'The files hold nothing, often after a copy that was interrupted. They are left out.',
    attention: false,
  },
  'too-large': {
    title: 'Pictures that are too large',
    explanation: 'They would need more memory than is safe. They are left out; save them smaller to use them.',
    attention: false,
  },
  'not-a-picture': {
    title: 'Files that are no pictures',
    explanation: 'They lie among the pictures but are something else. They are left out.',
    attention: false,
  },
  duplicate: {
    title: 'The same picture more than once',
    explanation: 'Copies within one class and one part of the data. All of them are used; each counts as a picture.',
    attention: false,
  },
  'duplicate-across-splits': {
    title: 'The same picture for training and for testing',
    explanation:
      'A test with pictures that were trained on flatters the model. They are used as they lie; remove the copies from one of the parts for figures that can be trusted.',
    attention: true,
  },
  'conflicting-labels': {
    title: 'The same picture in different classes',
    explanation: 'At most one of the labels can be right. They are used as they lie; remove the wrong copies.',
    attention: true,
  },
  'tiny-class': {
    title: 'Classes with very few pictures',
    explanation: 'A model cannot learn them, and figures about them mean little. They are used all the same.',
    attention: true,
  },
  'class-missing-in-split': {
    title: 'Classes that are missing in a part of the data',
    explanation: 'What is not trained on cannot be named, and what is not tested is not known.',
    attention: true,
  },
  'bad-box': {
    title: 'Boxes that cannot be used',
    explanation: 'Lines of the table of boxes that are not understood or do not fit their picture. They are left out.',
    attention: false,
  },
  'bad-mask': {
    title: 'Masks that cannot be used',
    explanation: 'They cannot be read, or do not fit a picture. The pictures are used without them.',
    attention: false,
  },
  ignored: {
    title: 'Files and folders that were passed over',
    explanation:
      'They lie where no picture of a class is expected. Move them into the folder of their class to use them.',
    attention: false,
  },
};
