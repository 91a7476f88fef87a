/**
 * The schedulers of docs/cluster, played on this machine: `kubectl` and `sbatch` that do at once what the manifests say,
 * all tasks of an array job at the same time, by the very shell lines of the manifests.
 */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

const DOCS = fileURLToPath(new URL('../../docs/cluster', import.meta.url));
const STEADYGAZE = fileURLToPath(new URL('./steadygaze.js', import.meta.url));

/** What is read of a manifest. */
const Manifest = v.object({
  metadata: v.object({ name: v.string() }),
  spec: v.object({
    completionMode: v.optional(v.literal('Indexed')),
    completions: v.optional(v.number()),
    parallelism: v.optional(v.number()),
    backoffLimitPerIndex: v.optional(v.number()),
    template: v.object({
      spec: v.object({
        restartPolicy: v.literal('Never'),
        containers: v.tuple([
          v.object({
            env: v.array(v.object({ name: v.string(), value: v.string() })),
            command: v.tuple([v.literal('/bin/sh'), v.literal('-euc')]),
            args: v.tuple([v.string()]),
          }),
        ]),
      }),
    }),
  }),
});

export async function readManifest(name: string) {
  const { metadata, spec } = v.parse(Manifest, parse(await readFile(join(DOCS, 'kubernetes', `${name}.yaml`), 'utf8')));
  const [{ env, command, args }] = spec.template.spec.containers;
  return {
    ...{ name: metadata.name, spec, command, script: args[0] },
    env: Object.fromEntries(env.map((variable) => [variable.name, variable.value])),
  };
}

/** Variables that a person changes before the manifests are used. */
type Changes = Readonly<Record<'STUDY' | 'ROUNDS' | 'SHARDS' | 'SETTINGS', string>>;

/**
 * A folder to be put before the `PATH`, with `steadygaze` and both schedulers.
 * @param log gets a line for each job: its name, its tasks, what it waits for
 */
export async function playedSchedulers(folder: string, changes: Changes, log: string): Promise<string> {
  const bin = join(folder, 'bin');
  await program(join(bin, 'steadygaze'), `exec "${process.execPath}" "${STEADYGAZE}" "$@"`);
  const jobs = join(folder, 'jobs');
  for (const each of ['train', 'assess', 'merge']) {
    const { name, spec, command, script, env } = await readManifest(each);
    const lines = Object.keys(env).map((key) => `export ${key}='${changes[key as keyof Changes]}'`);
    const [shell, flags] = command;
    const task = `${shell} ${flags} '${script.replaceAll("'", `'\\''`)}'`;
    const tasks = spec.completionMode === undefined ? 0 : Number(changes.SHARDS);
    const run = tasks === 0 ? `${task} || failed=1` : atOnce(`JOB_COMPLETION_INDEX=$i ${task}`, `seq 0 ${tasks - 1}`);
    lines.push('failed=0', `echo "${name} ${tasks}" >> '${log}'`, run, `echo $failed > '${jobs}/${name}.failed'`);
    await program(join(jobs, `${each}.yaml`), lines.join('\n'));
  }
  await program(
    join(bin, 'kubectl'),
    `case "$1 $2" in
      "delete job") exit 0;;
      "apply -f") exec '${jobs}'/"$3" >> '${log}.output' 2>&1;;
      "wait --for=condition=complete") name=\${4#job/}; [ "$(cat '${jobs}'/"$name".failed)" = 0 ];;
      "wait --for=condition=failed") name=\${4#job/}; [ "$(cat '${jobs}'/"$name".failed)" = 1 ];;
      *) exit 2;;
    esac`,
  );
  await program(join(bin, 'sbatch'), SBATCH.replaceAll('LOG', log).replaceAll('JOBS', jobs));
  return bin;
}

/** Scripts of a scheduler, as they are in the documentation. */
export const slurmScript = (name: string): string => join(DOCS, 'slurm', name);
export const kubernetesScript = (name: string): string => join(DOCS, 'kubernetes', name);

const atOnce = (task: string, indices: string): string =>
  `pids=; for i in $(${indices}); do ${task} & pids="$pids $!"; done; for p in $pids; do wait $p || failed=1; done`;

/** A job whose dependency has failed is not begun. */
const SBATCH = `
array= after=
for argument in "$@"; do
  case "$argument" in
    --array=*) array=\${argument#--array=};;
    --dependency=afterok:*) after=\${argument#--dependency=afterok:};;
    --parsable | --kill-on-invalid-dep=yes) ;;
    *) script=$argument;;
  esac
done
number=$(($(ls 'JOBS' | grep -c '^[0-9]*$' || true) + 1))
echo "$script $array after $after" >> 'LOG'
failed=0
if [ -n "$after" ] && [ "$(cat 'JOBS'/"$after")" != 0 ]; then failed=1
elif [ -n "$array" ]; then
  ${atOnce('SLURM_ARRAY_TASK_ID=$i bash "$script" >> "LOG.output" 2>&1', 'seq $(echo $array | tr - " ")')}
else bash "$script" >> 'LOG.output' 2>&1 || failed=1
fi
echo $failed > 'JOBS'/$number
echo "$number;cluster"
`;

async function program(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
}
