# SMEN in a container, with conda-forge's PyTorch for processors alone (conda takes that one where it sees no GPU).
#   docker build -t smen .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD":/work smen snakemake --snakefile /opt/smen/Snakefile --cores 8 all
# The folder that is mounted holds config.yaml; resources/, results/ and logs/ appear beside it.
FROM mambaorg/micromamba:2-debian12-slim

COPY --chown=$MAMBA_USER:$MAMBA_USER envs/smen.yaml /opt/smen/envs/smen.yaml
RUN micromamba install -y -n base -f /opt/smen/envs/smen.yaml \
    && micromamba clean --all --yes

COPY --chown=$MAMBA_USER:$MAMBA_USER . /opt/smen
ARG MAMBA_DOCKERFILE_ACTIVATE=1
RUN pip install --no-cache-dir --no-deps -e /opt/smen \
    && pip install --no-cache-dir "boto3>=1.35" "snakemake-storage-plugin-s3>=0.3.4"

# Whoever runs it: what would go to a home folder goes where everybody may write.
ENV HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /work
CMD ["smen", "--help"]
