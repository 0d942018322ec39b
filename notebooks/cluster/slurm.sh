#!/bin/bash
# Train on two nodes of a Slurm cluster, from the repository's folder: sbatch notebooks/cluster/slurm.sh
# That folder, and .venv in it, must be on a disk that all nodes see.
#SBATCH --job-name=train
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=01:00:00
#SBATCH --output=train-%j.log

folder=${CHECKPOINTS:-$PWD/checkpoints/$SLURM_JOB_ID}
mkdir -p "$folder"
# A worker that fails ends all of them; each start goes on after the last checkpoint.
for start in 1 2 3; do
    echo "start $start"
    srun --kill-on-bad-exit=1 .venv/bin/python notebooks/cluster/train.py "$folder" && exit 0
done
exit 1
