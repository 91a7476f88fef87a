/** The card as MODEL_CARD.md: plain language first, tables after. */
import type { ModelFormat } from '../../contract/model-export.ts';
import type { Interpretable } from '../../contract/settings.ts';
import { IR_VERSION, OPSET } from '../../networks/export/onnx-encoding.ts';
import { ARM_WORDS, capitalised, count, counted, duration, epsText, figureText, percent } from '../../reports/words.ts';
import type { ModelCard } from './card.ts';
import { onnxJavaScriptSnippet, pythonSnippet, safetensorsSnippet, tfjsSnippet } from './snippets.ts';

/** So many classes are listed; all of them are in card.json. */
const MOST_CLASSES = 100;

const FORMAT_WORDS: Readonly<Record<ModelFormat, string>> = {
  safetensors:
    '`model.safetensors`: the weights under torchvision’s names, for PyTorch and for Steadygaze itself. What the network is made of is not in it; its metadata say which network it is.',
  onnx: `\`model.onnx\`: the whole network as ONNX (operator set ${String(OPSET)}, IR version ${String(IR_VERSION)}), for ONNX Runtime and most other programs. Input \`pictures\` [N,3,size,size], float32, RGB from 0 to 1; outputs \`logits\`, \`probabilities\` and \`feature_map\`. Mean and deviation are inside: do not normalise.`,
  tfjs: '`tfjs/model.json`: the whole network as a graph model of TensorFlow.js, for web pages. Input `pictures` [N,size,size,3], float32, RGB from 0 to 1; outputs as in ONNX. Mean and deviation are inside: do not normalise.',
};

const INTERPRETABLE_WORDS: Readonly<Record<Interpretable, string | null>> = {
  none: null,
  icnn: 'Every filter of its last map is masked to the one place where it answers most (ICNN, Zhang, Wu and Zhu, CVPR 2018).',
  csg: 'While it was trained, each filter was tied to few classes by a gate (CSG, Liang et al., ECCV 2020); the gate does nothing in use.',
  protopnet:
    'It judges by how like places of the picture are to prototypes, which are patches of training pictures (ProtoPNet, Chen et al., NeurIPS 2019).',
};

export function cardMarkdown(card: ModelCard): string {
  const { name, network, classes, input, training } = card;
  const how = INTERPRETABLE_WORDS[network.interpretable];
  const several = card.task === 'multi-label';
  return [
    `# Model card: ${inline(name)}`,
    `Written by ${card.program} on ${card.created.slice(0, 10)}. Run \`${card.run}\`, weights of round ${String(card.round)}.`,
    '## What it is',
    `A network that names what a picture shows: ${several ? 'any' : 'one'} of ${counted(classes.length, 'class', 'classes')}. It is a \`${network.architecture}\` with ${count(network.parameters)} learnt numbers.${how === null ? '' : ` ${how}`}`,
    `${capitalised(ARM_WORDS[training.arm].model)}. ${ARM_WORDS[training.arm].explanation}`,
    ...startParagraph(card),
    '## What it is not for, and what is not known',
    bullets(card.limits.map(inline)),
    '## Figures',
    ...figuresSection(card),
    '## Data',
    ...dataSection(card),
    '## How to use it',
    `Pictures are brought to ${String(input.size)} by ${String(input.size)} pixels. ${input.resize} Another way of shrinking changes answers a little.`,
    bullets(card.formats.map((format) => FORMAT_WORDS[format])),
    ...snippets(card),
    several
      ? 'Each class has a probability of its own (a sigmoid of its logit); above 0.5 counts as there.'
      : 'The probabilities of all classes sum to 1 (softmax of the logits).',
    '## How it was trained',
    ...trainingSection(card),
    '## Files',
    table(
      ['File', 'Bytes', 'SHA-256'],
      card.files.map(({ name: file, bytes, sha256 }) => [`\`${file}\``, count(bytes), `\`${sha256}\``]),
    ),
    '`card.json` holds all of this for programs. The form follows M. Mitchell et al., “Model Cards for Model Reporting”, FAT* 2019.',
    '',
  ].join('\n\n');
}

function startParagraph({ start, training }: ModelCard): string[] {
  if (start === null) return [];
  const isGiven = training.arm === 'given';
  const [what, whose] = isGiven ? ['It was brought here as', 'Its'] : ['Training began with the weights', 'Their'];
  const licence =
    start.licence === null
      ? `${whose} licence is not known: find it out before you pass this network on.`
      : `${whose} licence: ${inline(start.licence)}. Whoever passes this network on must keep to it.`;
  return [`${what} ${inline(start.name)}. ${licence}`];
}

