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
  'missing-picture': {
    title: 'Pictures that are not there',
    explanation: 'A table or annotation names them, but there is no such file. They are left out.',
    attention: true,
  },
  unlabelled: {
    title: 'Pictures without a class',
    explanation: 'Nothing says what they show, so they can neither train nor test a model. They are left out.',
    attention: false,
  },
  'bad-annotation': {
    title: 'Lines and annotations that are not understood',
    explanation: 'They are passed over; everything else is used.',
    attention: true,
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
  'near-duplicate': {
    title: 'Pictures that are nearly the same',
    explanation:
      'Bursts, frames of one film, or copies that were saved again. All of them are used, and kept together where Steadygaze parts the data.',
    attention: false,
  },
  'near-duplicate-across-splits': {
    title: 'Nearly the same picture for training and for testing',
    explanation:
      'A test with pictures that are almost those of the training flatters the model. They are used as they lie; part the data anew for figures that can be trusted.',
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
  'extreme-aspect': {
    title: 'Pictures that are very long or very narrow',
    explanation:
      'The model sees every picture as a square, so these are squeezed beyond recognition. They are used all the same.',
    attention: false,
  },
  'nearly-constant': {
    title: 'Pictures that show nothing',
    explanation: 'They are of one colour, or almost: covered lenses, night, empty scans. They are used all the same.',
    attention: true,
  },
  'label-in-name': {
    title: 'The class is written in the names of the files',
    explanation:
      'The model does not see names. But names may be printed in the pictures, or tell how they were collected.',
    attention: false,
  },
  'camera-tells-class': {
    title: 'The camera gives the class away',
    explanation:
      'Pictures of a class come from a camera of their own. A model can learn the camera (its colours, its noise, its place) in place of the object.',
    attention: true,
  },
  'size-tells-class': {
    title: 'The size of the picture gives the class away',
    explanation:
      'Pictures of a class have a size or shape of their own. Stretched to the same square they look different, and a model can learn that.',
    attention: true,
  },
  'colour-tells-class': {
    title: 'Colours alone give the class away',
    explanation:
      'A very simple rule that sees only which colours occur, and no shapes, tells the classes apart far better than guessing. A model may learn the light or the ground in place of the object.',
    attention: true,
  },
  'border-tells-class': {
    title: 'The edges of the pictures give the class away',
    explanation:
      'A very simple rule that sees only the outermost pixels, where the object rarely is, tells the classes apart far better than guessing. That is how a model comes to look at the background.',
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
