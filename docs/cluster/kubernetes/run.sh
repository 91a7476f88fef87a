#!/bin/sh
# A whole run: training, and after each of its parts the assessment as an Indexed Job. ROUNDS as in train.yaml.
#   ROUNDS=3 ./run.sh
set -eu
cd "$(dirname "$0")"

# Starts a job and waits until it is complete; ends where it has failed.
work() {
  kubectl delete job "steadygaze-$1" --ignore-not-found
  kubectl apply -f "$1.yaml"
  until kubectl wait --for=condition=complete --timeout=30s "job/steadygaze-$1" 2> /dev/null; do
    if kubectl wait --for=condition=failed --timeout=0 "job/steadygaze-$1" 2> /dev/null; then
      echo "The job steadygaze-$1 has failed. See: kubectl logs job/steadygaze-$1" >&2
      exit 1
    fi
  done
}

work train
for _ in $(seq 0 "${ROUNDS:-3}"); do
  work assess
  work merge
done
