/** What the technical words mean, in a paragraph each, for someone who knows pictures and not machine learning. */
import { PICTURES } from './glossary-pictures.ts';

/** One entry of the glossary. */
export interface GlossaryEntry {
  /** The word, as a heading. */
  title: string;
  text: string;
  /** A small drawing: SVG markup that takes its colours from the tokens. */
  picture?: string;
}

const ENTRIES = {
  consistency: {
    title: 'Explanation consistency (E)',
    text: 'How steady the model stays when only the background of a picture is disturbed, from 0 to 1. It is the heatmap similarity times the prediction agreement: 1 means that the model still looks at the same place and is as sure as before; near 0 means that its gaze or its answer moved. Pictures with a low E are the hard samples. Of a picture with several classes, it is the mean over them.',
    picture: PICTURES.consistency,
  },
  heatmap: {
    title: 'Heatmap',
    text: 'A map of where in the picture the model finds signs of a class. Bright places count most for the answer, dark places hardly at all. It shows where the model looks, not whether it is right to look there. It is coarser than the picture, so its edges are soft.',
    picture: PICTURES.heatmap,
  },
  'class-activation-map': {
    title: 'Class activation map (CAM)',
    text: 'The way the heatmap is made. The last layer of the network holds a few hundred small maps, each for something it has learned to see, such as fur or stripes. For one class they are added up, each with the weight that the model gives it for this class. What speaks against the class is left out, and the highest point is set to 1.',
  },
  attack: {
    title: 'Attack',
    text: 'A disturbance of the background that is computed to confuse this model as much as possible, but is so weak that people hardly see it. The foreground is not touched. If such a change of the grass alters the answer, then the model relied on the grass. Nothing is changed in your files: the disturbed picture exists only during the test.',
    picture: PICTURES.attack,
  },
  foreground: {
    title: 'Foreground',
    text: 'The part of the picture that the model looks at for the given class: where the heatmap is above a threshold. Nobody has drawn it, and it need not be the animal or the object. That is what the test finds out.',
    picture: PICTURES.regions,
  },
  background: {
    title: 'Background',
    text: 'The part of the picture that the model hardly looks at for the given class: where the heatmap is below a threshold, by default its own mean. Only there is the picture disturbed. A model that has learned the object should not care.',
    picture: PICTURES.regions,
  },
  epsilon: {
    title: 'Epsilon (strength of the attack)',
    text: 'How far the attack may change the brightness of each colour of a pixel: 2/255 means at most two of 255 steps, which is hardly seen. If it is too strong, nearly every picture fails and nothing can be told apart. “Auto” takes the largest strength up to 8/255 at which at least three quarters of a sample of correctly recognised pictures keep their answer.',
  },
  weight: {
    title: 'Weight (v)',
    text: 'How much a picture counts in the next round of training. It grows as the explanation consistency falls (1 − E), so hard samples count more. The weights are scaled so that their mean is 1, and stay the same within a round.',
  },
  round: {
    title: 'Round',
    text: 'One turn of the method: stop training, disturb every training picture, measure its explanation consistency, set the weights anew, and train for some epochs with them. The histogram of E shows how the pictures move from round to round.',
  },
  'warm-up': {
    title: 'Warm-up',
    text: 'The first epochs, in which every picture counts the same. The model must know something about the classes before it makes sense to ask where it looks.',
  },
  'hard-sample': {
    title: 'Hard sample',
    text: 'A picture on which the gaze or the answer of the model does not stay steady when the background is disturbed: its explanation consistency is low. It may be labelled wrongly, be ambiguous, or show that the model uses the background as a shortcut. It is worth looking at.',
  },
  agreement: {
    title: 'Prediction agreement (Q)',
    text: 'How much of the confidence in the given label survives the attack, from 0 to 1. By default it is the probability of the label after the attack divided by the one before, and at most 1. If the model was 90% sure of “dog” before and 45% after, Q is 0.5.',
  },
  similarity: {
    title: 'Heatmap similarity (S)',
    text: 'How alike the heatmaps before and after the attack are, from 0 (nothing in common) to 1 (the same pattern). By default it is the cosine of the two maps: it compares where they are bright, not how bright they are.',
  },
  'part-filter': {
    title: 'Filter of a part',
    text: 'The last layer of the network holds many small maps, each made by one filter that answers to something it has learned. In this kind of network (ICNN) every filter is taught to answer to one part of one class, such as a collar, and its map is kept only around its strongest point. So it can be seen which part it found, and where.',
    picture: PICTURES.parts,
  },
  'class-gate': {
    title: 'Class gate',
    text: 'In this kind of network (CSG) every class has a gate that lets some filters through and holds others back; it is learned together with the filters. Bright cells let a filter through. A filter that is bright in one row only serves that class alone; one that is bright in many rows is shared.',
    picture: PICTURES.gate,
  },
  prototype: {
    title: 'Prototype',
    text: 'A place of a training picture that stands for its class. This kind of network (ProtoPNet) looks in every picture for the places most like its prototypes. Each gives points for a class: how alike the two places are, times how much the prototype counts. The class with the most points is the answer.',
    picture: PICTURES.prototype,
  },
  accuracy: {
    title: 'Accuracy',
    text: 'The share of pictures for which the most probable class is the right one. It counts pictures that were kept aside for testing and never used in training. A high accuracy says nothing about whether the model looked at the right thing.',
  },
  'average-precision': {
    title: 'Average precision (mAP)',
    text: 'How well a class is told apart where a picture may show several: all pictures are put into the order of how sure the model is of the class, and at each picture that does show it, it is counted which share of those before it shows it too. 100% means that every picture of the class comes before every other. The mean over the classes is shown.',
  },
  'max-box-acc': {
    title: 'MaxBoxAcc',
    text: 'How well the heatmap finds the object, for pictures with a drawn box. The heatmap is cut at a threshold and a box is put around its largest part. It is a hit if that box and the drawn one share at least half of the area that they cover together. The share of hits is taken at the best threshold, which is one for all pictures.',
    picture: PICTURES.boxes,
  },
  'pointing-game': {
    title: 'Pointing game',
    text: 'The share of pictures in which the brightest point of the heatmap lies on the object, that is, inside its drawn box or outline. The simplest question one can ask: does it point at the right thing?',
    picture: PICTURES.pointing,
  },
  energy: {
    title: 'Energy inside',
    text: 'The share of all the brightness of the heatmap that lies inside the drawn box or outline of the object. 100% would mean that the model looks nowhere else. Compare it with the share of the picture that the object covers.',
  },
  pxap: {
    title: 'Pixel average precision (PxAP)',
    text: 'How well the heatmap separates the pixels of the object from all others, over every threshold at once; it needs drawn outlines. 1 means that every pixel of the object is brighter than every other pixel.',
  },
  'bg-gap': {
    title: 'BG-Gap (reliance on the background)',
    text: 'Objects are cut out and put on other backgrounds: once from pictures of the same class, once from pictures of any class. BG-Gap is the accuracy with the first minus the accuracy with the second. A model that recognises the object itself has a gap near 0; a large gap means that it leans on the usual surroundings.',
  },
  interval: {
    title: 'Confidence interval',
    text: 'How far a figure could differ had other pictures of the same kind been chosen. The figure is computed 1,000 times, each time on pictures drawn at random from the same set; 95% of the results lie inside the interval. If the interval of a difference contains 0, the difference may be chance.',
  },
  seed: {
    title: 'Seed',
    text: 'The number from which everything random in a run is derived: first weights, order of pictures, start of each attack. The same seed repeats the run; other seeds show how much of a result is luck.',
  },
  fingerprint: {
    title: 'Fingerprint',
    text: 'A short code computed from the data: which pictures there are, their content and their labels. If a single picture is changed, so is the code. Two runs with the same fingerprint saw the same data.',
  },
  epoch: {
    title: 'Epoch',
    text: 'One pass of training through all training pictures.',
  },
  'batch-size': {
    title: 'Batch size',
    text: 'How many pictures are looked at together before the model is corrected once. Larger batches are faster but need more memory.',
  },
  'learning-rate': {
    title: 'Learning rate',
    text: 'How large the correction after each batch is. If it is too large, training becomes unsteady; if it is too small, it takes very long. It falls during the run, so that the model settles.',
  },
  loss: {
    title: 'Loss',
    text: 'How wrong the model is, as one number that training tries to make small: 0 if it is sure of the right answer every time, larger the surer it is of a wrong one.',
  },
  engine: {
    title: 'Engine',
    text: 'The software that does the arithmetic on this computer: on the graphics card, on the processor with compiled code, or as WebAssembly, which runs everywhere. They give the same results up to rounding, but differ much in speed. Each is tested on this computer before it is used.',
  },
  calibration: {
    title: 'Calibration',
    text: 'Whether the model is as sure as it should be. Of all pictures for which it says “80%”, about 80% should be right. The calibration error is how far the two lie apart on average.',
  },
} satisfies Record<string, GlossaryEntry>;

/** A word the glossary explains. */
export type TermName = keyof typeof ENTRIES;

/** The glossary. */
export const GLOSSARY: Readonly<Record<TermName, GlossaryEntry>> = ENTRIES;
