/** The command line. It holds no logic of its own: every command calls one use case of the service. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { benchCommand } from './commands/bench.ts';
import { createCommand } from './commands/create.ts';
import { demoCommand } from './commands/demo.ts';
import { editCommand } from './commands/edit.ts';
import { enginesCommand } from './commands/engines.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { fetchCommand } from './commands/fetch.ts';
import { hardCommand } from './commands/hard.ts';
import { inspectCommand } from './commands/inspect.ts';
import { bringCommand } from './commands/bring.ts';
import { logitsCommand } from './commands/logits.ts';
import { mergeCommand } from './commands/merge.ts';
import { refreshCommand } from './commands/refresh.ts';
import { repeatCommand } from './commands/repeat.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommand } from './commands/tune.ts';
import { weightsCommand } from './commands/weights.ts';
import { threadsOption } from './command.ts';
import { printError } from './output.ts';

/** Runs one command; its outcome is in `process.exitCode`. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const program = build(json);
  // Whoever read what is printed has had enough ("| head"): an end, not a failure. A run stores where it is.
  process.stdout.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) endUsage(error, json);
    else printError(error, json);
  }
}

function build(json: boolean): Command {
  const program = new Command('steadygaze')
    .description('Does the model look at the right thing? Train a classifier that does, without annotating anything.')
    .version(version(), '-V, --version');
  const commands = [
    enginesCommand(),
    tuneCommand(),
    inspectCommand(),
    createCommand(),
    editCommand(),
    refreshCommand(),
    trainCommand(),
    bringCommand(),
    resumeCommand(),
    mergeCommand(),
    evaluateCommand(),
    reportCommand(),
    exportCommand(version()),
    repeatCommand(),
    hardCommand(),
    logitsCommand(),
    weightsCommand(),
    fetchCommand(),
    serveCommand(),
    demoCommand(),
    benchCommand(),
  ];
  for (const each of commands) {
    const has = (name: string): boolean => each.options.some(({ long }) => long === name);
    if (has('--engine') && !has('--threads')) each.addOption(threadsOption());
  }
  for (const each of [program, ...commands]) {
    each.exitOverride().configureOutput({
      // With --json the error comes as an object; see endUsage.
      outputError: (text, write) => (json ? undefined : write(text.replace(/^error: /, ''))),
    });
    if (each !== program && !json) each.showHelpAfterError('See --help for how it is used.');
  }
  for (const each of commands) program.addCommand(each);
  return program;
}

/** Help and version also end here; they are no failure. */
function endUsage({ exitCode, message, code }: CommanderError, json: boolean): void {
  if (exitCode === 0) return;
  process.exitCode = 2;
  // Without a command there is help to read, which commander has printed.
  if (!json) return;
  const sentence = message.replace(/^error: /, '').replace(/^(.)/, (letter) => letter.toUpperCase());
  const text = code === 'commander.help' ? 'No command was given.' : `${sentence.replace(/\.$/, '')}.`;
  printError(new SteadygazeError('bad-argument', text, 'See --help for how it is used.'), true);
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