function figuresSection({ figures, isLastRound }: ModelCard): string[] {
  if (figures.length === 0) {
    return [isLastRound ? 'Nothing was measured.' : 'None of these weights; see above.'];
  }
  const told = figures.filter(({ headline }) => headline);
  const rows = told.map(({ label, term, unit, value, low, high, n }) => [
    label,
    term,
    figureText(unit, value),
    `${figureText(unit, low)} to ${figureText(unit, high)}`,
    count(n),
  ]);
  return [
    'Measured on pictures that were kept aside. The interval says between which values the figure lies with other pictures of the same kind, 95 times of 100 (bootstrap over pictures).',
    table(
      ['What', 'Term', 'Value', '95% interval', 'Pictures'],
      rows.map((row) => row.map(inline)),
    ),
    ...(told.length === figures.length
      ? []
      : [
          `${capitalised(counted(figures.length - told.length, 'further figure'))} with the same details: see card.json.`,
        ]),
    '### What the figures mean',
    bullets(told.map(({ term, definition }) => `**${inline(term)}**: ${inline(definition)}`)),
  ];
}

function dataSection({ data, classes, training }: ModelCard): string[] {
  const rows = classes
    .slice(0, MOST_CLASSES)
    .map(({ name, train, val, test }) => [inline(name), count(train), count(val), count(test)]);
  const { corrections } = training;
  return [
    inline(data.sentence),
    table(['Class', 'Training', 'Validation', 'Test'], rows),
    ...(classes.length > MOST_CLASSES ? [`And ${count(classes.length - MOST_CLASSES)} more; see card.json.`] : []),
    ...(corrections === null
      ? []
      : [
          `Before training, ${counted(corrections.relabelled, 'picture')} got another class and ${counted(corrections.leftOut, 'picture')} ${corrections.leftOut === 1 ? 'was' : 'were'} left out by hand.`,
        ]),
    ...(data.shortcuts.length === 0 ? [] : ['Warnings of shortcuts:', bullets(data.shortcuts.map(inline))]),
    ...(data.problems.length === 0
      ? ['No problems of the pictures are known.']
      : ['Known problems:', bullets(data.problems.map((each) => `${each.title}: ${count(each.count)}`))]),
    ...data.attribution.map(inline),
    `Fingerprint of the data: \`${data.fingerprint}\`.`,
  ];
}

function snippets(card: ModelCard): string[] {
  const { formats } = card;
  return [
    ...(formats.includes('onnx')
      ? ['Python:', fenced('python', pythonSnippet(card)), 'JavaScript:', fenced('js', onnxJavaScriptSnippet(card))]
      : []),
    ...(formats.includes('tfjs') ? ['In a web page:', fenced('html', tfjsSnippet(card))] : []),
    ...(formats.includes('safetensors') ? ['Weights in PyTorch:', fenced('python', safetensorsSnippet())] : []),
  ];
}

function trainingSection({ training, start }: ModelCard): string[] {
  const { seed, engine, seconds, preset, eps, epsSurvival, settings, versions } = training;
  const isGiven = training.arm === 'given';
  const rows = settings.map(({ name, value, usual }) => [name, shown(value), shown(usual)].map(inline));
  return [
    isGiven
      ? `It was not trained here, only measured${start === null ? '' : ` (${inline(start.name)})`}.`
      : `Seed ${String(seed)}, ${preset === null ? 'no preset' : `preset “${preset}”`}, ${duration(seconds)} of computing.`,
    ...(eps === null
      ? []
      : [
          `Strength of the disturbance, eps: ${epsText(eps)}${epsSurvival === null ? '' : `, at which ${percent(epsSurvival)} of a probe of training pictures kept their answer`}.`,
        ]),
    ...(rows.length === 0
      ? ['Every setting is the usual one.']
      : ['Settings that are not the usual ones:', table(['Setting', 'Here', 'Usual'], rows)]),
    `Computed with ${inline(engine)}. Versions: ${Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ')}.`,
  ];
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names are what people typed: nothing in them may end a line, a cell or a tag, or become a link. */
function inline(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').replace(/[\\`*_[\]<>|#]/g, '\\$&');
}
