#!/bin/bash
# Puts a whole run into the queue: training, and after each of its parts the assessment as an array job.
#   STUDY=/shared/birds ROUNDS=3 SHARDS=64 SETTINGS="--arm consistency --engine native" ./submit.sh
set -euo pipefail
cd "$(dirname "$0")"

: "${STUDY:?Set STUDY to the folder of the study, on a file system that all nodes share.}"
export STUDY
export ROUNDS="${ROUNDS:-3}"
export SHARDS="${SHARDS:-8}"
export SETTINGS="${SETTINGS:-}"

# Prints the number of the job. What waits for a job that fails is taken out of the queue.
submit() {
  local job
  job=$(sbatch --parsable --kill-on-invalid-dep=yes "$@")
  echo "${job%%;*}"
}

last=$(submit train.sbatch)
for _ in $(seq 0 "$ROUNDS"); do
  shards=$(submit --dependency="afterok:$last" --array="1-$SHARDS" assess.sbatch)
  last=$(submit --dependency="afterok:$shards" merge.sbatch)
done
echo "The run has finished when the job $last has."
